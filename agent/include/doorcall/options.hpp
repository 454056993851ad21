#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/inputs.hpp"
#include "doorcall/outputs.hpp"
#include "doorcall/plan.hpp"

namespace doorcall {

/// Which version of MQTT to speak.
enum class MqttProtocol : std::uint8_t {
  kAuto,     ///< 5, or 3.1.1 where the broker has no more
  kMqtt5,    ///< 5 only
  kMqtt311,  ///< 3.1.1 only
};

/// The protection of the connection to the broker.
struct TlsOptions {
  bool enabled = false;
  std::string ca_file;      ///< PEM; empty: the system's
  std::string cert_file;    ///< client certificate, PEM; empty: none
  std::string key_file;     ///< its key, PEM
  std::string server_name;  ///< expected in the broker's certificate; empty: the host
  bool insecure = false;    ///< don't check the certificate; for tests only

  bool operator==(const TlsOptions&) const = default;
};

/// Where the broker is and how to stay connected to it.
struct BrokerOptions {
  std::string host = "localhost";
  std::vector<std::string> more;  ///< other nodes of the same cluster, tried in turn; same port
  std::uint16_t port = 1883;
  std::string topic_root = "doorcall/v1";  ///< what all topics start with; one for a whole site
  MqttProtocol protocol = MqttProtocol::kAuto;
  /// QoS of what the broker delivers. 0 for brokers whose QoS 1 loses messages; then nothing waits
  /// for a device that is away for a moment.
  std::uint8_t delivery_qos = 1;
  std::string username;  ///< empty: "<device>@<user>" if there is a password, else none
  std::string password;
  TlsOptions tls;
  std::chrono::seconds keep_alive{60};        ///< 10–600
  std::chrono::seconds session_expiry{3600};  ///< above the longest ring time
  std::chrono::seconds will_delay{10};        ///< 0–60
  std::chrono::seconds connect_timeout{10};   ///< name, connection and subscriptions together
};

/// The call timers; PROTOCOL.md says what each does.
struct TimerOptions {
  std::chrono::milliseconds ring{90'000};           ///< 1–600 s
  std::chrono::milliseconds receipt{30'000};        ///< 1–60 s
  std::chrono::milliseconds notice{0};              ///< 0 = off, else 1–30 s
  std::chrono::milliseconds confirm{8'000};         ///< 2–30 s
  std::chrono::milliseconds heartbeat{10'000};      ///< 2–60 s
  std::chrono::milliseconds lost{30'000};           ///< 5–300 s
  std::chrono::milliseconds media_start{15'000};    ///< 1–120 s
  std::chrono::milliseconds offline_belief{5'000};  ///< 0–30 s
  std::chrono::milliseconds busy_settle{2'000};     ///< 0–10 s
  std::chrono::milliseconds alone{30'000};          ///< 0 = off, else 1–600 s
  std::chrono::milliseconds longest_call{0};        ///< 0 = off, else 1 min–24 h
};

/// Who this device is and how it behaves.
struct AgentOptions {
  std::string user;    ///< whose device this is: [A-Za-z0-9_-], 1–32 bytes
  std::string device;  ///< unique for the user: [A-Za-z0-9_-], 1–31 bytes
  std::string name;    ///< shown to people, UTF-8, up to 64 bytes
  std::string kind;    ///< "door_station", "panel", …, up to 32 bytes
  BrokerOptions broker;
  TimerOptions timers;
  std::uint16_t lines = 1;     ///< live calls before this device is busy: 1–8
  std::uint16_t parties = 10;  ///< in one call, this device's user included: 2–16
  bool call_waiting = false;   ///< while busy, one more call may ring
  bool chime_only = false;     ///< it rings, but can't answer
  bool wait_offline = false;   ///< own calls ring on while the user is offline
  bool decline_here = false;   ///< a decline here is for this device only, not for all of the user

  std::vector<std::string> contacts;  ///< users who may call where it matters; up to 32
  /// Subscribes to the presence of `contacts` and the own user instead of everybody's: what a
  /// device hears then does not grow with the system.
  bool follow_contacts_only = false;
  bool refuse_strangers = false;           ///< who is not in `contacts` is refused
  bool hide_busy = false;                  ///< who is not in `contacts` hears no_answer for busy
  std::vector<std::string> dnd_overrides;  ///< users who ring in spite of do not disturb; up to 16
  std::vector<std::string> doors;          ///< users whose calls ring-to-open answers; up to 8
  /// Users ("apt1") and devices ("panel@apt1") that may open this device's door without a call; up
  /// to 16 of them.
  std::vector<std::string> door_allow;
  std::chrono::milliseconds ring_to_open_max{
      3'600'000};  ///< the longest ring-to-open: 1 min–7 days

  /// Plans that can be called by their names; names as user ids, up to 16 of them.
  std::map<std::string, CallPlan, std::less<>> plans;

  /// What a push shows, unless a call says otherwise: up to 64 bytes and up to 256 once filled in,
  /// cut there. {caller} stands for the display name, else the user; {user} for the user, {line}
  /// for the line that calls.
  std::string push_title = "{caller}";
  std::string push_content;

  /// What buttons are wired to, opened by start(); up to 32. What is missing is waited for.
  std::vector<ButtonInput> inputs;

  /// Media program and its arguments, run for each connected call; empty: none. Never a shell text.
  std::vector<std::string> media_command;
  bool media_prewarm = false;  ///< run it from the ringing on, not only from the answer
  /// Media may flow from the caller to a ringing device ahead of the answer, if the other side's
  /// device has this set, too; implies media_prewarm.
  bool media_early = false;
  std::chrono::milliseconds media_stop_time{2'000};  ///< then it is terminated, then killed

  OutputOptions outputs;  ///< lamps, chime, door relay and door contact

  /// Takes one line of the log with its newline; must not block. False: the line was lost. Empty:
  /// no log. Thread: loop.
  std::function<bool(std::string_view line)> log;
  bool log_debug = false;
  bool log_for_journal = false;  ///< a "<severity>" prefix instead of the time of day
};

}  // namespace doorcall
