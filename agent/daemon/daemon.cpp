// The composition of doorcalld. The agent owns the loop; everything here hangs on it and calls the
// agent's public API only, but for its loop and log.
#include "agent/daemon/daemon.hpp"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include "agent/daemon/agent_options.hpp"
#include "agent/daemon/to_json.hpp"
#include "agent/facade/access.hpp"
#include "doorcall/version.hpp"

namespace doorcall::daemon {
namespace {

AgentOptions options_with_log(const platform::Config& config) {
  AgentOptions options = to_options(config);
  const platform::LogOptions log = platform::stderr_log_options(config.log.level);
  options.log = log.write;
  options.log_for_journal = log.journald;
  return options;
}

platform::ControlSocketOptions control_options(const platform::Config::Control& config) {
  return {.path = config.socket,
          .mode = config.mode,
          .group = config.group,
          .groups = {config.watchers, config.callers, config.openers}};
}

double wall_ms() {
  using Time = std::chrono::duration<double, std::milli>;
  return Time(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

void Daemon::block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&set, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

Daemon::Daemon(std::string config_path, platform::Config config,
               const platform::ServiceEnvironment& manager)
    : config_path_(std::move(config_path)),
      config_(std::move(config)),
      agent_(std::make_unique<Agent>(options_with_log(config_))),
      loop_(AgentAccess::loop(*agent_)),
      log_(AgentAccess::log(*agent_)),
      control_(loop_, control_options(config_.control)),
      stored_(manager.state_directory, log_),
      dnd_(loop_, *agent_, config_.dnd.schedule),
      verbs_(*agent_, dnd_),
      service_(*agent_, loop_, manager) {
  log_.set_level(config_.log.level);
  loop_.on_signal({SIGTERM, SIGINT, SIGHUP}, [this](int number) { on_signal(number); });
  verbs_.serve_on(control_);
  bind_buttons();
  watch_agent();
}

int Daemon::run() {
  std::string error;
  if (!control_.open(error)) {
    log_.error("control", error);
    return 1;
  }
  log_.info("daemon", "doorcalld ", kVersion, " (", Agent::link_library(), ") is ",
            config_.device.device, '@', config_.device.user);
  dnd_.keep(stored_.load(), [this](const auto& word) { return stored_.store(word); });
  (void)agent_->start();
  dnd_.apply();
  service_.ready();
  agent_->run();
  return 0;
}

void Daemon::on_signal(int number) {
  if (number == SIGHUP) {
    service_.reloading();
    reload();
    service_.ready();
    return;
  }
  stop();
}

void Daemon::stop() {
  if (stopping_) {
    log_.warning("daemon", "stopping without goodbye");
    agent_->stop_loop();
    return;
  }
  stopping_ = true;
  service_.stopping();
  log_.info("daemon", "stopping");
  (void)agent_->stop([this](const Outcome&) { agent_->stop_loop(); });
}

void Daemon::reload() {
  std::vector<platform::ConfigError> errors;
  platform::Config config = platform::load_config(config_path_, errors);
  if (!errors.empty()) {
    for (const platform::ConfigError& error : errors) {
      log_.error("config", error.text());
    }
    log_.error("config", "not reloaded; the settings stay as they were");
    return;
  }
  std::vector<std::string> fixed = agent_->reconfigure(options_with_log(config));
  if (config.control != config_.control) {
    fixed.emplace_back("control");
  }
  for (const std::string& name : fixed) {
    log_.warning("config", "needs a restart to take effect: ", name);
  }
  for (const platform::ButtonConfig& button : config_.buttons) {
    agent_->unbind_button(button.name);
  }
  config_ = std::move(config);
  log_.set_level(config_.log.level);
  bind_buttons();
  dnd_.set_schedule(config_.dnd.schedule);
  log_.info("config", "reloaded");
}

void Daemon::bind_buttons() {
  for (const platform::ButtonConfig& button : config_.buttons) {
    agent_->bind_button(button.name, to_action(button.press, button.repeat_cancels));
    if (button.double_press) {
      agent_->bind_button(button.name, PressKind::kDouble,
                          to_action(*button.double_press, button.repeat_cancels));
    }
    if (button.long_press) {
      agent_->bind_button(button.name, PressKind::kLong,
                          to_action(*button.long_press, button.repeat_cancels));
    }
  }
}

template <typename Update>
void Daemon::publish(const Update& update) {
  if (control_.watched()) {
    control_.publish(to_event(update, wall_ms()));
  }
}

void Daemon::watch_agent() {
  Listener listener;
  listener.on_call = [this](const CallUpdate& update) {
    const bool member = update.change == CallChange::kMember;
    log_.info("call", to_string(update.change), ' ', update.call, ' ', update.peer_user,
              member ? " " : "", member ? to_string(update.leg) : "",
              update.reason == Reason::kNone ? "" : " ",
              update.reason == Reason::kNone ? "" : to_string(update.reason),
              missed(update) ? " missed" : "");
    publish(update);
  };
  listener.on_presence = [this](const DevicePresence& device) { publish(device); };
  listener.on_link = [this](const LinkUpdate& update) { publish(update); };
  listener.on_info = [this](const InfoUpdate& info) {
    log_.info("info", to_string(info.kind), ' ', info.call, " from ", info.user);
    publish(info);
  };
  listener.on_door = [this](const DoorUpdate& door) {
    const bool refused = door.change == DoorChange::kRefused;
    log_.info("door", to_string(door.change), door.here ? " here " : " at ", door.device,
              door.device.empty() ? "" : "@", door.user, refused ? " " : "",
              refused ? to_string(door.result) : "");
    publish(door);
  };
  listener.on_mode = [this](const DeviceMode& mode) {
    dnd_.on_mode(mode);
    log_.info("mode", "do not disturb ", mode.dnd ? "on" : "off", ", ring to open ",
              mode.ring_to_open ? "on" : "off");
    if (control_.watched()) {
      control_.publish(to_event(mode, dnd_.mode(), wall_ms()));
    }
  };
  listener.on_button = [this](const ButtonUpdate& update) { publish(update); };
  agent_->add_listener(std::move(listener));
}

}  // namespace doorcall::daemon
