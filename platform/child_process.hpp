#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "platform/fd.hpp"

namespace doorcall::platform {

/// How a child process ended.
struct ChildExit {
  enum class Kind {
    kExited,     ///< `code` is its exit status
    kSignalled,  ///< `code` is the signal
    kUnknown,    ///< somebody else has reaped it
  };
  Kind kind = Kind::kUnknown;
  int code = 0;

  [[nodiscard]] bool clean() const noexcept { return kind == Kind::kExited && code == 0; }
  /// "exited(0)", "killed by signal 9", "ended".
  [[nodiscard]] std::string text() const;
};

/// A child process without a shell: its own process group, no descriptors but its three standard
/// ones, default signal handling. Whatever is left of its process group dies with it. Thread: one.
class ChildProcess {
 public:
  /// What the kernel does with it when the thread that started it dies.
  enum class Orphan {
    kKilled,
    kGoesOn,  ///< it ends by itself, at the end of its input
  };

  explicit ChildProcess(Orphan orphan = Orphan::kKilled) noexcept : orphan_(orphan) {}
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Kills and reaps the child if it still runs; gives up on one that the kernel does not let die
  /// within a second.
  ~ChildProcess();

  /// Starts `argv`, whose first element is a path or is looked for in PATH, with `environment`
  /// ("NAME=value") added to this process's own. Returns when the program has been loaded. False
  /// with a sentence in `ret_error`: it is not there, cannot be run, or the system has no process,
  /// memory or descriptor left, or a kernel older than 5.3.
  [[nodiscard]] bool spawn(const std::vector<std::string>& argv,
                           const std::vector<std::string>& environment, std::string& ret_error);

  /// Signals the whole process group. Nothing after reap().
  void signal(int number) const noexcept;
  /// To be called when exit_fd() is readable: kills what is left of the group, and releases the
  /// process. False: it still runs.
  bool reap(ChildExit& ret_exit) noexcept;

  [[nodiscard]] bool running() const noexcept { return pid_ > 0; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Readable once the child has ended.
  [[nodiscard]] int exit_fd() const noexcept { return exit_fd_.get(); }

  Fd input;   ///< to its standard input; a socket
  Fd output;  ///< from its standard output; non-blocking
  Fd errors;  ///< from its standard error; non-blocking

 private:
  Orphan orphan_;
  pid_t pid_ = -1;
  Fd exit_fd_;
};

}  // namespace doorcall::platform
