#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/time.hpp"
#include "platform/fd.hpp"

namespace doorcall::platform {

/// What a service manager put into the environment of its service (sd_notify(3)).
struct ServiceEnvironment {
  std::string socket;  ///< NOTIFY_SOCKET: a path, or "@" and an abstract name; empty: no manager
  Millis watchdog = kNone;      ///< WATCHDOG_USEC: it ends a service that is silent for so long
  std::string state_directory;  ///< STATE_DIRECTORY: for what outlives a restart; empty: none
  static constexpr Millis kNone{0};
};

/// Reads it and takes it out of the environment, so that no child speaks for the service. A
/// watchdog that is meant for another process (WATCHDOG_PID) is none. Call it before the first
/// thread.
[[nodiscard]] ServiceEnvironment take_service_environment();

/// Tells the service manager how the service is, by datagrams; without a manager everything here
/// does nothing. Never blocks: what the manager can't take is lost. Thread: one.
class ServiceNotify {
 public:
  explicit ServiceNotify(const std::string& socket);

  [[nodiscard]] bool enabled() const noexcept { return static_cast<bool>(fd_); }
  /// Started, or the reload is over.
  void ready() { (void)send("READY=1"); }
  void reloading();
  void stopping() { (void)send("STOPPING=1"); }
  /// One line for people; the same line again is not sent.
  void status(std::string_view text);
  /// Starts the watchdog's time anew. False: the manager could not take it now.
  [[nodiscard]] bool feed_watchdog() { return send("WATCHDOG=1"); }

 private:
  [[nodiscard]] bool send(std::string_view text) const;

  Fd fd_;
  std::string status_;
};

}  // namespace doorcall::platform
