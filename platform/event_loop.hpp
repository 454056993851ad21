#pragma once

#include <cstdint>
#include <ctime>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/fd.hpp"

namespace doorcall::platform {

class EventLoop;

/// The loop's clock: CLOCK_BOOTTIME, so that a suspended device wakes up to the truth, or
/// CLOCK_MONOTONIC on a kernel without timers on it. Thread: any.
[[nodiscard]] clockid_t loop_clock_id() noexcept;
/// The time now by that clock. Thread: any.
[[nodiscard]] Instant read_clock() noexcept;

/// The registration of one descriptor. Destroying it ends the callbacks at once, also those that
/// are ready in the same turn; it may be destroyed inside any callback, its own included.
/// Lifetime: destroy it before the descriptor is closed and before the loop. Thread: loop.
class [[nodiscard]] Watch {
 public:
  Watch() noexcept = default;
  Watch(Watch&& other) noexcept;
  Watch& operator=(Watch&& other) noexcept;
  ~Watch() { reset(); }

  /// Replaces the awaited events (EPOLLIN, EPOLLOUT, …); 0 leaves only errors and hang-up.
  void modify(std::uint32_t events) noexcept;
  void reset() noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return loop_ != nullptr; }

 private:
  friend class EventLoop;
  Watch(EventLoop* loop, int fd, std::uint64_t id) noexcept : loop_(loop), fd_(fd), id_(id) {}

  EventLoop* loop_ = nullptr;
  int fd_ = -1;
  std::uint64_t id_ = 0;
};

/// A one-shot timer of its own (one timerfd each: for the few that the engine's deadline does not
/// cover). Never early; late by the wake-up only. Thread: loop.
class Timer {
 public:
  /// Errors: throws std::system_error when the process is out of descriptors or memory.
  Timer(EventLoop& loop, std::function<void()> on_due);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Arms for `due`, replacing what was armed; kNever disarms, the past is due at once.
  void set(Instant due) noexcept;
  void cancel() noexcept { set(kNever); }

 private:
  void fire(const std::function<void()>& on_due);

  Fd fd_;
  Instant due_ = kNever;
  Watch watch_;
};

/// Wakes the loop from another thread or from a signal handler. Several notifications before the
/// loop runs are one callback. Thread: notify() any; the rest loop.
class Wakeup {
 public:
  /// Errors: throws std::system_error when the process is out of descriptors or memory.
  Wakeup(EventLoop& loop, std::function<void()> on_wake);
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  void notify() noexcept;

 private:
  Fd fd_;
  Watch watch_;
};

/// The single-threaded epoll loop. Idle, it causes no wake-up at all.
/// Thread: every method on the thread that runs it, unless said otherwise.
class EventLoop {
 public:
  using Callback = std::function<void(std::uint32_t events)>;

  /// Errors: throws std::system_error when the process is out of descriptors or memory.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Calls `on_ready` with the ready events, level-triggered, until the watch is destroyed.
  /// Errors: throws std::system_error: fd is closed, registered already, or cannot be awaited (a
  /// regular file), or the process is out of memory or watches.
  Watch add(int fd, std::uint32_t events, Callback on_ready);

  /// What to call when the deadline is reached. The deadline is one-shot: it is off until it is set
  /// again.
  void on_deadline(std::function<void()> on_due) { on_deadline_ = std::move(on_due); }

  /// Arms the deadline, replacing the one before; kNever disarms. Inside callbacks this only notes
  /// the value; the kernel is told once, at the end of the turn.
  void set_deadline(Instant due) noexcept;

  /// Calls `on_raised` with the signal's number instead of its default action. Blocks the signals
  /// in the calling thread for good, so it must be called before other threads are started (they
  /// inherit the mask). Errors: throws std::system_error as add().
  void on_signal(std::initializer_list<int> signals, std::function<void(int)> on_raised);

  /// Serves turns until stop() was called, which may have been before.
  void run();
  /// Ends run() after this turn.
  void stop() noexcept { stopped_ = true; }

  /// Serves one turn of ready descriptors, waiting for up to `timeout` (kForever: without limit).
  /// True if any was ready. Must not be called inside a callback.
  bool run_once(Millis timeout);
  static constexpr Millis kForever{-1};

  /// Readable whenever run_once(0) has something to do: to nest this loop in another one. The
  /// deadline is part of it; no other timeout is needed.
  [[nodiscard]] int fd() const noexcept { return epoll_.get(); }

  [[nodiscard]] Instant now() const noexcept { return read_clock(); }

 private:
  friend class Watch;
  struct SignalSource {
    Fd fd;
    Watch watch;
  };

  void arm() noexcept;
  void fire_deadline();
  void dispatch(std::uint64_t id, std::uint32_t events);

  Fd epoll_;
  /// By a number that is never used twice, so an event that outlives its watch finds nothing.
  std::map<std::uint64_t, std::shared_ptr<Callback>> callbacks_;
  std::uint64_t last_id_ = 0;
  std::function<void()> on_deadline_;
  Instant deadline_ = kNever;
  Instant armed_ = kNever;
  bool in_turn_ = false;
  bool stopped_ = false;
  std::unique_ptr<Timer> deadline_timer_;
  std::vector<SignalSource> signals_;
};

}  // namespace doorcall::platform
