// A button's edges and what the recogniser makes of them, case by case.
#include <cstdint>
#include <string>
#include <vector>

#include "platform/press_recogniser.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using platform::PressEvent;
using platform::PressRecogniser;
using platform::PressTimes;

namespace {

constexpr Millis kNone{0};

std::string word(PressEvent::Kind kind) {
  using Kind = PressEvent::Kind;
  switch (kind) {
    case Kind::kPressed: return "pressed";
    case Kind::kReleased: return "released";
    case Kind::kSingle: return "single";
    case Kind::kDouble: return "double";
    case Kind::kLong: return "long";
    case Kind::kStuck: return "stuck";
    case Kind::kFreed: return "freed";
  }
  return "?";
}

Instant at(std::int64_t ms) {
  return Instant(Millis(ms));
}

}  // namespace

TEST_GROUP(PressRecogniser) {
  PressTimes times;
  std::vector<PressEvent> events;
  PressRecogniser button{times, false, at(0)};

  /// Starts anew with single presses only, unless the times say more.
  void start(PressTimes with, bool active = false) {
    times = with;
    button = PressRecogniser(times, active, at(0));
    events.clear();
  }
  static PressTimes single() {
    return {.double_time = kNone, .long_time = kNone};
  }
  void down(std::int64_t ms) {
    button.edge(true, at(ms), events);
  }
  void up(std::int64_t ms) {
    button.edge(false, at(ms), events);
  }
  void tick(std::int64_t ms) {
    button.tick(at(ms), events);
  }
  /// Serves deadlines only, as a loop does, up to this time.
  void serve(std::int64_t until) {
    while (button.deadline() <= at(until)) {
      button.tick(button.deadline(), events);
    }
  }
  /// This was told since the last time.
  void tells(const char* expected) {
    std::string text;
    for (const PressEvent& event : events) {
      text += (text.empty() ? "" : " ") + word(event.kind) + "@" +
              std::to_string(event.at.time_since_epoch().count());
    }
    events.clear();
    STRCMP_EQUAL(expected, text.c_str());
  }
};

TEST(PressRecogniser, ASinglePressIsToldOnceItWasHeld) {
  start(single());
  CHECK(button.deadline() == kNever);
  down(100);
  CHECK(button.deadline() == at(130));
  tick(129);
  tells("");
  tick(130);
  tells("pressed@130 single@130");
  up(500);
  CHECK(button.deadline() == at(505));
  tick(504);
  tells("");
  tick(505);
  tells("released@505");
  CHECK(button.deadline() == kNever);
}

TEST(PressRecogniser, ATouchBelowTheHoldIsNothing) {
  start(single());
  down(100);
  up(129);
  serve(10'000);
  tells("");
  CHECK(button.deadline() == kNever);
  down(20'000);
  up(20'030);  // the hold is over at the same instant: what is due goes first
  serve(30'000);
  tells("pressed@20030 single@20030 released@20035");
}

TEST(PressRecogniser, BouncesOnBothSidesAreOnePress) {
  start(single());
  for (const std::int64_t ms : {0, 2, 5}) {
    down(100 + ms);
    up(100 + ms + 1);
  }
  down(108);
  serve(300);
  for (const std::int64_t ms : {0, 3, 6}) {
    up(300 + ms);
    down(300 + ms + 1);
  }
  up(310);
  serve(1000);
  tells("pressed@135 single@135 released@315");
}

TEST(PressRecogniser, MainsHumOnALongWireIsNoPress) {
  start(single());
  for (std::int64_t ms = 0; ms < 60'000; ms += 20) {  // half of each period over the threshold
    down(ms);
    up(ms + 10);
  }
  serve(70'000);
  tells("");
}

TEST(PressRecogniser, TheHalfWavesOfAnAcBellAreOnePress) {
  PressTimes ac = single();
  ac.gap = Millis{40};
  start(ac);
  for (std::int64_t ms = 0; ms < 2000; ms += 20) {  // one opto-coupler: 8 of 20 ms
    down(ms);
    up(ms + 8);
  }
  serve(5000);
  tells("pressed@66 single@66 released@2028");
}

TEST(PressRecogniser, DoubleIsToldWithTheSecondPress) {
  start({.long_time = kNone});
  down(0);
  up(100);
  down(450);
  up(600);
  serve(5000);
  tells("pressed@30 released@105 pressed@480 double@480 released@605");
}

TEST(PressRecogniser, TooLateForDoubleIsTwoSingles) {
  start({.long_time = kNone});
  down(0);
  up(100);
  down(470);  // recognised at 500, when the time is just over
  up(600);
  serve(5000);
  tells("pressed@30 released@105 single@500 pressed@500 released@605 single@1000");
}

TEST(PressRecogniser, WaitingForADoubleEndsWhileItIsHeld) {
  start({.long_time = kNone});
  down(0);
  serve(5000);
  tells("pressed@30 single@400");
  up(5000);
  down(5100);  // no second half of a double press: that press has acted
  serve(7000);
  tells("released@5005 pressed@5130 single@5500");
}

TEST(PressRecogniser, LongIsToldWhileHeldAndShortWithTheRelease) {
  start({.double_time = kNone});
  down(0);
  serve(2000);
  tells("pressed@30 long@800");
  up(2000);
  serve(3000);
  tells("released@2005");
  down(4000);
  up(4200);
  serve(6000);
  tells("pressed@4030 released@4205 single@4205");
}

TEST(PressRecogniser, WithBothKindsEachPressHasOneMeaning) {
  start({});
  down(0);
  up(200);
  serve(300);
  down(400);
  serve(2000);  // held for long, but it is the second half of a double press
  up(2000);
  down(3000);
  serve(4000);
  up(4000);
  serve(9000);
  tells(
      "pressed@30 released@205 pressed@430 double@430 released@2005 "
      "pressed@3030 long@3800 released@4005");
}

TEST(PressRecogniser, StuckIsToldOnceAndIgnoredUntilReleased) {
  start(single());
  down(0);
  serve(3'600'000);
  tells("pressed@30 single@30 stuck@60000");
  CHECK_TRUE(button.stuck());
  CHECK(button.deadline() == kNever);
  up(3'600'000);
  serve(3'700'000);
  tells("freed@3600005 released@3600005");
  CHECK_FALSE(button.stuck());
  down(3'700'000);
  serve(3'700'100);
  tells("pressed@3700030 single@3700030");
}

TEST(PressRecogniser, ALineThatIsActiveAtTheStartIsNoPress) {
  start(single(), true);
  serve(100'000);
  tells("stuck@60000");
  up(100'000);
  serve(200'000);
  tells("freed@100005");
  down(200'000);
  serve(200'100);
  tells("pressed@200030 single@200030");
}

TEST(PressRecogniser, ALineThatIsLostReleasesWithoutAnAction) {
  start({});
  down(0);
  button.lost(at(100), events);
  tells("pressed@30 released@100");
  down(200);
  up(300);
  button.lost(at(400), events);
  tells("pressed@230 released@305 single@400");
  CHECK(button.deadline() == kNever);
}

TEST(PressRecogniser, ARepeatedLevelAndATimeThatGoesBackDoNoHarm) {
  start(single());
  down(100);
  down(120);
  tick(130);
  up(90);  // read late: counts as now
  up(140);
  serve(1000);
  tells("pressed@130 single@130 released@135");
}

TEST(PressRecogniser, ReadingLateChangesNothing) {
  start({});
  down(0);
  up(700);  // before the long time, although the loop is served only now
  tick(5000);
  tells("pressed@30 released@705 single@1100");
}

TEST(PressRecogniser, LostEdgesNeitherBeginNorEndAPress) {
  start(single());
  down(0);
  up(8);
  button.missed();  // of a burst that was no press yet
  up(100);
  serve(200);
  tells("");
  down(200);
  serve(300);
  up(300);
  button.missed();
  tick(400);
  up(400);
  serve(500);
  tells("pressed@230 single@230 released@405");
}

TEST(PressRecogniser, AnHourOfChatterAt1KhzIsOnePressAtAStepAnEdge) {
  start(single());
  constexpr std::int64_t kHour = 3'600'000;
  for (std::int64_t ms = 0; ms < kHour; ++ms) {
    button.edge(ms % 2 == 0, at(ms), events);
  }
  const std::uint64_t edges = kHour;
  serve(2 * kHour);
  tells("pressed@59 single@59 stuck@60000 freed@3600004 released@3600004");
  CHECK_COMPARE(button.steps(), <=, edges + 4);
}

TEST(PressRecogniser, AnHourHeldIsOnePressAtNoWork) {
  start(single());
  down(0);
  serve(3'600'000);
  up(3'600'000);
  serve(7'200'000);
  tells("pressed@30 single@30 stuck@60000 freed@3600005 released@3600005");
  CHECK_COMPARE(button.steps(), <=, 6U);
}
