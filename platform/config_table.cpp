// The one list of settings. The loader, the error messages and the description for people are all
// driven by it, so that they cannot disagree.
#include "platform/config_table.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "agent/core/limits.hpp"
#include "platform/config_devices.hpp"
#include "platform/config_rules.hpp"

namespace doorcall::platform::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 5> kKinds{"door_station", "panel", "phone", "desk", "other"};
constexpr std::array<std::string_view, 3> kProtocols{"auto", "5", "3.1.1"};
constexpr std::array<std::string_view, 2> kOffline{"fail", "wait"};
constexpr std::array<std::string_view, 2> kDecline{"everywhere", "here"};
constexpr std::array<std::string_view, 2> kStrangers{"allow", "refuse"};
constexpr std::array<std::string_view, 2> kFollowed{"everybody", "contacts"};
constexpr std::array<std::string_view, 2> kRepeats{"refuse", "cancel"};
constexpr std::array<std::string_view, 4> kPlanKinds{"parallel", "first", "hunt", "escalation"};
constexpr std::array<std::string_view, 4> kLevels{"error", "warning", "info", "debug"};
constexpr std::array<LogLevel, 4> kLevelValues{LogLevel::kError, LogLevel::kWarning,
                                               LogLevel::kInfo, LogLevel::kDebug};

constexpr std::int64_t kInvitees = kInviteesMax;
constexpr std::int64_t kMoreBrokersMax = 15;

constexpr std::array kRepeated{
    Repeated{"dnd.schedule", "entries", 16, false,
             [](Config& c, std::string_view) { c.dnd.schedule.emplace_back(); }},
    Repeated{"button", "buttons", 16, false,
             [](Config& c, std::string_view) { c.buttons.emplace_back(); }},
    Repeated{"lamp", "lamps", 16, false,
             [](Config& c, std::string_view) { c.lamps.emplace_back(); }},
    Repeated{"plans", "plans", 16, true,
             [](Config& c, std::string_view name) { c.plans.emplace_back().name = name; }},
};

constexpr std::array kOwnSettings{
    Setting{"device", "user", name(32), "", [](Config& c, Value& v) { c.device.user = v.text; },
            "the user that this device belongs to: the address that others call", true},
    Setting{"device", "device", name(31), "", [](Config& c, Value& v) { c.device.device = v.text; },
            "this device among the user's devices", true},
    Setting{"device", "name", text(0, 64), "\"\"",
            [](Config& c, Value& v) { c.device.name = v.text; }, "what others see of it"},
    Setting{"device", "kind", choice(kKinds), "\"other\"",
            [](Config& c, Value& v) { c.device.kind = static_cast<DeviceKind>(v.integer); },
            "what it is"},
    Setting{"device", "chime_only", kFlag, "false",
            [](Config& c, Value& v) { c.device.chime_only = v.boolean; },
            "it rings, but calls are answered at the user's other devices"},
    Setting{"device", "decline", choice(kDecline), "\"everywhere\"",
            [](Config& c, Value& v) { c.device.decline_here = v.integer != 0; },
            "a decline is for all devices of the user, or for this one while the others ring on"},

    Setting{"broker", "host", text(1, 253), "", [](Config& c, Value& v) { c.broker.host = v.text; },
            "the MQTT broker's name or address", true},
    Setting{"broker", "more", hosts(kMoreBrokersMax), "[]",
            [](Config& c, Value& v) { c.broker.more = v.list; },
            "other nodes of the same cluster, with the same port: after a failed attempt or a lost "
            "connection the next one is tried"},
    Setting{"broker", "port", integer(1, 65535), "",
            [](Config& c, Value& v) { c.broker.port = static_cast<std::uint16_t>(v.integer); },
            "the broker's port; if not set 8883 with [broker.tls], else 1883"},
    Setting{"broker", "root", plain(Rule::Type::kTopic), "\"doorcall/v1\"",
            [](Config& c, Value& v) { c.broker.root = v.text; },
            "what all topics start with; the same on all devices of a site"},
    Setting{"broker", "protocol", choice(kProtocols), "\"auto\"",
            [](Config& c, Value& v) { c.broker.protocol = static_cast<MqttVersion>(v.integer); },
            "the MQTT version; auto takes 5 and falls back to 3.1.1"},
    Setting{
        "broker", "delivery_qos", integer(0, 1), "1",
        [](Config& c, Value& v) { c.broker.delivery_qos = static_cast<std::uint8_t>(v.integer); },
        "QoS of what the broker delivers: 0 where its QoS 1 loses messages (broker-config/"
        "SCALING.md); then nothing waits for a lost device"},
    Setting{"broker", "keep_alive", duration(10s, 600s), "60",
            [](Config& c, Value& v) { c.broker.keep_alive = *v.duration; },
            "how often an idle connection is checked"},
    Setting{"broker", "will_delay", duration(0s, 60s), "10",
            [](Config& c, Value& v) { c.broker.will_delay = *v.duration; },
            "how long the broker waits before it declares a lost device offline"},
    Setting{"broker", "session_expiry", duration(11min, 168h), "\"1h\"",
            [](Config& c, Value& v) { c.broker.session_expiry = *v.duration; },
            "how long the broker keeps messages for a lost device"},
    Setting{"broker", "username", text(1, 256), "",
            [](Config& c, Value& v) { c.broker.username = v.text; },
            "the broker's name for this device; if not set none is sent, unless there is a "
            "password: then device@user"},
    Setting{"broker", "password_file", kFile, "",
            [](Config& c, Value& v) { c.broker.password_file = v.text; },
            "a file whose first line is the password, readable by its owner only"},

    Setting{"broker.tls", "ca_file", kFile, "",
            [](Config& c, Value& v) { c.broker.tls.ca_file = v.text; },
            "certificates that may sign the broker's; if not set the system's"},
    Setting{"broker.tls", "cert_file", kFile, "",
            [](Config& c, Value& v) { c.broker.tls.cert_file = v.text; },
            "this device's certificate"},
    Setting{"broker.tls", "key_file", kFile, "",
            [](Config& c, Value& v) { c.broker.tls.key_file = v.text; },
            "the certificate's private key, not readable by all"},
    Setting{"broker.tls", "server_name", text(1, 253), "",
            [](Config& c, Value& v) { c.broker.tls.server_name = v.text; },
            "the name that the broker's certificate must carry; if not set the host"},
    Setting{"broker.tls", "insecure", kFlag, "false",
            [](Config& c, Value& v) { c.broker.tls.insecure = v.boolean; },
            "do not check the broker's certificate: for tests only"},

    Setting{"call", "ring_time", duration(1s, 600s), "90",
            [](Config& c, Value& v) { c.call.ring_time = *v.duration; },
            "how long a call from here rings"},
    Setting{"call", "receipt_time", duration(1s, 60s), "30",
            [](Config& c, Value& v) { c.call.receipt_time = *v.duration; },
            "when no device has rung by then the call ends"},
    Setting{"call", "not_yet_received", duration_or_off(1s, 30s), "\"off\"",
            [](Config& c, Value& v) { c.call.not_yet_received = v.duration; },
            "when to tell the caller that nothing rings yet"},
    Setting{"call", "confirm_time", duration(2s, 30s), "8",
            [](Config& c, Value& v) { c.call.confirm_time = *v.duration; },
            "how long an answer waits for the caller's confirmation"},
    Setting{"call", "heartbeat", duration(2s, 60s), "10",
            [](Config& c, Value& v) { c.call.heartbeat = *v.duration; },
            "how often the sides of a call assure each other"},
    Setting{"call", "lost", duration(5s, 300s), "30",
            [](Config& c, Value& v) { c.call.lost = *v.duration; },
            "a side that is silent for so long is given up; at least twice heartbeat"},
    Setting{"call", "media_start", duration(1s, 120s), "15",
            [](Config& c, Value& v) { c.call.media_start = *v.duration; },
            "how long the media hook may take to start"},
    Setting{"call", "offline", choice(kOffline), "\"fail\"",
            [](Config& c, Value& v) { c.call.offline = static_cast<OfflinePolicy>(v.integer); },
            "calling a user who is offline fails at once, or waits for the ring time"},
    Setting{"call", "lines", integer(1, 8), "1",
            [](Config& c, Value& v) { c.call.lines = static_cast<std::uint16_t>(v.integer); },
            "calls at a time before this device is busy"},
    Setting{"call", "call_waiting", kFlag, "false",
            [](Config& c, Value& v) { c.call.call_waiting = v.boolean; },
            "while busy one more call may ring; to answer it end the other first"},
    Setting{"call", "parties", integer(2, kPartiesMax), "10",
            [](Config& c, Value& v) { c.call.parties = static_cast<std::uint16_t>(v.integer); },
            "users in one call at a time, this one included"},
    Setting{"call", "busy_settle", duration(0s, 10s), "2",
            [](Config& c, Value& v) { c.call.busy_settle = *v.duration; },
            "when all who answered are busy, how long to wait for the user's other devices"},
    Setting{"call", "alone_time", duration_or_off(1s, 600s), "30",
            [](Config& c, Value& v) { c.call.alone_time = v.duration; },
            "left alone in a call while others still ring, this device leaves after it"},
    Setting{"call", "longest_call", duration_or_off(1min, 24h), "\"off\"",
            [](Config& c, Value& v) { c.call.longest_call = v.duration; },
            "a connected call ends after it, with a warning 30s before"},

    Setting{"contacts", "users", users(Rule::Type::kUsers, 0, kContactsMax), "[]",
            [](Config& c, Value& v) { c.contacts.users = v.list; },
            "the users that this device knows; the others are strangers"},
    Setting{"contacts", "strangers", choice(kStrangers), "\"allow\"",
            [](Config& c, Value& v) { c.contacts.refuse_strangers = v.integer != 0; },
            "whether strangers may call"},
    Setting{"contacts", "presence", choice(kFollowed), "\"everybody\"",
            [](Config& c, Value& v) { c.contacts.follow_only = v.integer != 0; },
            "whose presence is followed: everybody's, or that of users and of the own user only"},
    Setting{"contacts", "hide_busy", kFlag, "false",
            [](Config& c, Value& v) { c.contacts.hide_busy = v.boolean; },
            "strangers are told no_answer where it is busy or do not disturb"},

    Setting{"dnd", "overrides", users(Rule::Type::kUsers, 0, kOverridesMax), "[]",
            [](Config& c, Value& v) { c.dnd.overrides = v.list; },
            "users who ring in spite of do not disturb"},
    Setting{"dnd.schedule", "days", plain(Rule::Type::kDays), "[\"mon-sun\"]",
            [](Config& c, Value& v) {
              c.dnd.schedule.back().days = static_cast<std::uint8_t>(v.integer);
            },
            "the days on which do not disturb begins"},
    Setting{"dnd.schedule", "from", clock_up_to(24 * 60 - 1), "",
            [](Config& c, Value& v) {
              c.dnd.schedule.back().from = static_cast<std::uint16_t>(v.integer);
            },
            "when it begins, by the local clock", true},
    Setting{"dnd.schedule", "to", clock_up_to(24 * 60), "",
            [](Config& c,
               Value& v) { c.dnd.schedule.back().to = static_cast<std::uint16_t>(v.integer); },
            "when it ends; if that is not after its begin, on the next day", true},

    Setting{"ring_to_open", "doors", users(Rule::Type::kUsers, 0, kDoorsMax), "[]",
            [](Config& c, Value& v) { c.ring_to_open.doors = v.list; },
            "users whose calls are answered and whose doors are opened while ring-to-open is on"},
    Setting{"ring_to_open", "longest", duration(1min, kModeTimeMax), "\"1h\"",
            [](Config& c, Value& v) { c.ring_to_open.longest = *v.duration; },
            "the longest time for which it can be switched on"},

    Setting{"plans", "kind", choice(kPlanKinds), "\"parallel\"",
            [](Config& c, Value& v) { c.plans.back().kind = static_cast<PlanKind>(v.integer); },
            "all at once; all at once and the first answer has the call; one user after the other; "
            "one list after the other"},
    Setting{"plans", "users", users(Rule::Type::kUsers, 1, kInvitees), "",
            [](Config& c, Value& v) { c.plans.back().users = v.list; },
            "whom it calls; needed but for an escalation"},
    Setting{"plans", "steps", users(Rule::Type::kSteps, 1, kInvitees), "",
            [](Config& c, Value& v) { c.plans.back().steps = v.lists; },
            "the lists of an escalation, which needs them"},
    Setting{"plans", "step_time", duration(1s, 600s), "20",
            [](Config& c, Value& v) { c.plans.back().step_time = *v.duration; },
            "of a hunt or escalation: how long before the next user or list is rung"},
    Setting{"plans", "cycles", integer(1, kPlanCyclesMax), "1",
            [](Config& c, Value& v) { c.plans.back().cycles = static_cast<int>(v.integer); },
            "of a hunt: how often all are rung"},
    Setting{"plans", "keep", kFlag, "true",
            [](Config& c, Value& v) { c.plans.back().keep = v.boolean; },
            "of an escalation: the earlier lists ring on"},
    Setting{"plans", "ring_time", duration(1s, 600s), "",
            [](Config& c, Value& v) { c.plans.back().ring_time = v.duration; },
            "how long each user rings; if not set that of [call]"},

    Setting{"push", "title", text(0, 64), "\"{caller}\"",
            [](Config& c, Value& v) { c.push.title = v.text; },
            "what a push to an offline user shows; {caller}, {user} and {line} are filled in"},
    Setting{"push", "content", text(0, 256), "\"\"",
            [](Config& c, Value& v) { c.push.content = v.text; }, "the text under it"},

    Setting{"media", "command", plain(Rule::Type::kCommand), "",
            [](Config& c, Value& v) { c.media.command = v.list; },
            "the media hook and its arguments; no shell is involved; if not set there is none"},
    Setting{"media", "prewarm", kFlag, "false",
            [](Config& c, Value& v) { c.media.prewarm = v.boolean; },
            "start the hook when it rings instead of when the call is answered"},
    Setting{"media", "early", kFlag, "false",
            [](Config& c, Value& v) { c.media.early = v.boolean; },
            "picture or sound from the caller ahead of the answer, if the other side's device has "
            "this set, too; implies prewarm"},
    Setting{"media", "stop_time", duration(10ms, 30s), "2",
            [](Config& c, Value& v) { c.media.stop_time = *v.duration; },
            "how long the hook may take to stop, before it is terminated, then killed"},

    Setting{"control", "socket", text(1, 107), "\"/run/doorcall/control.sock\"",
            [](Config& c, Value& v) { c.control.socket = v.text; },
            "where the doorcall command finds the daemon"},
    Setting{"control", "mode", plain(Rule::Type::kMode), "\"0660\"",
            [](Config& c, Value& v) { c.control.mode = static_cast<mode_t>(v.integer); },
            "the socket's file mode"},
    Setting{"control", "group", text(1, 32), "",
            [](Config& c, Value& v) { c.control.group = v.text; },
            "the socket's group; if not set the daemon's own"},
    Setting{"control", "watchers", text(1, 32), "",
            [](Config& c, Value& v) { c.control.watchers = v.text; },
            "the group that may look: status, events; if not set whoever may connect"},
    Setting{"control", "callers", text(1, 32), "",
            [](Config& c, Value& v) { c.control.callers = v.text; },
            "the group that may make, take and end calls; if not set whoever may connect"},
    Setting{"control", "openers", text(1, 32), "",
            [](Config& c, Value& v) { c.control.openers = v.text; },
            "the group that may open doors; if not set whoever may connect"},

    Setting{"log", "level", choice(kLevels), "\"info\"",
            [](Config& c,
               Value& v) { c.log.level = kLevelValues[static_cast<std::size_t>(v.integer)]; },
            "the least important messages that are logged"},

    Setting{"button", "name", name(32), "",
            [](Config& c, Value& v) { c.buttons.back().name = v.text; },
            "the button's name, of its own", true},
    Setting{"button", "press", plain(Rule::Type::kPress), "",
            [](Config& c, Value& v) { c.buttons.back().press = v.press; }, "what pressing it does",
            true},
    Setting{"button", "double_press", plain(Rule::Type::kPress), "",
            [](Config& c, Value& v) { c.buttons.back().double_press = v.press; },
            "what pressing it twice does; if not set it is not waited for"},
    Setting{"button", "long_press", plain(Rule::Type::kPress), "",
            [](Config& c, Value& v) { c.buttons.back().long_press = v.press; },
            "what holding it does; if not set it is not waited for"},
    Setting{"button", "repeat", choice(kRepeats), "\"refuse\"",
            [](Config& c, Value& v) { c.buttons.back().repeat_cancels = v.integer != 0; },
            "what a press does whose call is being made already"},
    Setting{"button", "gpio", plain(Rule::Type::kGpio), "",
            [](Config& c, Value& v) { c.buttons.back().gpio = v.text; },
            "the GPIO line that it is wired to; if not set, and no key, it is a virtual button"},
    Setting{"button", "active_low", kFlag, "false",
            [](Config& c, Value& v) { c.buttons.back().active_low = v.boolean; },
            "the line is low while it is pressed"},
    Setting{"button", "bias", choice(kBiases), "\"as_is\"",
            [](Config& c, Value& v) { c.buttons.back().bias = static_cast<GpioBias>(v.integer); },
            "what holds the line while nothing drives it"},
    Setting{"button", "ac", kFlag, "false",
            [](Config& c, Value& v) { c.buttons.back().ac = v.boolean; },
            "an AC bell wire: its half-waves are one press, their end the release"},
    Setting{"button", "key", plain(Rule::Type::kKey), "",
            [](Config& c, Value& v) { c.buttons.back().key = v.text; }, "the key that it is"},
    Setting{"button", "device", text(1, 255), "",
            [](Config& c, Value& v) { c.buttons.back().device = v.text; },
            "the key's input device: a path, such as one in /dev/input/by-id, or its own name; if "
            "not set the first that has the key"},
    Setting{"button", "grab", kFlag, "false",
            [](Config& c, Value& v) { c.buttons.back().grab = v.boolean; },
            "no other program gets the input device's keys"},
    Setting{"button", "debounce", duration(0ms, 500ms), "",
            [](Config& c, Value& v) { c.buttons.back().debounce = v.duration; },
            "a gap that does not end a press; if not set 5ms, with ac 40ms"},
    Setting{"button", "hold", duration(1ms, 5s), "\"30ms\"",
            [](Config& c, Value& v) { c.buttons.back().hold = *v.duration; },
            "what is shorter is no press"},
    Setting{"button", "double_time", duration(50ms, 5s), "\"400ms\"",
            [](Config& c, Value& v) { c.buttons.back().double_time = *v.duration; },
            "how long after a release a second press makes a double one"},
    Setting{"button", "long_time", duration(100ms, 30s), "\"800ms\"",
            [](Config& c, Value& v) { c.buttons.back().long_time = *v.duration; },
            "how long it is held for a long press"},
    Setting{"button", "stuck_time", duration_or_off(1s, 24h), "60",
            [](Config& c, Value& v) { c.buttons.back().stuck_time = v.duration; },
            "held for so long it is stuck: a warning, and ignored until it is released"},
};

constexpr auto kSettings = [] {
  std::array<Setting, kOwnSettings.size() + kDeviceSettings.size()> all{};
  std::copy(kOwnSettings.begin(), kOwnSettings.end(), all.begin());
  std::copy(kDeviceSettings.begin(), kDeviceSettings.end(), all.begin() + kOwnSettings.size());
  return all;
}();

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

const Repeated* repeated(std::string_view section) {
  for (const Repeated& each : kRepeated) {
    if (each.section == section) {
      return &each;
    }
  }
  return nullptr;
}

}  // namespace doorcall::platform::detail
