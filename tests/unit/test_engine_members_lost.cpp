// A member that is not heard of is lost for this device alone (PROTOCOL rule 10): not told to
// others, synced on, back when it is heard again. Left alone, the call is over.

#include <algorithm>
#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineMembersLost) {
  static RigOptions blind() {
    RigOptions options;
    options.presence = false;
    return options;
  }
  static constexpr const char* kAll =
      "door@gate connected, panel@apt1 connected, panel@apt2 connected";
};

TEST(EngineMembersLost, IsShownAsEndedAndToldToNobody) {
  Trio trio("door@gate");
  const std::size_t rosters = trio.station.count(MessageKind::kRoster);
  trio.live(Millis{40'000}, {&trio.two});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(peer_lost)",
               trio.seen().c_str());
  const CallEvent& event = trio.station.events.back();
  CHECK_TRUE(event.change == CallChange::kMember && event.reason == Reason::kPeerLost);
  UNSIGNED_LONGS_EQUAL(rosters, trio.station.count(MessageKind::kRoster));
  const Sync sync = std::get<Sync>(trio.station.last(MessageKind::kSync).message.body);
  for (const LegView& leg : sync.legs) {
    CHECK_TRUE(leg.state == LegState::kConnected);
  }
}

TEST(EngineMembersLost, IsSyncedOnAndBackWhenItIsHeard) {
  Trio trio("door@gate");
  trio.live(Millis{40'000}, {&trio.two});
  std::size_t to_one = 0;
  for (const Sent& sent : trio.station.sent) {
    to_one += sent.kind() == MessageKind::kSync && sent.to == trio.one.self.user ? 1U : 0U;
  }
  CHECK_TRUE(to_one >= 3);
  STRCMP_EQUAL(
      "event:member(apt1 connected) roster",
      trio.hear(trio.one, trio.one.sync(trio.call, {trio.door.self, 1}, {}, "door")).c_str());
  STRCMP_EQUAL(kAll, trio.seen().c_str());
}

// It has restarted and was invited anew: the leg that is lost hides nothing.
TEST(EngineMembersLost, TheEndOfItsNextLegIsTold) {
  Trio trio("door@gate");
  trio.live(Millis{40'000}, {&trio.two});
  const LegKey next{trio.two.self, 1};
  for (const LegState state : {LegState::kConnected, LegState::kEnded}) {
    const Reason reason = state == LegState::kEnded ? Reason::kHangUp : Reason::kNone;
    const LegView view = leg_view(next, "panel@apt1", state, 3, reason);
    if (state == LegState::kConnected) {
      (void)trio.roster(trio.two, {trio.door.self, 2}, {&view, 1});
    } else {
      STRCMP_EQUAL("event:member(apt1 ended(hang_up)) ack",
                   trio.roster(trio.one, next, {&view, 1}).c_str());
    }
  }
}

TEST(EngineMembersLost, AnotherLifeOfItIsNotItsReturn) {
  Trio trio("door@gate");
  trio.live(Millis{40'000}, {&trio.two});
  trio.one.restart();
  STRCMP_EQUAL(
      "", trio.hear(trio.one, trio.one.sync(trio.call, {trio.door.self, 1}, {}, "door")).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(peer_lost)",
               trio.seen().c_str());
}

TEST(EngineMembersLost, ARestartedMemberLeavesForTheOneThatIsSyncedTo) {
  Group group({"panel@apt1", "panel@apt2"}, blind());
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1, 2});
  Station::Options options;
  options.seed = 77;
  Station reborn("panel@apt1", group.rig->now, options);
  reborn.give(Start{});
  reborn.give(LinkConnected{});
  group.rig->disconnect(group.at(1));
  group.run(Millis{11'000});
  for (const Sent& sent : group.door().sent) {
    if (sent.kind() == MessageKind::kSync && sent.to == user("apt1")) {
      reborn.hear(group.door().self, sent.message, 30);
    }
  }
  const Message& leave = reborn.last(MessageKind::kLeave).message;
  CHECK_TRUE((leave.header.leg == LegKey{group.door().self, 1}));
  group.door().hear(reborn.self, leave, 600);
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(peer_lost)",
               group.seen_by(0).c_str());
}

TEST(EngineMembersLost, WhenAllOthersAreLostItIsOver) {
  Trio trio("door@gate");
  trio.station.run(Millis{31'000});
  STRCMP_EQUAL("peer_lost", text(trio.station.reason(trio.call)).c_str());
  CHECK_TRUE(trio.station.words().find("leave(peer_lost) leave(peer_lost)") != std::string::npos);
}

TEST(EngineMembersLost, AShortOutageOfOneIsNotSeenByAnybody) {
  Group group({"panel@apt1", "panel@apt2"}, blind());
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1, 2});
  group.rig->disconnect(group.at(1));
  group.run(Millis{20'000});
  group.rig->connect(group.at(1));
  group.run(Millis{60'000});
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL(kAll, group.seen_by(each).c_str());
  }
}

TEST(EngineMembersLost, AnOutageBetweenTwoIsRepairedWhenItIsOver) {
  Group group({"panel@apt1", "panel@apt2"}, blind());
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1, 2});
  group.rig->pass = [](const Account& from, const Message& message) {
    return !(from.user.view() == "apt1" && message.header.leg.number == 1 &&
             message.header.to.view() == "door");
  };
  group.run(Millis{45'000});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(peer_lost)",
               group.seen_by(0).c_str());
  STRCMP_EQUAL(kAll, group.seen_by(2).c_str());
  group.rig->pass = {};
  group.run(Millis{15'000});
  STRCMP_EQUAL(kAll, group.seen_by(0).c_str());
}

TEST(EngineMembersLost, ALostMemberMayLeave) {
  Trio trio("door@gate");
  trio.live(Millis{40'000}, {&trio.two});
  STRCMP_EQUAL("ack event:member(apt1 ended(hang_up)) roster",
               trio.hear(trio.one, trio.one.leave(trio.call, {trio.door.self, 1})).c_str());
}

TEST(EngineMembersLost, ADeathThatPresenceTellsIsFaster) {
  Trio trio("door@gate");
  trio.station.give(
      PresenceReceived{trio.one.self, false, 3600, trio.one.presence(PresenceState::kIdle)});
  trio.station.give(PresenceReceived{trio.one.self, false, 3600,
                                     trio.one.presence(PresenceState::kOffline, true)});
  trio.station.run(Millis{2});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(peer_lost)",
               trio.seen().c_str());
}

TEST(EngineMembersLost, ARecallInAGroupEndsThatMemberOnly) {
  Station::Options options;
  options.settings.lines = 2;
  Trio trio("door@gate", options);
  trio.one.restart();
  const std::string words = trio.hear(trio.one, trio.one.invite(call_id(0x55)));
  STRCMP_EQUAL("event:member(apt1 ended(superseded)) roster ringing event:incoming", words.c_str());
  STRCMP_EQUAL("connected", trio.state().c_str());
}

TEST_GROUP(EngineAlone){};

TEST(EngineAlone, WhoIsLeftAloneWhileOthersRingGivesUpInTime) {
  Group group{"panel@apt1", "panel@apt2"};
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1});
  group.give(group.at(1), hang_up(group.call));
  group.run(Millis{29'000});
  STRCMP_EQUAL("connected", group.state(0).c_str());
  group.run(Millis{2'000});
  STRCMP_EQUAL("no_answer", group.reason(0).c_str());
  STRCMP_EQUAL("no_answer", group.reason(2).c_str());
}

TEST(EngineAlone, AnAnswerInTimeStopsTheTimer) {
  Group group{"panel@apt1", "panel@apt2"};
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1});
  group.give(group.at(1), hang_up(group.call));
  group.run(Millis{10'000});
  group.answer({2});
  group.run(Millis{60'000});
  STRCMP_EQUAL("connected", group.state(0).c_str());
}

TEST(EngineAlone, OffMeansAsLongAsTheyRing) {
  RigOptions options;
  options.settings.alone_time = Millis{0};
  Group group({"panel@apt1", "panel@apt2"}, options);
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1});
  group.give(group.at(1), hang_up(group.call));
  group.run(Millis{80'000});
  STRCMP_EQUAL("connected", group.state(0).c_str());
  group.run(Millis{20'000});
  STRCMP_EQUAL("no_answer", group.reason(0).c_str());
}

TEST_GROUP(EngineLongestCall){static RigOptions limited(){RigOptions options;
options.settings.longest_call = Millis{120'000};
return options;
}
}
;

TEST(EngineLongestCall, WarnsAndThenEndsForAll) {
  Group group({"panel@apt1", "panel@apt2"}, limited());
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1});
  const Instant start = group.rig->now;
  group.answer({2});
  group.run(Millis{90'000} - (group.rig->now - start));
  UNSIGNED_LONGS_EQUAL(1, group.door().count(CallChange::kLimitWarning));
  CHECK_TRUE(group.door().events.back().ring_left == Millis{30'000});
  group.run(Millis{30'000});
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL("duration_limit", group.reason(each).c_str());
  }
}

TEST(EngineLongestCall, WhoIsNotTheFirstLeavesByItself) {
  Group group{"panel@apt1", "panel@apt2"};
  Settings settings = group.at(1).engine().settings();
  settings.longest_call = Millis{60'000};
  group.at(1).engine().reconfigure(settings);
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1, 2});
  group.run(Millis{61'000});
  STRCMP_EQUAL("duration_limit", group.reason(1).c_str());
  STRCMP_EQUAL("connected", group.state(0).c_str());
  UNSIGNED_LONGS_EQUAL(1, group.at(1).count(CallChange::kLimitWarning));
  UNSIGNED_LONGS_EQUAL(0, group.door().count(CallChange::kLimitWarning));
}

TEST(EngineLongestCall, SwitchedOffWhileACallIsUpItLimitsNothing) {
  Group group({"panel@apt1"}, limited());
  group.call_users(invite_users({"apt1"}));
  group.answer({1});
  Settings settings = group.door().engine().settings();
  settings.longest_call = Millis{0};
  for (const std::size_t each : {0U, 1U}) {
    settings.self = group.at(each).self;
    group.at(each).engine().reconfigure(settings);
  }
  group.run(Millis{300'000});
  STRCMP_EQUAL("connected", group.state(0).c_str());
  UNSIGNED_LONGS_EQUAL(0, group.door().count(CallChange::kLimitWarning));
}

TEST(EngineAlone, ARefusalMeanwhileDoesNotStartItAnew) {
  Group group{"panel@apt1", "panel@apt2", "panel@apt3"};
  group.call_users(invite_users({"apt1", "apt2", "apt3"}));
  group.answer({1});
  group.give(group.at(1), hang_up(group.call));
  group.run(Millis{20'000});
  group.give(group.at(2), reject(group.call));
  group.run(Millis{11'000});
  STRCMP_EQUAL("no_answer", group.reason(0).c_str());
}

TEST(EngineMembersLost, WhoWasLostAndSaysThatItHasForgottenIsToldOnce) {
  Trio trio("door@gate");
  trio.live(Millis{40'000}, {&trio.two});
  STRCMP_EQUAL(
      "ack", trio.hear(trio.one, trio.one.leave(trio.call, {trio.door.self, 1}, Reason::kPeerLost))
                 .substr(0, 3)
                 .c_str());
  UNSIGNED_LONGS_EQUAL(
      1, static_cast<std::size_t>(std::count_if(
             trio.station.events.begin(), trio.station.events.end(),
             [](const CallEvent& event) { return event.reason == Reason::kPeerLost; })));
}

TEST(EngineMembersLost, OfAMemberNeverHeardItsOtherLifeIsNotYetALoss) {
  Trio trio("panel@apt1");  // it knows of the third from the roster only
  trio.station.give(
      PresenceReceived{trio.two.self, false, 3600, trio.two.presence(PresenceState::kIdle)});
  trio.two.restart();
  trio.station.give(
      PresenceReceived{trio.two.self, false, 3600, trio.two.presence(PresenceState::kIdle)});
  trio.station.run(Millis{5});
  STRCMP_EQUAL(kAll, trio.seen().c_str());
}

TEST(EngineMembersLost, NorACallOfItsARecall) {
  Station::Options options;
  options.settings.lines = 2;
  Trio trio("panel@apt1", options);
  STRCMP_EQUAL("ringing event:incoming",
               trio.hear(trio.two, trio.two.invite(call_id(0x55))).c_str());
  STRCMP_EQUAL(kAll, trio.seen().c_str());
}
