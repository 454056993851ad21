#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/child_process.hpp"
#include "platform/event_loop.hpp"
#include "platform/line_splitter.hpp"
#include "platform/log.hpp"

namespace doorcall::platform {

/// A child process whose lines and end come as callbacks; what it says on stderr goes to the log.
/// Thread: loop. Lifetime: loop and log must outlive it; destroying it kills the child at once.
class WatchedChild {
 public:
  static constexpr std::size_t kLineBytesMax = 1024;  ///< longer ones are skipped

  struct Events {
    /// A line of its output. Must not destroy the child.
    std::function<void(std::string_view line)> on_line;
    /// It is gone, after its last line. May destroy the child.
    std::function<void(const ChildExit& exit)> on_exit;
  };

  /// `area` names it in the log.
  WatchedChild(EventLoop& loop, Log& log, std::string_view area, ChildProcess::Orphan orphan)
      : loop_(loop), log_(log), area_(area), child_(orphan) {}
  WatchedChild(const WatchedChild&) = delete;
  WatchedChild& operator=(const WatchedChild&) = delete;
  ~WatchedChild() { unwatch(); }

  /// Starts `argv`, once. False with a sentence in `ret_error`, as ChildProcess::spawn(); then no
  /// callback follows.
  [[nodiscard]] bool spawn(const std::vector<std::string>& argv, Events events,
                           std::string& ret_error);

  /// False: it does not read, or has closed its input.
  [[nodiscard]] bool send(std::string_view line);
  /// Ends its input and gives it `wait` to end by itself, which blocks. Without callbacks.
  void end_input(Millis wait) noexcept;
  /// Signals the whole process group.
  void signal(int number) const noexcept { child_.signal(number); }
  [[nodiscard]] pid_t pid() const noexcept { return child_.pid(); }

 private:
  void watch();
  void unwatch() noexcept;
  bool read_output();
  bool read_errors();
  void on_end();

  EventLoop& loop_;
  Log& log_;
  std::string_view area_;
  ChildProcess child_;
  Events events_;
  Watch output_watch_;
  Watch errors_watch_;
  Watch exit_watch_;
  LineSplitter output_{kLineBytesMax};
  LineSplitter errors_{kLineBytesMax};
};

}  // namespace doorcall::platform
