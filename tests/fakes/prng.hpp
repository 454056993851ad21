#pragma once

#include <cstddef>
#include <cstdint>

namespace doorcall::fakes {

/// A small random number generator (SplitMix64) for tests: integers only, so that a seed gives the
/// same draws with every compiler, library and processor.
class Prng {
 public:
  explicit constexpr Prng(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// 0 to `bound` - 1; 0 if `bound` is 0.
  constexpr std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  /// `low` to `high`, both included; they may lie at most 2^32 - 2 apart.
  constexpr std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint32_t>(high - low + 1)));
  }

  /// True in `rate` of 10,000 draws.
  constexpr bool chance(std::uint32_t rate) noexcept { return below(10'000) < rate; }

  /// A generator that draws independently of this one.
  constexpr Prng fork() noexcept { return Prng(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace doorcall::fakes
