#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <queue>
#include <utility>
#include <vector>

#include "agent/core/timer_wheel.hpp"

/// The ways to hold timers that the benchmark compares. Each holds timers 0..n-1, named by index,
/// and offers arm (an idle timer), rearm (an armed one), cancel (an armed one), drain (call
/// `fired(id, now)` for what is due, in due order; it may arm for later), next_due and wake (drain
/// at the next due tick; returns that tick).
namespace doorcall::bench {

class WheelTimers {
 public:
  static constexpr const char* kName = "doorcall wheel";
  WheelTimers(std::size_t n, Tick now) : nodes_(n), wheel_(nodes_, now) {}

  void arm(TimerId id, Tick due) { wheel_.arm(id, due); }
  void rearm(TimerId id, Tick due) { wheel_.arm(id, due); }
  void cancel(TimerId id) { wheel_.cancel(id); }
  Tick next_due() const { return wheel_.next_due(); }

  template <class Fired>
  void drain(Tick now, Fired fired) {
    for (TimerId id = wheel_.pop_due(now); id != TimerWheel::kNone; id = wheel_.pop_due(now)) {
      fired(id, now);
    }
  }

 private:
  std::vector<TimerNode> nodes_;
  TimerWheel wheel_;
};

/// An indexed 4-ary heap. Equal ticks fire in any order, which the others do not allow themselves.
class HeapTimers {
 public:
  static constexpr const char* kName = "indexed 4-ary heap";
  HeapTimers(std::size_t n, Tick) : place_(n) { heap_.reserve(n); }

  void arm(TimerId id, Tick due) {
    heap_.emplace_back();
    rise(heap_.size() - 1, {due, id});
  }

  void rearm(TimerId id, Tick due) { settle(place_[id], {due, id}); }

  void cancel(TimerId id) {
    const std::size_t hole = place_[id];
    const Entry last = heap_.back();
    heap_.pop_back();
    if (hole < heap_.size()) {
      settle(hole, last);
    }
  }

  Tick next_due() const { return heap_.empty() ? TimerWheel::kNever : heap_.front().due; }

  template <class Fired>
  void drain(Tick now, Fired fired) {
    while (!heap_.empty() && heap_.front().due <= now) {
      const TimerId id = heap_.front().id;
      cancel(id);
      fired(id, now);
    }
  }

 private:
  struct Entry {
    Tick due;
    TimerId id;
  };

  void put(std::size_t at, Entry entry) {
    heap_[at] = entry;
    place_[entry.id] = static_cast<std::uint32_t>(at);
  }

  void settle(std::size_t at, Entry entry) {
    if (at > 0 && entry.due < heap_[(at - 1) / 4].due) {
      rise(at, entry);
    } else {
      sink(at, entry);
    }
  }

  void rise(std::size_t at, Entry entry) {
    while (at > 0 && entry.due < heap_[(at - 1) / 4].due) {
      put(at, heap_[(at - 1) / 4]);
      at = (at - 1) / 4;
    }
    put(at, entry);
  }

  void sink(std::size_t at, Entry entry) {
    for (;;) {
      const std::size_t first = 4 * at + 1;
      if (first >= heap_.size()) {
        break;
      }
      const std::size_t end = first + 4 < heap_.size() ? first + 4 : heap_.size();
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        least = heap_[child].due < heap_[least].due ? child : least;
      }
      if (entry.due <= heap_[least].due) {
        break;
      }
      put(at, heap_[least]);
      at = least;
    }
    put(at, entry);
  }

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> place_;
};

class MapTimers {
 public:
  static constexpr const char* kName = "std::multimap";
  MapTimers(std::size_t n, Tick) : place_(n) {}

  void arm(TimerId id, Tick due) { place_[id] = map_.emplace(due, id); }
  void rearm(TimerId id, Tick due) {
    cancel(id);
    arm(id, due);
  }
  void cancel(TimerId id) { map_.erase(place_[id]); }
  Tick next_due() const { return map_.empty() ? TimerWheel::kNever : map_.begin()->first; }

  template <class Fired>
  void drain(Tick now, Fired fired) {
    while (!map_.empty() && map_.begin()->first <= now) {
      const TimerId id = map_.begin()->second;
      map_.erase(map_.begin());
      fired(id, now);
    }
  }

 private:
  std::multimap<Tick, TimerId> map_;
  std::vector<std::multimap<Tick, TimerId>::iterator> place_;
};

/// Cancelled entries stay in the queue until their time comes.
class QueueTimers {
 public:
  static constexpr const char* kName = "std::priority_queue, lazy";
  QueueTimers(std::size_t n, Tick) : armed_as_(n) {}

  void arm(TimerId id, Tick due) {
    armed_as_[id] = ++count_;
    queue_.push({due, count_, id});
  }
  void rearm(TimerId id, Tick due) { arm(id, due); }
  void cancel(TimerId id) { armed_as_[id] = 0; }

  Tick next_due() {
    while (!queue_.empty() && armed_as_[queue_.top().id] != queue_.top().number) {
      queue_.pop();
    }
    return queue_.empty() ? TimerWheel::kNever : queue_.top().due;
  }

  template <class Fired>
  void drain(Tick now, Fired fired) {
    while (next_due() <= now) {
      const TimerId id = queue_.top().id;
      queue_.pop();
      armed_as_[id] = 0;
      fired(id, now);
    }
  }

 private:
  struct Entry {
    Tick due;
    std::uint64_t number;  // of the arming
    TimerId id;
    bool operator<(const Entry& other) const {
      return due != other.due ? due > other.due : number > other.number;
    }
  };

  std::priority_queue<Entry> queue_;
  std::vector<std::uint64_t> armed_as_;
  std::uint64_t count_ = 0;
};

/// Sleeps until the next timer is due and fires it; returns the new time.
template <class Timers, class Fired>
Tick wake(Timers& timers, Fired fired) {
  const Tick now = timers.next_due();
  timers.drain(now, fired);
  return now;
}

}  // namespace doorcall::bench
