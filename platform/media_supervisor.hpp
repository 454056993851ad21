#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "platform/child_process.hpp"
#include "platform/hook_line.hpp"
#include "platform/line_splitter.hpp"
#include "platform/media_process.hpp"

namespace doorcall::platform::detail {

/// The inside of MediaProcess: shared, so that a callback may destroy the outside.
class MediaSupervisor : public std::enable_shared_from_this<MediaSupervisor> {
 public:
  MediaSupervisor(EventLoop& loop, Log& log, MediaProcessOptions options,
                  MediaProcessEvents events);

  [[nodiscard]] bool spawn(const MediaCall& call, std::string& ret_error);
  void send(std::string_view line);
  void stop(std::string_view reason);
  /// Ends everything at once; no callback comes any more.
  void abandon() noexcept;

  [[nodiscard]] bool running() const noexcept { return child_ != nullptr; }
  [[nodiscard]] pid_t pid() const noexcept { return running() ? child_->pid() : -1; }

  MediaProcessCounters counters;

 private:
  static constexpr std::size_t kErrorLineBytesMax = 1024;

  enum class Ladder { kNone, kAsked, kTerminated, kKilled };

  void watch();
  void release() noexcept;
  void flush();
  void climb();
  ssize_t read_output();
  ssize_t read_errors();
  void serve_lines();
  void serve(const HookLine& line);
  void greet(std::string_view version);
  void take_bytes(const HookLine& line);
  void on_end();

  EventLoop& loop_;
  Log& log_;
  MediaProcessOptions options_;
  MediaProcessEvents events_;
  std::unique_ptr<ChildProcess> child_;
  Watch input_watch_;
  Watch output_watch_;
  Watch errors_watch_;
  Watch exit_watch_;
  Timer ladder_;
  Ladder step_ = Ladder::kNone;
  LineSplitter output_{MediaProcess::kLineBytesMax};
  LineSplitter errors_{kErrorLineBytesMax};
  std::string unsent_;
  bool greeted_ = false;
  bool abandoned_ = false;
};

}  // namespace doorcall::platform::detail
