#pragma once

#include <functional>

#include "agent/core/time.hpp"
#include "platform/event_loop.hpp"

namespace doorcall::platform {

/// When to feed a watchdog: on wake-ups that come anyway, at most every sixth of its time; only
/// when none has come for half of it there is a need for one. Thread: one.
class WatchdogPace {
 public:
  /// `time` 0: there is no watchdog.
  explicit WatchdogPace(Millis time) noexcept : time_(time) {}

  /// A wake-up at `now` should feed.
  [[nodiscard]] bool due(Instant now) const noexcept { return time_ > Millis{0} && now >= next_; }
  /// When to wake up if nothing else does.
  [[nodiscard]] Instant wake_up() const noexcept { return wake_up_; }
  void fed(Instant now) noexcept { look_again(now, time_ / 2); }
  /// It was due but could not be.
  void not_fed(Instant now) noexcept { look_again(now, time_ / 6); }

 private:
  void look_again(Instant now, Millis wait) noexcept {
    next_ = now + time_ / 6;
    wake_up_ = now + wait;
  }

  Millis time_;
  Instant next_ = Instant::min();
  Instant wake_up_ = kNever;
};

/// Feeds a watchdog as long as work goes on. Thread: loop. Lifetime: the loop must outlive it.
class Watchdog {
 public:
  /// `alive`: whether work goes on; `feed`: false if it could not be fed now.
  Watchdog(EventLoop& loop, Millis time, std::function<bool()> alive, std::function<bool()> feed);

  /// The loop is awake, whatever for.
  void on_wake_up();

 private:
  EventLoop& loop_;
  WatchdogPace pace_;
  std::function<bool()> alive_;
  std::function<bool()> feed_;
  Timer timer_;
};

}  // namespace doorcall::platform
