#pragma once

#include <time.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/bench/bench_report.hpp"
#include "tests/bench/setup_pair.hpp"

// The competitors of bench_setup and their times.

namespace doorcall::bench {

inline void sleep_us(std::int64_t span) {
  const timespec time{span / 1'000'000, static_cast<long>(span % 1'000'000 * 1'000)};
  ::nanosleep(&time, nullptr);
}

/// Microseconds since the press, a value a call.
struct Times {
  std::vector<double> ring;
  std::vector<double> accept;
  std::vector<double> caller_media;
  std::vector<double> callee_media;

  void add(const Stamps& stamps) {
    const auto since = [&stamps](std::int64_t at) {
      if (at == 0) {
        throw std::runtime_error("a step of a call was not seen");
      }
      return static_cast<double>(at - stamps.press) / 1'000;
    };
    ring.push_back(since(stamps.ring));
    accept.push_back(since(stamps.accept));
    caller_media.push_back(since(stamps.caller_media));
    callee_media.push_back(since(stamps.callee_media));
  }
};

/// One competitor with its times: of all calls, and the medians of the rounds.
struct Runner {
  const char* name;
  std::unique_ptr<Pair> pair;
  Times all;
  std::vector<double> rounds;  ///< median press → accept

  void play(int calls, std::int64_t gap_us) {
    Times times;
    for (int i = 0; i < calls; ++i) {
      if (gap_us > 0) {
        sleep_us(gap_us);
      }
      const Stamps stamps = pair->call();
      times.add(stamps);
      all.add(stamps);
    }
    rounds.push_back(median(times.accept));
  }
};

inline void print_cell(const std::vector<double>& values) {
  char cell[64];
  std::snprintf(cell, sizeof cell, "%.0f / %.0f / %.0f", percentile(values, 50),
                percentile(values, 90), percentile(values, 99));
  std::printf(" %20s", cell);
}

inline void print_table(const char* title, const std::vector<Runner>& runners) {
  std::printf("\n%s; us since the press, p50 / p90 / p99 of %zu calls\n%-24s %20s %20s %20s %20s\n",
              title, runners[0].all.ring.size(), "", "ring", "accept processed", "caller's media",
              "callee's media");
  for (const Runner& runner : runners) {
    std::printf("%-24s", runner.name);
    print_cell(runner.all.ring);
    print_cell(runner.all.accept);
    print_cell(runner.all.caller_media);
    print_cell(runner.all.callee_media);
    std::printf("\n");
  }
}

/// The median over the rounds of one runner's median by the other's.
inline double ratio(const Runner& one, const Runner& other) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < one.rounds.size(); ++i) {
    ratios.push_back(one.rounds[i] / other.rounds[i]);
  }
  return median(ratios);
}

}  // namespace doorcall::bench
