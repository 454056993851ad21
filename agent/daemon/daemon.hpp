#pragma once

#include <memory>
#include <string>

#include "agent/daemon/dnd_driver.hpp"
#include "agent/daemon/service.hpp"
#include "agent/daemon/stored_modes.hpp"
#include "agent/daemon/verbs.hpp"
#include "doorcall/agent.hpp"
#include "platform/config.hpp"
#include "platform/control_socket.hpp"
#include "platform/event_loop.hpp"
#include "platform/log.hpp"

namespace doorcall::daemon {

/// doorcalld: an agent, its control socket and the signals, on the agent's loop.
class Daemon {
 public:
  /// Before the first thread is started: makes the signals wait for the loop.
  static void block_signals();

  /// Errors: throws std::invalid_argument or std::system_error as Agent.
  Daemon(std::string config_path, platform::Config config,
         const platform::ServiceEnvironment& manager);

  /// Serves until a signal ends it. Returns the exit code.
  int run();

 private:
  void on_signal(int number);
  void stop();
  void reload();
  void bind_buttons();
  void watch_agent();
  template <typename Update>
  void publish(const Update& update);

  std::string config_path_;
  platform::Config config_;
  std::unique_ptr<Agent> agent_;
  platform::EventLoop& loop_;
  platform::Log& log_;
  platform::ControlSocket control_;
  StoredModes stored_;
  DndDriver dnd_;
  Verbs verbs_;
  Service service_;
  bool stopping_ = false;
};

}  // namespace doorcall::daemon
