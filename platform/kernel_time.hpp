#pragma once

#include <cstdint>

#include "agent/core/time.hpp"

namespace doorcall::platform {

/// The kernel's clocks at one moment, in nanoseconds.
struct KernelClocks {
  std::int64_t loop = 0;       ///< the one of read_clock()
  std::int64_t monotonic = 0;  ///< stands still while the machine is suspended
  std::int64_t real = 0;       ///< the time of day
};

[[nodiscard]] KernelClocks read_kernel_clocks() noexcept;

/// When, on the loop's clock, an event was that the kernel stamped with CLOCK_MONOTONIC (with
/// CLOCK_REALTIME before Linux 5.7, which is seen by its size). `now`: read after the event. Never
/// later than `now`; after a suspension between the two it is too late by that time at most.
[[nodiscard]] Instant loop_time(std::int64_t stamp_ns, const KernelClocks& now) noexcept;

}  // namespace doorcall::platform
