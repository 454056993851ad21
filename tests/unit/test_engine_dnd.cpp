// Who is not let through: do not disturb and its exceptions, strangers, and how much they are told
// (FEATURES B5). Nobody is alerted; the owner hears a reason.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

namespace {

std::string told(Scene& scene) {
  return scene.answer_to(scene.peer.invite(scene.call));
}

Scene& with_dnd(Scene& scene, Millis duration = Millis{0}) {
  CHECK_TRUE(scene.station.give(SetDnd{true, duration}).code == Errc::kOk);
  (void)scene.station.words();
  return scene;
}

}  // namespace

TEST_GROUP(EngineDnd) {
  Station::Options options_;
};

TEST(EngineDnd, RefusesWithoutAnAlertAndTellsTheListeners) {
  Scene scene(Stage::kUnknown);
  STRCMP_EQUAL("reject(dnd) event:refused_dnd(dnd)", told(with_dnd(scene)).c_str());
  const CallEvent& event = scene.station.events.back();
  CHECK_TRUE(event.peer == scene.peer.self && event.state == CallState::kEnded);
  UNSIGNED_LONGS_EQUAL(0, scene.counters().calls_in);
}

TEST(EngineDnd, IsShownInPresenceWhileIdle) {
  Scene scene(Stage::kUnknown);
  with_dnd(scene);
  scene.run(Millis{201});
  STRCMP_EQUAL("presence:dnd", scene.station.words().c_str());
  CHECK_TRUE(scene.station.engine().own_state() == PresenceState::kDnd);
  scene.station.give(invite(user("gate")));
  CHECK_TRUE(scene.station.engine().own_state() == PresenceState::kCalling);
}

TEST(EngineDnd, LetsItsExceptionsThrough) {
  options_.settings.dnd_overrides.add(user("gate"));
  Scene scene(Stage::kUnknown, options_);
  STRCMP_EQUAL("ringing event:incoming", told(with_dnd(scene)).c_str());
}

TEST(EngineDnd, DoesNotTouchACallThatIsThere) {
  for (const Stage stage : {Stage::kRinging, Stage::kAccepting, Stage::kInConnected}) {
    Scene scene(stage);
    const std::string before = scene.state();
    with_dnd(scene);
    STRCMP_EQUAL(before.c_str(), scene.state().c_str());
  }
}

TEST(EngineDnd, LeavesOtherDevicesOfTheUserRinging) {
  Group group{"panel@apt1", "hall@apt1"};
  group.give(group.at(1), SetDnd{true, Millis{0}});
  group.call_users(invite_users({"apt1"}));
  STRCMP_EQUAL("ringing", group.state(2).c_str());
  STRCMP_EQUAL("dnd", group.reason(1).c_str());
  STRCMP_EQUAL("calling", group.state(0).c_str());
}

TEST(EngineDnd, EndsByItself) {
  Scene scene(Stage::kUnknown);
  with_dnd(scene, Millis{60'000});
  CHECK_TRUE(scene.station.engine().mode().dnd_until == scene.now + Millis{60'000});
  scene.run(Millis{59'999});
  CHECK_TRUE(scene.station.engine().mode().dnd);
  (void)scene.station.words();
  scene.run(Millis{1});
  STRCMP_EQUAL("mode:no dnd", scene.station.words().c_str());
  STRCMP_EQUAL("ringing event:incoming", told(scene).c_str());
}

TEST(EngineDnd, SwitchedOffOrOnAnewForgetsTheOldEnd) {
  Scene scene(Stage::kUnknown);
  with_dnd(scene, Millis{60'000});
  with_dnd(scene);  // until it is switched off
  CHECK_TRUE(scene.station.engine().mode().dnd_until == kNever);
  scene.run(Millis{120'000});
  CHECK_TRUE(scene.station.engine().mode().dnd);
  with_dnd(scene, Millis{60'000});
  scene.station.give(SetDnd{false, Millis{0}});
  CHECK_FALSE(scene.station.engine().mode().dnd);
  const std::size_t modes = scene.station.modes.size();
  scene.run(Millis{120'000});
  UNSIGNED_LONGS_EQUAL(modes, scene.station.modes.size());
}

TEST(EngineDnd, ChecksItsDuration) {
  Scene scene(Stage::kUnknown);
  for (const Millis bad : {Millis{-1}, kModeTimeMax + Millis{1}}) {
    CHECK_TRUE(scene.station.give(SetDnd{true, bad}).code == Errc::kTimeoutOutOfRange);
  }
  CHECK_TRUE(scene.station.give(SetDnd{true, kModeTimeMax}).code == Errc::kOk);
  Instant now{Millis{1}};
  Station stopped("door@gate", now);
  CHECK_TRUE(stopped.give(SetDnd{true, Millis{0}}).code == Errc::kNotStarted);
}

TEST_GROUP(EngineContacts) {
  Station::Options options_;
};

TEST(EngineContacts, StrangersAreRefusedWithoutAWordToThePerson) {
  options_.settings.refuse_strangers = true;
  Scene scene(Stage::kUnknown, options_);
  STRCMP_EQUAL("reject(not_allowed)", told(scene).c_str());
  UNSIGNED_LONGS_EQUAL(0, scene.station.events.size());
}

TEST(EngineContacts, ThoseOfTheListRing) {
  options_.settings.refuse_strangers = true;
  options_.settings.contacts.add(user("gate"));
  Scene scene(Stage::kUnknown, options_);
  STRCMP_EQUAL("ringing event:incoming", told(scene).c_str());
}

TEST(EngineContacts, StrangersNeedNotKnowThatSomebodyIsBusyOrWantsNoCalls) {
  options_.settings.hide_busy = true;
  Scene busy(Stage::kInConnected, options_);
  Actor other("side@gate2");
  busy.station.hear(other.self, other.invite(call_id(2)), 90);
  STRCMP_EQUAL("reject(no_answer) event:refused_busy(busy)", busy.station.words().c_str());
  Scene quiet(Stage::kUnknown, options_);
  STRCMP_EQUAL("reject(no_answer) event:refused_dnd(dnd)", told(with_dnd(quiet)).c_str());
}

TEST(EngineContacts, ContactsAreToldTheTruth) {
  options_.settings.hide_busy = true;
  options_.settings.contacts.add(user("gate2"));
  options_.settings.contacts.add(user("gate"));
  Scene busy(Stage::kInConnected, options_);
  Actor other("side@gate2");
  busy.station.hear(other.self, other.invite(call_id(2)), 90);
  STRCMP_EQUAL("reject(busy) event:refused_busy(busy)", busy.station.words().c_str());
  Scene quiet(Stage::kUnknown, options_);
  STRCMP_EQUAL("reject(dnd) event:refused_dnd(dnd)", told(with_dnd(quiet)).c_str());
}

TEST(EngineContacts, TheListIsBounded) {
  UserList<2> list;
  CHECK_TRUE(list.add(user("a")) && list.add(user("b")));
  CHECK_FALSE(list.add(user("c")));
  CHECK_TRUE(list.has(user("b")));
  CHECK_FALSE(list.has(user("c")));
}
