#include "platform/event_loop.hpp"
#include "platform/watchdog.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::kNever;
using doorcall::Millis;
using doorcall::Seconds;
using doorcall::platform::EventLoop;
using doorcall::platform::Watchdog;
using doorcall::platform::WatchdogPace;
using doorcall::test::run_until;

TEST_GROUP(WatchdogPace) {
  static constexpr Seconds kTime{180};
  Instant now{Seconds{1'000}};
};

TEST(WatchdogPace, NeedsNoWakeUpOfItsOwnBesideTheKeepAlive) {
  WatchdogPace pace(kTime);
  CHECK_TRUE(pace.due(now));
  pace.fed(now);
  for (int minute = 0; minute < 60; ++minute) {
    const Instant before = now;
    now += Seconds{60};
    CHECK_TRUE(pace.wake_up() > now);
    CHECK_TRUE(pace.due(now));
    pace.fed(now);
    CHECK_TRUE(now - before < kTime);
  }
}

TEST(WatchdogPace, ABusyLoopFeedsSeldom) {
  WatchdogPace pace(kTime);
  int fed = 0;
  for (int turn = 0; turn < 180'000; ++turn, now += Millis{1}) {
    if (pace.due(now)) {
      ++fed;
      pace.fed(now);
    }
  }
  LONGS_EQUAL(6, fed);
}

TEST(WatchdogPace, WithoutOtherWakeUpsItFeedsTwiceInTheTime) {
  WatchdogPace pace(kTime);
  pace.fed(now);
  CHECK_TRUE(pace.wake_up() == now + kTime / 2);
  CHECK_TRUE(pace.due(pace.wake_up()));
}

TEST(WatchdogPace, WhatCouldNotBeFedIsTriedAgainBeforeTheTimeIsOver) {
  WatchdogPace pace(kTime);
  pace.fed(now);
  Instant at = pace.wake_up();
  int tries = 0;
  for (; at < now + kTime; at = pace.wake_up()) {
    CHECK_TRUE(pace.due(at));
    ++tries;
    pace.not_fed(at);
  }
  LONGS_EQUAL(3, tries);
}

TEST(WatchdogPace, NoWatchdogIsNeverDue) {
  const WatchdogPace pace(Millis{0});
  CHECK_FALSE(pace.due(now));
  CHECK_TRUE(pace.wake_up() == kNever);
}

TEST_GROUP(Watchdog) {
  EventLoop loop;
  bool alive = true;
  int fed = 0;
  int asked = 0;
  Watchdog watchdog{loop, Millis{60},
                    [this] {
                      ++asked;
                      return alive;
                    },
                    [this] {
                      ++fed;
                      return true;
                    }};
};

TEST(Watchdog, IsFedByAnIdleLoop) {
  watchdog.on_wake_up();
  LONGS_EQUAL(1, fed);
  CHECK_TRUE(run_until(loop, [&] { return fed == 4; }));
}

TEST(Watchdog, IsNotFedWhileNothingGoesOn) {
  watchdog.on_wake_up();
  alive = false;
  CHECK_TRUE(run_until(loop, [&] { return asked == 10; }));
  LONGS_EQUAL(1, fed);
  alive = true;
  CHECK_TRUE(run_until(loop, [&] { return fed == 2; }));
}
