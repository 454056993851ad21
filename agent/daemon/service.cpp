#include "agent/daemon/service.hpp"

#include <algorithm>

#include "agent/facade/access.hpp"

namespace doorcall::daemon {

Service::Service(Agent& agent, platform::EventLoop& loop,
                 const platform::ServiceEnvironment& manager)
    : agent_(agent), notify_(manager.socket) {
  if (!notify_.enabled()) {
    return;
  }
  listen();
  if (manager.watchdog > platform::ServiceEnvironment::kNone) {
    watchdog_.emplace(
        loop, manager.watchdog, [this] { return AgentAccess::keeps_up(agent_); },
        [this] { return notify_.feed_watchdog(); });
    AgentAccess::on_turn(agent_, [this] { watchdog_->on_wake_up(); });
  }
}

void Service::ready() {
  notify_.ready();
  if (watchdog_) {
    watchdog_->on_wake_up();
  }
}

void Service::listen() {
  Listener listener;
  listener.on_call = [this](const CallUpdate&) { show(); };
  listener.on_link = [this](const LinkUpdate& update) {
    link_ = to_string(update.state);
    link_.append(update.text.empty() ? "" : ": ").append(update.text);
    show();
  };
  agent_.add_listener(std::move(listener));
}

void Service::show() {
  const std::vector<CallView> calls = agent_.calls();
  const auto live = std::count_if(calls.begin(), calls.end(), [](const CallView& call) {
    return call.state != CallState::kEnded;
  });
  notify_.status(link_ + ", " + std::to_string(live) + (live == 1 ? " call" : " calls"));
}

}  // namespace doorcall::daemon
