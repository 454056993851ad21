#include "agent/core/time.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;

TEST_GROUP(Time){};

TEST(Time, NeverIsNeverOvertaken) {
  CHECK_TRUE(after(Instant{Millis{5}}, Millis{3}) == Instant{Millis{8}});
  CHECK_TRUE(after(kNever - Millis{2}, Millis{1}) == kNever - Millis{1});
  CHECK_TRUE(after(kNever - Millis{2}, Millis{2}) == kNever);
  CHECK_TRUE(after(Instant{Millis{5}}, Millis::max()) == kNever);
  CHECK_TRUE(after(kNever, Millis{0}) == kNever);
}

TEST(Time, SecondsCoverWhatIsLeft) {
  UNSIGNED_LONGS_EQUAL(0, ceil_seconds(Millis{-1}));
  UNSIGNED_LONGS_EQUAL(0, ceil_seconds(Millis{0}));
  UNSIGNED_LONGS_EQUAL(1, ceil_seconds(Millis{1}));
  UNSIGNED_LONGS_EQUAL(1, ceil_seconds(Millis{1'000}));
  UNSIGNED_LONGS_EQUAL(2, ceil_seconds(Millis{1'001}));
}
