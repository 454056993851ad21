// Several devices of one user (PROTOCOL rules 1 to 3, 14): all ring, the first accept that the
// owner processes wins, and every other device hears of it until it has said so.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineDevices) {
  Group group_{"panel@apt1", "hall@apt1", "phone@apt1"};

  void ring() {
    group_.call_users(invite_users({"apt1"}));
  }
  void check_all(std::string_view reason) {
    for (const std::size_t each : {1U, 2U, 3U}) {
      STRCMP_EQUAL(std::string(reason).c_str(), group_.reason(each).c_str());
      UNSIGNED_LONGS_EQUAL(1, group_.at(each).count(CallChange::kEnded));
    }
  }
};

/// Of two that owe a receipt of the confirm, `last` gives its own after `span`: till then there are
/// `copies` at least, from then on none.
static void check_waited_for(Scene& scene, Actor& last, const Header& confirm, Millis span,
                             std::size_t copies) {
  scene.hear(scene.peer.ack(confirm));
  scene.run(span);
  CHECK_TRUE(scene.station.count(MessageKind::kConfirm) >= copies);
  scene.station.hear(last.self, last.ack(confirm));
  const std::size_t before = scene.station.count(MessageKind::kConfirm);
  scene.run(Millis{10'000});
  UNSIGNED_LONGS_EQUAL(before, scene.station.count(MessageKind::kConfirm));
}

TEST(EngineDevices, AllOfThemRing) {
  ring();
  for (const std::size_t each : {1U, 2U, 3U}) {
    STRCMP_EQUAL("ringing", group_.state(each).c_str());
  }
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(CallChange::kRemoteRinging));
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(MessageKind::kInvite));
}

TEST(EngineDevices, TheFirstAnswerWinsAndTheOthersEndAsAnsweredElsewhere) {
  ring();
  group_.give(group_.at(2), accept(group_.call));
  group_.run(Millis{100});
  STRCMP_EQUAL("connected", group_.state(2).c_str());
  STRCMP_EQUAL("answered_elsewhere", group_.reason(1).c_str());
  STRCMP_EQUAL("answered_elsewhere", group_.reason(3).c_str());
  CHECK_TRUE(group_.door().engine().find_call(group_.call)->peer == group_.at(2).self);
  group_.run(Millis{60'000});
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(MessageKind::kConfirm));
}

TEST(EngineDevices, OfTwoThatAnswerAtOnceTheOwnerTakesOne) {
  ring();
  for (const std::size_t each : {1U, 2U, 3U}) {
    group_.give(group_.at(each), accept(group_.call));
  }
  group_.run(Millis{1'000});
  STRCMP_EQUAL("connected", group_.state(1).c_str());
  STRCMP_EQUAL("answered_elsewhere", group_.reason(2).c_str());
  STRCMP_EQUAL("answered_elsewhere", group_.reason(3).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(CallChange::kConnected));
}

TEST(EngineDevices, TheConfirmIsRepeatedUntilEachOfThemHasSaidThatItHeard) {
  Scene scene(Stage::kAlerted);
  Actor hall("hall@apt1");
  scene.station.hear(hall.self, hall.ringing(scene.call, scene.leg));
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  const Header header = scene.station.last(MessageKind::kConfirm).header();
  CHECK_TRUE(header.to.empty());  // for all of the user's devices
  check_waited_for(scene, hall, header, Millis{5'000}, 3);
}

TEST(EngineDevices, DevicesKnownToBeOnlineAreWaitedForTooThoughTheyNeverRang) {
  Scene scene(Stage::kAlerted);
  Actor hall("hall@apt1");
  scene.station.give(PresenceReceived{hall.self, false, 3600, hall.presence(PresenceState::kIdle)});
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  const Header header = scene.station.last(MessageKind::kConfirm).header();
  check_waited_for(scene, hall, header, Millis{2'000}, 2);
}

TEST(EngineDevices, ALateRingingAcceptOrRejectOfALoserGetsTheOutcome) {
  Scene scene(Stage::kOutConnected);
  Actor hall("hall@apt1");
  scene.station.hear(hall.self, hall.ringing(scene.call, scene.leg));
  STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
  scene.station.hear(hall.self, hall.accept(scene.call, scene.leg));
  STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
  CHECK_TRUE(scene.station.last(MessageKind::kConfirm).header().to == hall.self.device);
  scene.station.hear(hall.self, hall.reject(scene.call, scene.leg, Reason::kBusy));
  STRCMP_EQUAL("ack", scene.station.words().c_str());
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineDevices, AndGetsItUntilItHasHeard) {
  Scene scene(Stage::kAlerted);
  Actor hall("hall@apt1");
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  const Header header = scene.station.last(MessageKind::kConfirm).header();
  (void)scene.station.words();
  scene.station.hear(hall.self, hall.ringing(scene.call, scene.leg));
  STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
  check_waited_for(scene, hall, header, Millis{5'000}, 3);
}

TEST(EngineDevices, OfThatLegAndThatCall) {
  Scene scene(Stage::kAlerted);
  CHECK_TRUE(scene.station.give(cancel(scene.call)).code == Errc::kOk);  // its cancel is repeated
  const CallId next = scene.station.give(invite_users({"apt1", "apt2"})).call;
  const LegKey ones{scene.station.self, 1};
  const LegKey twos{scene.station.self, 2};
  Actor two("panel@apt2");
  scene.station.hear(scene.peer.self, scene.peer.accept(next, ones));
  scene.station.hear(two.self, two.accept(next, twos));
  (void)scene.station.words();
  Actor hall("hall@apt2");
  scene.station.hear(hall.self, hall.ringing(next, twos));
  STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
  CHECK_TRUE(scene.station.last(MessageKind::kConfirm).header().leg == twos);
}

TEST(EngineDevices, WithoutRoomForOneMoreItIsToldOnce) {
  Scene scene(Stage::kAlerted);
  for (std::size_t i = 1; i < kDevicesPerLegMax; ++i) {
    Actor each("d" + std::to_string(i) + "@apt1");
    scene.station.hear(each.self, each.ringing(scene.call, scene.leg));
  }
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  (void)scene.station.words();
  Actor hall("hall@apt1");
  scene.station.hear(hall.self, hall.ringing(scene.call, scene.leg));
  STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
  CHECK_TRUE(scene.station.last(MessageKind::kConfirm).header().to == hall.self.device);
}

TEST(EngineDevices, AfterTheCallALateLoserIsStillToldWhoHadIt) {
  Scene scene(Stage::kOutHungUp);
  Actor hall("hall@apt1");
  for (const Message& late :
       {hall.ringing(scene.call, scene.leg), hall.accept(scene.call, scene.leg)}) {
    scene.station.hear(hall.self, late);
    STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
  }
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  STRCMP_EQUAL("cancel(hang_up)", scene.station.words().c_str());
}

TEST(EngineDevices, DecliningEverywhereEndsAllOfThem) {
  ring();
  group_.give(group_.at(2), reject(group_.call, Reason::kDeclinedEverywhere));
  group_.run(Millis{100});
  STRCMP_EQUAL("declined_everywhere", group_.reason(0).c_str());
  STRCMP_EQUAL("declined_elsewhere", group_.reason(1).c_str());
  STRCMP_EQUAL("declined_everywhere", group_.reason(2).c_str());
  STRCMP_EQUAL("declined_elsewhere", group_.reason(3).c_str());
}

TEST(EngineDevices, DecliningHereLeavesTheOthersRinging) {
  ring();
  group_.give(group_.at(2), reject(group_.call, Reason::kDeclined));
  group_.run(Millis{5'000});
  STRCMP_EQUAL("calling", group_.state(0).c_str());
  STRCMP_EQUAL("ringing", group_.state(1).c_str());
  STRCMP_EQUAL("ringing", group_.state(3).c_str());
  group_.give(group_.at(3), accept(group_.call));
  group_.run(Millis{100});
  STRCMP_EQUAL("connected", group_.state(3).c_str());
  STRCMP_EQUAL("declined", group_.reason(2).c_str());
}

TEST(EngineDevices, WhenTheLastOfThemDeclinesHereTheCallIsDeclined) {
  ring();
  for (const std::size_t each : {1U, 2U, 3U}) {
    STRCMP_EQUAL("calling", group_.state(0).c_str());
    group_.give(group_.at(each), reject(group_.call, Reason::kDeclined));
    group_.run(Millis{100});
  }
  STRCMP_EQUAL("declined", group_.reason(0).c_str());
}

TEST(EngineDevices, ASettingMakesDecliningMeanThisDeviceOnly) {
  Settings settings = group_.at(1).engine().settings();
  settings.decline_here = true;
  group_.at(1).engine().reconfigure(settings);
  ring();
  group_.give(group_.at(1), reject(group_.call, Reason::kNone));
  group_.run(Millis{100});
  STRCMP_EQUAL("declined", group_.reason(1).c_str());
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  group_.give(group_.at(2), reject(group_.call, Reason::kNone));
  group_.run(Millis{100});
  STRCMP_EQUAL("declined_everywhere", group_.reason(0).c_str());
  STRCMP_EQUAL("declined_elsewhere", group_.reason(3).c_str());
}

TEST(EngineDevices, CancelStopsAllOfThemWithinASecondThoughOneWasDeaf) {
  ring();
  group_.rig->pass = [](const Account&, const Message& message) {
    return kind_of(message.body) != MessageKind::kCancel;
  };
  group_.give(group_.door(), cancel(group_.call));
  group_.run(Millis{100});
  STRCMP_EQUAL("ringing", group_.state(1).c_str());
  group_.rig->pass = {};
  group_.run(Millis{2'000});
  check_all("cancelled");
}

TEST(EngineDevices, ADeviceThatComesBackWhileItRingsElsewhereRingsToo) {
  group_.rig->disconnect(group_.at(3));
  ring();
  STRCMP_EQUAL("unknown", group_.state(3).c_str());
  group_.run(Millis{10'000});
  group_.rig->connect(group_.at(3));
  group_.run(Millis{4'000});
  STRCMP_EQUAL("ringing", group_.state(3).c_str());
  group_.give(group_.at(3), accept(group_.call));
  group_.run(Millis{200});
  STRCMP_EQUAL("connected", group_.state(3).c_str());
  STRCMP_EQUAL("answered_elsewhere", group_.reason(1).c_str());
}

TEST(EngineDevices, ADeviceThatComesBackAfterTheAnswerDoesNotRing) {
  group_.rig->disconnect(group_.at(3));
  ring();
  group_.answer({1});
  group_.run(Millis{10'000});
  group_.rig->connect(group_.at(3));
  group_.run(Millis{30'000});
  UNSIGNED_LONGS_EQUAL(0, group_.at(3).count(CallChange::kIncoming));
}

TEST(EngineDevices, AnAcceptOfADeviceThatHasRefusedTakesNothingBack) {
  Scene scene(Stage::kAlerted);
  Actor hall("hall@apt1");
  scene.station.hear(hall.self, hall.reject(scene.call, scene.leg, Reason::kDeclined));
  (void)scene.station.words();
  scene.station.hear(hall.self, hall.accept(scene.call, scene.leg));
  STRCMP_EQUAL("cancel(declined)", scene.station.words().c_str());
  STRCMP_EQUAL("calling", scene.state().c_str());
  hall.restart();  // another life has refused nothing
  scene.station.hear(hall.self, hall.accept(scene.call, scene.leg));
  STRCMP_EQUAL("connected", scene.state().c_str());
}
