#pragma once

#include <array>
#include <cstdint>

#include "tests/sim/sim_coverage.hpp"
#include "tests/sim/sim_faults.hpp"

namespace doorcall::sim {

inline constexpr std::uint32_t kCallsPerWorld = 25;
/// What is sure to come of them, on average: some end before anybody is invited.
inline constexpr std::uint64_t kCallsEachWorldMakes = 22;

struct BatchOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t worlds = 0;
  std::uint64_t cpu_minutes = 0;  ///< of each process; 0: until `worlds` are done
  unsigned jobs = 1;              ///< processes; each lives through every jobs-th world
  std::uint64_t repeat_each = 0;  ///< every how manieth world is run twice; 0: none
  bool stop_at_first = false;
  std::uint64_t shrink_seconds = 0;  ///< for the first failure of each process; 0: not
};

/// Plain data: it comes out of a child process through a pipe.
struct BatchResult {
  std::uint64_t worlds = 0;
  std::uint64_t failed = 0;
  std::uint64_t repeated = 0;
  std::uint64_t differed = 0;  ///< of the repeated ones, in their trace hash
  std::uint64_t calls = 0;
  std::uint64_t faulty_calls = 0;  ///< in worlds with at least one kind of fault
  std::uint64_t connected = 0;
  std::uint64_t packets = 0;
  std::uint64_t virtual_ms = 0;
  std::uint64_t cpu_us = 0;
  std::uint64_t hash = 0;  ///< over seeds and their trace hashes, in any order
  FaultCounts faults;
  Coverage coverage;
  std::array<char, 64> found{};  ///< the check that failed first

  void add(const BatchResult& other);
};

/// CPU time of this process so far.
[[nodiscard]] std::uint64_t cpu_us();

/// Lives through many worlds and prints what fails, with the command that repeats it.
BatchResult run_batch(const BatchOptions& options);

}  // namespace doorcall::sim
