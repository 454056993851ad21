#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/event_loop.hpp"
#include "platform/log.hpp"
#include "platform/watched_child.hpp"

namespace doorcall::platform {

/// What sounds, and how often.
struct ChimeOptions {
  std::vector<std::string> command;  ///< the program and its arguments; empty: `file` is played
  std::string file;                  ///< as sound_player.hpp can
  int times = 0;                     ///< 0: until it is stopped
  Millis gap{1'000};                 ///< between the end of one and the next

  bool operator==(const ChimeOptions&) const = default;
};

/// A sound that a program makes, again and again until it is stopped. Thread: loop. Lifetime: loop
/// and log must outlive it; destroying it kills the program.
class Chime {
 public:
  static constexpr Millis kKillTime{200};  ///< what is not gone then after SIGTERM is killed

  /// `area` names it in the log. A program that is not there is a fault from the beginning.
  /// `on_change`: sounding() or fault() has changed after that; must not destroy it.
  Chime(EventLoop& loop, Log& log, std::string_view area, ChimeOptions options,
        std::function<void()> on_change);
  Chime(const Chime&) = delete;
  Chime& operator=(const Chime&) = delete;

  /// Begins, unless it sounds. A program that can't be started or fails ends it, with a fault.
  void start();
  /// Ends it at once: SIGTERM to the program's group, SIGKILL to what ignores that.
  void stop();

  [[nodiscard]] bool sounding() const noexcept { return wanted_; }
  /// Why it failed the last time, for people; empty: it did not.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  [[nodiscard]] std::vector<std::string> command(std::string& ret_error) const;
  void play();
  void set_fault(std::string fault);
  void on_exit(const ChildExit& exit);
  void finish();

  EventLoop& loop_;
  Log& log_;
  std::string_view area_;
  ChimeOptions options_;
  std::function<void()> on_change_;
  std::unique_ptr<WatchedChild> child_;
  Timer next_;
  Timer kill_;
  int played_ = 0;
  bool wanted_ = false;
  bool stopping_ = false;  ///< the child was told to end
  std::string fault_;
};

}  // namespace doorcall::platform
