#pragma once

#include <chrono>
#include <cstdint>

namespace doorcall {

/// All durations of the core; whole milliseconds, signed.
using Millis = std::chrono::duration<std::int64_t, std::milli>;
using Seconds = std::chrono::duration<std::int64_t>;

/// The core's clock: a monotonic count from any origin that the driver reads. It has no now(): time
/// comes into the core as an argument only.
struct CoreClock {
  using rep = Millis::rep;
  using period = Millis::period;
  using duration = Millis;
  using time_point = std::chrono::time_point<CoreClock, Millis>;
  static constexpr bool is_steady = true;
};

using Instant = CoreClock::time_point;

/// Later than every real instant: "no deadline".
inline constexpr Instant kNever = Instant::max();

/// `at + delay`, kNever if either is unlimited.
[[nodiscard]] constexpr Instant after(Instant at, Millis delay) noexcept {
  return delay >= kNever - at ? kNever : at + delay;
}

/// Whole seconds that cover `span`, 0 for none: never shorter than it.
[[nodiscard]] constexpr std::uint32_t ceil_seconds(Millis span) noexcept {
  return span.count() <= 0 ? 0U : static_cast<std::uint32_t>((span.count() + 999) / 1000);
}

}  // namespace doorcall
