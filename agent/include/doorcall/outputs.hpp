#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/inputs.hpp"

namespace doorcall {

// A GPIO line is named as in the device tree, or by chip and number: "gpiochip0:17".

/// What a lamp may show. Of those that are so, it shows the first, in this order, that it has a
/// code for.
enum class LampState : std::uint8_t {
  kDoor,     ///< the door is being opened: the relay is on
  kRinging,  ///< a call rings here, silenced or not
  kCalling,  ///< a call from here is not answered yet
  kInCall,   ///< a call was answered
  kError,    ///< a button, lamp, sound, the relay or the contact does not work; status says why
  kOffline,  ///< there is no connection to the broker
  kDnd,      ///< do not disturb
  kIdle,     ///< always
};

inline constexpr std::uint8_t kLampStateLast = 7;

/// The state's name as in the config, for example "in_call". Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(LampState state) noexcept {
  switch (state) {
    case LampState::kDoor: return "door";
    case LampState::kRinging: return "ringing";
    case LampState::kCalling: return "calling";
    case LampState::kInCall: return "in_call";
    case LampState::kError: return "error";
    case LampState::kOffline: return "offline";
    case LampState::kDnd: return "dnd";
    case LampState::kIdle: return "idle";
  }
  return "unknown";
}

/// A lamp on a GPIO line.
struct LampOptions {
  std::string name;  ///< as a user's, of its own
  std::string gpio;
  bool active_low = false;
  /// At least one code: "on", "off", or up to 16 times of 20 ms to 1 min, on and off by turns, such
  /// as "100ms 900ms".
  std::map<LampState, std::string> codes;

  bool operator==(const LampOptions&) const = default;
};

/// The relay or strike that opens the door, for whom AgentOptions::door_allow and the calls let in,
/// unless there is an Agent::set_door_handler(). It is off but for its pulses, whatever happens to
/// this process: platform/README.md says how.
struct RelayOptions {
  std::string gpio;
  /// Instead of `gpio`: a program that opens the lock, and talks as platform/README.md says.
  std::vector<std::string> command;
  bool active_low = false;
  std::chrono::milliseconds pulse{3'000};     ///< 50 ms to `longest`
  std::chrono::milliseconds longest{10'000};  ///< however often it is pulsed meanwhile: up to 1 min

  bool operator==(const RelayOptions&) const = default;
};

/// A contact that is active while the door is open. When it opens all ringing of this device's
/// calls ends everywhere.
struct ContactOptions {
  std::string gpio;
  bool active_low = false;
  LineBias bias = LineBias::kAsIs;

  bool operator==(const ContactOptions&) const = default;
};

/// A sound that a program makes until it is stopped.
struct SoundOptions {
  std::vector<std::string> command;  ///< the program and its arguments; never a shell text
  /// Instead of `command`: a file that aplay, pw-play or gst-play-1.0 can play, whichever is there.
  std::string file;
  int times = 0;                         ///< up to 100; 0: until it is stopped
  std::chrono::milliseconds gap{1'000};  ///< between two: 100 ms to 1 min

  bool operator==(const SoundOptions&) const = default;
};

/// What of this is there.
struct OutputOptions {
  std::vector<LampOptions> lamps;  ///< up to 16
  std::optional<RelayOptions> relay;
  std::optional<ContactOptions> contact;
  std::optional<SoundOptions> chime;      ///< while a call rings here and is not silenced
  std::optional<SoundOptions> ring_back;  ///< while a call from here rings at the other side

  bool operator==(const OutputOptions&) const = default;
};

/// One output or contact as it is now.
struct OutputView {
  std::string kind;   ///< "lamp", "relay", "contact", "chime" or "ring_back"
  std::string name;   ///< of a lamp
  std::string state;  ///< lamp: what it shows, or "none"; "on", "off"; "open", "closed", "unknown"
  std::string fault;  ///< why it does not work, for people; empty: it does
};

}  // namespace doorcall
