#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace doorcall::fakes {

/// A TCP port on loopback that nobody listens on now.
[[nodiscard]] std::uint16_t free_port();

/// A private Mosquitto, started from broker-config/mosquitto-dev.conf in a fresh directory on a
/// free loopback port. Killed, and its directory removed, by the destructor. Thread: one.
///
/// Errors: every start throws std::runtime_error when Mosquitto is missing or does not come up.
class MosquittoProcess {
 public:
  struct Options {
    std::string extra_lines;    ///< of configuration, after those of the shipped file
    bool own_listener = false;  ///< extra_lines has "listener …" for port(); see listener_line()
    bool start = true;
  };

  MosquittoProcess() : MosquittoProcess(Options()) {}
  explicit MosquittoProcess(const Options& options);
  ~MosquittoProcess();
  MosquittoProcess(const MosquittoProcess&) = delete;
  MosquittoProcess& operator=(const MosquittoProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] const std::string& directory() const noexcept { return directory_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Writes a file into directory(), for password and ACL files; the whole path.
  std::string write_file(const std::string& name, const std::string& text);
  /// Replaces extra_lines; for the next start.
  void set_extra_lines(const std::string& lines);

  void start();
  void kill_hard();  ///< SIGKILL: what was not written is lost
  void terminate();  ///< SIGTERM, and waits: the store is written
  void freeze();     ///< SIGSTOP: connections stay open and silent
  void thaw();
  void wipe_store();  ///< forget all sessions and retained messages; while it is down
  void save_store();  ///< writes it now, and waits; throws if that takes 5 s

 private:
  void wait_until_it_listens();
  void reap();

  Options options_;
  std::string directory_;
  std::uint16_t port_;
  pid_t pid_ = -1;
};

}  // namespace doorcall::fakes
