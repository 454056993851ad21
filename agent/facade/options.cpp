// Options come from the embedder's code or from a config file that was checked in its own terms.
// Here they are checked once more, whatever their source, and sorted by the room that needs them.
#include "agent/facade/options.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "agent/core/limits.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall::facade {
namespace {

using namespace std::chrono_literals;

Account check_account(const AgentOptions& options) {
  const auto user = UserId::parse(options.user);
  if (!user) {
    refuse("user", options.user, "letters, digits, '_' and '-', 1-32 of them");
  }
  const auto device = DeviceId::parse(options.device);
  if (!device) {
    refuse("device", options.device, "letters, digits, '_' and '-', 1-31 of them");
  }
  return {.device = *device, .user = *user};
}

void check_timers(const AgentOptions& options) {
  const TimerOptions& timers = options.timers;
  check_range("timers.ring", timers.ring, kRingTimeMin, kRingTimeMax);
  check_range("timers.receipt", timers.receipt, 1s, 60s);
  if (timers.notice != 0ms) {
    check_range("timers.notice", timers.notice, 1s, 30s);
  }
  check_range("timers.confirm", timers.confirm, 2s, 30s);
  check_range("timers.heartbeat", timers.heartbeat, 2s, 60s);
  check_range("timers.lost", timers.lost, 5s, 300s);
  check_range("timers.media_start", timers.media_start, 1s, 120s);
  check_range("timers.offline_belief", timers.offline_belief, 0s, 30s);
  check_range("timers.busy_settle", timers.busy_settle, 0s, 10s);
  if (timers.alone != 0ms) {
    check_range("timers.alone", timers.alone, 1s, 600s);
  }
  if (timers.longest_call != 0ms) {
    check_range("timers.longest_call", timers.longest_call, 1min, 24h);
  }
  check_range("ring_to_open_max", options.ring_to_open_max, 1min, kModeTimeMax);
}

Settings check_settings(const AgentOptions& options) {
  const TimerOptions& timers = options.timers;
  check_timers(options);
  check_range("media_stop_time", options.media_stop_time, 10ms, 30s);
  if (options.lines < 1 || options.lines > 8) {
    refuse("lines", std::to_string(options.lines), "1-8");
  }
  if (options.parties < 2 || options.parties > kPartiesMax) {
    refuse("parties", std::to_string(options.parties), "2-" + std::to_string(kPartiesMax));
  }
  check_text("name", options.name, kNameBytesMax);
  check_text("kind", options.kind, kLineIdBytesMax);
  Settings settings;
  settings.self = check_account(options);
  settings.ring_time = timers.ring;
  settings.receipt_time = timers.receipt;
  settings.notice_time = timers.notice;
  settings.confirm_time = timers.confirm;
  settings.heartbeat_time = timers.heartbeat;
  settings.lost_time = timers.lost;
  settings.media_start_time = timers.media_start;
  settings.offline_belief_time = timers.offline_belief;
  settings.busy_settle_time = timers.busy_settle;
  settings.alone_time = timers.alone;
  settings.longest_call = timers.longest_call;
  settings.lines = options.lines;
  settings.parties = options.parties;
  settings.call_waiting = options.call_waiting;
  settings.chime_only = options.chime_only;
  settings.decline_here = options.decline_here;
  settings.refuse_strangers = options.refuse_strangers;
  settings.hide_busy = options.hide_busy;
  settings.media_hook = !options.media_command.empty();
  return settings;
}

transport::Protocol to_protocol(MqttProtocol protocol) {
  switch (protocol) {
    case MqttProtocol::kAuto: return transport::Protocol::kAuto;
    case MqttProtocol::kMqtt5: return transport::Protocol::kMqtt5;
    case MqttProtocol::kMqtt311: return transport::Protocol::kMqtt311;
  }
  return transport::Protocol::kAuto;
}

transport::TlsOptions to_tls(const TlsOptions& options) {
  transport::TlsOptions tls;
  tls.enabled = options.enabled;
  tls.ca_file = options.ca_file;
  tls.cert_file = options.cert_file;
  tls.key_file = options.key_file;
  tls.server_name = options.server_name;
  tls.insecure = options.insecure;
  return tls;
}

transport::LinkOptions check_link(const BrokerOptions& broker, const Account& self) {
  if (broker.host.empty()) {
    refuse("broker.host", "", "a name or an address");
  }
  for (const std::string& host : broker.more) {
    if (host.empty() || host == broker.host) {
      refuse("broker.more", host, "names or addresses that differ from broker.host");
    }
  }
  if (broker.port == 0) {
    refuse("broker.port", "0", "1-65535");
  }
  if (broker.delivery_qos > 1) {
    refuse("broker.delivery_qos", std::to_string(broker.delivery_qos), "0 or 1");
  }
  check_range("broker.keep_alive", broker.keep_alive, 10s, 600s);
  check_range("broker.will_delay", broker.will_delay, 0s, 60s);
  check_range("broker.session_expiry", broker.session_expiry, 11min, 168h);
  check_range("broker.connect_timeout", broker.connect_timeout, 1s, 60s);
  transport::LinkOptions link;
  link.host = broker.host;
  link.more = broker.more;
  link.port = broker.port;
  link.protocol = to_protocol(broker.protocol);
  link.client_id = to_text(self).view();
  const bool default_name = broker.username.empty() && !broker.password.empty();
  link.username = default_name ? link.client_id : broker.username;
  link.password = broker.password;
  link.tls = to_tls(broker.tls);
  link.delivery_qos = broker.delivery_qos;
  link.keep_alive = broker.keep_alive;
  link.session_expiry = broker.session_expiry;
  link.will_delay = broker.will_delay;
  link.connect_timeout = broker.connect_timeout;
  return link;
}

}  // namespace

void refuse(std::string_view option, const std::string& value, const std::string& allowed) {
  throw std::invalid_argument("option " + std::string(option) + " is '" + value +
                              "'; allowed: " + allowed);
}

void check_range(std::string_view option, Millis value, Millis low, Millis high) {
  if (value < low || value > high) {
    refuse(option, std::to_string(value.count()) + " ms",
           std::to_string(low.count()) + "-" + std::to_string(high.count()) + " ms");
  }
}

void check_text(std::string_view option, const std::string& value, std::size_t bytes_max) {
  if (value.size() > bytes_max || !is_utf8(value)) {
    refuse(option, value, "UTF-8 of up to " + std::to_string(bytes_max) + " bytes");
  }
}

CheckedOptions check(const AgentOptions& options, bool has_gpio) {
  CheckedOptions checked;
  checked.settings = check_settings(options);
  check_lists(options, checked.settings);
  check_inputs(options);
  check_outputs(options, has_gpio);
  checked.link = check_link(options.broker, checked.settings.self);
  const auto root = transport::TopicRoot::parse(options.broker.topic_root);
  if (!root) {
    refuse("broker.topic_root", options.broker.topic_root,
           "levels of letters, digits, '_' and '-', joined by '/', up to 64 bytes");
  }
  checked.root = *root;
  if (options.follow_contacts_only) {
    const auto& contacts = checked.settings.contacts;
    checked.followed.push_back(checked.settings.self.user);
    for (std::size_t i = 0; i < contacts.count; ++i) {
      if (contacts.users[i] != checked.settings.self.user) {
        checked.followed.push_back(contacts.users[i]);
      }
    }
  }
  return checked;
}

std::vector<std::string> fixed_differences(const AgentOptions& before, const AgentOptions& after) {
  const BrokerOptions& old = before.broker;
  const BrokerOptions& now = after.broker;
  const struct {
    std::string_view name;
    bool differs;
  } fixed[] = {
      {"user", before.user != after.user},
      {"device", before.device != after.device},
      {"name", before.name != after.name},
      {"kind", before.kind != after.kind},
      {"follow_contacts_only",
       before.follow_contacts_only != after.follow_contacts_only ||
           (after.follow_contacts_only && before.contacts != after.contacts)},
      {"broker.host", old.host != now.host},
      {"broker.more", old.more != now.more},
      {"broker.port", old.port != now.port},
      {"broker.topic_root", old.topic_root != now.topic_root},
      {"broker.protocol", old.protocol != now.protocol},
      {"broker.delivery_qos", old.delivery_qos != now.delivery_qos},
      {"broker.tls", old.tls.enabled != now.tls.enabled},
      {"broker.keep_alive", old.keep_alive != now.keep_alive},
      {"broker.session_expiry", old.session_expiry != now.session_expiry},
      {"broker.will_delay", old.will_delay != now.will_delay},
      {"broker.connect_timeout", old.connect_timeout != now.connect_timeout},
  };
  std::vector<std::string> names;
  for (const auto& option : fixed) {
    if (option.differs) {
      names.emplace_back(option.name);
    }
  }
  return names;
}

}  // namespace doorcall::facade
