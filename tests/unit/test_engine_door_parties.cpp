// Whom a live call entitles to open this device's door, and whose ringing an open door ends: one
// engine with a door among members that the test plays.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

namespace {

Station::Options with_door() {
  Station::Options options;
  options.settings.has_door = true;
  return options;
}

}  // namespace

TEST_GROUP(EngineDoorParties) {
  Trio trio_{"door@gate", with_door()};
  const LegKey first_{trio_.door.self, 1};
  const LegKey new_{trio_.one.self, 1};
  Actor three_{"panel@apt3", 0xA3};
  const char* const refused_ = "door:refused(not_allowed) door(not_allowed)";

  std::string request(Actor & from) {
    return trio_.hear(from, from.say(trio_.call, {from.self, 0}, Door{}, "door"));
  }
  /// The first member shows the third, whom it has invited.
  std::string show(const LegView& third) {
    return trio_.roster(trio_.one, first_, {&third, 1});
  }
};

TEST(EngineDoorParties, WhoIsTakenForLostIsNoneUntilItIsHeardAgain) {
  trio_.live(Seconds{40}, {&trio_.two});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(peer_lost)",
               trio_.seen().c_str());
  STRCMP_EQUAL(refused_, request(trio_.one).c_str());
  STRCMP_EQUAL("door(nonce)", request(trio_.two).c_str());
  (void)trio_.hear(trio_.one, trio_.one.sync(trio_.call, first_, {}, "door"));
  STRCMP_EQUAL("door(nonce)", request(trio_.one).c_str());
}

TEST(EngineDoorParties, WhoWasLetInByAnotherIsOneInWhicheverLifeItIsFirstHeard) {
  (void)show(leg_view(new_, "panel@apt3", LegState::kConnected, 3));
  STRCMP_EQUAL("door(nonce)", request(three_).c_str());
  (void)trio_.hear(three_, three_.sync(trio_.call, new_, {}, "door"));
  three_.restart();
  STRCMP_EQUAL(refused_, request(three_).c_str());
}

TEST(EngineDoorParties, WhoRingsForAnotherMemberRingsOn) {
  (void)show(leg_view(new_, "panel@apt3", LegState::kRinging));
  InviteUsers own = invite_users({"apt4"});
  own.call = trio_.call;
  CHECK_TRUE(trio_.station.give(own).code == Errc::kOk);
  trio_.station.give(DoorContact{true});
  trio_.station.run(Millis{3});
  STRCMP_EQUAL(
      "door@gate connected, panel@apt1 connected, panel@apt2 connected, apt3 ringing, apt4 "
      "ended(door_opened)",
      trio_.seen().c_str());
}

TEST(EngineDoorParties, WhatRingsHereRingsOn) {
  Scene scene(Stage::kUnknown, with_door());
  const LegView others[] = {
      leg_view({scene.peer.self, 0}, "door@gate", LegState::kConnected),
      leg_view({scene.peer.self, 1}, "panel@apt1", LegState::kRinging),
      leg_view({scene.peer.self, 2}, "panel@apt2", LegState::kRinging),
  };
  Invite invite = scene.peer.invite_body(Millis{90'000});
  invite.roster = others;
  scene.hear(scene.peer.say(scene.call, scene.leg, invite));
  scene.station.give(DoorContact{true});
  scene.run(Millis{3});
  STRCMP_EQUAL("ringing", scene.state().c_str());
  STRCMP_EQUAL("door@gate connected, apt1 ringing, apt2 ringing",
               members(scene.station, scene.call).c_str());
}
