#pragma once

#include <cstddef>
#include <cstdint>

namespace doorcall::sim {

inline constexpr std::size_t kRacers = 8;

/// What came of many races.
struct RaceResult {
  std::uint64_t races = 0;
  std::uint64_t failed = 0;
  std::int64_t longest_ms = 0;  ///< from the answers until all but one were idle
};

/// One caller, one user with eight devices that all answer in the same millisecond, on a network
/// that delays, duplicates and reorders: exactly one must be connected and the others idle within a
/// second and a message's delay. One race for each seed from 1; prints what fails.
[[nodiscard]] RaceResult run_races(std::uint64_t count);

}  // namespace doorcall::sim
