#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/config.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

/// A config with nothing but what is required.
inline constexpr std::string_view kLeast =
    "[device]\nuser = \"door\"\ndevice = \"front\"\n[broker]\nhost = \"localhost\"\n";

/// Every key, each with a value that is not its default.
inline constexpr std::string_view kFull = R"([device]
user = "door"
device = "front"
name = "Tür"
kind = "door_station"
chime_only = true
decline = "here"
[broker]
host = "broker.example"
more = ["broker2.example", "::1"]
port = 8884
root = "site/a"
protocol = "3.1.1"
delivery_qos = 0
keep_alive = "2min"
will_delay = 0
session_expiry = "2h"
username = "me"
password_file = "password"
[broker.tls]
ca_file = "ca.pem"
cert_file = "cert.pem"
key_file = "key.pem"
server_name = "other"
insecure = true
[call]
ring_time = 600
receipt_time = "1500ms"
not_yet_received = "5s"
confirm_time = 2
heartbeat = 2
lost = 5
media_start = "2min"
offline = "wait"
lines = 8
call_waiting = true
parties = 16
busy_settle = 0
alone_time = "off"
longest_call = "2h"
[contacts]
users = ["apt1", "apt2"]
strangers = "refuse"
presence = "contacts"
hide_busy = true
[dnd]
schedule = [{days = ["mon-fri", "sun"], from = "22:00", to = "07:00"},
            {from = "13:00", to = "24:00"}]
overrides = ["desk"]
[ring_to_open]
doors = ["gate", "door2"]
longest = "10min"
[plans.night]
kind = "escalation"
steps = [["apt1", "apt2"], ["desk"]]
step_time = "30s"
keep = false
ring_time = "1min"
[plans.day-time]
kind = "hunt"
users = ["apt1", "desk"]
step_time = 5
cycles = 10
[push]
title = "Ring {line}"
content = "from {user}"
[media]
command = ["sh", "-c", "exit 0"]
prewarm = true
early = true
stop_time = "500ms"
[control]
socket = "/run/x.sock"
mode = "0600"
group = "audio"
watchers = "audio"
callers = "video"
openers = "staff"
[log]
level = "debug"
[[button]]
name = "bell"
press = "call:apt1"
[[button]]
name = "hook"
press = "toggle"
[[button]]
name = "after-hours"
press = "plan:night"
[[lamp]]
name = "status"
gpio = "gpiochip0:4"
active_low = true
door = "on"
ringing = "100ms 100ms"
calling = "500ms 500ms"
in_call = "on"
error = "20ms 20ms 20ms 1min"
offline = "1s 1s"
dnd = "100ms 10s"
idle = "off"
[door]
gpio = "strike"
active_low = true
pulse = "5s"
longest = "20s"
contact = "/dev/gpiochip1:3"
contact_active_low = true
contact_bias = "pull_up"
allow = ["desk", "panel@apt1"]
[chime]
command = ["sh", "-c", "exit 0"]
times = 3
gap = "2s"
[ring_back]
file = "tone.wav"
times = 100
gap = "100ms"
)";

/// Config texts and what is wrong with them.
class ConfigFixture : public Utest {
 public:
  ConfigFixture();
  ~ConfigFixture() override;

  TempDir dir;
  std::vector<platform::ConfigError> errors;

  std::string report() const;
  platform::Config parse(std::string_view text);
  /// kFull, with the files that it names.
  platform::Config load_full();
  /// The least config with `more` after it.
  platform::Config with(std::string_view more);
  void accepts(std::string_view more);
  /// Exactly one error, with this text.
  void refuses(std::string_view more, const char* message);
};

}  // namespace doorcall::test
