#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "tests/bench/timer_rivals.hpp"

/// What the timer benchmark measures. Each measured_ function is a section of its own, so that
/// callgrind can count its instructions by name.
namespace doorcall::bench {

/// The random choices of one benchmark, made beforehand and the same for every rival.
struct Plan {
  static constexpr std::size_t kChoices = 1U << 16;

  explicit Plan(std::size_t n) : victims(kChoices), spans(std::max(n, kChoices)), far_spans(n) {
    std::mt19937_64 random{n};
    for (std::vector<TimerId>& order : orders) {
      order.resize(n);
      std::iota(order.begin(), order.end(), 0U);
      std::shuffle(order.begin(), order.end(), random);
    }
    for (TimerId& victim : victims) {
      victim = static_cast<TimerId>(random() % n);
    }
    for (Tick& span : spans) {
      span = 1000 + random() % 89000;
    }
    for (Tick& span : far_spans) {
      span = 61000 + random() % 89000;
    }
    std::vector<std::pair<Tick, TimerId>> by_due(n);
    for (std::size_t i = 0; i < n; ++i) {
      by_due[i] = {spans[i], orders[0][i]};
    }
    std::sort(by_due.begin(), by_due.end());
    for (const auto& [span, id] : by_due) {
      (earliest.size() < 1000 ? earliest : others).push_back(id);
    }
  }

  std::vector<TimerId> orders[3];
  std::vector<TimerId> earliest;  // up to 1,000 of orders[0] armed for spans, in due order
  std::vector<TimerId> others;    // the rest
  std::vector<TimerId> victims;   // kChoices
  std::vector<Tick> spans;        // 1 to 90 s
  std::vector<Tick> far_spans;    // 61 to 150 s
};

inline volatile Tick sink = 0;

template <class Timers>
[[gnu::noinline]] void measured_schedule(Timers& timers, const std::vector<TimerId>& order,
                                         const std::vector<Tick>& spans, Tick now) {
  const Tick* span = spans.data();
  for (const TimerId id : order) {
    timers.arm(id, now + *span++);
  }
}

template <class Timers>
[[gnu::noinline]] void measured_reschedule(Timers& timers, const std::vector<TimerId>& order,
                                           const std::vector<Tick>& spans, Tick now) {
  const Tick* span = spans.data();
  for (const TimerId id : order) {
    timers.rearm(id, now + *span++);
  }
}

template <class Timers>
[[gnu::noinline]] void measured_cancel(Timers& timers, const std::vector<TimerId>& order) {
  for (const TimerId id : order) {
    timers.cancel(id);
  }
}

template <class Timers>
[[gnu::noinline]] void measured_cancel_earliest(Timers& timers,
                                                const std::vector<TimerId>& earliest) {
  Tick sum = 0;
  for (const TimerId id : earliest) {
    timers.cancel(id);
    sum += timers.next_due();
  }
  sink = sum;
}

struct Life {
  Tick now;
  std::size_t ended = 0;
  std::size_t wake_ups = 0;
  std::size_t idle_wake_ups = 0;  // those that fired nothing
};

/// Lives of call timers: of 20 that end 19 are cancelled and one expires, and another is armed for
/// each. Time passes by sleeping until the next is due. kAsk: asks for the next due tick after each
/// change, as an event loop does.
template <bool kAsk, class Timers>
[[gnu::noinline]] void measured_life(Timers& timers, const Plan& plan, Life& life,
                                     std::size_t lives) {
  Tick sum = 0;
  std::size_t choice = life.ended;
  for (const std::size_t end = life.ended + lives; life.ended < end;) {
    for (int i = 0; i < 19; ++i) {
      choice = (choice + 1) % Plan::kChoices;
      const TimerId id = plan.victims[choice];
      timers.cancel(id);
      timers.arm(id, life.now + plan.spans[choice]);
      if constexpr (kAsk) {
        sum += timers.next_due();
      }
    }
    const std::size_t before = life.ended += 19;
    life.now = wake(timers, [&](TimerId id, Tick now) {
      choice = (choice + 1) % Plan::kChoices;
      timers.arm(id, now + plan.spans[choice]);
      ++life.ended;
    });
    ++life.wake_ups;
    life.idle_wake_ups += life.ended == before ? 1 : 0;
  }
  sink = sum;
}

template <class Timers>
[[gnu::noinline]] void measured_jump(Timers& timers, Tick to) {
  std::size_t fired = 0;
  timers.drain(to, [&](TimerId, Tick) { ++fired; });
  sink = fired;
}

}  // namespace doorcall::bench
