// Ring-to-open: for a while, calls from the doors are answered at once and the door is opened.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineRingToOpen){static Station::Options with_door(){Station::Options options;
options.settings.doors.add(user("gate"));
return options;
}
static void open_for(Scene& scene, Millis duration) {
  CHECK_TRUE(scene.station.give(SetRingToOpen{duration}).code == Errc::kOk);
  (void)scene.station.words();
}
}
;

TEST(EngineRingToOpen, AnswersADoorAtOnceAndOpensAtTheConfirm) {
  Scene scene(Stage::kUnknown, with_door());
  open_for(scene, Millis{60'000});
  STRCMP_EQUAL("accept event:accepting", scene.answer_to(scene.peer.invite(scene.call)).c_str());
  STRCMP_EQUAL("ack event:connected event:open_door door(request)",
               scene.answer_to(scene.peer.confirm(scene.call, "panel")).c_str());
  CHECK_TRUE(scene.station.events.back().peer == scene.peer.self);
}

TEST(EngineRingToOpen, WithWholeEngines) {
  Group group{"panel@apt1", "hall@apt1"};
  Settings settings = group.at(1).engine().settings();
  settings.doors.add(user("gate"));
  group.at(1).engine().reconfigure(settings);
  group.give(group.at(1), SetRingToOpen{Millis{60'000}});
  group.call_users(invite_users({"apt1"}));
  STRCMP_EQUAL("connected", group.state(0).c_str());
  STRCMP_EQUAL("answered_elsewhere", group.reason(2).c_str());
  UNSIGNED_LONGS_EQUAL(1, group.at(1).count(CallChange::kOpenDoor));
  UNSIGNED_LONGS_EQUAL(0, group.door().count(CallChange::kOpenDoor));
}

TEST(EngineRingToOpen, IsForTheDoorsOfTheListAlone) {
  Scene scene(Stage::kUnknown, with_door());
  open_for(scene, Millis{60'000});
  Actor other("side@gate2");
  scene.station.hear(other.self, other.invite(call_id(3)), 90);
  STRCMP_EQUAL("ringing event:incoming", scene.station.words().c_str());
}

TEST(EngineRingToOpen, RunsOutAndCanBeSwitchedOff) {
  Scene scene(Stage::kUnknown, with_door());
  open_for(scene, Millis{60'000});
  CHECK_TRUE(scene.station.engine().mode().ring_to_open_until == scene.now + Millis{60'000});
  scene.run(Millis{59'999});
  CHECK_TRUE(scene.station.engine().mode().ring_to_open);
  scene.run(Millis{1});
  STRCMP_EQUAL("mode:no dnd", scene.station.words().c_str());
  STRCMP_EQUAL("ringing event:incoming", scene.answer_to(scene.peer.invite(scene.call)).c_str());
  open_for(scene, Millis{60'000});
  open_for(scene, Millis{0});
  CHECK_FALSE(scene.station.engine().mode().ring_to_open);
  const std::size_t modes = scene.station.modes.size();
  scene.run(Millis{120'000});
  UNSIGNED_LONGS_EQUAL(modes, scene.station.modes.size());
}

TEST(EngineRingToOpen, NeedsADoorAndASensibleTimeAndAnEngineThatIsStarted) {
  Scene none(Stage::kUnknown);
  CHECK_TRUE(none.station.give(SetRingToOpen{Millis{1'000}}).code == Errc::kNotAllowed);
  CHECK_TRUE(none.station.give(SetRingToOpen{Millis{0}}).code == Errc::kOk);  // off is always off
  Scene scene(Stage::kUnknown, with_door());
  for (const Millis bad : {Millis{-1}, kModeTimeMax + Millis{1}}) {
    CHECK_TRUE(scene.station.give(SetRingToOpen{bad}).code == Errc::kTimeoutOutOfRange);
  }
  Instant now{Millis{1}};
  Station stopped("door@gate", now);
  CHECK_TRUE(stopped.give(SetRingToOpen{Millis{1'000}}).code == Errc::kNotStarted);
}

TEST(EngineRingToOpen, WhileSpeakingTheDoorOnlyWaits) {
  Station::Options options = with_door();
  options.settings.call_waiting = true;
  Scene scene(Stage::kInConnected, options);
  open_for(scene, Millis{60'000});
  Actor back("back@gate");
  scene.station.hear(back.self, back.invite(call_id(3)), 90);
  STRCMP_EQUAL("ringing event:incoming", scene.station.words().c_str());
}

TEST(EngineRingToOpen, DoesNotBreakThroughDoNotDisturb) {
  Scene scene(Stage::kUnknown, with_door());
  open_for(scene, Millis{60'000});
  scene.station.give(SetDnd{true, Millis{0}});
  (void)scene.station.words();
  STRCMP_EQUAL("reject(dnd) event:refused_dnd(dnd)",
               scene.answer_to(scene.peer.invite(scene.call)).c_str());
}

TEST(EngineRingToOpen, AChimeThatWasMadeOneLaterDoesNotAnswer) {
  Scene scene(Stage::kUnknown, with_door());
  open_for(scene, Millis{60'000});
  Settings settings = scene.station.engine().settings();
  settings.chime_only = true;
  scene.station.engine().reconfigure(settings);
  STRCMP_EQUAL("ringing(chime) event:incoming",
               scene.answer_to(scene.peer.invite(scene.call)).c_str());
}

TEST(EngineRingToOpen, EndsWithTheAgent) {
  Scene scene(Stage::kUnknown, with_door());
  open_for(scene, Millis{60'000});
  scene.station.give(SetDnd{true, Millis{0}});
  scene.station.give(Stop{});
  scene.run(Millis{3'000});
  CHECK_FALSE(scene.station.engine().mode().ring_to_open);
  CHECK_FALSE(scene.station.engine().mode().dnd);
}
