// The kernel's time stamps on the loop's clock.
#include <vector>

#include "platform/kernel_time.hpp"
#include "platform/press_recogniser.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using platform::PressEvent;
using Kind = PressEvent::Kind;

namespace {

Instant at(std::int64_t ms) {
  return Instant(Millis(ms));
}

}  // namespace

TEST_GROUP(KernelTime) {
  static constexpr std::int64_t kMs = 1'000'000;
  static constexpr std::int64_t kHour = 3'600'000 * kMs;
  static constexpr std::int64_t kToday = 1'700'000'000'000 * kMs;
};

TEST(KernelTime, AStampGoesOnTheLoopsClockByItsAge) {
  const platform::KernelClocks now{.loop = 5 * kMs, .monotonic = 5 * kMs, .real = kToday};
  CHECK(platform::loop_time(3 * kMs, now) == at(3));
  CHECK(platform::loop_time(3 * kMs + 999'999, now) == at(3));
}

TEST(KernelTime, TheTimeASuspendedMachineSleptIsAdded) {
  const platform::KernelClocks now{
      .loop = 7 * kHour + 500 * kMs, .monotonic = kHour + 500 * kMs, .real = kToday};
  CHECK(platform::loop_time(kHour + 470 * kMs, now) == Instant(Millis(7 * 3'600'000 + 470)));
}

TEST(KernelTime, OldKernelsStampTheTimeOfDay) {
  const platform::KernelClocks now{.loop = kHour, .monotonic = kHour / 2, .real = kToday};
  CHECK(platform::loop_time(kToday - 30 * kMs, now) == Instant(Millis(3'600'000 - 30)));
}

TEST(KernelTime, AStampIsNeverInTheFutureNorBeforeTheStart) {
  const platform::KernelClocks now{.loop = kHour, .monotonic = kHour, .real = kToday};
  CHECK(platform::loop_time(2 * kHour, now) == Instant(Millis(3'600'000)));
  CHECK(platform::loop_time(kToday + kHour, now) == Instant(Millis(3'600'000)));
  CHECK(platform::loop_time(kToday - 2 * kHour, now) == at(0));
}

/// A press across a suspension: held when it began, released after it.
TEST(KernelTime, APressAcrossASuspensionIsOnePressOfTheTimeThatItTook) {
  platform::PressRecogniser button({.double_time = Millis{0}}, false, at(0));
  std::vector<PressEvent> events;
  const platform::KernelClocks before{.loop = kHour, .monotonic = kHour, .real = kToday};
  const platform::KernelClocks after{
      .loop = 2 * kHour, .monotonic = kHour + 100 * kMs, .real = kToday + kHour};
  button.edge(true, platform::loop_time(kHour, before), events);
  button.edge(false, platform::loop_time(kHour + 50 * kMs, after), events);
  button.tick(Instant(Millis(2 * 3'600'000)), events);
  const Kind expected[] = {Kind::kPressed, Kind::kLong, Kind::kStuck, Kind::kFreed,
                           Kind::kReleased};
  LONGS_EQUAL(std::size(expected), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK_TRUE(events[i].kind == expected[i]);
  }
}
