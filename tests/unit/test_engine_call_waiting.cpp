// Lines and call waiting (PROTOCOL rule 6): `lines` calls at a time, and with call waiting one more
// that may ring until a line is free to answer it.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineCallWaiting) {
  Actor other_{"side@gate2"};
  Actor third_{"back@gate3"};

  static Station::Options waiting(std::uint16_t lines = 1) {
    Station::Options options;
    options.settings.call_waiting = true;
    options.settings.lines = lines;
    return options;
  }
  static std::string from(Scene & scene, Actor & who, std::uint8_t n) {
    (void)scene.station.words();
    scene.station.hear(who.self, who.invite(call_id(n)), 90);
    return scene.station.words();
  }
};

TEST(EngineCallWaiting, OneMoreRingsAndIsMarkedAndTheNextIsBusy) {
  Scene scene(Stage::kInConnected, waiting());
  STRCMP_EQUAL("ringing event:incoming", from(scene, other_, 2).c_str());
  CHECK_TRUE(scene.station.events.back().waiting);
  STRCMP_EQUAL("reject(busy) event:refused_busy(busy)", from(scene, third_, 3).c_str());
}

TEST(EngineCallWaiting, ItIsAnsweredOnlyWhenALineIsFree) {
  Scene scene(Stage::kInConnected, waiting());
  (void)from(scene, other_, 2);
  CHECK_TRUE(scene.station.give(accept(call_id(2))).code == Errc::kBusy);
  STRCMP_EQUAL("ringing", scene.station.state(call_id(2)).c_str());
  scene.station.give(hang_up(scene.call));
  CHECK_TRUE(scene.station.give(accept(call_id(2))).code == Errc::kOk);
}

TEST(EngineCallWaiting, WhereAllLinesOnlyRingAnyOfThemCanBeAnswered) {
  Scene scene(Stage::kRinging, waiting());
  STRCMP_EQUAL("ringing event:incoming", from(scene, other_, 2).c_str());
  CHECK_FALSE(scene.station.events.back().waiting);
  CHECK_TRUE(scene.station.give(accept(call_id(2))).code == Errc::kOk);
  CHECK_TRUE(scene.station.give(accept(scene.call)).code == Errc::kBusy);
}

TEST(EngineCallWaiting, GivesNoLineToCallFrom) {
  Scene scene(Stage::kRinging, waiting());
  CHECK_TRUE(scene.station.give(invite(user("apt9"))).code == Errc::kBusy);
}

TEST(EngineCallWaiting, TheMediaOfAnEndedCallHoldsItsLine) {
  Station::Options options = waiting();
  options.settings.media_hook = true;
  Scene scene(Stage::kInConnected, options);
  (void)from(scene, other_, 2);
  scene.station.give(MediaReported{scene.call, MediaState::kConnected});
  scene.station.give(hang_up(scene.call));
  CHECK_TRUE(scene.station.give(accept(call_id(2))).code == Errc::kBusy);
  scene.station.give(MediaReported{scene.call, MediaState::kNone});
  CHECK_TRUE(scene.station.give(accept(call_id(2))).code == Errc::kOk);
}

TEST(EngineCallWaiting, ComesOnTopOfTheLines) {
  Scene scene(Stage::kInConnected, waiting(2));
  (void)from(scene, other_, 2);
  CHECK_TRUE(scene.station.give(accept(call_id(2))).code == Errc::kOk);
  STRCMP_EQUAL("ringing event:incoming", from(scene, third_, 3).c_str());
  CHECK_TRUE(scene.station.give(accept(call_id(3))).code == Errc::kBusy);
  Actor fourth("roof@gate4");
  STRCMP_EQUAL("reject(busy) event:refused_busy(busy)", from(scene, fourth, 4).c_str());
}

TEST(EngineCallWaiting, AWaitingCallEndsByItselfLikeAnyOther) {
  Scene scene(Stage::kInConnected, waiting());
  (void)from(scene, other_, 2);
  scene.station.hear(other_.self, other_.cancel(call_id(2)));
  STRCMP_EQUAL("cancelled", text(scene.station.reason(call_id(2))).c_str());
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineCallWaiting, OnSeveralLinesAnInviteWithoutACallStartsANewOneWhileThereIsRoom) {
  Station::Options options;
  options.settings.lines = 2;
  Scene scene(Stage::kOutConnected, options);
  const Result second = scene.station.give(invite(user("apt2")));
  CHECK_TRUE(second.code == Errc::kOk);
  CHECK_FALSE(second.call == scene.call);
  CHECK_TRUE(scene.station.give(invite(user("apt3"))).code == Errc::kBusy);  // added to which?
}

TEST(EngineCallWaiting, OnTheOnlyLineAnInviteWithoutACallAddsToTheOneThatIsSpokenIn) {
  Scene scene(Stage::kOutConnected);
  const Result added = scene.station.give(invite(user("apt2")));
  CHECK_TRUE(added.code == Errc::kOk);
  CHECK_TRUE(added.call == scene.call);
  Scene calling(Stage::kAlerted);
  CHECK_TRUE(calling.station.give(invite(user("apt2"))).code == Errc::kBusy);
}
