#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/daily_window.hpp"
#include "platform/gpio.hpp"
#include "platform/log.hpp"

namespace doorcall::platform {

/// A text that must not be shown: it has no output operator and no way into the log.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  /// For the one place that hands it to the library that needs it.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

enum class DeviceKind : std::uint8_t { kDoorStation, kPanel, kPhone, kDesk, kOther };
enum class MqttVersion : std::uint8_t { kAuto, k5, k311 };
enum class OfflinePolicy : std::uint8_t { kFail, kWait };
enum class ButtonAction : std::uint8_t {
  kCall,
  kPlan,
  kToggle,
  kAnswer,
  kDecline,
  kHangUp,
  kSilence,
  kDnd,
  kPull,
  kOpen,
};
enum class PlanKind : std::uint8_t { kParallel, kFirst, kHunt, kEscalation };

/// What a press does.
struct PressConfig {
  ButtonAction action = ButtonAction::kToggle;
  std::string target;  ///< the user that kCall calls or whose door kOpen opens, the plan of kPlan
  bool operator==(const PressConfig&) const = default;
};

/// A named button: without `gpio` and `key` a virtual one, pressed through the control socket.
struct ButtonConfig {
  std::string name;
  PressConfig press;
  std::optional<PressConfig> double_press;
  std::optional<PressConfig> long_press;
  bool repeat_cancels = false;  ///< a press that repeats a call cancels it, else it is refused
  std::string gpio;
  bool active_low = false;
  GpioBias bias = GpioBias::kAsIs;
  bool ac = false;
  std::string key;
  std::string device;  ///< empty: the first that has the key
  bool grab = false;
  std::optional<Millis> debounce;  ///< none: by `ac`
  Millis hold{30};
  Millis double_time{400};
  Millis long_time{800};
  std::optional<Millis> stuck_time{60'000};
  bool operator==(const ButtonConfig&) const = default;
};

/// A lamp and what it shows: a blink code for each state that it has one for, by the state's key.
struct LampConfig {
  std::string name;
  std::string gpio;
  bool active_low = false;
  std::map<std::string, std::string> codes;
  bool operator==(const LampConfig&) const = default;
};

/// A sound of the section of that name. Neither command nor file: there is none.
struct SoundConfig {
  std::vector<std::string> command;
  std::string file;
  int times = 0;
  Millis gap{1'000};
  bool operator==(const SoundConfig&) const = default;
};

/// A ring plan with its name. `users` or, of an escalation, `steps`.
struct PlanConfig {
  std::string name;
  PlanKind kind = PlanKind::kParallel;
  std::vector<std::string> users;
  std::vector<std::vector<std::string>> steps;
  Millis step_time{20'000};
  int cycles = 1;
  bool keep = true;
  std::optional<Millis> ring_time;
  bool operator==(const PlanConfig&) const = default;
};

/// Every setting of the daemon with its default. What each key is called and what it allows stands
/// in one table, config_table.cpp; `describe_settings()` prints it.
struct Config {
  struct Device {
    std::string user;
    std::string device;
    std::string name;
    DeviceKind kind = DeviceKind::kOther;
    bool chime_only = false;
    bool decline_here = false;
    bool operator==(const Device&) const = default;
  } device;

  struct Tls {
    bool enabled = false;  ///< the section is there
    std::string ca_file;   ///< empty: the system's certificates
    std::string cert_file;
    std::string key_file;
    std::string server_name;  ///< empty: the host
    bool insecure = false;    ///< do not check the broker's certificate
    bool operator==(const Tls&) const = default;
  };

  struct Broker {
    std::string host;
    std::vector<std::string> more;  ///< other nodes of the same cluster
    std::uint16_t port = 0;         ///< 0: 8883 with TLS, else 1883
    std::string root = "doorcall/v1";
    MqttVersion protocol = MqttVersion::kAuto;
    std::uint8_t delivery_qos = 1;
    Millis keep_alive{60'000};
    Millis will_delay{10'000};
    Millis session_expiry{3'600'000};
    std::string username;
    std::string password_file;
    Secret password;  ///< what stands in password_file
    Tls tls;
    bool operator==(const Broker&) const = default;
  } broker;

  struct Call {
    Millis ring_time{90'000};
    Millis receipt_time{30'000};
    std::optional<Millis> not_yet_received;
    Millis confirm_time{8'000};
    Millis heartbeat{10'000};
    Millis lost{30'000};
    Millis media_start{15'000};
    OfflinePolicy offline = OfflinePolicy::kFail;
    std::uint16_t lines = 1;
    std::uint16_t parties = 10;
    bool call_waiting = false;
    Millis busy_settle{2'000};
    std::optional<Millis> alone_time{30'000};
    std::optional<Millis> longest_call;
    bool operator==(const Call&) const = default;
  } call;

  struct Contacts {
    std::vector<std::string> users;
    bool refuse_strangers = false;
    bool follow_only = false;  ///< presence of users alone
    bool hide_busy = false;
    bool operator==(const Contacts&) const = default;
  } contacts;

  struct Dnd {
    std::vector<DailyWindow> schedule;
    std::vector<std::string> overrides;
    bool operator==(const Dnd&) const = default;
  } dnd;

  struct RingToOpen {
    std::vector<std::string> doors;
    Millis longest{3'600'000};
    bool operator==(const RingToOpen&) const = default;
  } ring_to_open;

  struct Push {
    std::string title = "{caller}";
    std::string content;
    bool operator==(const Push&) const = default;
  } push;

  struct Media {
    std::vector<std::string> command;  ///< empty: no media hook
    bool prewarm = false;
    bool early = false;
    Millis stop_time{2'000};
    bool operator==(const Media&) const = default;
  } media;

  struct Door {
    std::string gpio;
    bool active_low = false;
    std::vector<std::string> command;  ///< instead of `gpio`; neither: no relay
    Millis pulse{3'000};
    Millis longest{10'000};
    std::string contact;  ///< empty: none
    bool contact_active_low = false;
    GpioBias contact_bias = GpioBias::kAsIs;
    std::vector<std::string> allow;  ///< users and devices
    bool operator==(const Door&) const = default;
  } door;

  SoundConfig chime;
  SoundConfig ring_back;

  struct Control {
    std::string socket = "/run/doorcall/control.sock";
    mode_t mode = 0660;
    std::string group;                       ///< empty: the daemon's own
    std::string watchers, callers, openers;  ///< groups; empty: whoever may connect
    bool operator==(const Control&) const = default;
  } control;

  struct Logging {
    LogLevel level = LogLevel::kInfo;
    bool operator==(const Logging&) const = default;
  } log;

  std::vector<ButtonConfig> buttons;
  std::vector<LampConfig> lamps;
  std::vector<PlanConfig> plans;  ///< each name once

  bool operator==(const Config&) const = default;
};

/// One thing that is wrong with a config file.
struct ConfigError {
  std::string file;
  std::uint32_t line = 0;  ///< from 1; 0: not one line's fault
  std::string key;         ///< "[call] ring_time", or empty for a syntax error
  std::string message;     ///< what was found and what is allowed

  /// "FILE:LINE: KEY: MESSAGE".
  [[nodiscard]] std::string text() const;
};

/// Reads and checks a config file with the files it names, and appends everything that is wrong
/// with it to `ret_errors`, in the order of the lines. Relative file names count from the config's
/// own directory. The result is to be used only when nothing was appended. Errors: throws
/// std::bad_alloc only.
[[nodiscard]] Config load_config(const std::string& path, std::vector<ConfigError>& ret_errors);

/// As load_config(), for a text; `file` is the name that errors show and file names count from.
[[nodiscard]] Config parse_config(std::string_view text, const std::string& file,
                                  std::vector<ConfigError>& ret_errors);

/// All keys with what they allow, their defaults and meaning, one line each, for people.
[[nodiscard]] std::string describe_settings();

}  // namespace doorcall::platform
