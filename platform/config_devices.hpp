#pragma once

#include <array>
#include <string_view>

#include "platform/config_rules.hpp"
#include "platform/relay_protocol.hpp"

// The part of the list of settings that is about lamps, sounds and the door; included by
// config_table.cpp only.

namespace doorcall::platform::detail {

inline constexpr Millis kSoundGapMin{100};
inline constexpr Millis kSoundGapMax{60'000};

inline constexpr std::array kDeviceSettings{
    Setting{"door", "gpio", plain(Rule::Type::kGpio), "",
            [](Config& c, Value& v) { c.door.gpio = v.text; },
            "the GPIO line of the relay or strike that opens the door; if not set there is none"},
    Setting{"door", "active_low", kFlag, "false",
            [](Config& c, Value& v) { c.door.active_low = v.boolean; },
            "the relay is on while the line is low"},
    Setting{"door", "command", plain(Rule::Type::kCommand), "",
            [](Config& c, Value& v) { c.door.command = v.list; },
            "instead of gpio: a program that opens the lock, and talks as platform/README.md says"},
    Setting{"door", "pulse", duration(kRelayLongestMin, kRelayLongestMax), "3",
            [](Config& c, Value& v) { c.door.pulse = *v.duration; },
            "how long the relay is on when the door is opened"},
    Setting{"door", "longest", duration(kRelayLongestMin, kRelayLongestMax), "10",
            [](Config& c, Value& v) { c.door.longest = *v.duration; },
            "it is off after it, however often the door is opened meanwhile and whatever happens"},
    Setting{"door", "contact", plain(Rule::Type::kGpio), "",
            [](Config& c, Value& v) { c.door.contact = v.text; },
            "the GPIO line of a contact that is active while the door is open"},
    Setting{"door", "contact_active_low", kFlag, "false",
            [](Config& c, Value& v) { c.door.contact_active_low = v.boolean; },
            "the door is open while the contact's line is low"},
    Setting{"door", "contact_bias", choice(kBiases), "\"as_is\"",
            [](Config& c, Value& v) { c.door.contact_bias = static_cast<GpioBias>(v.integer); },
            "the resistor that holds the contact's line while the contact is open"},
    Setting{"door", "allow", users(Rule::Type::kAccounts, 0, kDoorAllowMax), "[]",
            [](Config& c, Value& v) { c.door.allow = v.list; },
            "who may open this device's door without a call: users, and single devices"},

    Setting{"chime", "command", plain(Rule::Type::kCommand), "",
            [](Config& c, Value& v) { c.chime.command = v.list; },
            "what sounds while a call rings here and is not silenced: a program and its arguments; "
            "no shell is involved"},
    Setting{
        "chime", "file", kFile, "", [](Config& c, Value& v) { c.chime.file = v.text; },
        "instead of command: a sound file for aplay, pw-play or gst-play-1.0, whichever is there"},
    Setting{"chime", "times", integer(0, 100), "0",
            [](Config& c, Value& v) { c.chime.times = static_cast<int>(v.integer); },
            "how often it sounds; 0: until the ringing ends"},
    Setting{"chime", "gap", duration(kSoundGapMin, kSoundGapMax), "1",
            [](Config& c, Value& v) { c.chime.gap = *v.duration; }, "the pause between two times"},

    Setting{"ring_back", "command", plain(Rule::Type::kCommand), "",
            [](Config& c, Value& v) { c.ring_back.command = v.list; },
            "what sounds while a call from here rings at the other side: a program and its "
            "arguments; no shell is involved"},
    Setting{
        "ring_back", "file", kFile, "", [](Config& c, Value& v) { c.ring_back.file = v.text; },
        "instead of command: a sound file for aplay, pw-play or gst-play-1.0, whichever is there"},
    Setting{"ring_back", "times", integer(0, 100), "0",
            [](Config& c, Value& v) { c.ring_back.times = static_cast<int>(v.integer); },
            "how often it sounds; 0: until the ringing ends"},
    Setting{"ring_back", "gap", duration(kSoundGapMin, kSoundGapMax), "1",
            [](Config& c, Value& v) { c.ring_back.gap = *v.duration; },
            "the pause between two times"},

    Setting{"lamp", "name", name(32), "", [](Config& c, Value& v) { c.lamps.back().name = v.text; },
            "the lamp's name, of its own", true},
    Setting{"lamp", "gpio", plain(Rule::Type::kGpio), "",
            [](Config& c, Value& v) { c.lamps.back().gpio = v.text; }, "its GPIO line", true},
    Setting{"lamp", "active_low", kFlag, "false",
            [](Config& c, Value& v) { c.lamps.back().active_low = v.boolean; },
            "it is lit while the line is low"},
    Setting{"lamp", "door", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["door"] = v.text; },
            "its blink code while the door is being opened"},
    Setting{"lamp", "ringing", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["ringing"] = v.text; },
            "while a call rings here, silenced or not"},
    Setting{"lamp", "calling", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["calling"] = v.text; },
            "while a call from here is not answered yet"},
    Setting{"lamp", "in_call", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["in_call"] = v.text; },
            "while in a call"},
    Setting{"lamp", "error", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["error"] = v.text; },
            "while a button, lamp, sound, the relay or the contact does not work"},
    Setting{"lamp", "offline", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["offline"] = v.text; },
            "while there is no connection to the broker"},
    Setting{"lamp", "dnd", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["dnd"] = v.text; },
            "while do not disturb is on"},
    Setting{"lamp", "idle", plain(Rule::Type::kBlink), "",
            [](Config& c, Value& v) { c.lamps.back().codes["idle"] = v.text; }, "else"},
};

}  // namespace doorcall::platform::detail
