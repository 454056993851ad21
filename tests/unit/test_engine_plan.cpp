// Ring plans (PROTOCOL rule 18): users are rung step by step, in cycles or by escalation.

#include <string>
#include <vector>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EnginePlan) {
  Group group_{"panel@apt1", "panel@apt2", "panel@apt3"};

  std::string states() {
    return group_.state(1) + " " + group_.state(2) + " " + group_.state(3);
  }
};

TEST(EnginePlan, AHuntRingsOneAfterTheOther) {
  group_.call_users(hunt({"apt1", "apt2", "apt3"}));
  STRCMP_EQUAL("ringing unknown unknown", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ringing unknown", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ended ringing", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ended ended", states().c_str());
  STRCMP_EQUAL("no_answer", group_.reason(0).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(CallChange::kCalling));
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(CallChange::kEnded));
}

TEST(EnginePlan, AnAnswerEndsIt) {
  group_.call_users(hunt({"apt1", "apt2", "apt3"}));
  group_.run(Millis{10'000});
  group_.answer({2});
  group_.run(Millis{60'000});
  STRCMP_EQUAL("ended connected unknown", states().c_str());
}

TEST(EnginePlan, ARefusalGoesOnAtOnce) {
  group_.call_users(hunt({"apt1", "apt2"}));
  group_.give(group_.at(1), reject(group_.call, Reason::kBusy));
  group_.run(Millis{3'000});
  STRCMP_EQUAL("ended ringing unknown", states().c_str());
}

TEST(EnginePlan, CyclesRingAllAgainButThoseWhoDeclined) {
  group_.call_users(hunt({"apt1", "apt2"}, 2));
  group_.give(group_.at(1), reject(group_.call));
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ringing unknown", states().c_str());
  group_.run(Millis{11'000});
  UNSIGNED_LONGS_EQUAL(1, group_.at(1).count(CallChange::kIncoming));
  UNSIGNED_LONGS_EQUAL(2, group_.at(2).count(CallChange::kIncoming));
  STRCMP_EQUAL("declined_everywhere", group_.reason(0).c_str());
}

TEST(EnginePlan, WhoDidNotAnswerIsRungInTheNextCycle) {
  group_.call_users(hunt({"apt1", "apt2"}, 2));
  group_.run(Millis{20'000});
  STRCMP_EQUAL("ringing", group_.state(1).c_str());
  UNSIGNED_LONGS_EQUAL(2, group_.at(1).count(CallChange::kIncoming));
  group_.run(Millis{20'000});
  STRCMP_EQUAL("no_answer", group_.reason(0).c_str());
}

TEST(EnginePlan, OneUserInCyclesIsRungAgainAndAgain) {
  InviteUsers command = invite_users({"apt1"});
  command.plan.step_time = Millis{5'000};
  command.plan.cycles = 3;
  group_.call_users(command);
  group_.run(Millis{16'000});
  UNSIGNED_LONGS_EQUAL(3, group_.at(1).count(CallChange::kIncoming));
  STRCMP_EQUAL("no_answer", group_.reason(0).c_str());
}

TEST(EnginePlan, AStepOfUsersKnownToBeOfflineIsSkipped) {
  group_.give(group_.at(1), Stop{});
  group_.run(Millis{3'000});
  group_.call_users(hunt({"apt1", "apt2"}));
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  bool told = false;
  for (const CallEvent& event : group_.door().events) {
    told = told || (event.change == CallChange::kMember && event.peer.user == user("apt1") &&
                    event.reason == Reason::kOffline);
  }
  CHECK_TRUE(told);
}

TEST(EnginePlan, WhereAllAreOfflineItEndsAtOnce) {
  for (const std::size_t each : {1U, 2U}) {
    group_.give(group_.at(each), Stop{});
  }
  group_.run(Millis{3'000});
  const Result result = group_.give(group_.door(), hunt({"apt1", "apt2"}, 3));
  CHECK_TRUE(result.code == Errc::kOk);
  STRCMP_EQUAL("offline", text(group_.door().reason(result.call)).c_str());
}

TEST(EnginePlan, WithWaitOfflineTheStepRingsOnForThem) {
  group_.rig->disconnect(group_.at(1));
  Presence gone = group_.at(1).wills.front();
  gone.settled = true;
  group_.give(group_.door(), PresenceReceived{group_.at(1).self, false, 3600, gone});
  InviteUsers command = hunt({"apt1", "apt2"});
  command.wait_offline = true;
  group_.call_users(command);
  STRCMP_EQUAL("unknown", group_.state(2).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.door().pushes.size());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  CHECK_TRUE(group_.door().pushes.back().push.cancel);
}

TEST(EnginePlan, EscalationLetsTheEarlierStepsRingOn) {
  group_.call_users(escalation());
  STRCMP_EQUAL("ringing unknown unknown", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ringing ringing ringing", states().c_str());
  group_.give(group_.at(1), accept(group_.call));
  group_.run(Millis{300});
  STRCMP_EQUAL("connected ended ended", states().c_str());
  STRCMP_EQUAL("answered_elsewhere", group_.reason(2).c_str());
}

TEST(EnginePlan, EscalationEndsWithTheRingTimes) {
  group_.call_users(escalation());
  group_.run(Millis{60'000});
  STRCMP_EQUAL("ended ringing ringing", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("no_answer", group_.reason(0).c_str());
}

TEST(EnginePlan, TheStrongestReasonEndsIt) {
  group_.call_users(hunt({"apt1", "apt2", "apt3"}));
  group_.give(group_.at(1), reject(group_.call));
  group_.run(Millis{300});
  group_.give(group_.at(2), reject(group_.call, Reason::kBusy));
  group_.run(Millis{300});
  group_.run(Millis{13'000});
  STRCMP_EQUAL("declined_everywhere", group_.reason(0).c_str());
}

TEST(EnginePlan, CancelStopsIt) {
  group_.call_users(hunt({"apt1", "apt2"}));
  group_.give(group_.door(), cancel(group_.call));
  group_.run(Millis{15'000});
  STRCMP_EQUAL("cancelled", group_.reason(0).c_str());
  STRCMP_EQUAL("ended unknown unknown", states().c_str());
}

TEST(EnginePlan, CancellingTheOneThatRingsGoesOnAndDoesNotComeBackToIt) {
  group_.call_users(hunt({"apt1", "apt2"}, 2));
  const UserId one[] = {user("apt1")};
  CHECK_TRUE(group_.give(group_.door(), CancelCall{group_.call, one, {}}).code == Errc::kOk);
  group_.run(Millis{300});
  STRCMP_EQUAL("ended ringing unknown", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ringing unknown", states().c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.at(1).count(CallChange::kIncoming));
}

TEST(EnginePlan, APlannedCallIsNoGlare) {
  group_.call_users(hunt({"apt1", "apt2"}));
  Actor visitor("hall@apt1");
  group_.door().hear(visitor.self, visitor.invite(CallId{{1}}), 90);
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(CallChange::kRefusedBusy));
}

TEST(EnginePlan, ChecksItsNumbers) {
  const auto code_of = [&](const InviteUsers& command) {
    return group_.give(group_.door(), command).code;
  };
  InviteUsers command = hunt({"apt1", "apt2"});
  for (const Millis bad : {Millis{0}, Millis{999}, kRingTimeMax + Millis{1}}) {
    command.plan.step_time = bad;
    CHECK_TRUE(code_of(command) == Errc::kTimeoutOutOfRange);
  }
  command = escalation();
  command.plan.step_time = Millis{0};
  CHECK_TRUE(code_of(command) == Errc::kTimeoutOutOfRange);
  command = invite_users({"apt1"});
  command.plan.cycles = 2;
  CHECK_TRUE(code_of(command) == Errc::kTimeoutOutOfRange);
  command = invite_users({"apt1"});
  command.plan.step_time = Millis{5};  // also where it is not needed
  CHECK_TRUE(code_of(command) == Errc::kTimeoutOutOfRange);
  command = hunt({"apt1", "apt2"});
  for (const int bad : {0, static_cast<int>(kPlanCyclesMax) + 1}) {
    command.plan.cycles = static_cast<std::uint8_t>(bad);
    CHECK_TRUE(code_of(command) == Errc::kInvalidArgument);
  }
  command.plan.cycles = 2;
  command.plan.keep = true;
  CHECK_TRUE(code_of(command) == Errc::kInvalidArgument);
}

TEST(EnginePlan, WhenThePlansAreFullAnotherIsRefused) {
  Station::Options options;
  options.settings.lines = 3;
  options.limits.plans = 1;
  Scene scene(Stage::kUnknown, options);
  CHECK_TRUE(scene.station.give(hunt({"apt2", "apt3"})).code == Errc::kOk);
  (void)scene.station.words();
  CHECK_TRUE(scene.station.give(hunt({"apt4", "apt5"})).code == Errc::kTooManyCalls);
  STRCMP_EQUAL("", scene.station.words().c_str());
  CHECK_TRUE(scene.station.give(invite_users({"apt4", "apt5"})).code == Errc::kOk);
}

TEST(EnginePlan, ADeclineHereAndARefusalByRuleAreNotAskedAgainEither) {
  for (const Reason reason : {Reason::kDeclined, Reason::kNotAllowed}) {
    Scene scene(Stage::kUnknown);
    const Result result = scene.station.give(hunt({"gate", "apt2"}, 2));
    scene.hear(scene.peer.reject(result.call, {scene.station.self, 1}, reason));
    scene.run(Millis{25'000});
    std::size_t invites = 0;
    for (const Sent& sent : scene.station.sent) {
      const bool again = sent.header().leg.number > 1 && sent.to == user("gate");
      invites += again && sent.kind() == MessageKind::kInvite ? 1U : 0U;
    }
    UNSIGNED_LONGS_EQUAL(0, invites);
  }
}

TEST(EnginePlan, WithNobodyLeftToEscalateToItRingsOn) {
  for (const std::size_t each : {2U, 3U}) {
    group_.give(group_.at(each), Stop{});
  }
  group_.run(Millis{3'000});
  group_.call_users(escalation());
  group_.run(Millis{30'000});
  STRCMP_EQUAL("ringing", group_.state(1).c_str());
  group_.run(Millis{31'000});
  STRCMP_EQUAL("no_answer", group_.reason(0).c_str());
}

TEST(EnginePlan, WhoCanNotBeInvitedIsLeftOut) {
  const Invitee steps[] = {{user("gate"), 0}, {user("apt1"), 0}, {UserId{}, 1}, {user("apt2"), 1}};
  InviteUsers command = invite(steps);
  command.plan.step_time = Millis{10'000};
  group_.call_users(command);
  STRCMP_EQUAL("ringing unknown unknown", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ringing unknown", states().c_str());
}

TEST(EnginePlan, WithoutRoomForAnInviteTheStepGoesOnWithTheOthers) {
  Station::Options options;
  options.limits.outgoing = 1;
  Scene scene(Stage::kUnknown, options);
  const Invitee steps[] = {{user("apt2"), 0}, {user("apt3"), 0}, {user("apt4"), 1}};
  InviteUsers command = invite(steps);
  command.plan.step_time = Millis{10'000};
  const Result result = scene.station.give(command);
  CHECK_TRUE(result.code == Errc::kOk);
  STRCMP_EQUAL("panel@apt1 connected, apt2 inviting", members(scene.station, result.call).c_str());
  UNSIGNED_LONGS_EQUAL(1, scene.counters().outgoing_full);
}
