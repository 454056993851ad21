// The config in the terms of the public API, section by section.
#include "agent/daemon/agent_options.hpp"

#include <chrono>
#include <string>

namespace doorcall::daemon {
namespace {

using std::chrono::ceil;
using std::chrono::seconds;

std::string to_text(platform::DeviceKind kind) {
  switch (kind) {
    case platform::DeviceKind::kDoorStation: return "door_station";
    case platform::DeviceKind::kPanel: return "panel";
    case platform::DeviceKind::kPhone: return "phone";
    case platform::DeviceKind::kDesk: return "desk";
    case platform::DeviceKind::kOther: return "other";
  }
  return "other";
}

MqttProtocol to_protocol(platform::MqttVersion version) {
  switch (version) {
    case platform::MqttVersion::kAuto: return MqttProtocol::kAuto;
    case platform::MqttVersion::k5: return MqttProtocol::kMqtt5;
    case platform::MqttVersion::k311: return MqttProtocol::kMqtt311;
  }
  return MqttProtocol::kAuto;
}

BrokerOptions to_broker(const platform::Config::Broker& config) {
  constexpr std::uint16_t kPort = 1883;
  constexpr std::uint16_t kTlsPort = 8883;
  BrokerOptions broker;
  broker.host = config.host;
  broker.more = config.more;
  broker.port = config.port != 0 ? config.port : (config.tls.enabled ? kTlsPort : kPort);
  broker.topic_root = config.root;
  broker.protocol = to_protocol(config.protocol);
  broker.username = config.username;
  broker.password = config.password.reveal();
  broker.tls.enabled = config.tls.enabled;
  broker.tls.ca_file = config.tls.ca_file;
  broker.tls.cert_file = config.tls.cert_file;
  broker.tls.key_file = config.tls.key_file;
  broker.tls.server_name = config.tls.server_name;
  broker.tls.insecure = config.tls.insecure;
  broker.delivery_qos = config.delivery_qos;
  broker.keep_alive = ceil<seconds>(config.keep_alive);
  broker.session_expiry = ceil<seconds>(config.session_expiry);
  broker.will_delay = ceil<seconds>(config.will_delay);
  return broker;
}

CallPlan to_plan(const platform::PlanConfig& config) {
  using Kind = platform::PlanKind;
  CallPlan plan;
  switch (config.kind) {
    case Kind::kParallel: plan = CallPlan::parallel(config.users); break;
    case Kind::kFirst: plan = CallPlan::first_answer(config.users); break;
    case Kind::kHunt:
      plan =
          CallPlan::hunt(config.users, config.step_time, static_cast<std::uint8_t>(config.cycles));
      break;
    case Kind::kEscalation:
      plan = CallPlan::escalation(config.steps, config.step_time, config.keep);
      break;
  }
  plan.ring_time = config.ring_time;
  return plan;
}

void add_people(const platform::Config& config, AgentOptions& options) {
  options.contacts = config.contacts.users;
  options.refuse_strangers = config.contacts.refuse_strangers;
  options.follow_contacts_only = config.contacts.follow_only;
  options.hide_busy = config.contacts.hide_busy;
  options.dnd_overrides = config.dnd.overrides;
  options.doors = config.ring_to_open.doors;
  options.door_allow = config.door.allow;
  options.ring_to_open_max = config.ring_to_open.longest;
  options.push_title = config.push.title;
  options.push_content = config.push.content;
  for (const platform::PlanConfig& plan : config.plans) {
    options.plans.insert_or_assign(plan.name, to_plan(plan));
  }
}

ButtonInput to_input(const platform::ButtonConfig& config) {
  ButtonInput input;
  input.button = config.name;
  input.gpio = config.gpio;
  input.active_low = config.active_low;
  input.bias = to_bias(config.bias);
  input.ac = config.ac;
  input.key = config.key;
  input.device = config.device;
  input.grab = config.grab;
  input.debounce = config.debounce;
  input.hold = config.hold;
  input.double_time = config.double_time;
  input.long_time = config.long_time;
  input.stuck_time = config.stuck_time.value_or(Millis{0});
  return input;
}

}  // namespace

LineBias to_bias(platform::GpioBias bias) {
  switch (bias) {
    case platform::GpioBias::kAsIs: break;
    case platform::GpioBias::kPullUp: return LineBias::kPullUp;
    case platform::GpioBias::kPullDown: return LineBias::kPullDown;
    case platform::GpioBias::kDisabled: return LineBias::kDisabled;
  }
  return LineBias::kAsIs;
}

AgentOptions to_options(const platform::Config& config) {
  AgentOptions options;
  options.user = config.device.user;
  options.device = config.device.device;
  options.name = config.device.name;
  options.kind = to_text(config.device.kind);
  options.broker = to_broker(config.broker);
  options.timers.ring = config.call.ring_time;
  options.timers.receipt = config.call.receipt_time;
  options.timers.notice = config.call.not_yet_received.value_or(Millis{0});
  options.timers.confirm = config.call.confirm_time;
  options.timers.heartbeat = config.call.heartbeat;
  options.timers.lost = config.call.lost;
  options.timers.media_start = config.call.media_start;
  options.timers.busy_settle = config.call.busy_settle;
  options.timers.alone = config.call.alone_time.value_or(Millis{0});
  options.timers.longest_call = config.call.longest_call.value_or(Millis{0});
  options.lines = config.call.lines;
  options.parties = config.call.parties;
  options.call_waiting = config.call.call_waiting;
  options.chime_only = config.device.chime_only;
  options.decline_here = config.device.decline_here;
  options.wait_offline = config.call.offline == platform::OfflinePolicy::kWait;
  options.media_command = config.media.command;
  options.media_prewarm = config.media.prewarm;
  options.media_early = config.media.early;
  options.media_stop_time = config.media.stop_time;
  options.outputs = to_outputs(config);
  add_people(config, options);
  for (const platform::ButtonConfig& button : config.buttons) {
    if (!button.gpio.empty() || !button.key.empty()) {
      options.inputs.push_back(to_input(button));
    }
  }
  return options;
}

ButtonAction to_action(const platform::PressConfig& press, bool repeat_cancels) {
  using Kind = ButtonAction::Kind;
  const auto action = [&](Kind kind) {
    return ButtonAction{.kind = kind,
                        .user = kind == Kind::kPlan ? "" : press.target,
                        .plan = kind == Kind::kPlan ? press.target : "",
                        .repeat = repeat_cancels ? RepeatPress::kCancel : RepeatPress::kRefuse};
  };
  switch (press.action) {
    case platform::ButtonAction::kCall: return action(Kind::kCall);
    case platform::ButtonAction::kPlan: return action(Kind::kPlan);
    case platform::ButtonAction::kToggle: return action(Kind::kToggle);
    case platform::ButtonAction::kAnswer: return action(Kind::kAnswer);
    case platform::ButtonAction::kDecline: return action(Kind::kDecline);
    case platform::ButtonAction::kHangUp: return action(Kind::kHangUp);
    case platform::ButtonAction::kSilence: return action(Kind::kSilence);
    case platform::ButtonAction::kDnd: return action(Kind::kDnd);
    case platform::ButtonAction::kPull: return action(Kind::kPull);
    case platform::ButtonAction::kOpen: return action(Kind::kOpen);
  }
  return {};
}

}  // namespace doorcall::daemon
