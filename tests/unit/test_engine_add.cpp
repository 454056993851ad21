// Adding users to a running call (PROTOCOL rule 12): every member may; the new leg is the adder's
// own, the caller stays the creator, and all members see it.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineAdd) {
  Group group_{"panel@apt1", "panel@apt2", "panel@apt3"};

  void talk() {
    group_.call_users(invite_users({"apt1"}));
    group_.answer({1});
  }
  Result add(std::size_t who, std::string_view name) {
    InviteUsers command = invite_users({name});
    command.call = group_.call;
    command.data = "join us";
    const Result result = group_.give(group_.at(who), command);
    group_.run(Millis{300});
    return result;
  }
};

TEST(EngineAdd, ByTheCreator) {
  talk();
  const Result result = add(0, "apt2");
  CHECK_TRUE(result.code == Errc::kOk && result.call == group_.call);
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, apt2 ringing",
               group_.seen_by(1).c_str());
  group_.answer({2});
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
                 group_.seen_by(each).c_str());
  }
}

TEST(EngineAdd, ByAnyMemberAndTheCallerStaysTheCreator) {
  talk();
  CHECK_TRUE(add(1, "apt2").code == Errc::kOk);
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  const CallEvent& incoming = group_.at(2).events.back();
  CHECK_TRUE(incoming.change == CallChange::kIncoming && incoming.data == "join us");
  CHECK_TRUE(incoming.peer == group_.at(1).self && incoming.caller == group_.door().self);
  group_.answer({2});
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
               group_.seen_by(0).c_str());
  CHECK_TRUE(add(2, "apt3").code == Errc::kOk);
  group_.answer({3});
  STRCMP_EQUAL(
      "door@gate connected, panel@apt1 connected, panel@apt2 connected, panel@apt3 connected",
      group_.seen_by(0).c_str());
  group_.run(Millis{120'000});
  for (const std::size_t each : {0U, 1U, 2U, 3U}) {
    STRCMP_EQUAL("connected", group_.state(each).c_str());
  }
}

TEST(EngineAdd, WhileTheFirstAreStillRinging) {
  group_.call_users(invite_users({"apt1"}));
  CHECK_TRUE(add(0, "apt2").code == Errc::kOk);
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  group_.answer({2, 1});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, panel@apt1 connected",
               group_.seen_by(1).c_str());
}

TEST(EngineAdd, HasARingTimeOfItsOwn) {
  talk();
  InviteUsers command = invite_users({"apt2"});
  command.call = group_.call;
  command.ring_time = Millis{5'000};
  group_.give(group_.door(), command);
  group_.run(Millis{6'000});
  STRCMP_EQUAL("no_answer", group_.reason(2).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, apt2 ended(no_answer)",
               group_.seen_by(1).c_str());
}

TEST(EngineAdd, WhoIsInTheCallIsNotAddedAgainAndWhoHasDeclinedMayBe) {
  talk();
  CHECK_TRUE(add(0, "apt1").code == Errc::kAlreadySent);
  CHECK_TRUE(add(0, "apt2").code == Errc::kOk);
  CHECK_TRUE(add(1, "apt2").code == Errc::kAlreadySent);  // it rings, whoever rings it
  group_.give(group_.at(2), reject(group_.call));
  group_.run(Millis{300});
  CHECK_TRUE(add(1, "apt2").code == Errc::kOk);
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  group_.answer({2});
}

TEST(EngineAdd, WhoIsOfflineIsToldAndTheCallGoesOn) {
  talk();
  group_.give(group_.at(2), Stop{});
  group_.run(Millis{3'000});
  group_.rig->forget_words();
  CHECK_TRUE(add(0, "apt2").code == Errc::kOk);
  const CallEvent& event = group_.door().events.back();
  CHECK_TRUE(event.change == CallChange::kMember && event.reason == Reason::kOffline);
  STRCMP_EQUAL("connected", group_.state(0).c_str());
  UNSIGNED_LONGS_EQUAL(0, group_.at(2).count(CallChange::kIncoming));
}

TEST(EngineAdd, IsRefusedWhereThereIsNoCallToAddTo) {
  Scene scene(Stage::kRinging);
  InviteUsers command = invite_users({"apt2"});
  command.call = scene.call;
  CHECK_TRUE(scene.station.give(command).code == Errc::kNotAllowed);
  Scene accepting(Stage::kAccepting);
  CHECK_TRUE(accepting.station.give(command).code == Errc::kNotAllowed);
  Scene idle(Stage::kWaiting);
  CHECK_TRUE(idle.station.give(command).code == Errc::kUnknownCall);
  Scene ended(Stage::kDeclined);
  CHECK_TRUE(ended.station.give(command).code == Errc::kAlreadyEnded);
  Scene none(Stage::kUnknown);
  CHECK_TRUE(none.station.give(command).code == Errc::kUnknownCall);
}

TEST(EngineAdd, HasNoPlanOfSeveralSteps) {
  Scene scene(Stage::kOutConnected);
  const Invitee steps[] = {{user("apt2"), 0}, {user("apt3"), 1}};
  InviteUsers command = invite(steps);
  command.call = scene.call;
  command.plan.step_time = Millis{10'000};
  CHECK_TRUE(scene.station.give(command).code == Errc::kInvalidArgument);
  command = invite_users({"apt2"});
  command.call = scene.call;
  command.plan.step_time = Millis{10'000};
  command.plan.cycles = 2;
  CHECK_TRUE(scene.station.give(command).code == Errc::kInvalidArgument);
}

TEST(EngineAdd, PartiesBoundTheCallAndThoseWhoLeftDoNotCount) {
  talk();
  Settings settings = group_.door().engine().settings();
  settings.parties = 3;
  group_.door().engine().reconfigure(settings);
  CHECK_TRUE(add(0, "apt2").code == Errc::kOk);
  CHECK_TRUE(add(0, "apt3").code == Errc::kTooManyInvitees);
  group_.give(group_.at(2), reject(group_.call));
  group_.run(Millis{300});
  CHECK_TRUE(add(0, "apt3").code == Errc::kOk);
}

TEST(EngineAdd, ARosterThatIsLostIsSaidAgain) {
  talk();
  group_.lose(MessageKind::kRoster);
  CHECK_TRUE(add(0, "apt2").code == Errc::kOk);
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected", group_.seen_by(1).c_str());
  group_.rig->pass = {};
  group_.run(Millis{2'000});
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, apt2 ringing",
               group_.seen_by(1).c_str());
}

TEST(EngineAdd, BothAddTheSameUserAtOnceAndItRingsOnce) {
  talk();
  InviteUsers command = invite_users({"apt2"});
  command.call = group_.call;
  CHECK_TRUE(group_.give(group_.door(), command).code == Errc::kOk);
  CHECK_TRUE(group_.give(group_.at(1), command).code == Errc::kOk);
  group_.run(Millis{1'000});
  UNSIGNED_LONGS_EQUAL(1, group_.at(2).count(CallChange::kIncoming));
  group_.answer({2});
  group_.run(Millis{1'000});
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL("connected", group_.state(each).c_str());
  }
  UNSIGNED_LONGS_EQUAL(1, group_.at(2).count(CallChange::kConnected));
}

TEST(EngineAdd, WhatAnotherMemberRingsIsNotOursToCancel) {
  talk();
  CHECK_TRUE(add(1, "apt2").code == Errc::kOk);
  CHECK_TRUE(group_.give(group_.door(), cancel(group_.call)).code == Errc::kAlreadyAccepted);
  group_.run(Millis{300});
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
}

TEST(EngineAdd, FirstWinsIsOfTheInvitationThatSaidSo) {
  InviteUsers first = invite_users({"apt1"});
  first.plan.first_wins = true;
  group_.call_users(first);
  group_.answer({1});
  InviteUsers more = invite_users({"apt2", "apt3"});
  more.call = group_.call;
  CHECK_TRUE(group_.give(group_.door(), more).code == Errc::kOk);
  group_.run(Millis{300});
  group_.answer({2});
  STRCMP_EQUAL("ringing", group_.state(3).c_str());
}

TEST(EngineAdd, FirstWinsOfOneMemberLeavesWhatAnotherRings) {
  talk();
  CHECK_TRUE(add(1, "apt2").code == Errc::kOk);
  InviteUsers command = invite_users({"apt3"});
  command.call = group_.call;
  command.plan.first_wins = true;
  CHECK_TRUE(group_.give(group_.door(), command).code == Errc::kOk);
  group_.run(Millis{300});
  group_.answer({3});
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
}
