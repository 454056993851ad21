// The one list of settings. The loader, the error messages and the description for people are all
// driven by it, so that they cannot disagree.
#include "platform/config_table.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace doorcall::platform::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 5> kKinds{"door_station", "panel", "phone", "desk", "other"};
constexpr std::array<std::string_view, 3> kProtocols{"auto", "5", "3.1.1"};
constexpr std::array<std::string_view, 2> kOffline{"fail", "wait"};
constexpr std::array<std::string_view, 4> kLevels{"error", "warning", "info", "debug"};
constexpr std::array<LogLevel, 4> kLevelValues{LogLevel::kError, LogLevel::kWarning,
                                               LogLevel::kInfo, LogLevel::kDebug};

constexpr Rule text(std::int64_t low, std::int64_t high) {
  return {.type = Rule::Type::kText, .low = low, .high = high};
}
constexpr Rule name(std::int64_t high) {
  return {.type = Rule::Type::kName, .low = 1, .high = high};
}
constexpr Rule integer(std::int64_t low, std::int64_t high) {
  return {.type = Rule::Type::kInteger, .low = low, .high = high};
}
constexpr Rule duration(Millis low, Millis high) {
  return {.type = Rule::Type::kDuration, .low = low.count(), .high = high.count()};
}
constexpr Rule duration_or_off(Millis low, Millis high) {
  Rule rule = duration(low, high);
  rule.off = true;
  return rule;
}
constexpr Rule choice(std::span<const std::string_view> choices) {
  return {.type = Rule::Type::kChoice, .choices = choices};
}
constexpr Rule plain(Rule::Type type) {
  return {.type = type};
}

constexpr Rule kFile = text(1, 4096);
constexpr Rule kFlag = plain(Rule::Type::kBoolean);

constexpr std::array kSettings{
    Setting{"device", "user", name(32), "", [](Config& c, Value& v) { c.device.user = v.text; },
            "the user that this device belongs to: the address that others call", true},
    Setting{"device", "device", name(31), "", [](Config& c, Value& v) { c.device.device = v.text; },
            "this device among the user's devices", true},
    Setting{"device", "name", text(0, 64), "\"\"",
            [](Config& c, Value& v) { c.device.name = v.text; }, "what others see of it"},
    Setting{"device", "kind", choice(kKinds), "\"other\"",
            [](Config& c, Value& v) { c.device.kind = static_cast<DeviceKind>(v.integer); },
            "what it is"},

    Setting{"broker", "host", text(1, 253), "", [](Config& c, Value& v) { c.broker.host = v.text; },
            "the MQTT broker's name or address", true},
    Setting{"broker", "port", integer(1, 65535), "",
            [](Config& c, Value& v) { c.broker.port = static_cast<std::uint16_t>(v.integer); },
            "the broker's port; if not set 8883 with [broker.tls], else 1883"},
    Setting{"broker", "root", plain(Rule::Type::kTopic), "\"doorcall/v1\"",
            [](Config& c, Value& v) { c.broker.root = v.text; },
            "what all topics start with; the same on all devices of a site"},
    Setting{"broker", "protocol", choice(kProtocols), "\"auto\"",
            [](Config& c, Value& v) { c.broker.protocol = static_cast<MqttVersion>(v.integer); },
            "the MQTT version; auto takes 5 and falls back to 3.1.1"},
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

    Setting{"media", "command", plain(Rule::Type::kCommand), "",
            [](Config& c, Value& v) { c.media.command = v.list; },
            "the media hook and its arguments; no shell is involved; if not set there is none"},
    Setting{"media", "prewarm", kFlag, "false",
            [](Config& c, Value& v) { c.media.prewarm = v.boolean; },
            "start the hook when it rings instead of when the call is answered"},
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

    Setting{"log", "level", choice(kLevels), "\"info\"",
            [](Config& c, Value& v) {
              c.log.level = kLevelValues[static_cast<std::size_t>(v.integer)];
            },
            "the least important messages that are logged"},

    Setting{"button", "name", name(32), "",
            [](Config& c, Value& v) { c.buttons.back().name = v.text; },
            "the button's name, of its own", true},
    Setting{"button", "press", plain(Rule::Type::kPress), "",
            [](Config& c, Value& v) {
              c.buttons.back().action = v.button.action;
              c.buttons.back().target = v.button.target;
            },
            "what pressing it does", true},
};

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 4> kUnits{{{"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kDurationMax = 365LL * 24 * 3'600'000;

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

std::string duration_text(Millis value) {
  for (const Unit& unit : kUnits) {
    // 90s, not 1.5min; and 10min, but 0s.
    if (value.count() % unit.milliseconds == 0 && (value.count() != 0 || unit.name == "s")) {
      return std::to_string(value.count() / unit.milliseconds).append(unit.name);
    }
  }
  return {};
}

std::optional<Millis> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number < 0) {
    return std::nullopt;
  }
  const std::string_view unit_name(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : kUnits) {
    if (unit.name == unit_name && number <= kDurationMax / unit.milliseconds) {
      return Millis(number * unit.milliseconds);
    }
  }
  return std::nullopt;
}

}  // namespace doorcall::platform::detail
