#include "platform/kernel_time.hpp"

#include <algorithm>
#include <ctime>

#include "platform/event_loop.hpp"

namespace doorcall::platform {
namespace {

/// The year 2000 by the time of day; no machine has run for so long.
constexpr std::int64_t kRealFrom = 946'684'800'000'000'000;

std::int64_t read_ns(clockid_t clock) noexcept {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

KernelClocks read_kernel_clocks() noexcept {
  return {.loop = read_ns(loop_clock_id()),
          .monotonic = read_ns(CLOCK_MONOTONIC),
          .real = read_ns(CLOCK_REALTIME)};
}

Instant loop_time(std::int64_t stamp_ns, const KernelClocks& now) noexcept {
  const std::int64_t stamped_by = stamp_ns >= kRealFrom ? now.real : now.monotonic;
  const std::int64_t age = std::clamp<std::int64_t>(stamped_by - stamp_ns, 0, now.loop);
  return Instant(Millis((now.loop - age) / 1'000'000));
}

}  // namespace doorcall::platform
