// Blink codes: what a text means, and what a lamp shows at each moment.
#include <string>
#include <vector>

#include "platform/blink.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::kNever;
using doorcall::Millis;
using doorcall::platform::BlinkCode;

namespace {

constexpr Instant kBegan{Millis{1'000'003}};

/// "on until 100": the phase, with times since the beginning.
std::string shown(const char* text, std::int64_t elapsed) {
  const auto code = BlinkCode::parse(text);
  CHECK_TRUE(code.has_value());
  const BlinkCode::Phase phase = code->at(kBegan, kBegan + Millis(elapsed));
  return (phase.on ? "on until " : "off until ") +
         (phase.until == kNever ? std::string("never")
                                : std::to_string((phase.until - kBegan).count()));
}

}  // namespace

TEST_GROUP(Blink){};

TEST(Blink, SteadyCodesNeverChange) {
  STRCMP_EQUAL("on until never", shown("on", 12'345).c_str());
  STRCMP_EQUAL("off until never", shown("off", 0).c_str());
  CHECK_TRUE(BlinkCode() == BlinkCode::parse("off"));
}

TEST(Blink, BeginsOnAndGoesByTurns) {
  const char* const code = "100ms 900ms";
  STRCMP_EQUAL("on until 100", shown(code, 0).c_str());
  STRCMP_EQUAL("on until 100", shown(code, 99).c_str());
  STRCMP_EQUAL("off until 1000", shown(code, 100).c_str());
  STRCMP_EQUAL("off until 1000", shown(code, 999).c_str());
  STRCMP_EQUAL("on until 1100", shown(code, 1'000).c_str());
}

TEST(Blink, SeveralPairsAreOneRound) {
  const char* const code = "100ms 100ms 100ms 1s";
  STRCMP_EQUAL("on until 100", shown(code, 1).c_str());
  STRCMP_EQUAL("off until 200", shown(code, 150).c_str());
  STRCMP_EQUAL("on until 300", shown(code, 200).c_str());
  STRCMP_EQUAL("off until 1300", shown(code, 300).c_str());
  STRCMP_EQUAL("on until 1400", shown(code, 1'300).c_str());
}

TEST(Blink, LateWakeUpsNeitherAddUpNorAreMadeUpFor) {
  const auto code = BlinkCode::parse("70ms 130ms");
  Instant now = kBegan;
  int changes = 0;
  for (; now < kBegan + Millis(20'000); ++changes) {
    const BlinkCode::Phase phase = code->at(kBegan, now);
    CHECK_EQUAL(phase.on ? 70 : 0, (phase.until - kBegan).count() % 200);
    CHECK_TRUE(phase.until > now);
    now = phase.until + Millis(changes % 7);  // as late as this
  }
  CHECK_EQUAL(200, changes);
  // A night later it is where it would have been.
  STRCMP_EQUAL("on until 36000070", shown("70ms 130ms", 36'000'000).c_str());
}

TEST(Blink, OtherTextsAreRefused) {
  for (const char* const text :
       {"", " ", "On", "blink", "100ms", "100ms 100ms 100ms", "100 100", "10ms 100ms", "100ms 61s",
        "100ms, 900ms", "on off", "100ms -1ms", "100ms 1min 1s", " 100ms 900ms"}) {
    CHECK_FALSE_TEXT(BlinkCode::parse(text).has_value(), text);
  }
  std::string longest;
  for (std::size_t i = 0; i < BlinkCode::kTimesMax; ++i) {
    longest += (i == 0 ? "20ms" : " 1min");
  }
  CHECK_TRUE(BlinkCode::parse(longest).has_value());
  CHECK_FALSE(BlinkCode::parse(longest + " 20ms 20ms").has_value());
}
