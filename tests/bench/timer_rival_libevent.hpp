#pragma once

#include <event2/event.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "agent/core/timer_wheel.hpp"

namespace doorcall::bench {

/// The time that libevent sees: it calls clock_gettime and epoll_wait, which bench_timer_wheel.cpp
/// takes the place of, so that it makes no system call and sleeps no real time. That flatters it.
struct VirtualTime {
  static inline bool on = false;
  static inline bool asked = false;  // it works
  static inline std::uint64_t now_ms = 0;
};

class LibeventTimers {
 public:
  static constexpr const char* kName = "libevent 2.1";

  LibeventTimers(std::size_t n, Tick now) : started_(now), slots_(n) {
    VirtualTime::now_ms = kStart;
    VirtualTime::on = true;
    base_.reset(event_base_new());
    for (std::size_t id = 0; id < n; ++id) {
      slots_[id].owner = this;
      slots_[id].id = static_cast<TimerId>(id);
      slots_[id].timer.reset(event_new(base_.get(), -1, 0, on_due, &slots_[id]));
    }
    VirtualTime::on = false;
    if (!VirtualTime::asked) {
      std::fprintf(stderr, "libevent does not ask this program for the time\n");
      std::abort();
    }
  }

  LibeventTimers(const LibeventTimers&) = delete;
  LibeventTimers& operator=(const LibeventTimers&) = delete;

  void arm(TimerId id, Tick due) {
    // libevent takes a delay from its own now, which it asks for itself.
    const std::uint64_t delay = due - to_tick(VirtualTime::now_ms);
    const timeval span{static_cast<time_t>(delay / 1000),
                       static_cast<suseconds_t>(delay % 1000 * 1000)};
    VirtualTime::on = true;
    event_add(slots_[id].timer.get(), &span);
    VirtualTime::on = false;
  }
  void rearm(TimerId id, Tick due) { arm(id, due); }
  void cancel(TimerId id) { event_del(slots_[id].timer.get()); }

  template <class Fired>
  void drain(Tick now, Fired fired) {
    VirtualTime::now_ms = now - started_ + kStart;
    run(EVLOOP_NONBLOCK, fired);
  }

  template <class Fired>
  Tick wake_up(Fired fired) {
    run(EVLOOP_ONCE, fired);
    return to_tick(VirtualTime::now_ms);
  }

 private:
  static constexpr std::uint64_t kStart = 1'000'000;
  struct Slot {
    struct Free {
      void operator()(event* unused) const { event_free(unused); }
    };
    std::unique_ptr<event, Free> timer;
    LibeventTimers* owner = nullptr;
    TimerId id = 0;
  };
  struct FreeBase {
    void operator()(event_base* base) const { event_base_free(base); }
  };

  static void on_due(evutil_socket_t, short, void* slot) {
    static_cast<Slot*>(slot)->owner->fired_.push_back(static_cast<Slot*>(slot)->id);
  }

  Tick to_tick(std::uint64_t ms) const { return ms - kStart + started_; }

  template <class Fired>
  void run(int flags, Fired fired) {
    VirtualTime::on = true;
    event_base_loop(base_.get(), flags);
    VirtualTime::on = false;
    for (const TimerId id : fired_) {
      fired(id, to_tick(VirtualTime::now_ms));
    }
    fired_.clear();
  }

  Tick started_;
  std::unique_ptr<event_base, FreeBase> base_;
  std::vector<Slot> slots_;
  std::vector<TimerId> fired_;
};

template <class Fired>
Tick wake(LibeventTimers& timers, Fired fired) {
  return timers.wake_up(fired);
}

}  // namespace doorcall::bench
