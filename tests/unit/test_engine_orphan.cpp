// A device that rings, and whose owner is gone (PROTOCOL rule 12): it waits for the heir, with the
// ring that it has.

#include <array>
#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineOrphan) {
  /// "panel@apt1" rings for the door, and knows that "panel@apt2" is in the call, too.
  struct Ring {
    Ring() : station("panel@apt1", now) {
      station.come_online();
      Invite invite = door.invite_body(Millis{90'000});
      views = {leg_view({door.self, 0}, "door@gate", LegState::kConnected),
               leg_view({door.self, 1}, "panel@apt1", LegState::kRinging),
               leg_view({door.self, 2}, "panel@apt2", LegState::kConnected, 1)};
      invite.roster = views;
      station.hear(door.self, door.say(call, {door.self, 1}, invite), 90);
      STRCMP_EQUAL("ringing", station.state(call).c_str());
      (void)station.words();
    }
    std::string owners_invite() {
      Invite invite = door.invite_body(Millis{80'000});
      invite.roster = views;
      (void)station.words();
      station.hear(door.self, door.say(call, {door.self, 1}, invite), 80);
      return station.words();
    }
    std::string heirs_invite(Millis left = Millis{50'000}) {
      return heirs_invite(two, {door.self, 1}, left);
    }
    std::string heirs_invite(Actor& heir, const LegKey& replaces, Millis left) {
      Invite invite;
      invite.caller = door.self;
      invite.ring_left = left;
      invite.replaces = replaces;
      views[0].state = LegState::kEnded;
      views[1] = leg_view({heir.self, 1}, "panel@apt1", LegState::kInviting);
      views[2] = leg_view({door.self, 2}, text_of(heir.self), LegState::kConnected, 1);
      invite.roster = views;
      (void)station.words();
      last_invite = heir.say(call, {heir.self, 1}, invite);
      station.hear(heir.self, last_invite, 50);
      return station.words();
    }
    void lose_door() {
      station.give(PresenceReceived{door.self, false, 3600, door.presence(PresenceState::kIdle)});
      station.give(
          PresenceReceived{door.self, false, 3600, door.presence(PresenceState::kOffline, true)});
      station.run(Millis{2});
      (void)station.words();
    }

    Instant now{Millis{1'000'000}};
    Actor door{"door@gate", 0xD0};
    static std::string text_of(const Account& account) {
      return std::string(account.device.view()) + "@" + std::string(account.user.view());
    }
    Actor two{"panel@apt2", 0xA2};
    Station station;
    CallId call = call_id(0x77);
    std::array<LegView, 3> views;
    Message last_invite;  // its roster is in views
  };
  Ring ring_;
};

TEST(EngineOrphan, WaitsTenSecondsForAnHeirAndEndsWithoutOne) {
  ring_.lose_door();
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  ring_.station.run(kHeirTime - Millis{3});
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  ring_.station.run(Millis{3});
  STRCMP_EQUAL("caller_lost", text(ring_.station.reason(ring_.call)).c_str());
}

TEST(EngineOrphan, RingsOnWithTheHeirWithoutASecondAlert) {
  ring_.lose_door();
  STRCMP_EQUAL("event:member(gate ended) ringing", ring_.heirs_invite().c_str());
  CHECK_TRUE((ring_.station.last(MessageKind::kRinging).header().leg == LegKey{ring_.two.self, 1}));
  ring_.station.run(Millis{15'000});
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  UNSIGNED_LONGS_EQUAL(1, ring_.station.count(CallChange::kIncoming));
  ring_.station.give(accept(ring_.call));
  CHECK_TRUE(ring_.station.last(MessageKind::kAccept).header().to == ring_.two.self.device);
}

TEST(EngineOrphan, TheHeirMayComeBeforeTheLossIsSeen) {
  STRCMP_EQUAL("event:member(gate ended) ringing", ring_.heirs_invite().c_str());
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  ring_.lose_door();
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
}

TEST(EngineOrphan, NeverRingsLongerThanItWasTold) {
  ring_.lose_door();
  (void)ring_.heirs_invite(Millis{20'000});
  ring_.station.run(Millis{20'001});
  STRCMP_EQUAL("no_answer", text(ring_.station.reason(ring_.call)).c_str());
}

TEST(EngineOrphan, AnAnswerIsGivenToTheHeirAnew) {
  ring_.station.give(accept(ring_.call));
  ring_.lose_door();
  STRCMP_EQUAL("accepting", ring_.station.state(ring_.call).c_str());
  ring_.station.run(Millis{7'000});
  STRCMP_EQUAL("accept", ring_.heirs_invite().c_str());
  ring_.station.run(Millis{3'000});
  STRCMP_EQUAL("accepting", ring_.station.state(ring_.call).c_str());
  ring_.station.hear(ring_.two.self,
                     ring_.two.say(ring_.call, {ring_.two.self, 1},
                                   Confirm{DeviceId::parse("panel").value(), 2, ring_.views}));
  STRCMP_EQUAL("connected", ring_.station.state(ring_.call).c_str());
}

TEST(EngineOrphan, OfADeclinedLegTheHeirIsToldTheSame) {
  ring_.station.give(reject(ring_.call));
  STRCMP_EQUAL("reject(declined_everywhere)", ring_.heirs_invite().c_str());
  CHECK_TRUE((ring_.station.last(MessageKind::kReject).header().leg == LegKey{ring_.two.self, 1}));
}

TEST(EngineOrphan, AnHeirThatComesTooLateIsToldSoAndNothingRingsAgain) {
  ring_.lose_door();
  ring_.station.run(kHeirTime + Millis{5'000});
  STRCMP_EQUAL("reject(caller_lost)", ring_.heirs_invite().c_str());
  STRCMP_EQUAL("reject(caller_lost)", ring_.heirs_invite().c_str());  // the first one was lost
  CHECK_TRUE((ring_.station.last(MessageKind::kReject).header().leg == LegKey{ring_.two.self, 1}));
  UNSIGNED_LONGS_EQUAL(1, ring_.station.count(CallChange::kIncoming));
}

TEST(EngineOrphan, SoIsTheHeirOfThatHeir) {
  ring_.lose_door();
  ring_.station.run(kHeirTime);
  (void)ring_.heirs_invite();
  Actor three("panel@apt3", 0xA3);
  STRCMP_EQUAL("reject(caller_lost)",
               ring_.heirs_invite(three, {ring_.two.self, 1}, Millis{40'000}).c_str());
  UNSIGNED_LONGS_EQUAL(1, ring_.station.count(CallChange::kIncoming));
}

TEST(EngineOrphan, AlsoWhenTheFirstHeirCameWhileThisDeviceStopped) {
  ring_.station.give(Stop{});
  STRCMP_EQUAL("ended", ring_.station.state(ring_.call).c_str());
  (void)ring_.heirs_invite();
  ring_.station.run(Millis{3'000});
  ring_.station.give(Start{});
  ring_.station.give(LinkConnected{});
  ring_.station.run(Millis{1'000});
  Actor three("panel@apt3", 0xA3);
  (void)ring_.heirs_invite(three, {ring_.two.self, 1}, Millis{40'000});
  UNSIGNED_LONGS_EQUAL(1, ring_.station.count(CallChange::kIncoming));
}

TEST(EngineOrphan, AnAnswerThatWasGivenUpIsNotAskedForAgain) {
  ring_.station.give(accept(ring_.call));
  ring_.station.run(Millis{8'001});
  STRCMP_EQUAL("accept_failed", text(ring_.station.reason(ring_.call)).c_str());
  STRCMP_EQUAL("reject(accept_failed)", ring_.heirs_invite().c_str());
}

TEST(EngineOrphan, WhatAnotherDeviceHasDeclinedForAllIsDeclinedForTheHeirToo) {
  ring_.station.hear(ring_.door.self, ring_.door.cancel(ring_.call, Reason::kDeclinedElsewhere));
  STRCMP_EQUAL("reject(declined_everywhere)", ring_.heirs_invite().c_str());
}

TEST(EngineOrphan, ANewInvitationIsNoHeir) {
  ring_.lose_door();
  ring_.station.run(kHeirTime);
  STRCMP_EQUAL("ringing event:incoming", ring_.heirs_invite(ring_.two, {}, Millis{50'000}).c_str());
}

TEST(EngineOrphan, WhatWasNeverPresentedRingsForTheHeir) {
  Station asleep("panel@apt1", ring_.now);
  asleep.come_online();
  const Message old =
      ring_.door.say(ring_.call, {ring_.door.self, 1}, ring_.door.invite_body(Millis{90'000}));
  asleep.hear(ring_.door.self, old, std::nullopt);
  asleep.hear(ring_.door.self, ring_.door.cancel(ring_.call, Reason::kCallerLost));
  STRCMP_EQUAL("ended", asleep.state(ring_.call).c_str());
  (void)ring_.heirs_invite();
  asleep.hear(ring_.two.self, ring_.last_invite, 50);
  STRCMP_EQUAL("ringing", asleep.state(ring_.call).c_str());
}

TEST(EngineOrphan, WithNobodyElseInTheCallThereIsNobodyToWaitFor) {
  Scene scene(Stage::kRinging);
  scene.station.give(PresenceReceived{scene.peer.self, false, 3600,
                                      scene.peer.presence(PresenceState::kOffline, true)});
  scene.run(Millis{2});
  STRCMP_EQUAL("caller_lost", text(scene.reason()).c_str());
}

TEST(EngineOrphan, ACancelOfTheLostOwnerEndsItAllTheSame) {
  ring_.lose_door();
  ring_.station.hear(ring_.door.self, ring_.door.cancel(ring_.call));
  STRCMP_EQUAL("cancelled", text(ring_.station.reason(ring_.call)).c_str());
}

TEST(EngineOrphan, AnOwnerThatHasForgottenTheCallSaysSoAndTheHeirIsAwaited) {
  ring_.station.hear(ring_.door.self, ring_.door.cancel(ring_.call, Reason::kCallerLost));
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  ring_.station.run(kHeirTime);
  STRCMP_EQUAL("caller_lost", text(ring_.station.reason(ring_.call)).c_str());
}

TEST(EngineOrphan, TheOwnerThatIsHeardAgainKeepsItRinging) {
  ring_.lose_door();
  STRCMP_EQUAL("ringing", ring_.owners_invite().c_str());
  ring_.station.run(kHeirTime + Millis{10'000});
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ringing",
               members(ring_.station, ring_.call).c_str());
}

TEST(EngineOrphan, ALateCopyOfTheInviteOfAnOwnerThatHasLeftLeavesRoomForTheHeir) {
  ring_.station.hear(ring_.door.self, ring_.door.leave(ring_.call, {ring_.door.self, 0}));
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  STRCMP_EQUAL("ringing", ring_.owners_invite().c_str());
  STRCMP_EQUAL("ringing", ring_.heirs_invite().c_str());
  CHECK_TRUE((ring_.station.last(MessageKind::kRinging).header().leg == LegKey{ring_.two.self, 1}));
}

TEST(EngineOrphan, AMemberThatGoesIsNotItsOwner) {
  ring_.station.hear(ring_.two.self, ring_.two.leave(ring_.call, {ring_.door.self, 2}));
  STRCMP_EQUAL("ack event:member(apt2 ended(hang_up))", ring_.station.words().c_str());
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
}

TEST(EngineOrphan, NorEndsItsGoingAnAnswer) {
  ring_.station.give(accept(ring_.call));
  ring_.station.hear(ring_.two.self, ring_.two.leave(ring_.call, {ring_.door.self, 2}));
  STRCMP_EQUAL("accepting", ring_.station.state(ring_.call).c_str());
}

TEST(EngineOrphan, OfALegThatWasNotEvenShownTheHeirIsToldTheSame) {
  ring_.station.give(reject(ring_.call));
  ring_.station.give(SetDnd{true, Millis{0}});
  ring_.call = call_id(0x78);
  Invite invite = ring_.door.invite_body(Millis{90'000});
  invite.roster = ring_.views;
  ring_.station.hear(ring_.door.self, ring_.door.say(ring_.call, {ring_.door.self, 1}, invite), 90);
  STRCMP_EQUAL("reject(dnd)", ring_.heirs_invite().c_str());
}

TEST(EngineOrphan, ASecondSignOfTheSameLossChangesNothing) {
  ring_.lose_door();
  ring_.station.run(Millis{5'000});
  ring_.door.restart();
  ring_.station.give(
      PresenceReceived{ring_.door.self, false, 3600, ring_.door.presence(PresenceState::kIdle)});
  ring_.station.run(Millis{4'000});
  STRCMP_EQUAL("ringing", ring_.station.state(ring_.call).c_str());
  ring_.station.run(Millis{1'000});
  STRCMP_EQUAL("caller_lost", text(ring_.station.reason(ring_.call)).c_str());
}

TEST(EngineOrphan, WhoDoesNotRingHereWritesOnlyItsOwnLeg) {
  const LegView view =
      leg_view({ring_.door.self, 0}, "door@gate", LegState::kEnded, 0, Reason::kHangUp);
  ring_.station.hear(ring_.two.self,
                     ring_.two.roster(ring_.call, {ring_.door.self, 2}, {&view, 1}, "panel"));
  STRCMP_EQUAL("ack", ring_.station.words().c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ringing",
               members(ring_.station, ring_.call).c_str());
}

TEST(EngineOrphan, AnotherDeviceThatWasConfirmedIsNotHeardBeforeTheOwnAnswer) {
  const LegKey threes{ring_.door.self, 3};
  const LegView rings = leg_view(threes, "panel@apt3", LegState::kRinging);
  ring_.station.hear(ring_.two.self,
                     ring_.two.roster(ring_.call, {ring_.door.self, 2}, {&rings, 1}, "panel"));
  ring_.lose_door();
  Actor three("panel@apt3", 0xA3);
  const LegView said = leg_view(threes, "panel@apt3", LegState::kConnected, 3);
  ring_.station.hear(three.self, three.roster(ring_.call, threes, {&said, 1}, "panel"));
  STRCMP_EQUAL("", ring_.station.words().c_str());
}
