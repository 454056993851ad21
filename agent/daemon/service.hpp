#pragma once

#include <optional>
#include <string>

#include "doorcall/agent.hpp"
#include "platform/event_loop.hpp"
#include "platform/service_notify.hpp"
#include "platform/watchdog.hpp"

namespace doorcall::daemon {

/// The daemon as a service manager sees it: started, reloading, stopping, one line of status, and a
/// watchdog that is fed while the agent keeps up. Without a manager it does nothing. Thread: loop.
/// Lifetime: agent and loop must outlive it.
class Service {
 public:
  Service(Agent& agent, platform::EventLoop& loop, const platform::ServiceEnvironment& manager);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// It serves, or has reloaded.
  void ready();
  void reloading() { notify_.reloading(); }
  void stopping() { notify_.stopping(); }

 private:
  void listen();
  void show();

  Agent& agent_;
  platform::ServiceNotify notify_;
  std::optional<platform::Watchdog> watchdog_;
  std::string link_ = "not connected";
};

}  // namespace doorcall::daemon
