// Two members invite the same user at once (PROTOCOL rule 12): whatever comes first, all devices of
// the user end up in one leg, and of two that were confirmed at once the same one stays for all.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineTwoOwners) {
  /// "panel@apt3" rings for the door's leg or for that of "panel@apt2"; both are in the call.
  struct Ring {
    explicit Ring(bool doors_first, Station::Options options = {})
        : station("panel@apt3", now, options) {
      station.come_online();
      station.hear(first(doors_first).self, invite_of(first(doors_first)), 80);
      STRCMP_EQUAL("ringing", station.state(call).c_str());
      (void)station.words();
    }
    Actor& first(bool doors) { return doors ? door : two; }
    LegKey leg_of(const Actor& who) const { return {who.self, &who == &door ? 3U : 1U}; }
    Message invite_of(Actor& who, LegState state = LegState::kConnected) {
      views = {leg_view({door.self, 0}, "door@gate", LegState::kConnected),
               leg_view({door.self, 2}, "panel@apt2", state, 2),
               leg_view(leg_of(who), "panel@apt3", LegState::kInviting)};
      Invite invite;
      invite.caller = door.self;
      invite.ring_left = Millis{80'000};
      invite.roster = views;
      return who.say(call, leg_of(who), invite);
    }
    std::string hear(Actor& who) {
      (void)station.words();
      station.hear(who.self, invite_of(who), 80);
      return station.words();
    }

    Instant now{Millis{1'000'000}};
    Actor door{"door@gate", 0xD0};
    Actor two{"panel@apt2", 0xA2};
    Station station;
    CallId call = call_id(0x77);
    std::array<LegView, 3> views;
  };
};

// The account "panel@apt2" comes before "door@gate".
TEST(EngineTwoOwners, TheLowerLegIsKeptAndTheOtherRefused) {
  Ring ring(false);
  STRCMP_EQUAL("reject(already_here)", ring.hear(ring.door).c_str());
  CHECK_TRUE((ring.station.last(MessageKind::kReject).header().leg == ring.leg_of(ring.door)));
  ring.station.give(accept(ring.call));
  CHECK_TRUE((ring.station.last(MessageKind::kAccept).header().leg == ring.leg_of(ring.two)));
}

TEST(EngineTwoOwners, ComesTheLowerLegLaterItIsChangedTo) {
  Ring ring(true);
  STRCMP_EQUAL("reject(already_here) ringing", ring.hear(ring.two).c_str());
  CHECK_TRUE((ring.station.last(MessageKind::kReject).header().leg == ring.leg_of(ring.door)));
  CHECK_TRUE((ring.station.last(MessageKind::kRinging).header().leg == ring.leg_of(ring.two)));
  UNSIGNED_LONGS_EQUAL(1, ring.station.count(CallChange::kIncoming));
  STRCMP_EQUAL("reject(already_here)", ring.hear(ring.door).c_str());
}

TEST(EngineTwoOwners, AnAnswerGoesOverToTheLowerLeg) {
  Ring ring(true);
  ring.station.give(accept(ring.call));
  STRCMP_EQUAL("reject(already_here) accept", ring.hear(ring.two).c_str());
  CHECK_TRUE((ring.station.last(MessageKind::kAccept).header().leg == ring.leg_of(ring.two)));
}

TEST(EngineTwoOwners, WhoIsConnectedRefusesEveryOtherLegALowerOneToo) {
  Ring ring(true);
  ring.station.give(accept(ring.call));
  ring.station.hear(ring.door.self,
                    ring.door.say(ring.call, ring.leg_of(ring.door),
                                  Confirm{DeviceId::parse("panel").value(), 3, ring.views}));
  STRCMP_EQUAL("connected", ring.station.state(ring.call).c_str());
  STRCMP_EQUAL("reject(already_here)", ring.hear(ring.two).c_str());
  STRCMP_EQUAL("connected", ring.station.state(ring.call).c_str());
}

TEST(EngineTwoOwners, FromWhoIsNoMemberASecondInviteIsDropped) {
  Ring ring(true);
  Actor stranger("aaa@aaa");
  Invite invite;
  invite.caller = stranger.self;
  invite.ring_left = Millis{80'000};
  ring.station.hear(stranger.self, stranger.say(ring.call, {stranger.self, 1}, invite), 80);
  STRCMP_EQUAL("", ring.station.words().c_str());
}

TEST(EngineTwoOwners, AConfirmOfAnotherDeviceInTheOtherLegEndsTheRing) {
  Ring ring(true);
  ring.station.hear(ring.two.self, ring.two.say(ring.call, ring.leg_of(ring.two),
                                                Confirm{DeviceId::parse("hall").value(), 3, {}}));
  STRCMP_EQUAL("answered_elsewhere", text(ring.station.reason(ring.call)).c_str());
}

TEST(EngineTwoOwners, AConfirmOfThisDeviceInTheOtherLegIsRefused) {
  Ring ring(true);
  (void)ring.station.words();
  ring.station.hear(ring.two.self, ring.two.say(ring.call, ring.leg_of(ring.two),
                                                Confirm{DeviceId::parse("panel").value(), 3, {}}));
  STRCMP_EQUAL("reject(accept_failed)", ring.station.words().c_str());
  STRCMP_EQUAL("ringing", ring.station.state(ring.call).c_str());
}

TEST(EngineTwoOwners, TheOwnerOfARefusedLegEndsIt) {
  Trio trio("door@gate");
  InviteUsers command = invite_users({"apt3"});
  command.call = trio.call;
  trio.station.give(command);
  Actor three("panel@apt3");
  (void)trio.hear(three, three.reject(trio.call, {trio.door.self, 3}, Reason::kAlreadyHere));
  STRCMP_EQUAL(
      "door@gate connected, panel@apt1 connected, panel@apt2 connected, apt3 ended(already_here)",
      trio.seen().c_str());
}

TEST(EngineTwoOwners, ARefusedLegStaysRefused) {
  Ring ring(false);
  STRCMP_EQUAL("reject(already_here)", ring.hear(ring.door).c_str());
  ring.station.hear(ring.two.self, ring.two.say(ring.call, ring.leg_of(ring.two),
                                                Cancel{Reason::kCallerLost, {}}));
  // not even in the place of the leg that rings
  Message again = ring.invite_of(ring.door);
  std::get<Invite>(again.body).replaces = ring.leg_of(ring.two);
  (void)ring.station.words();
  ring.station.hear(ring.door.self, again, 80);
  STRCMP_EQUAL("reject(already_here)", ring.station.words().c_str());
}

TEST(EngineTwoOwners, WithoutRoomToRememberItARefusedLegIsRefusedAgain) {
  Station::Options options;
  options.limits.legs = 3;
  Ring ring(false, options);
  for (int round = 0; round < 2; ++round) {
    STRCMP_EQUAL("reject(already_here)", ring.hear(ring.door).c_str());
    UNSIGNED_LONGS_EQUAL(3, ring.station.engine().find_call(ring.call)->members);
  }
}

TEST(EngineTwoOwners, WhoInvitesForTheLegOfTheOtherDeviceOfItsUserIsRefused) {
  Trio trio("panel@apt1");
  const LegView other = leg_view({trio.two.self, 1}, "hall@apt1", LegState::kConnected, 3);
  (void)trio.roster(trio.two, {trio.door.self, 2}, std::span(&other, 1));
  Invite invite = trio.door.invite_body(Millis{80'000});
  invite.roster = trio.views;
  STRCMP_EQUAL("reject(already_here)",
               trio.hear(trio.two, trio.two.say(trio.call, other.key, invite)).c_str());
  CHECK_TRUE(trio.seen().find("hall@apt1 connected") != std::string::npos);
}

// The roster came before the heir had joined: its user was on it.
TEST(EngineTwoOwners, WhoInvitesForTheLegOfAnotherUserIsRefused) {
  Ring ring(true);
  const std::array<LegView, 2> views{
      leg_view({ring.door.self, 0}, "door@gate", LegState::kConnected),
      leg_view(ring.leg_of(ring.two), "panel@desk", LegState::kRinging)};
  const Body roster = Roster{views};
  ring.station.hear(ring.door.self, ring.door.say(ring.call, {ring.door.self, 0}, roster));
  STRCMP_EQUAL("reject(already_here)", ring.hear(ring.two).c_str());  // a key names one leg
}

TEST(EngineTwoOwners, AnHeirThatHasJoinedSinceIsBelievedIfItsUserIsOnTheRoster) {
  Actor three("panel@apt4");
  for (const bool invited : {false, true}) {
    Ring ring(true);
    if (invited) {
      const LegView pending = leg_view({ring.door.self, 4}, "panel@apt4", LegState::kRinging);
      ring.station.hear(ring.door.self,
                        ring.door.roster(ring.call, {ring.door.self, 0}, {&pending, 1}, "panel"));
    }
    Invite invite = ring.door.invite_body(Millis{80'000});
    const LegView joined = leg_view({ring.door.self, 4}, "panel@apt4", LegState::kConnected, 3);
    invite.roster = {&joined, 1};
    invite.replaces = ring.leg_of(ring.door);
    (void)ring.station.words();
    ring.station.hear(three.self, three.say(ring.call, {three.self, 1}, invite), 80);
    const bool taken = ring.station.words().find("ringing") != std::string::npos;
    CHECK_TRUE(taken == invited);
  }
}

TEST(EngineTwoOwners, NobodyIsTheHeirOfTheCreatorsOwnLeg) {
  Trio trio("door@gate");
  Invite invite;
  invite.caller = trio.door.self;
  invite.ring_left = Millis{80'000};
  invite.roster = trio.views;
  invite.replaces = {trio.door.self, 0};
  STRCMP_EQUAL("reject(already_here)",
               trio.hear(trio.one, trio.one.say(trio.call, {trio.one.self, 1}, invite)).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
               trio.seen().substr(0, 63).c_str());
}

// Two devices of one user, each confirmed by another owner: of both the one that joined first
// stays.
TEST(EngineTwoOwners, OfTwoConnectedDevicesOfAUserTheLaterGoes) {
  Trio trio("panel@apt2");
  const LegView other = leg_view({trio.one.self, 1}, "hall@apt2", LegState::kConnected, 1);
  const std::string words = trio.roster(trio.one, {trio.door.self, 1}, std::span(&other, 1));
  STRCMP_EQUAL("moved", text(trio.station.reason(trio.call)).c_str());
  CHECK_TRUE(words.find("leave(moved) leave(moved)") != std::string::npos);
}

TEST(EngineTwoOwners, OfTwoConnectedDevicesOfAUserTheEarlierStays) {
  Trio trio("panel@apt2");
  const LegView other = leg_view({trio.one.self, 1}, "hall@apt2", LegState::kConnected, 3);
  (void)trio.roster(trio.one, {trio.door.self, 1}, std::span(&other, 1));
  STRCMP_EQUAL("connected", trio.state().c_str());
}

TEST(EngineTwoOwners, WithTheSameNumberTheLowerOwnerDecides) {
  Trio trio("panel@apt2");  // in a leg of door@gate, which comes after apt1
  const LegView lower = leg_view({trio.one.self, 1}, "hall@apt2", LegState::kConnected, 2);
  (void)trio.roster(trio.one, {trio.door.self, 1}, std::span(&lower, 1));
  STRCMP_EQUAL("moved", text(trio.station.reason(trio.call)).c_str());
}

TEST(EngineTwoOwners, SeenAlreadyAtTheConfirmItGoesAtOnce) {
  Ring ring(true);
  ring.station.give(accept(ring.call));
  const std::array<LegView, 4> views{
      leg_view({ring.door.self, 0}, "door@gate", LegState::kConnected),
      leg_view({ring.door.self, 2}, "panel@apt2", LegState::kConnected, 1),
      leg_view({ring.two.self, 1}, "hall@apt3", LegState::kConnected, 2),
      leg_view(ring.leg_of(ring.door), "panel@apt3", LegState::kConnected, 3)};
  ring.station.hear(ring.door.self,
                    ring.door.say(ring.call, ring.leg_of(ring.door),
                                  Confirm{DeviceId::parse("panel").value(), 3, views}));
  STRCMP_EQUAL("moved", text(ring.station.reason(ring.call)).c_str());
}

TEST(EngineTwoOwners, OrInTheLastViewOfAMemberThatLeaves) {
  Trio trio("panel@apt2");
  const LegView other = leg_view({trio.one.self, 1}, "hall@apt2", LegState::kConnected, 1);
  const std::span<const LegView> views(&other, 1);
  const std::string words =
      trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}, Reason::kHangUp, views));
  STRCMP_EQUAL("moved", text(trio.station.reason(trio.call)).c_str());
  CHECK_TRUE(words.find("roster") == std::string::npos);
}

TEST(EngineTwoOwners, TheOtherDeviceOfItsUserIsLeftToTheOthers) {
  Trio trio("panel@apt1");
  const LegView other = leg_view({trio.two.self, 1}, "hall@apt1", LegState::kConnected, 3);
  (void)trio.roster(trio.two, {trio.door.self, 2}, std::span(&other, 1));
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  CHECK_TRUE(trio.station.give(end_for_all(trio.call)).code == Errc::kOk);
  STRCMP_EQUAL("end(hang_up) event:ended(hang_up)", trio.station.words().c_str());
}

TEST(EngineTwoOwners, OfItsOtherDeviceTheOwnerSaysWhenItIsGone) {
  Trio trio("panel@apt1");
  const LegKey key{trio.two.self, 1};
  LegView other = leg_view(key, "hall@apt1", LegState::kConnected, 3);
  (void)trio.roster(trio.two, {trio.door.self, 2}, std::span(&other, 1));
  other = leg_view(key, "hall@apt1", LegState::kEnded, 3, Reason::kAcceptFailed);
  (void)trio.roster(trio.door, {trio.door.self, 0}, std::span(&other, 1));
  CHECK_TRUE(trio.seen().find("hall@apt1 connected") != std::string::npos);
  (void)trio.roster(trio.two, {trio.door.self, 2}, std::span(&other, 1));
  STRCMP_EQUAL(
      "door@gate connected, panel@apt1 connected, panel@apt2 connected, apt1 ended(accept_failed)",
      trio.seen().c_str());
}

TEST(EngineTwoOwners, AloneWithTheOtherDeviceOfItsUserItIsOver) {
  Trio trio("panel@apt1");
  const LegView other = leg_view({trio.two.self, 1}, "hall@apt1", LegState::kConnected, 3);
  (void)trio.roster(trio.two, {trio.door.self, 2}, std::span(&other, 1));
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  (void)trio.hear(trio.two, trio.two.leave(trio.call, {trio.door.self, 2}));
  STRCMP_EQUAL("hang_up", text(trio.station.reason(trio.call)).c_str());
}
