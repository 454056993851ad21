// Times the timer wheel beside other ways to hold timers, with 8, 1,000 and 100,000 pending ones
// due in 1 to 90 s, and checks the wheel's targets. Prints a table a size: nanoseconds an
// operation, median (least-most) of five runs in which the rivals take turns, so that a slow moment
// of the machine hits all of them. "next due" is what asking after each change adds to a life;
// "earliest" is cancelling the earliest timer and asking for the next; "jump" is 60 s in which
// nothing is due.
//
// --instructions OP RIVAL runs OP (schedule, cancel, reschedule or life) alone at 1,000 pending and
// prints how many there were, for wheel_instructions.sh to count their instructions.

#include <dlfcn.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/bench/timer_bench_ops.hpp"
#include "tests/bench/timer_figures.hpp"
#include "tests/bench/timer_rival_libevent.hpp"

namespace {

using namespace doorcall;
using namespace doorcall::bench;

using ClockGettime = int (*)(clockid_t, timespec*);

int real_clock(clockid_t id, timespec* at) {
  static const auto real = reinterpret_cast<ClockGettime>(dlsym(RTLD_NEXT, "clock_gettime"));
  return real(id, at);
}

}  // namespace

// libevent's calls come here: see VirtualTime.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" [[gnu::visibility("default")]] int clock_gettime(clockid_t id, timespec* at) noexcept {
  if (!VirtualTime::on) {
    return real_clock(id, at);
  }
  VirtualTime::asked = true;
  at->tv_sec = static_cast<time_t>(VirtualTime::now_ms / 1000);
  at->tv_nsec = static_cast<long>(VirtualTime::now_ms % 1000 * 1'000'000);
  return 0;
}

extern "C" [[gnu::visibility("default")]] int epoll_wait(int, epoll_event*, int, int timeout_ms) {
  VirtualTime::now_ms += timeout_ms > 0 ? static_cast<std::uint64_t>(timeout_ms) : 0;
  return 0;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

namespace {

constexpr int kRuns = 5;
constexpr std::size_t kOperations = 200'000;  // about so many an operation and run
constexpr Tick kOrigin = 0x1234567890;

template <class Timers>
constexpr bool kHasNextDue = requires(Timers timers) {
  timers.next_due();
};

template <class Timers>
std::vector<std::unique_ptr<Timers>> make(std::size_t count, std::size_t n) {
  std::vector<std::unique_ptr<Timers>> ret_sets(count);
  for (auto& set : ret_sets) {
    set = std::make_unique<Timers>(n, kOrigin);
  }
  return ret_sets;
}

/// On several sets of few timers, or the clock would be what is measured.
template <class Timers>
void run_single_operations(const Plan& plan, Figures& figures) {
  const std::size_t n = plan.orders[0].size();
  const auto sets = make<Timers>(std::max<std::size_t>(1, 256 / n), n);
  std::array<Samples, kColumns.size()> samples;
  Tick now = kOrigin;
  const auto time = [&](Column column, auto work) {
    samples[column].time([&] { std::for_each(sets.begin(), sets.end(), work); });
  };
  const std::size_t rounds = std::max<std::size_t>(5, kOperations / (n * sets.size()));
  for (std::size_t round = 0; round < rounds; ++round) {
    time(kSchedule, [&](auto& set) { measured_schedule(*set, plan.orders[0], plan.spans, now); });
    time(kReschedule,
         [&](auto& set) { measured_reschedule(*set, plan.orders[1], plan.spans, now); });
    time(kCancel, [&](auto& set) { measured_cancel(*set, plan.orders[2]); });
    if constexpr (kHasNextDue<Timers>) {
      for (auto& set : sets) {
        measured_schedule(*set, plan.orders[0], plan.spans, now);
      }
      time(kEarliest, [&](auto& set) { measured_cancel_earliest(*set, plan.earliest); });
      for (auto& set : sets) {
        measured_cancel(*set, plan.others);
      }
    }
    now += 1 + plan.spans[round] * 7;
    for (auto& set : sets) {
      measured_jump(*set, now);
    }
  }
  for (const Column column : {kSchedule, kReschedule, kCancel}) {
    figures.values[column].push_back(samples[column].median() /
                                     static_cast<double>(n * sets.size()));
  }
  if constexpr (kHasNextDue<Timers>) {
    figures.values[kEarliest].push_back(samples[kEarliest].median() /
                                        static_cast<double>(plan.earliest.size() * sets.size()));
  }
}

template <class Timers>
Life run_lives(const Plan& plan, Figures& figures) {
  constexpr std::size_t kLives = 2'000;  // a sample
  Timers timers{plan.orders[0].size(), kOrigin};
  Life life{kOrigin};
  measured_schedule(timers, plan.orders[0], plan.spans, life.now);
  measured_life<false>(timers, plan, life, 10 * kLives);  // settles
  Samples plain;
  Samples asking;
  for (std::size_t i = 0; i < kOperations / kLives; ++i) {
    plain.time([&] { measured_life<false>(timers, plan, life, kLives); });
    if constexpr (kHasNextDue<Timers>) {
      asking.time([&] { measured_life<true>(timers, plan, life, kLives); });
    }
  }
  figures.values[kLife].push_back(plain.median() / kLives);
  if constexpr (kHasNextDue<Timers>) {
    figures.values[kNextDue].push_back((asking.median() - plain.median()) / kLives);
  }
  return life;
}

template <class Timers>
void run_jumps(const Plan& plan, Figures& figures) {
  constexpr std::size_t kSamples = 8;
  const std::size_t n = plan.orders[0].size();
  const auto sets = make<Timers>(std::clamp<std::size_t>(65536 / n, kSamples, 256), n);
  for (auto& set : sets) {
    measured_schedule(*set, plan.orders[0], plan.far_spans, kOrigin);
  }
  Samples samples;
  const std::size_t sample = sets.size() / kSamples;
  for (std::size_t i = 0; i + sample <= sets.size(); i += sample) {
    samples.time([&] {
      for (std::size_t set = i; set < i + sample; ++set) {
        measured_jump(*sets[set], kOrigin + 60'000);
      }
    });
  }
  figures.values[kJump].push_back(samples.median() / static_cast<double>(sample));
}

template <class Timers>
Life run_all(const Plan& plan, Figures& figures) {
  run_single_operations<Timers>(plan, figures);
  run_jumps<Timers>(plan, figures);
  return run_lives<Timers>(plan, figures);
}

bool gate(const char* what, double is, double at_most) {
  const bool ret_passed = is <= at_most;
  std::printf("%-58s %8.2f  <= %6.1f  %s\n", what, is, at_most, ret_passed ? "ok" : "FAILED");
  return ret_passed;
}

template <class... Rivals>
struct Match {
  static constexpr std::array kNames{Rivals::kName...};

  /// Prints the table and gives each rival's figures, the wheel's first.
  static std::array<Figures, sizeof...(Rivals)> play(std::size_t n, Life& wheel_life) {
    const Plan plan{n};
    std::array<Figures, sizeof...(Rivals)> ret_figures;
    for (int run = 0; run < kRuns; ++run) {
      std::size_t rival = 0;
      const std::array lives{run_all<Rivals>(plan, ret_figures[rival++])...};
      wheel_life = lives[0];
    }
    std::printf("\n%zu pending; ns an operation\n%-26s", n, "");
    for (const char* column : kColumns) {
      std::printf(" %21s", column);
    }
    std::printf("\n");
    for (std::size_t rival = 0; rival < ret_figures.size(); ++rival) {
      print_row(kNames[rival], ret_figures[rival]);
    }
    return ret_figures;
  }
};

using AllRivals = Match<WheelTimers, HeapTimers, MapTimers, QueueTimers, LibeventTimers>;

int compare() {
  Life life{};
  const auto few = AllRivals::play(8, life);
  const auto some = AllRivals::play(1'000, life);
  bool passed = life.idle_wake_ups == 0;
  std::printf("wheel: %zu of %zu wake-ups found nothing due; %zu bytes a timer, %zu fixed\n",
              life.idle_wake_ups, life.wake_ups, sizeof(TimerNode), sizeof(TimerWheel));
  AllRivals::play(100'000, life);
  std::printf("\n");
  passed &= gate("life with 8 pending, times the heap's",
                 few[0].median(kLife) / few[1].median(kLife), 1.5);
  passed &= gate("next due with 1,000 pending, ns", some[0].median(kNextDue), 10);
  passed &= gate("60 s jump with 1,000 pending, ns", some[0].median(kJump), 100);
  return passed ? 0 : 1;
}

template <class Timers>
std::size_t run_counted(std::string_view operation) {
  constexpr std::size_t kPending = 1000;
  const Plan plan{kPending};
  Timers timers{kPending, kOrigin};
  if (operation == "life") {
    Life life{kOrigin};
    measured_schedule(timers, plan.orders[0], plan.spans, life.now);
    measured_life<false>(timers, plan, life, kOperations);
    return life.ended;
  }
  Tick now = kOrigin;
  constexpr std::size_t kRounds = 100;
  for (std::size_t round = 0; round < kRounds; ++round) {
    measured_schedule(timers, plan.orders[0], plan.spans, now);
    measured_reschedule(timers, plan.orders[1], plan.spans, now);
    measured_cancel(timers, plan.orders[2]);
    now += 1 + plan.spans[round] * 7;
    measured_jump(timers, now);
  }
  return kRounds * kPending;
}

int count(std::string_view operation, std::string_view rival) {
  const std::pair<const char*, std::size_t (*)(std::string_view)> rivals[] = {
      {"wheel", run_counted<WheelTimers>},
      {"heap", run_counted<HeapTimers>},
      {"multimap", run_counted<MapTimers>},
      {"queue", run_counted<QueueTimers>},
      {"libevent", run_counted<LibeventTimers>}};
  for (const auto& [name, run] : rivals) {
    if (rival == name) {
      std::printf("%zu\n", run(operation));
      return 0;
    }
  }
  std::fprintf(stderr, "no such rival; there are wheel, heap, multimap, queue and libevent\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) {
    return compare();
  }
  if (argc == 4 && std::strcmp(argv[1], "--instructions") == 0) {
    return count(argv[2], argv[3]);
  }
  std::fprintf(stderr, "usage: %s [--instructions schedule|cancel|reschedule|life RIVAL]\n",
               argv[0]);
  return 2;
}
