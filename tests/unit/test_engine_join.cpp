// Join, come back, pull over (PROTOCOL rule 13): a member makes a new leg of its own for a device
// of a user on the roster, connected at once.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineJoin) {
  Group group_{"panel@apt1", "panel@apt2", "panel@apt3"};

  void talk() {
    group_.call_users(invite_users({"apt1", "apt2"}));
    group_.answer({1, 2});
  }
  Errc join_from(std::size_t who, std::string_view via = {}, bool move = false) {
    JoinCall command = join(group_.call, move);
    if (!via.empty()) {
      command.via = user(via);
    }
    command.data = "here I am";
    const Errc code = group_.give(group_.at(who), command).code;
    group_.run(Millis{500});
    return code;
  }
};

TEST(EngineJoin, WhoHasLeftComesBack) {
  talk();
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{500});
  CHECK_TRUE(join_from(1) == Errc::kOk);
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL("door@gate connected, panel@apt2 connected, panel@apt1 connected",
                 group_.seen_by(each).substr(0, 63).c_str());
  }
  CHECK_TRUE(group_.door().events.back().data == "here I am");
  group_.run(Millis{60'000});
  STRCMP_EQUAL("connected", group_.state(1).c_str());
}

TEST(EngineJoin, WhoHasDeclinedMayStillCome) {
  group_.call_users(invite_users({"apt1", "apt2"}));
  group_.answer({1});
  group_.give(group_.at(2), reject(group_.call));
  group_.run(Millis{500});
  CHECK_TRUE(join_from(2) == Errc::kOk);
  STRCMP_EQUAL("connected", group_.state(2).c_str());
}

TEST(EngineJoin, TheCreatorMayComeBackToo) {
  talk();
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{500});
  CHECK_TRUE(join_from(0, "apt2") == Errc::kOk);
  STRCMP_EQUAL("connected", group_.state(0).c_str());
  CHECK_TRUE(group_.give(group_.door(), end_for_all(group_.call)).code == Errc::kNotAllowed);
  CHECK_TRUE(group_.give(group_.at(1), end_for_all(group_.call)).code == Errc::kOk);
  group_.run(Millis{500});
  for (const std::size_t each : {0U, 1U, 2U}) {
    STRCMP_EQUAL("hang_up", group_.reason(each).c_str());
  }
}

TEST(EngineJoin, WhoIsNotOnTheRosterIsNotLetIn) {
  talk();
  CHECK_TRUE(join_from(3, "gate") == Errc::kOk);
  STRCMP_EQUAL("not_allowed", group_.reason(3).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
               group_.seen_by(0).c_str());
}

TEST(EngineJoin, OfACallThatNobodyKnowsItFailsInTime) {
  CHECK_TRUE(group_
                 .give(group_.at(3),
                       [] {
                         JoinCall command = join(call_id(9));
                         command.via = user("gate");
                         return command;
                       }())
                 .code == Errc::kOk);
  group_.run(Millis{9'000});
  STRCMP_EQUAL("accept_failed", text(group_.at(3).reason(call_id(9))).c_str());
}

TEST(EngineJoin, IsRepeatedUntilItIsAnswered) {
  talk();
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{500});
  group_.lose(MessageKind::kJoin);
  CHECK_TRUE(join_from(1) == Errc::kOk);
  STRCMP_EQUAL("accepting", group_.state(1).c_str());
  group_.rig->pass = {};
  group_.run(Millis{3'000});
  STRCMP_EQUAL("connected", group_.state(1).c_str());
}

TEST(EngineJoin, AJoinThatComesTwiceMakesOneLeg) {
  Trio trio("door@gate");
  Actor& one = trio.one;
  (void)trio.hear(one, one.leave(trio.call, {trio.door.self, 1}));
  const Message message = one.join(trio.call);
  STRCMP_EQUAL("confirm(panel) event:member(apt1 connected) roster",
               trio.hear(one, message).c_str());
  STRCMP_EQUAL("confirm(panel)", trio.hear(one, message).c_str());
  STRCMP_EQUAL(
      "door@gate connected, panel@apt2 connected, panel@apt1 connected, apt1 "
      "ended(hang_up)",
      trio.seen().c_str());
}

TEST(EngineJoin, WhoHasRestartedComesBackAsANewLeg) {
  Trio trio("door@gate");
  trio.one.restart();
  (void)trio.hear(trio.one, trio.one.join(trio.call));
  STRCMP_EQUAL(
      "door@gate connected, panel@apt2 connected, panel@apt1 connected, apt1 "
      "ended(peer_lost)",
      trio.seen().c_str());
}

TEST(EngineJoin, ALateCopyFromAMemberThatWasHeardSinceIsDropped) {
  Trio trio("panel@apt1");
  const Message late = trio.two.join(trio.call);
  (void)trio.roster(trio.two, {trio.door.self, 2}, {});
  STRCMP_EQUAL("", trio.hear(trio.two, late).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
               trio.seen().c_str());
}

TEST(EngineJoin, ALateCopyBeforeAnyOtherWordIsPutRightByTheNextOne) {
  Trio trio("panel@apt1");
  const LegKey leg{trio.door.self, 2};
  const LegView in = leg_view(leg, "panel@apt2", LegState::kConnected, 2);
  const Message early = trio.two.roster(trio.call, leg, std::span(&in, 1), "panel");
  (void)trio.hear(trio.two, trio.two.join(trio.call));
  const LegKey made = trio.station.last(MessageKind::kConfirm).header().leg;
  (void)trio.hear(trio.two, trio.two.reject(trio.call, made, Reason::kAcceptFailed));
  CHECK_TRUE(trio.seen().find("panel@apt2 connected") == std::string::npos);
  const std::string words = trio.roster(trio.two, leg, std::span(&in, 1));
  CHECK_TRUE(words.find("event:member(apt2 connected)") != std::string::npos);
  (void)trio.hear(trio.two, trio.two.leave(trio.call, leg, Reason::kPeerLost));
  STRCMP_EQUAL("", trio.hear(trio.two, early).c_str());  // from before it left
}

TEST(EngineJoin, WhomAMemberLetInBeforeItLeftIsHeardOfAlsoAfterwards) {
  Trio trio("panel@apt1");
  (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
  const Confirm other{DeviceId::parse("hall").value(), 7, {}};
  const Message late = trio.door.say(trio.call, {trio.door.self, 9}, other);
  STRCMP_EQUAL("ack", trio.hear(trio.door, late).c_str());
  STRCMP_EQUAL("connected", trio.state().c_str());
}

TEST(EngineJoin, AndEndsNoRing) {
  Scene scene(Stage::kRinging);
  Actor second("second@" + std::string(scene.peer.self.user.view()), 0x5E);
  const Confirm other{DeviceId::parse("hall").value(), 7, {}};
  STRCMP_EQUAL("", scene.station.words().c_str());
  scene.station.hear(second.self, second.say(scene.call, {second.self, 5}, other), 90);
  STRCMP_EQUAL("ack", scene.station.words().c_str());
  STRCMP_EQUAL("ringing", scene.state().c_str());
}

TEST(EngineJoin, ALateRefusalIsPutRightByTheNextWord) {
  Trio trio("panel@apt1");
  (void)trio.hear(trio.two, trio.two.leave(trio.call, {trio.door.self, 2}));
  (void)trio.hear(trio.two, trio.two.join(trio.call));
  const LegKey made = trio.station.last(MessageKind::kConfirm).header().leg;
  (void)trio.hear(trio.two, trio.two.reject(trio.call, made, Reason::kAcceptFailed));
  CHECK_TRUE(trio.seen().find("panel@apt2 connected") == std::string::npos);
  const LegView in = leg_view(made, "panel@apt2", LegState::kConnected, 3);
  const std::string words = trio.roster(trio.two, made, std::span(&in, 1));
  CHECK_TRUE(words.find("event:member(apt2 connected)") != std::string::npos);
}

TEST(EngineJoin, ItsWordBeforeThatLegIsOverIsNoNews) {
  Trio trio("panel@apt1");
  const LegKey leg{trio.door.self, 2};
  const LegView in = leg_view(leg, "panel@apt2", LegState::kConnected, 2);
  (void)trio.hear(trio.two, trio.two.join(trio.call));
  const LegKey made = trio.station.last(MessageKind::kConfirm).header().leg;
  CHECK_TRUE(trio.roster(trio.two, leg, std::span(&in, 1)).find("event") == std::string::npos);
  (void)trio.hear(trio.two, trio.two.reject(trio.call, made, Reason::kAcceptFailed));
  CHECK_TRUE(trio.seen().find("panel@apt2 connected") != std::string::npos);
}

TEST(EngineJoin, NorDoesAnotherDeviceSpeakForIt) {
  Trio trio("panel@apt1");
  const LegKey leg{trio.door.self, 2};
  const LegView in = leg_view(leg, "panel@apt2", LegState::kConnected, 2);
  (void)trio.hear(trio.two, trio.two.leave(trio.call, leg, Reason::kPeerLost));
  Actor hall("hall@apt2");
  STRCMP_EQUAL("", trio.roster(hall, leg, std::span(&in, 1)).c_str());
}

TEST(EngineJoin, ALateWordOfTheLifeBeforeBringsNobodyBack) {
  Trio trio("panel@apt1");
  const LegKey leg{trio.door.self, 2};
  const LegView in = leg_view(leg, "panel@apt2", LegState::kConnected, 2);
  (void)trio.roster(trio.two, leg, {});
  const Message late = trio.two.roster(trio.call, leg, std::span(&in, 1), "panel");
  trio.two.restart();
  (void)trio.hear(trio.two, trio.two.leave(trio.call, leg, Reason::kPeerLost));
  STRCMP_EQUAL("", trio.hear(trio.two, late).c_str());
}

TEST(EngineJoin, AnotherDeviceOfTheUserNeedsToMove) {
  Trio trio("door@gate");
  Actor phone("phone@apt1");
  STRCMP_EQUAL("reject(already_here)", trio.hear(phone, phone.join(trio.call)).c_str());
  (void)trio.hear(phone, phone.join(trio.call, true));
  STRCMP_EQUAL(
      "door@gate connected, panel@apt2 connected, phone@apt1 connected, apt1 "
      "ended(moved)",
      trio.seen().c_str());
  const Header end = trio.station.last(MessageKind::kEnd).header();
  CHECK_TRUE(end.to == trio.one.self.device);
}

TEST(EngineJoin, WhoRingsIsTakenAsAnAnswerByTheOneThatRingsIt) {
  Scene scene(Stage::kAlerted);
  STRCMP_EQUAL("confirm(panel) event:connected",
               scene.answer_to(scene.peer.join(scene.call)).c_str());
}

TEST(EngineJoin, WhoIsRungBySomebodyElseIsRefusedHere) {
  Trio trio("panel@apt1");
  const LegView rings = leg_view({trio.door.self, 3}, "panel@apt3", LegState::kRinging);
  (void)trio.roster(trio.door, {trio.door.self, 0}, std::span(&rings, 1));
  Actor three("panel@apt3");
  STRCMP_EQUAL("reject(already_here)", trio.hear(three, three.join(trio.call)).c_str());
}

TEST(EngineJoin, PartiesBoundItToo) {
  Station::Options options;
  options.settings.parties = 3;
  Trio trio("door@gate", options);
  (void)trio.hear(trio.one, trio.one.leave(trio.call, {trio.door.self, 1}));
  InviteUsers command = invite_users({"apt3"});
  command.call = trio.call;
  CHECK_TRUE(trio.station.give(command).code == Errc::kOk);
  STRCMP_EQUAL("reject(busy)", trio.hear(trio.one, trio.one.join(trio.call)).c_str());
}

TEST(EngineJoin, ChecksItsArguments) {
  Scene scene(Stage::kUnknown);
  const auto code_of = [&](const JoinCall& command) {
    const Errc code = scene.station.give(command).code;
    STRCMP_EQUAL("", scene.station.words().c_str());
    return code;
  };
  JoinCall command = join(call_id(9));
  CHECK_TRUE(code_of(command) == Errc::kUnknownCall);  // of whom?
  CHECK_TRUE(code_of(join({})) == Errc::kUnknownCall);
  CHECK_TRUE(code_of(join({}, true)) == Errc::kUnknownCall);
  command.via = scene.station.self.user;
  CHECK_TRUE(code_of(command) == Errc::kSelfCall);
  command.via = user("gate");
  const std::string long_text(kDataBytesMax + 1, 'x');
  command.data = long_text;
  CHECK_TRUE(code_of(command) == Errc::kDataTooLarge);
  command.data = "\xFF";
  CHECK_TRUE(code_of(command) == Errc::kNotUtf8);
  scene.station.give(LinkLost{});
  (void)scene.station.words();
  CHECK_TRUE(code_of(command) == Errc::kNotConnected);
  Scene busy(Stage::kInConnected);
  command.data = {};
  CHECK_TRUE(busy.station.give(command).code == Errc::kBusy);
  CHECK_TRUE(busy.station.give(join(busy.call)).code == Errc::kAlreadyAccepted);
  Scene ringing(Stage::kRinging);
  CHECK_TRUE(ringing.station.give(join(ringing.call)).code == Errc::kNotAllowed);
  Instant now{Millis{1}};
  Station stopped("panel@apt1", now);
  CHECK_TRUE(stopped.give(command).code == Errc::kNotStarted);
}

TEST(EngineJoin, ItsAnswerComesFromThoseAskedOnly) {
  Scene scene(Stage::kUnknown);
  JoinCall command = join(scene.call);
  command.via = user("gate");
  scene.station.give(command);
  (void)scene.station.words();
  Actor stranger("imp@else");
  scene.station.hear(stranger.self, stranger.reject(scene.call, {stranger.self, 0}, Reason::kBusy));
  scene.station.hear(stranger.self, stranger.confirm(scene.call, "panel"));
  STRCMP_EQUAL("accepting", scene.state().c_str());
  CHECK_TRUE(scene.station.give(cancel(scene.call)).code == Errc::kUnknownCall);
  CHECK_TRUE(scene.station.give(SilenceCall{scene.call}).code == Errc::kNotInvited);
  CHECK_TRUE(scene.station.give(hang_up(scene.call)).code == Errc::kOk);
  STRCMP_EQUAL("hang_up", text(scene.reason()).c_str());
  UNSIGNED_LONGS_EQUAL(1, scene.station.count(MessageKind::kReject));  // to the stranger's confirm
}

TEST(EngineJoin, ARefusalCountsFromTheUserThatWasAskedAndForThisDevice) {
  Scene scene(Stage::kUnknown);
  JoinCall command = join(scene.call);
  command.via = user("gate");
  scene.station.give(command);
  const LegKey asked{scene.station.self, 0};
  Actor stranger("imp@else");
  scene.station.hear(stranger.self, stranger.reject(scene.call, asked, Reason::kBusy));
  scene.hear(
      scene.peer.say(scene.call, asked, Reject{Reason::kBusy, {}}));  // to nobody in particular
  scene.hear(scene.peer.cancel(scene.call));                          // of some leg of its own
  STRCMP_EQUAL("accepting", scene.state().c_str());
  scene.hear(scene.peer.say(scene.call, asked, Reject{Reason::kBusy, {}}, "panel"));
  STRCMP_EQUAL("busy", text(scene.reason()).c_str());
}

TEST(EngineJoin, WithoutRoomOrWhileStoppingItIsRefused) {
  Station::Options options;
  options.settings.lines = 2;
  options.limits.calls = 1;
  Scene scene(Stage::kInConnected, options);
  JoinCall command = join(call_id(9));
  command.via = user("gate2");
  CHECK_TRUE(scene.station.give(command).code == Errc::kTooManyCalls);
  options.limits.calls = 4;
  options.limits.outgoing = 1;
  Scene full(Stage::kUnknown, options);
  full.station.give(invite(user("apt7")));
  CHECK_TRUE(full.station.give(command).code == Errc::kTooManyCalls);
  Scene stopping(Stage::kRinging);
  stopping.station.give(Stop{});
  CHECK_TRUE(stopping.station.give(command).code == Errc::kNotStarted);
}

TEST(EngineJoin, WhoWasMovedAwayLeavesTheAnswerToTheDeviceThatHasTheCall) {
  Trio trio("panel@apt1");
  Message moved = trio.door.end(trio.call, {trio.door.self, 0}, Reason::kMoved);
  moved.header.to = trio.station.self.device;
  (void)trio.hear(trio.door, moved);
  STRCMP_EQUAL("moved", text(trio.station.reason(trio.call)).c_str());
  STRCMP_EQUAL("", trio.hear(trio.two, trio.two.join(trio.call)).c_str());
}

TEST(EngineJoin, ACallThatIsJoinedAgainIsListedOnce) {
  talk();
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Millis{500});
  CHECK_TRUE(join_from(1) == Errc::kOk);
  std::size_t times = 0;
  for (std::size_t i = 0; const auto info = group_.at(1).engine().call_at(i); ++i) {
    times += info->call == group_.call ? 1U : 0U;
  }
  UNSIGNED_LONGS_EQUAL(1, times);
  CHECK_FALSE(group_.at(1).engine().member_at(call_id(9), 0).has_value());
  group_.give(group_.at(1), hang_up(group_.call));  // of two ended times the last one counts
  group_.run(Millis{500});
  CHECK_TRUE(group_.at(1).engine().find_call(group_.call)->reason == Reason::kHangUp);
}
