// A call survives its members (PROTOCOL rule 12): what a member was ringing when it went is rung on
// by the one that joined first among the rest, and what rings rings on without a second alert.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineHeir) {
  Group group_{"panel@apt1", "panel@apt2", "panel@apt3"};

  /// The door has called all three, the first has answered, the second, too; the third rings.
  void talk() {
    group_.call_users(invite_users({"apt1", "apt2", "apt3"}));
    group_.answer({1, 2});
  }
  void check_rang_once(std::size_t who) {
    UNSIGNED_LONGS_EQUAL(1, group_.at(who).count(CallChange::kIncoming));
  }
};

TEST(EngineHeir, RingsOnWhatTheOneThatLeftWasRinging) {
  talk();
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{1'000});
  STRCMP_EQUAL("ringing", group_.state(3).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.at(1).counters().legs_inherited);
  UNSIGNED_LONGS_EQUAL(0, group_.at(2).counters().legs_inherited);
  const Invite invite = std::get<Invite>(group_.at(1).last(MessageKind::kInvite).message.body);
  CHECK_TRUE((invite.replaces == LegKey{group_.door().self, 3}));
  CHECK_TRUE(invite.caller == group_.door().self);
  check_rang_once(3);
  group_.answer({3});
  for (const std::size_t each : {1U, 2U, 3U}) {
    STRCMP_EQUAL("panel@apt1 connected, panel@apt2 connected, panel@apt3 connected",
                 group_.seen_by(each).substr(0, 64).c_str());
  }
}

TEST(EngineHeir, WithTheRingTimeThatIsLeft) {
  talk();
  group_.run(Millis{60'000});
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{1'000});
  const Invite invite = std::get<Invite>(group_.at(1).last(MessageKind::kInvite).message.body);
  CHECK_TRUE(invite.ring_left <= Millis{30'000} && invite.ring_left > Millis{25'000});
  group_.run(Millis{30'000});
  STRCMP_EQUAL("no_answer", group_.reason(3).c_str());
  STRCMP_EQUAL("connected", group_.state(1).c_str());
}

TEST(EngineHeir, RingsOnWhatALostMemberWasRinging) {
  talk();
  group_.run(Millis{10'000});  // what rings has heard who is in the call
  group_.rig->disconnect(group_.door());
  group_.run(Millis{45'000});
  STRCMP_EQUAL("ringing", group_.state(3).c_str());
  check_rang_once(3);
  group_.answer({3});
  STRCMP_EQUAL("connected", group_.state(1).c_str());
}

TEST(EngineHeir, RingsOnWhenTheOwnerDiesRightAfterTheFirstAnswer) {
  talk();
  group_.rig->disconnect(group_.door());
  group_.run(Millis{45'000});
  STRCMP_EQUAL("ringing", group_.state(3).c_str());
  check_rang_once(3);
}

TEST(EngineHeir, AnAnswerMeanwhileGoesToTheHeir) {
  talk();
  group_.run(Millis{10'000});  // the third has seen who is in the call
  group_.rig->disconnect(group_.door());
  group_.give(group_.at(3), accept(group_.call));
  group_.run(Millis{7'000});
  STRCMP_EQUAL("accepting", group_.state(3).c_str());
  Presence gone = group_.door().wills.front();
  gone.settled = true;
  for (const std::size_t each : {1U, 2U, 3U}) {
    group_.give(group_.at(each), PresenceReceived{group_.door().self, false, 3600, gone});
  }
  group_.run(Millis{3'000});
  STRCMP_EQUAL("connected", group_.state(3).c_str());
  check_rang_once(3);
}

TEST(EngineHeir, TheHeirIsLostTooAndTheNextOneTakesOver) {
  talk();
  group_.run(Millis{10'000});
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{2'000});
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{2'000});
  UNSIGNED_LONGS_EQUAL(1, group_.at(2).counters().legs_inherited);
  STRCMP_EQUAL("ringing", group_.state(3).c_str());
  check_rang_once(3);
  group_.answer({3});
  STRCMP_EQUAL("connected", group_.state(2).c_str());
}

TEST(EngineHeir, WhoLeavesAloneWithARingCancelsIt) {
  group_.call_users(invite_users({"apt1", "apt3"}));
  group_.answer({1});
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{500});
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{500});
  STRCMP_EQUAL("cancelled", group_.reason(3).c_str());
}

TEST(EngineHeir, ARingWithTooLittleTimeLeftIsNotTakenOver) {
  Trio trio("panel@apt1");
  std::array<LegView, 4> views{trio.views[0], trio.views[1], trio.views[2],
                               leg_view({trio.door.self, 3}, "panel@apt3", LegState::kRinging)};
  views[3].ring_left = Millis{1'500};
  (void)trio.roster(trio.door, {trio.door.self, 0}, views);
  trio.station.run(Millis{600});
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  UNSIGNED_LONGS_EQUAL(0, trio.station.counters().legs_inherited);
  STRCMP_EQUAL("panel@apt1 connected, panel@apt2 connected, apt3 ringing, gate ended(hang_up)",
               trio.seen().c_str());
  trio.live(Millis{15'000}, {&trio.two});  // and is forgotten some time after it must be over
  STRCMP_EQUAL("panel@apt1 connected, panel@apt2 connected, gate ended(hang_up)",
               trio.seen().c_str());
  CHECK_TRUE(trio.station.events.back().reason == Reason::kNoAnswer);
}

TEST(EngineHeir, OnlyTheFirstInlineTakesOver) {
  Trio trio("panel@apt2");
  std::array<LegView, 4> views{trio.views[0], trio.views[1], trio.views[2],
                               leg_view({trio.door.self, 3}, "panel@apt3", LegState::kRinging)};
  (void)trio.roster(trio.door, {trio.door.self, 0}, views);
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  UNSIGNED_LONGS_EQUAL(0, trio.station.counters().legs_inherited);
  // … and once the heir is gone without having said anything, this one does
  (void)trio.hear(trio.one, trio.one.leave(trio.call, {trio.door.self, 1}));
  UNSIGNED_LONGS_EQUAL(1, trio.station.counters().legs_inherited);
  UNSIGNED_LONGS_EQUAL(1, trio.station.count(MessageKind::kInvite));
}

TEST(EngineHeir, WhatTheMemberSaysWhenItLeavesIsTakenOver) {
  Trio trio("panel@apt1");
  std::array<LegView, 4> views{trio.views[0], trio.views[1], trio.views[2],
                               leg_view({trio.door.self, 3}, "panel@apt3", LegState::kRinging)};
  (void)trio.hear(trio.door,
                  trio.door.leave(trio.call, {trio.door.self, 0}, Reason::kHangUp, views));
  UNSIGNED_LONGS_EQUAL(1, trio.station.counters().legs_inherited);
}

TEST(EngineHeir, WhoIsRungByAnotherMemberTooIsLeftToIt) {
  Trio trio("panel@apt1");
  const LegView doors = leg_view({trio.door.self, 3}, "panel@apt3", LegState::kRinging);
  const LegView twos = leg_view({trio.two.self, 1}, "panel@apt3", LegState::kRinging);
  (void)trio.roster(trio.door, {trio.door.self, 0}, {&doors, 1});
  (void)trio.roster(trio.two, {trio.door.self, 2}, {&twos, 1});
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  UNSIGNED_LONGS_EQUAL(0, trio.station.counters().legs_inherited);
}

TEST(EngineHeir, TheLegThatItNamesIsTheOneThatRang) {
  Trio trio("panel@apt1");
  const LegKey first{trio.door.self, 3};
  const LegKey second{trio.door.self, 4};
  for (const LegView& view : {leg_view(first, "panel@apt3", LegState::kRinging),
                              leg_view(first, "panel@apt3", LegState::kEnded, 0, Reason::kNoAnswer),
                              leg_view(second, "panel@apt3", LegState::kRinging)}) {
    (void)trio.roster(trio.door, {trio.door.self, 0}, {&view, 1});
  }
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  const Invite invite = std::get<Invite>(trio.station.last(MessageKind::kInvite).message.body);
  CHECK_TRUE(invite.replaces == second);
}

TEST(EngineHeir, NotOneThatItsUserHadTakenBeforeAlsoIfHeardOfLater) {
  Trio trio("panel@apt1");
  const LegKey before{trio.door.self, 3};
  const LegKey now{trio.door.self, 4};
  for (const LegView& view :
       {leg_view(now, "panel@apt3", LegState::kRinging),
        leg_view(before, "panel@apt3", LegState::kEnded, 3, Reason::kHangUp)}) {
    (void)trio.roster(trio.door, {trio.door.self, 0}, {&view, 1});
  }
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  const Invite invite = std::get<Invite>(trio.station.last(MessageKind::kInvite).message.body);
  CHECK_TRUE(invite.replaces == now);
}
