// Who may write what of the others' view (PROTOCOL §4, rule 12): a member its own leg, an owner its
// pending legs, anybody a leg that is new here. Higher states win; the rest is not looked at.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineRoster) {
  Trio trio_{"panel@apt1"};
  const LegKey creator_{trio_.door.self, 0};
  const LegKey mine_{trio_.door.self, 1};
  const LegKey twos_{trio_.door.self, 2};
  const LegKey new_{trio_.door.self, 3};
  const std::string all_ = "door@gate connected, panel@apt1 connected, panel@apt2 connected";

  std::string from_door(const LegView& view) {
    return trio_.roster(trio_.door, creator_, {&view, 1});
  }
  std::string from_two(const LegView& view) {
    return trio_.roster(trio_.two, twos_, {&view, 1});
  }
  /// The door's view: the user of `two` has moved to its phone, which has the leg `next`.
  std::string moved(const LegKey& next, LegState state, std::uint32_t join_number) {
    const std::array<LegView, 2> views{
        leg_view(twos_, "panel@apt2", LegState::kEnded, 2, Reason::kMoved),
        leg_view(next, "phone@apt2", state, join_number)};
    return trio_.roster(trio_.door, creator_, views);
  }
};

TEST(EngineRoster, AMemberWritesItsOwnLeg) {
  STRCMP_EQUAL(
      "event:member(apt2 ended(hang_up)) ack",
      from_two(leg_view(twos_, "panel@apt2", LegState::kEnded, 2, Reason::kHangUp)).c_str());
}

TEST(EngineRoster, NobodyElseWritesAConnectedLeg) {
  STRCMP_EQUAL(
      "ack",
      from_door(leg_view(twos_, "panel@apt2", LegState::kEnded, 2, Reason::kHangUp)).c_str());
  STRCMP_EQUAL("ack", from_two(leg_view(creator_, "door@gate", LegState::kEnded)).c_str());
  STRCMP_EQUAL(all_.c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, NobodyWritesTheOwnLeg) {
  for (const Reason reason : {Reason::kHangUp, Reason::kMoved}) {
    const LegView mine = leg_view(mine_, "panel@apt1", LegState::kEnded, 1, reason);
    STRCMP_EQUAL("ack", from_door(mine).c_str());
    STRCMP_EQUAL("ack", from_two(mine).c_str());
  }
  STRCMP_EQUAL("connected", trio_.state().c_str());
}

TEST(EngineRoster, ANewLegIsLearnedFromAnyMember) {
  STRCMP_EQUAL("event:member(apt3 ringing) ack",
               from_two(leg_view(new_, "panel@apt3", LegState::kRinging)).c_str());
  STRCMP_EQUAL(
      "roster event:member(apt4 connected) ack",
      from_door(leg_view({trio_.two.self, 1}, "panel@apt4", LegState::kConnected, 3)).c_str());
  STRCMP_EQUAL((all_ + ", panel@apt4 connected, apt3 ringing").c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, AnEndedLegThatIsNewIsNotOfInterest) {
  STRCMP_EQUAL("ack", from_door(leg_view(new_, "panel@apt3", LegState::kEnded)).c_str());
  STRCMP_EQUAL(all_.c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, AnEndedLegOfItsOwnUserIsNoNews) {
  STRCMP_EQUAL("ack",
               from_door(leg_view(new_, "hall@apt1", LegState::kEnded, 0, Reason::kBusy)).c_str());
  STRCMP_EQUAL((all_ + ", apt1 ended(busy)").c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, AViewThatConfirmsBringsTheNumber) {
  Scene scene(Stage::kAccepting);
  const std::array<LegView, 2> views{
      leg_view({scene.peer.self, 0}, "door@gate", LegState::kConnected),
      leg_view(scene.leg, "panel@apt1", LegState::kConnected, 4)};
  scene.hear(scene.peer.sync(scene.call, {scene.peer.self, 0}, views, "panel"));
  STRCMP_EQUAL("connected", scene.state().c_str());
  UNSIGNED_LONGS_EQUAL(4, scene.station.engine().member_at(scene.call, 1)->join_number);
}

// Its owner was lost before it could tell the others.
TEST(EngineRoster, WhoSaysItselfThatItWasConfirmedBringsItsNumber) {
  Trio trio("panel@apt2");  // no heir
  const LegView ringing = leg_view(new_, "panel@apt3", LegState::kRinging);
  (void)trio.roster(trio.door, creator_, {&ringing, 1});
  (void)trio.hear(trio.door, trio.door.leave(trio.call, creator_, Reason::kPeerLost));
  Actor three("panel@apt3", 0xA3);
  const LegView said = leg_view(new_, "panel@apt3", LegState::kConnected, 7);
  (void)trio.roster(three, new_, {&said, 1});
  const auto third = trio.station.engine().member_at(trio.call, 2);
  CHECK_TRUE(third && third->device == three.self.device && third->join_number == 7);
}

TEST(EngineRoster, APendingLegIsWrittenByItsOwnerOnly) {
  (void)from_door(leg_view(new_, "panel@apt3", LegState::kInviting));
  STRCMP_EQUAL("ack", from_two(leg_view(new_, "panel@apt3", LegState::kRinging)).c_str());
  STRCMP_EQUAL("event:member(apt3 ringing) ack",
               from_door(leg_view(new_, "panel@apt3", LegState::kRinging)).c_str());
  STRCMP_EQUAL("ack", from_two(leg_view(new_, "panel@apt3", LegState::kConnected, 3)).c_str());
  STRCMP_EQUAL("roster event:member(apt3 connected) ack",
               from_door(leg_view(new_, "panel@apt3", LegState::kConnected, 3)).c_str());
}

TEST(EngineRoster, NothingGoesBack) {
  (void)from_door(leg_view(new_, "panel@apt3", LegState::kRinging));
  STRCMP_EQUAL("ack", from_door(leg_view(new_, "panel@apt3", LegState::kInviting)).c_str());
  STRCMP_EQUAL(
      "event:member(apt3 ended(declined)) ack",
      from_door(leg_view(new_, "panel@apt3", LegState::kEnded, 0, Reason::kDeclined)).c_str());
  for (const LegState state : {LegState::kRinging, LegState::kEnded}) {
    STRCMP_EQUAL("ack", from_door(leg_view(new_, "panel@apt3", state, 3)).c_str());
  }
  STRCMP_EQUAL((all_ + ", apt3 ended(declined)").c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, WhoWasInAndHasLeftIsNotInAgainWhenTheEarlierWordComesLate) {
  (void)from_door(leg_view(new_, "panel@apt3", LegState::kRinging));
  (void)from_door(leg_view(new_, "panel@apt3", LegState::kEnded, 3, Reason::kHangUp));
  STRCMP_EQUAL("ack", from_door(leg_view(new_, "panel@apt3", LegState::kConnected, 3)).c_str());
  STRCMP_EQUAL((all_ + ", apt3 ended(hang_up)").c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, OwnInvitationsAreWrittenByNobodyElse) {
  InviteUsers command = invite_users({"apt3"});
  command.call = trio_.call;
  trio_.station.give(command);
  (void)trio_.station.words();
  const LegKey own = trio_.station.last(MessageKind::kInvite).header().leg;
  for (const LegState state : {LegState::kConnected, LegState::kEnded}) {
    STRCMP_EQUAL("ack", from_door(leg_view(own, "panel@apt3", state, 3)).c_str());
  }
  STRCMP_EQUAL((all_ + ", apt3 inviting").c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, PendingLegsInOurNameAndOfOurUserAreNotLearned) {
  STRCMP_EQUAL(
      "ack",
      from_door(leg_view({trio_.station.self, 9}, "panel@apt3", LegState::kRinging)).c_str());
  STRCMP_EQUAL("ack",
               from_door(leg_view({trio_.two.self, 9}, "hall@apt1", LegState::kRinging)).c_str());
  STRCMP_EQUAL(
      "ack",
      from_door(leg_view({trio_.two.self, 9}, "panel@apt1", LegState::kConnected, 9)).c_str());
  STRCMP_EQUAL(all_.c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, NumbersOfOurNameAreNotGivenASecondTime) {
  const auto add = [&](std::string_view name) {
    InviteUsers command = invite_users({name});
    command.call = trio_.call;
    trio_.station.give(command);
    return trio_.station.last(MessageKind::kInvite).header().leg.number;
  };
  const std::uint32_t first = add("apt3");
  UNSIGNED_LONGS_EQUAL(first + 1, add("apt4"));
  UNSIGNED_LONGS_EQUAL(first + 2, add("apt5"));
}

TEST(EngineRoster, ThereIsOneCreator) {
  STRCMP_EQUAL("ack",
               from_two(leg_view({trio_.two.self, 0}, "panel@apt2", LegState::kConnected)).c_str());
  STRCMP_EQUAL(
      "ack",
      from_two(leg_view({account_of("imp@else"), 0}, "imp@else", LegState::kConnected)).c_str());
  STRCMP_EQUAL(all_.c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, AMoveIsShownByTheOneThatLetItHappen) {
  STRCMP_EQUAL("event:member(apt2 ended(moved)) roster event:member(apt2 connected) ack",
               moved({trio_.door.self, 4}, LegState::kConnected, 3).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, phone@apt2 connected, apt2 ended(moved)",
               trio_.seen().c_str());
}

TEST(EngineRoster, AMoveIsShownByAnyMemberWhenTheOneThatLetItHappenHasLeft) {
  STRCMP_EQUAL("event:member(apt2 ended(moved)) roster event:member(apt2 connected) ack",
               moved({account_of("hall@apt5"), 7}, LegState::kConnected, 3).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, phone@apt2 connected, apt2 ended(moved)",
               trio_.seen().c_str());
}

TEST(EngineRoster, NobodyIsMovedToWhereItWasBefore) {
  (void)moved({account_of("hall@apt5"), 7}, LegState::kConnected, 1);
  CHECK_TRUE(trio_.seen().find("panel@apt2 connected") != std::string::npos);
}

TEST(EngineRoster, AMoveWithoutWhereToIsNotBelieved) {
  STRCMP_EQUAL(
      "ack", from_door(leg_view(twos_, "panel@apt2", LegState::kEnded, 2, Reason::kMoved)).c_str());
  (void)moved({trio_.door.self, 4}, LegState::kRinging, 0);
  (void)moved({trio_.two.self, 4}, LegState::kConnected, 4);  // it does not own where it went to
  CHECK_TRUE(trio_.seen().find("panel@apt2 connected") != std::string::npos);
}

TEST(EngineRoster, OfTwoLegsOfOneDeviceItsOwnWordSaysWhichOneItHas) {
  const LegKey again{trio_.door.self, 4};
  const LegView twice = leg_view(again, "panel@apt2", LegState::kConnected, 3);
  STRCMP_EQUAL("roster event:member(apt2 connected) ack", from_door(twice).c_str());
  const std::array<LegView, 2> said{
      leg_view(twos_, "panel@apt2", LegState::kEnded, 2, Reason::kMoved), twice};
  (void)trio_.roster(trio_.two, again, said);
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected, apt2 ended(moved)",
               trio_.seen().c_str());
}

TEST(EngineRoster, ALateWordOfTheLegBeforeEndsNoLaterOne) {
  (void)from_door(leg_view({trio_.door.self, 4}, "panel@apt2", LegState::kConnected, 3));
  STRCMP_EQUAL("ack", trio_.roster(trio_.two, twos_, {}).c_str());
  STRCMP_EQUAL((all_ + ", panel@apt2 connected").c_str(), trio_.seen().c_str());
}

TEST(EngineRoster, OfAUserTheLastWordIsAboutTheLaterDeviceAlsoWhenTheEarlierIsHeardAgain) {
  Trio trio("door@gate");
  Actor later("hall@apt2");
  trio.live(Millis{70'000}, {&trio.one});  // the panel of apt2 is lost
  const LegView other = leg_view({trio.one.self, 1}, "hall@apt2", LegState::kConnected, 3);
  CHECK_TRUE(
      trio.roster(trio.one, {trio.door.self, 1}, std::span(&other, 1)).find("apt2 connected") !=
      std::string::npos);
  const std::string words =
      trio.hear(trio.two, trio.two.sync(trio.call, {trio.door.self, 2}, {}, "door"));
  CHECK_TRUE(words.find("event") == std::string::npos);
  const Message leave = later.leave(trio.call, {trio.one.self, 1});
  CHECK_TRUE(trio.hear(later, leave).find("event:member(apt2 connected)") != std::string::npos);
}

TEST(EngineRoster, AndAboutTheLastToJoinOfThoseThatStay) {
  Trio trio("door@gate");
  Actor last("attic@apt2");
  const LegView others[] = {leg_view({trio.one.self, 1}, "hall@apt2", LegState::kConnected, 4),
                            leg_view({trio.one.self, 2}, "cellar@apt2", LegState::kConnected, 3),
                            leg_view({trio.one.self, 3}, "attic@apt2", LegState::kConnected, 5)};
  (void)trio.roster(trio.one, {trio.door.self, 1}, others);
  const Message leave = last.leave(trio.call, {trio.one.self, 3});
  CHECK_TRUE(trio.hear(last, leave).find("event:member(apt2 connected)") != std::string::npos);
  STRCMP_EQUAL("hall", std::string(trio.station.events.back().peer.device.view()).c_str());
}

TEST(EngineRoster, FromWhoIsNoMemberItIsDropped) {
  const std::array<LegView, 1> view{leg_view(new_, "panel@apt3", LegState::kRinging)};
  Actor stranger("imp@else");
  STRCMP_EQUAL("", trio_.roster(stranger, {stranger.self, 0}, view).c_str());
  STRCMP_EQUAL("", trio_.roster(stranger, twos_, view).c_str());
  STRCMP_EQUAL("", trio_.roster(trio_.two, creator_, view).c_str());
  STRCMP_EQUAL("ack", trio_.roster(trio_.two, twos_, {}).c_str());
  trio_.two.restart();
  STRCMP_EQUAL("", trio_.roster(trio_.two, twos_, view).c_str());
  UNSIGNED_LONGS_EQUAL(4, trio_.station.counters().dropped_not_entitled);
}

TEST(EngineRoster, IsSentToEachOtherMemberAndAcknowledged) {
  Trio trio("door@gate");
  STRCMP_EQUAL("ack event:member(apt1 ended(hang_up)) roster",
               trio.hear(trio.one, trio.one.leave(trio.call, {trio.door.self, 1})).c_str());
  const Header header = trio.station.last(MessageKind::kRoster).header();
  CHECK_TRUE(header.to == trio.two.self.device && (header.leg == LegKey{trio.door.self, 0}));
  trio.station.run(Millis{3'000});
  const std::size_t before = trio.station.count(MessageKind::kRoster);
  CHECK_TRUE(before >= 3);
  trio.acknowledge(MessageKind::kRoster, trio.two);
  trio.station.run(Millis{5'000});
  UNSIGNED_LONGS_EQUAL(before, trio.station.count(MessageKind::kRoster));
}

TEST(EngineRoster, ANewerOneTakesThePlaceOfOneThatIsUnderWay) {
  Trio trio("door@gate");
  InviteUsers command = invite_users({"apt3"});
  command.call = trio.call;
  trio.station.give(command);
  const Header old = trio.station.last(MessageKind::kRoster).header();
  Actor three("panel@apt3");
  trio.hear(three, three.ringing(trio.call, {trio.door.self, 3}));
  const Header fresh = trio.station.last(MessageKind::kRoster).header();
  CHECK_TRUE(fresh.sequence > old.sequence);
  trio.hear(trio.two, trio.two.ack(old));  // the old one's receipt is none for the new one
  trio.station.run(Millis{2'000});
  CHECK_TRUE(trio.station.count(MessageKind::kRoster) > 4);
  trio.hear(trio.one, trio.one.ack(trio.station.last(MessageKind::kRoster).header()));
  trio.hear(trio.two, trio.two.ack(trio.station.last(MessageKind::kRoster).header()));
}

TEST(EngineRoster, BetweenTwoThereIsNone) {
  Rig rig = connected();
  rig->run(Millis{60'000});
  UNSIGNED_LONGS_EQUAL(0, rig->door().count(MessageKind::kRoster));
  UNSIGNED_LONGS_EQUAL(0, rig->panel().count(MessageKind::kRoster));
  const Confirm confirm = std::get<Confirm>(rig->door().last(MessageKind::kConfirm).message.body);
  UNSIGNED_LONGS_EQUAL(0, confirm.legs.size());
}
