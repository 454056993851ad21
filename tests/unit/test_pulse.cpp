// The length of a door's pulses, in virtual time.
#include "platform/pulse.hpp"
#include "tests/fakes/prng.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::kNever;
using doorcall::Millis;
using doorcall::platform::Pulse;

namespace {

constexpr Instant at(std::int64_t ms) {
  return Instant(Millis(ms));
}

}  // namespace

TEST_GROUP(Pulse) {
  Pulse pulse{{.longest = Millis(5'000), .pause = Millis(1'000)}};
};

TEST(Pulse, HasTheLengthThatWasAskedFor) {
  CHECK_FALSE(pulse.on());
  CHECK_TRUE(pulse.ask(Millis(3'000), at(10)) == Pulse::Answer::kOn);
  CHECK_TRUE(pulse.on());
  CHECK_TRUE(pulse.off_at() == at(3'010));
  pulse.end(at(3'010));
  CHECK_FALSE(pulse.on());
  CHECK_TRUE(pulse.off_at() == kNever);
}

TEST(Pulse, IsNoLongerThanTheLongest) {
  pulse.ask(Millis(60'000), at(0));
  CHECK_TRUE(pulse.off_at() == at(5'000));
}

TEST(Pulse, ASecondOneLengthensItUpToTheLongest) {
  pulse.ask(Millis(3'000), at(0));
  CHECK_TRUE(pulse.ask(Millis(3'000), at(1'000)) == Pulse::Answer::kGoesOn);
  CHECK_TRUE(pulse.off_at() == at(4'000));
  pulse.ask(Millis(3'000), at(3'900));
  CHECK_TRUE(pulse.off_at() == at(5'000));
  pulse.ask(Millis(10), at(4'000));  // and never shortens it
  CHECK_TRUE(pulse.off_at() == at(5'000));
}

TEST(Pulse, ThereIsAPauseAfterIt) {
  pulse.ask(Millis(3'000), at(0));
  pulse.end(at(3'000));
  CHECK_TRUE(pulse.ask(Millis(3'000), at(3'999)) == Pulse::Answer::kPausing);
  CHECK_FALSE(pulse.on());
  CHECK_TRUE(pulse.ask(Millis(3'000), at(4'000)) == Pulse::Answer::kOn);
}

TEST(Pulse, WhateverIsAskedItIsOffAsOftenAndLongAsItMust) {
  doorcall::fakes::Prng random(1);
  Instant now{};
  Instant on_since = kNever;
  Instant off_since = Instant::min();
  for (int i = 0; i < 100'000; ++i) {
    now += Millis(random.below(700));
    if (pulse.on() && pulse.off_at() <= now) {
      CHECK_TRUE(pulse.off_at() <= on_since + Millis(5'000));
      off_since = pulse.off_at();
      pulse.end(off_since);
    }
    const bool was_on = pulse.on();
    const Pulse::Answer answer = pulse.ask(Millis(random.below(8'000)), now);
    CHECK_TRUE(was_on == (answer == Pulse::Answer::kGoesOn));
    CHECK_TRUE(was_on || (now < off_since + Millis(1'000)) == (answer == Pulse::Answer::kPausing));
    if (answer == Pulse::Answer::kOn) {
      on_since = now;
    }
    CHECK_TRUE(!pulse.on() || pulse.off_at() <= on_since + Millis(5'000));
  }
}
