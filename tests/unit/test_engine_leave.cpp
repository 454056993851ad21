// Leaving: I go, the others stay; between two it is the end. Ending for all is the right of the
// creator or, once that is gone, of who joined first among the rest (PROTOCOL rule 12).

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineLeave) {
  Group group_{"panel@apt1", "panel@apt2", "panel@apt3"};

  void talk() {
    group_.call_users(invite_users({"apt1", "apt2"}));
    group_.answer({1, 2});
  }
};

TEST(EngineLeave, OneGoesAndTheOthersStay) {
  talk();
  group_.give(group_.at(1), HangUpCall{group_.call, "bye"});
  group_.run(Millis{300});
  STRCMP_EQUAL("hang_up", group_.reason(1).c_str());
  for (const std::size_t each : {0U, 2U}) {
    STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(hang_up)",
                 group_.seen_by(each).c_str());
    const CallEvent& event = group_.at(each).events.back();
    CHECK_TRUE(event.change == CallChange::kMember && event.data == "bye");
  }
  group_.run(Millis{60'000});
  STRCMP_EQUAL("connected", group_.state(0).c_str());
}

TEST(EngineLeave, TheCreatorGoesAndTheOthersStay) {
  talk();
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{60'000});
  STRCMP_EQUAL("hang_up", group_.reason(0).c_str());
  for (const std::size_t each : {1U, 2U}) {
    STRCMP_EQUAL("panel@apt1 connected, panel@apt2 connected, gate ended(hang_up)",
                 group_.seen_by(each).c_str());
  }
}

TEST(EngineLeave, TheLastButOneTakesTheLastWithIt) {
  talk();
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{300});
  group_.give(group_.at(2), hang_up(group_.call));
  group_.run(Millis{300});
  STRCMP_EQUAL("hang_up", group_.reason(0).c_str());
  STRCMP_EQUAL("hang_up", group_.reason(2).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.door().count(CallChange::kEnded));
}

TEST(EngineLeave, AllAtOnce) {
  talk();
  for (const std::size_t each : {0U, 1U, 2U}) {
    group_.give(group_.at(each), hang_up(group_.call));
  }
  group_.run(Millis{20'000});
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL("hang_up", group_.reason(each).c_str());
    UNSIGNED_LONGS_EQUAL(1, group_.at(each).count(CallChange::kEnded));
  }
}

TEST(EngineLeave, IsRepeatedToEachUntilItHasHeard) {
  talk();
  group_.rig->pass = [](const Account&, const Message& message) {
    return kind_of(message.body) != MessageKind::kLeave || message.header.to.view() == "door";
  };
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{300});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(hang_up)",
               group_.seen_by(0).c_str());
  group_.rig->pass = {};
  group_.run(Millis{3'000});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(hang_up)",
               group_.seen_by(2).c_str());
}

TEST(EngineLeave, WhileOthersRingTheCallGoesOnAndRings) {
  group_.call_users(invite_users({"apt1", "apt2"}));
  group_.answer({1});
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{300});
  STRCMP_EQUAL("connected", group_.state(0).c_str());
  STRCMP_EQUAL("ringing", group_.state(2).c_str());
  group_.answer({2});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(hang_up)",
               group_.seen_by(0).c_str());
}

TEST(EngineLeave, StoppingTheAgentIsLeavingToo) {
  talk();
  group_.give(group_.at(1), Stop{});
  group_.run(Millis{300});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(shutting_down)",
               group_.seen_by(0).c_str());
}

TEST(EngineLeave, ALeaveThatComesTwiceOrLateIsOnlyAcknowledged) {
  Trio trio("door@gate");
  const Message leave = trio.one.leave(trio.call, {trio.door.self, 1});
  STRCMP_EQUAL("ack event:member(apt1 ended(hang_up)) roster", trio.hear(trio.one, leave).c_str());
  STRCMP_EQUAL("ack", trio.hear(trio.one, leave).c_str());
}

TEST(EngineLeave, AMemberMayNotLeaveForAnother) {
  Trio trio("door@gate");
  STRCMP_EQUAL("", trio.hear(trio.one, trio.one.leave(trio.call, {trio.door.self, 2})).c_str());
  STRCMP_EQUAL("", trio.hear(trio.one, trio.one.leave(trio.call, {trio.door.self, 0})).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
               trio.seen().c_str());
}

TEST(EngineLeave, AnInvitedDeviceCanNotLeaveWhatItHasNotJoined) {
  Scene scene(Stage::kAlerted);
  STRCMP_EQUAL("", scene.answer_to(scene.peer.leave(scene.call, scene.leg)).c_str());
  STRCMP_EQUAL("calling", scene.state().c_str());
}

TEST_GROUP(EngineEndForAll) {
  Group group_{"panel@apt1", "panel@apt2", "panel@apt3"};

  void talk() {
    group_.call_users(invite_users({"apt1", "apt2", "apt3"}));
    group_.answer({1, 2});
  }
};

TEST(EngineEndForAll, ByTheCreatorEndsEveryMemberAndEveryRing) {
  talk();
  CHECK_TRUE(group_.give(group_.door(), EndCall{group_.call, "closing"}).code == Errc::kOk);
  group_.run(Millis{1'000});
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL("hang_up", group_.reason(each).c_str());
  }
  CHECK_TRUE(group_.at(2).events.back().data == "closing");
  STRCMP_EQUAL("cancelled", group_.reason(3).c_str());
}

TEST(EngineEndForAll, NotByOthersWhileTheCreatorIsThere) {
  talk();
  for (const std::size_t each : {1U, 2U}) {
    CHECK_TRUE(group_.give(group_.at(each), end_for_all(group_.call)).code == Errc::kNotAllowed);
  }
}

TEST(EngineEndForAll, ByWhoJoinedFirstOnceTheCreatorIsGone) {
  talk();
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{300});
  CHECK_TRUE(group_.give(group_.at(2), end_for_all(group_.call)).code == Errc::kNotAllowed);
  CHECK_TRUE(group_.give(group_.at(1), end_for_all(group_.call)).code == Errc::kOk);
  group_.run(Millis{1'000});
  STRCMP_EQUAL("hang_up", group_.reason(2).c_str());
  STRCMP_EQUAL("cancelled", group_.reason(3).c_str());
}

TEST(EngineEndForAll, AnEndOfSomebodyElseIsNotObeyed) {
  Trio trio("panel@apt1");
  STRCMP_EQUAL("", trio.hear(trio.two, trio.two.end(trio.call, {trio.door.self, 2})).c_str());
  STRCMP_EQUAL("connected", trio.state().c_str());
  STRCMP_EQUAL("ack event:ended(hang_up)",
               trio.hear(trio.door, trio.door.end(trio.call, {trio.door.self, 0})).c_str());
}

TEST(EngineEndForAll, AfterTheCreatorHasLeftTheEndOfTheNextIsObeyed) {
  Trio trio("panel@apt2");
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  STRCMP_EQUAL("ack event:ended(hang_up)",
               trio.hear(trio.one, trio.one.end(trio.call, {trio.door.self, 1})).c_str());
}

TEST(EngineEndForAll, BeforeAnAnswerItIsACancel) {
  group_.call_users(invite_users({"apt1", "apt2"}));
  CHECK_TRUE(group_.give(group_.door(), end_for_all(group_.call)).code == Errc::kOk);
  group_.run(Millis{300});
  STRCMP_EQUAL("cancelled", group_.reason(0).c_str());
  STRCMP_EQUAL("cancelled", group_.reason(2).c_str());
}

TEST(EngineEndForAll, ChecksItsDataAndItsCall) {
  Scene scene(Stage::kOutConnected);
  const std::string long_text(kDataBytesMax + 1, 'x');
  CHECK_TRUE(scene.station.give(EndCall{scene.call, long_text}).code == Errc::kDataTooLarge);
  CHECK_TRUE(scene.station.give(EndCall{scene.call, "\xFF"}).code == Errc::kNotUtf8);
  CHECK_TRUE(scene.station.give(end_for_all(call_id(9))).code == Errc::kUnknownCall);
  const std::pair<Stage, Errc> cases[] = {{Stage::kWaiting, Errc::kUnknownCall},
                                          {Stage::kRinging, Errc::kNotAllowed},
                                          {Stage::kAccepting, Errc::kNotAllowed},
                                          {Stage::kInConnected, Errc::kNotAllowed},
                                          {Stage::kDeclined, Errc::kAlreadyEnded}};
  for (const auto& [stage, code] : cases) {
    Scene other(stage);
    CHECK_TRUE(other.station.give(end_for_all(other.call)).code == code);
  }
}
