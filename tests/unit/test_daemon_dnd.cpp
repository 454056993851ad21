// The times of do not disturb against clocks that jump. Time zones are given as rules in text, so
// that no data base of them is needed, and moments as seconds since 1970.
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "agent/daemon/dnd_switch.hpp"
#include "agent/daemon/wall_timer.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::daemon::DndSchedule;
using doorcall::daemon::DndSwitch;
using doorcall::daemon::local_moment;
using doorcall::daemon::LocalMoment;
using doorcall::daemon::next_showing;
using doorcall::daemon::UnixTime;
using doorcall::platform::DailyWindow;

namespace {

constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr std::uint16_t kTen = 22 * 60;
constexpr std::uint16_t kSeven = 7 * 60;
constexpr std::uint8_t kWorkdays = 0b001'1111;

/// The moment at which a clock in UTC shows this; `day` may be past the month's end.
UnixTime utc(int year, int month, int day, int hour, int minute = 0, int second = 0) {
  std::tm time{};
  time.tm_year = year - 1900;
  time.tm_mon = month - 1;
  time.tm_mday = day;
  time.tm_hour = hour;
  time.tm_min = minute;
  time.tm_sec = second;
  return ::timegm(&time);
}

}  // namespace

TEST_GROUP(DaemonDnd) {
  std::string zone_before;
  bool had_zone = false;

  void setup() override {
    const char* const zone = std::getenv("TZ");
    had_zone = zone != nullptr;
    zone_before = had_zone ? zone : "";
    in(kBerlin);
  }
  void teardown() override {
    had_zone ? ::setenv("TZ", zone_before.c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  static void in(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  static void edge(const DndSchedule& schedule, UnixTime now, UnixTime expected) {
    const std::optional<UnixTime> next = schedule.next_edge(now);
    CHECK(next.has_value());
    CHECK(*next == expected);
    CHECK(schedule.on_at(*next) != schedule.on_at(now));
    CHECK(schedule.on_at(*next - 1) == schedule.on_at(now));
  }
};

TEST(DaemonDnd, TheLocalMomentIsWhatTheClockShows) {
  const LocalMoment summer = local_moment(utc(2026, 7, 6, 21, 59, 58));  // a Monday
  LONGS_EQUAL(0, summer.weekday);
  LONGS_EQUAL(23 * 60 + 59, summer.minute);
  LONGS_EQUAL(58, summer.second);
  LONGS_EQUAL(7200, summer.offset);
  const LocalMoment winter = local_moment(utc(2026, 1, 4, 23));  // Monday here
  LONGS_EQUAL(0, winter.weekday);
  LONGS_EQUAL(0, winter.minute);
  LONGS_EQUAL(6, local_moment(utc(2026, 1, 4, 22, 59, 59)).weekday);
}

TEST(DaemonDnd, ANightGoesOverMidnightIntoTheNextDay) {
  in("UTC0");
  const DndSchedule nights({{.days = kWorkdays, .from = kTen, .to = kSeven}});
  CHECK(!nights.on_at(utc(2026, 1, 5, 21, 59, 59)));  // Monday
  CHECK(nights.on_at(utc(2026, 1, 5, 22)));
  CHECK(nights.on_at(utc(2026, 1, 6, 0)));
  CHECK(nights.on_at(utc(2026, 1, 6, 6, 59, 59)));
  CHECK(!nights.on_at(utc(2026, 1, 6, 7)));
  CHECK(nights.on_at(utc(2026, 1, 10, 3)));    // Saturday: Friday's night
  CHECK(!nights.on_at(utc(2026, 1, 10, 23)));  // none begins on Saturday
  CHECK(!nights.on_at(utc(2026, 1, 12, 3)));   // nor on Sunday
  edge(nights, utc(2026, 1, 5, 12, 34, 56), utc(2026, 1, 5, 22));
  edge(nights, utc(2026, 1, 5, 22), utc(2026, 1, 6, 7));
  edge(nights, utc(2026, 1, 10, 7), utc(2026, 1, 12, 22));  // over the weekend
}

TEST(DaemonDnd, ANightOf2040IsANight) {  // 32 bits of seconds end in 2038
  in("UTC0");
  const DndSchedule nights({{.from = kTen, .to = kSeven}});
  CHECK(utc(2040, 1, 2, 12) > utc(2026, 1, 5, 12));
  edge(nights, utc(2040, 1, 2, 12), utc(2040, 1, 2, 22));
  edge(nights, utc(2040, 1, 2, 22), utc(2040, 1, 3, 7));
}

TEST(DaemonDnd, TheWeekIsARing) {
  in("UTC0");
  const DndSchedule sunday({{.days = 0b100'0000, .from = kTen, .to = kSeven}});
  CHECK(sunday.on_at(utc(2026, 1, 5, 6)));
  edge(sunday, utc(2026, 1, 4, 23), utc(2026, 1, 5, 7));
  edge(sunday, utc(2026, 1, 5, 7), utc(2026, 1, 11, 22));
}

TEST(DaemonDnd, WindowsThatTouchOrOverlapAreOne) {
  in("UTC0");
  const DndSchedule joined({{.days = DailyWindow::kEveryDay, .from = 60, .to = 120},
                            {.days = DailyWindow::kEveryDay, .from = 120, .to = 180},
                            {.days = DailyWindow::kEveryDay, .from = 150, .to = 200}});
  edge(joined, utc(2026, 1, 5, 1), utc(2026, 1, 5, 3, 20));
}

TEST(DaemonDnd, WhatIsAlwaysOnOrOffHasNoEdge) {
  CHECK(DndSchedule().empty());
  CHECK(!DndSchedule().on_at(utc(2026, 1, 5, 1)));
  CHECK(!DndSchedule().next_edge(utc(2026, 1, 5, 1)));
  const DndSchedule always({{.days = DailyWindow::kEveryDay, .from = 0, .to = 24 * 60}});
  CHECK(always.on_at(utc(2026, 1, 5, 1)));
  CHECK(!always.next_edge(utc(2026, 1, 5, 1)));
}

TEST(DaemonDnd, TheNightOfTheSpringJumpIsAnHourShorter) {
  const DndSchedule nights({{.from = kTen, .to = kSeven}});
  const UnixTime evening = utc(2026, 3, 28, 21);  // 22:00; the clock jumps at 02:00 to 03:00
  edge(nights, evening, evening + 8 * 3600);
  edge(nights, utc(2026, 3, 28, 12), evening);
  edge(nights, utc(2026, 3, 29, 2), utc(2026, 3, 29, 5));  // after the jump
}

TEST(DaemonDnd, TheNightOfTheAutumnJumpIsAnHourLonger) {
  const DndSchedule nights({{.from = kTen, .to = kSeven}});
  const UnixTime evening = utc(2026, 10, 24, 20);  // 22:00; the clock jumps at 03:00 to 02:00
  edge(nights, evening, evening + 10 * 3600);
}

TEST(DaemonDnd, AnEdgeInTheHourThatIsLeftOutIsAtTheJump) {
  const DndSchedule early({{.from = 2 * 60 + 30, .to = 5 * 60}});
  edge(early, utc(2026, 3, 29, 0), utc(2026, 3, 29, 1));  // 02:30 is not shown; 03:00 is the first
  const DndSchedule inside({{.from = 2 * 60 + 10, .to = 2 * 60 + 50}});
  edge(inside, utc(2026, 3, 29, 0), utc(2026, 3, 30, 0, 10));  // not on this day at all
}

TEST(DaemonDnd, AnEdgeInTheHourThatComesTwiceComesTwice) {
  const DndSchedule early({{.from = 2 * 60 + 30, .to = 5 * 60}});
  const UnixTime first = utc(2026, 10, 25, 0, 30);  // 02:30 in summer time
  edge(early, utc(2026, 10, 25, 0), first);
  edge(early, first, utc(2026, 10, 25, 1));         // 03:00 becomes 02:00: off again
  edge(early, utc(2026, 10, 25, 1), first + 3600);  // 02:30 in winter time
  edge(early, first + 3600, utc(2026, 10, 25, 4));  // 05:00
}

TEST(DaemonDnd, EveryEdgeOfAYearIsFoundAsAWalkFindsIt) {
  const DndSchedule schedule({{.days = kWorkdays, .from = kTen, .to = kSeven},
                              {.days = 0b110'0000, .from = 2 * 60 + 15, .to = 13 * 60}});
  UnixTime at = utc(2026, 1, 1, 0);
  const UnixTime end = utc(2027, 1, 1, 0);
  bool on = schedule.on_at(at);
  UnixTime next = *schedule.next_edge(at);
  int edges = 0;
  for (; at < end; at += 60) {
    if (schedule.on_at(at) != on) {
      on = !on;
      LONGS_EQUAL(at, next);
      next = *schedule.next_edge(at);
      ++edges;
    }
  }
  CHECK(edges > 600);
}

TEST(DaemonDnd, TheNextShowingOfATimeIsAheadAndWithinADay) {
  const UnixTime noon = utc(2026, 1, 5, 11, 0, 30);  // 12:00:30
  LONGS_EQUAL(utc(2026, 1, 5, 11, 1), next_showing(12 * 60 + 1, noon, local_moment));
  LONGS_EQUAL(utc(2026, 1, 6, 11), next_showing(12 * 60, noon, local_moment));
  LONGS_EQUAL(utc(2026, 1, 6, 6), next_showing(kSeven, noon, local_moment));
  LONGS_EQUAL(utc(2026, 3, 29, 5), next_showing(kSeven, utc(2026, 3, 28, 21), local_moment));
  LONGS_EQUAL(utc(2026, 10, 25, 6), next_showing(kSeven, utc(2026, 10, 24, 20), local_moment));
}

TEST(DaemonDnd, AWordCountsUntilTheNextEdge) {
  in("UTC0");
  DndSwitch dnd(DndSchedule({{.from = kTen, .to = kSeven}}));
  const UnixTime noon = utc(2026, 1, 5, 12);
  CHECK(!dnd.on_at(noon) && !dnd.said());
  dnd.say(true, std::nullopt, noon);
  CHECK(dnd.on_at(noon) && dnd.said());
  LONGS_EQUAL(utc(2026, 1, 5, 22), *dnd.next_change(noon));
  CHECK(dnd.on_at(utc(2026, 1, 5, 22)) && !dnd.said());  // now by the schedule
  dnd.say(false, std::nullopt, utc(2026, 1, 5, 23));
  CHECK(!dnd.on_at(utc(2026, 1, 6, 3)));
  CHECK(!dnd.on_at(utc(2026, 1, 6, 7)) && !dnd.said());
  CHECK(dnd.on_at(utc(2026, 1, 6, 22)));
}

TEST(DaemonDnd, AWordWithATimeOutlastsEdges) {
  in("UTC0");
  DndSwitch dnd(DndSchedule({{.from = kTen, .to = kSeven}}));
  const UnixTime noon = utc(2026, 1, 5, 12);
  dnd.say(false, utc(2026, 1, 5, 23), noon);
  CHECK(!dnd.on_at(utc(2026, 1, 5, 22, 30)));
  CHECK(dnd.on_at(utc(2026, 1, 5, 23)));
  dnd.say(false, utc(2026, 1, 6, 1), utc(2026, 1, 5, 23));
  dnd.follow();
  CHECK(dnd.on_at(utc(2026, 1, 5, 23)));
}

TEST(DaemonDnd, WithoutAScheduleAWordCountsForGood) {
  DndSwitch dnd{DndSchedule()};
  dnd.say(true, std::nullopt, utc(2026, 1, 5, 12));
  CHECK(dnd.on_at(utc(2036, 1, 5, 12)));
  CHECK(!dnd.next_change(utc(2026, 1, 5, 12)));
}

TEST(DaemonDnd, AnotherScheduleMovesTheEndOfAWord) {
  in("UTC0");
  DndSwitch dnd{DndSchedule()};
  const UnixTime noon = utc(2026, 1, 5, 12);
  dnd.say(true, std::nullopt, noon);
  dnd.replace(DndSchedule({{.from = 13 * 60, .to = 14 * 60}}), noon);
  LONGS_EQUAL(utc(2026, 1, 5, 13), *dnd.next_change(noon));
  CHECK(!dnd.on_at(utc(2026, 1, 5, 14)));
}

TEST(DaemonDnd, TheWallTimerFiresForThePastAndOnlyWhenArmed) {
  doorcall::platform::EventLoop loop;
  int fired = 0;
  doorcall::daemon::WallTimer timer(loop, [&] { ++fired; });
  doorcall::test::run_ready(loop);
  LONGS_EQUAL(0, fired);
  timer.set(0);
  loop.run_once(doorcall::test::kPatience);
  LONGS_EQUAL(1, fired);
  timer.set(doorcall::daemon::read_wall_clock() + 3600);
  doorcall::test::run_ready(loop);
  timer.set(utc(2100, 1, 1, 0));
  doorcall::test::run_ready(loop);
  timer.set(1);
  timer.set(std::nullopt);
  doorcall::test::run_ready(loop);
  LONGS_EQUAL(1, fired);
}
