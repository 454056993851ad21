// Each rule of the timer wheel's promise by itself; test_timer_wheel_model.cpp tries them together.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "agent/core/timer_wheel.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Tick;
using doorcall::TimerId;
using doorcall::TimerNode;
using doorcall::TimerWheel;

namespace {

constexpr Tick kOrigin = 0x123456789ABC;
constexpr Tick kNever = TimerWheel::kNever;
constexpr TimerId kNone = TimerWheel::kNone;

// One on each side of every level's reach, and beyond the last level.
constexpr Tick kSpans[] = {1,
                           2,
                           63,
                           64,
                           65,
                           4095,
                           4096,
                           4097,
                           262143,
                           262144,
                           262145,
                           16777215,
                           16777216,
                           16777217,
                           1073741823,
                           1073741824,
                           1073741825,
                           5000000000,
                           Tick{1} << 40,
                           Tick{1} << 62};

}  // namespace

TEST_GROUP(TimerWheel) {
  std::vector<TimerNode> nodes{64};
  TimerWheel wheel{nodes, kOrigin};

  // What fires, in order, when the time becomes `now`.
  std::vector<TimerId> drain(Tick now) {
    std::vector<TimerId> fired;
    for (TimerId id = wheel.pop_due(now); id != kNone; id = wheel.pop_due(now)) {
      fired.push_back(id);
    }
    CHECK_TRUE(wheel.consistent());
    return fired;
  }

  void check_fired(const std::vector<TimerId>& expected, const std::vector<TimerId>& fired) {
    UNSIGNED_LONGS_EQUAL(expected.size(), fired.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      UNSIGNED_LONGS_EQUAL(expected[i], fired[i]);
    }
  }

  void teardown() override {
    CHECK_TRUE(wheel.consistent());
  }
};

TEST(TimerWheel, NeverFiresBeforeItsDueTickAndFiresAtIt) {
  Tick now = kOrigin;
  for (const Tick span : kSpans) {
    const Tick due = now + span;
    wheel.arm(5, due);
    check_fired({}, drain(due - 1));
    CHECK_TRUE(wheel.armed(5));
    check_fired({5}, drain(due));
    CHECK_FALSE(wheel.armed(5));
    now = due;
  }
}

TEST(TimerWheel, FiresInDueOrder) {
  const Tick dues[] = {90000, 3, 70, 64, 5000, 63, 4096, 300000, 71, 1};
  for (TimerId id = 0; id < 10; ++id) {
    wheel.arm(id, kOrigin + dues[id]);
  }
  check_fired({9, 1, 5, 3, 2, 8, 6, 4, 0, 7}, drain(kOrigin + 300000));
}

TEST(TimerWheel, EqualTicksFireInArmingOrder) {
  for (const TimerId id : {3U, 1U, 2U, 0U}) {
    wheel.arm(id, kOrigin + 40);
  }
  wheel.arm(1, kOrigin + 40);  // armed anew: now the last
  check_fired({3, 2, 0, 1}, drain(kOrigin + 40));
}

TEST(TimerWheel, EqualTicksFireInArmingOrderHoweverFarAheadEachWasArmed) {
  for (const Tick span : kSpans) {
    std::vector<TimerNode> other_nodes{64};
    TimerWheel other{other_nodes, kOrigin};
    const Tick due = kOrigin + span;
    other.arm(0, due);
    other.arm(1, due);
    std::vector<TimerId> expected{0, 1};
    // Other timers fire on the way, each nearer to `due`; then one more joins.
    for (Tick left = span / 2; left > 0; left /= 2) {
      other.arm(63, due - left);
      UNSIGNED_LONGS_EQUAL(63, other.pop_due(due - left));
      UNSIGNED_LONGS_EQUAL(kNone, other.pop_due(due - left));
      other.arm(static_cast<TimerId>(expected.size()), due);
      expected.push_back(static_cast<TimerId>(expected.size()));
      CHECK_TRUE(other.consistent());
    }
    for (const TimerId id : expected) {
      UNSIGNED_LONGS_EQUAL(id, other.pop_due(due));
    }
    UNSIGNED_LONGS_EQUAL(kNone, other.pop_due(due));
  }
}

TEST(TimerWheel, JumpOverAnySpanFiresInDueOrderWithoutWalkingTicks) {
  TimerId id = 0;
  std::vector<TimerId> expected;
  for (const Tick span : kSpans) {
    wheel.arm(id, kOrigin + span);
    expected.push_back(id++);
  }
  // Walking 2^63 ticks would not end.
  check_fired(expected, drain(kOrigin + (Tick{1} << 63)));
}

TEST(TimerWheel, NextDueIsExactAmongManyTimersOfOneFarSlot) {
  for (const Tick base : {Tick{100}, Tick{5000}, Tick{300000}, Tick{20000000}, Tick{1} << 40}) {
    for (TimerId id = 0; id < 20; ++id) {
      wheel.arm(id, kOrigin + base + (id * 7U + 3U) % 20U);
    }
    for (Tick offset = 0; offset < 20; ++offset) {
      CHECK_EQUAL(kOrigin + base + offset, wheel.next_due());
      for (TimerId id = 0; id < 20; ++id) {
        if (wheel.due(id) == kOrigin + base + offset) {
          wheel.cancel(id);
        }
      }
    }
    CHECK_EQUAL(kNever, wheel.next_due());
  }
}

TEST(TimerWheel, EachWakeUpAtNextDueFires) {
  std::size_t wake_ups = 0;
  for (TimerId id = 0; id < 40; ++id) {
    wheel.arm(id, kOrigin + 1000 + Tick{97} * id * id);  // no two alike
  }
  while (wheel.next_due() != kNever) {
    ++wake_ups;
    UNSIGNED_LONGS_EQUAL(1, drain(wheel.next_due()).size());
  }
  UNSIGNED_LONGS_EQUAL(40, wake_ups);
}

TEST(TimerWheel, IdleTimeDoesNotChangeNextDue) {
  wheel.arm(0, kOrigin + 90000);
  wheel.arm(1, kOrigin + 90001);
  for (Tick now = kOrigin; now < kOrigin + 90000; now += 777) {
    UNSIGNED_LONGS_EQUAL(kNone, wheel.pop_due(now));
    CHECK_EQUAL(kOrigin + 90000, wheel.next_due());
  }
}

TEST(TimerWheel, TimerCancelledInADrainDoesNotFire) {
  for (const TimerId id : {0U, 1U, 2U, 3U}) {
    wheel.arm(id, kOrigin + 10);
  }
  wheel.arm(4, kOrigin + 11);
  UNSIGNED_LONGS_EQUAL(0, wheel.pop_due(kOrigin + 20));
  wheel.cancel(1);  // the next to fire
  wheel.cancel(3);  // the last of its tick
  wheel.cancel(0);  // has fired: nothing to do
  check_fired({2, 4}, drain(kOrigin + 20));
}

TEST(TimerWheel, TimerRearmedInADrainFiresAtItsNewTickOnly) {
  for (const TimerId id : {0U, 1U, 2U}) {
    wheel.arm(id, kOrigin + 10);
  }
  UNSIGNED_LONGS_EQUAL(0, wheel.pop_due(kOrigin + 20));
  wheel.arm(1, kOrigin + 74);
  wheel.arm(0, kOrigin + 30);
  check_fired({2}, drain(kOrigin + 20));
  check_fired({0}, drain(kOrigin + 73));
  check_fired({1}, drain(kOrigin + 74));
}

TEST(TimerWheel, TimerArmedForNowOrThePastFiresAtTheNextTick) {
  check_fired({}, drain(kOrigin + 100));
  wheel.arm(0, kOrigin + 100);
  wheel.arm(1, 0);
  wheel.arm(2, kOrigin + 101);
  CHECK_EQUAL(kOrigin + 101, wheel.due(1));
  CHECK_EQUAL(kOrigin + 101, wheel.next_due());
  check_fired({}, drain(kOrigin + 100));
  check_fired({0, 1, 2}, drain(kOrigin + 101));
}

TEST(TimerWheel, DrainEndsThoughEachTimerIsRearmedForNow) {
  wheel.arm(0, kOrigin + 10);
  wheel.arm(1, kOrigin + 500);
  const Tick now = kOrigin + 1000;
  for (const TimerId expected : {0U, 1U}) {
    const TimerId id = wheel.pop_due(now);
    UNSIGNED_LONGS_EQUAL(expected, id);
    wheel.arm(id, id == 0 ? kOrigin + 400 : now);
  }
  check_fired({}, drain(now));
  CHECK_EQUAL(now + 1, wheel.next_due());
  check_fired({0, 1}, drain(now + 1));
}

TEST(TimerWheel, DrainLeftEarlyGoesOnWhereItStopped) {
  for (const TimerId id : {0U, 1U, 2U}) {
    wheel.arm(id, kOrigin + 10);
  }
  UNSIGNED_LONGS_EQUAL(0, wheel.pop_due(kOrigin + 20));
  CHECK_EQUAL(kOrigin + 10, wheel.next_due());
  wheel.arm(3, kOrigin + 15);  // not after the wheel's time: the tick after it
  check_fired({1, 2}, drain(kOrigin + 20));
  check_fired({3}, drain(kOrigin + 21));
}

TEST(TimerWheel, TimeNeverGoesBack) {
  wheel.arm(0, kOrigin + 50);
  check_fired({}, drain(kOrigin + 40));
  check_fired({}, drain(kOrigin));
  wheel.arm(1, kOrigin + 1);
  CHECK_EQUAL(kOrigin + 41, wheel.next_due());
}

TEST(TimerWheel, CancelOfAnIdleTimerDoesNothing) {
  wheel.cancel(7);
  wheel.arm(0, kOrigin + 5);
  wheel.cancel(7);
  wheel.cancel(0);
  wheel.cancel(0);
  UNSIGNED_LONGS_EQUAL(0, wheel.armed_count());
  CHECK_EQUAL(kNever, wheel.next_due());
}

TEST(TimerWheel, TimerArmedForNeverStaysArmed) {
  wheel.arm(0, kNever);
  check_fired({}, drain(kNever));
  wheel.arm(1, kOrigin);
  CHECK_TRUE(wheel.armed(0));
  UNSIGNED_LONGS_EQUAL(2, wheel.armed_count());
  CHECK_EQUAL(kNever, wheel.next_due());
  check_fired({}, drain(kNever));
}

TEST(TimerWheel, HoldsNoTimersWithoutNodes) {
  TimerWheel empty{{}, kOrigin};
  CHECK_EQUAL(kNever, empty.next_due());
  UNSIGNED_LONGS_EQUAL(kNone, empty.pop_due(kOrigin + 1));
  CHECK_TRUE(empty.consistent());
}

TEST(TimerWheel, ConsistentFindsDamage) {
  wheel.arm(0, kOrigin + 5);
  wheel.arm(1, kOrigin + 5);
  wheel.arm(2, kOrigin + 5000);
  const std::vector<TimerNode> good = nodes;
  const auto found = [&](TimerId id, std::size_t offset, std::uint32_t word) {
    std::memcpy(reinterpret_cast<unsigned char*>(&nodes[id]) + offset, &word, sizeof(word));
    const bool ret_found = !wheel.consistent();
    nodes = good;
    return ret_found;
  };
  constexpr std::uint32_t kNode = sizeof(TimerNode);
  CHECK_TRUE(found(2, 0, static_cast<std::uint32_t>(kOrigin + 9000)));  // belongs to another slot
  CHECK_TRUE(found(1, 8, ~0U));                                         // a list cut short
  CHECK_TRUE(found(0, 12, 2 * kNode));                                  // a wrong link back
  CHECK_TRUE(found(0, 8, 1 * kNode));                                   // a circle
  CHECK_TRUE(found(0, 8, 64 * kNode));                                  // a link to no node
  CHECK_TRUE(found(0, 8, kNode / 2));                                   // a link into a node
  nodes[3] = nodes[0];                                                  // armed, but in no list
  CHECK_FALSE(wheel.consistent());
  nodes = good;
}
