// Each command is answered with one code (PROTOCOL rule 19), and a refused command does nothing.

#include <string>

#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineCommands) {
  Instant now_{Millis{1'000'000}};
  Station door_{"door@gate", now_};
  const std::string long_text_ = std::string(kDataBytesMax + 1, 'x');
  const std::string bad_text_ = "caf\xE9";

  InviteUsers command() const {
    return invite(UserId::parse("apt1").value());
  }

  /// The code, and that nothing but an accepted command says or changes anything.
  std::string code_of(const Input& input) {
    (void)door_.words();
    const std::size_t calls = door_.counters().calls_out;
    const Result result = door_.give(input);
    if (result.code != Errc::kOk) {
      STRCMP_EQUAL("", door_.words().c_str());
      UNSIGNED_LONGS_EQUAL(calls, door_.counters().calls_out);
    }
    return std::string(to_string(result.code));
  }
};

TEST(EngineCommands, InviteBeforeStartIsNotStarted) {
  STRCMP_EQUAL("not_started", code_of(command()).c_str());
}

TEST(EngineCommands, InviteWithoutALinkIsNotConnectedAndNothingIsKeptForLater) {
  door_.give(Start{});
  STRCMP_EQUAL("not_connected", code_of(command()).c_str());
  door_.give(LinkConnected{});
  door_.run(Millis{60'000});
  UNSIGNED_LONGS_EQUAL(0, door_.count(MessageKind::kInvite));
}

TEST(EngineCommands, InviteWhileStoppingIsNotStarted) {
  door_.come_online();
  const Result call = door_.give(command());
  CHECK_TRUE(call.code == Errc::kOk);
  door_.give(Stop{});
  STRCMP_EQUAL("not_started", code_of(command()).c_str());
  STRCMP_EQUAL("not_started", code_of(Stop{}).c_str());
}

TEST(EngineCommands, StopBeforeStartAndASecondStartAreRefused) {
  STRCMP_EQUAL("not_started", code_of(Stop{}).c_str());
  door_.come_online();
  STRCMP_EQUAL("already_sent", code_of(Start{}).c_str());
}

TEST(EngineCommands, InviteChecksItsArguments) {
  door_.come_online();
  STRCMP_EQUAL("invalid_user", code_of(invite(UserId{})).c_str());
  STRCMP_EQUAL("self_call", code_of(invite(door_.self.user)).c_str());
  InviteUsers bad = command();
  bad.ring_time = Millis{999};
  STRCMP_EQUAL("timeout_out_of_range", code_of(bad).c_str());
  bad.ring_time = Millis{600'001};
  STRCMP_EQUAL("timeout_out_of_range", code_of(bad).c_str());
  bad.ring_time = Millis{-1};
  STRCMP_EQUAL("timeout_out_of_range", code_of(bad).c_str());
  bad = command();
  bad.data = long_text_;
  STRCMP_EQUAL("data_too_large", code_of(bad).c_str());
  bad.data = bad_text_;
  STRCMP_EQUAL("not_utf8", code_of(bad).c_str());
  bad = command();
  const std::vector<std::uint8_t> offer(kOfferBytesMax + 1);
  bad.offer = offer;
  STRCMP_EQUAL("data_too_large", code_of(bad).c_str());
  bad = command();
  bad.caller_name = std::string_view(long_text_).substr(0, kNameBytesMax + 1);
  STRCMP_EQUAL("invalid_argument", code_of(bad).c_str());
  bad.caller_name = bad_text_;
  STRCMP_EQUAL("not_utf8", code_of(bad).c_str());
  bad = command();
  bad.line = std::string_view(long_text_).substr(0, kLineIdBytesMax + 1);
  STRCMP_EQUAL("invalid_argument", code_of(bad).c_str());
}

TEST(EngineCommands, InviteTakesEverythingAtItsBound) {
  door_.come_online();
  InviteUsers most = command();
  const std::vector<std::uint8_t> offer(kOfferBytesMax, 7);
  most.data = std::string_view(long_text_).substr(0, kDataBytesMax);
  most.offer = offer;
  most.caller_name = std::string_view(long_text_).substr(0, kNameBytesMax);
  most.line = std::string_view(long_text_).substr(0, kLineIdBytesMax);
  most.ring_time = kRingTimeMax;
  most.media = MediaKind::kVideo;
  STRCMP_EQUAL("ok", code_of(most).c_str());
  const Invite sent = std::get<Invite>(door_.last(MessageKind::kInvite).message.body);
  CHECK_TRUE(sent.data == most.data);
  CHECK_TRUE(sent.caller_name == most.caller_name);
  CHECK_TRUE(sent.line == most.line);
  CHECK_TRUE(std::vector<std::uint8_t>(sent.offer.begin(), sent.offer.end()) == offer);
  CHECK_TRUE(sent.ring_left == kRingTimeMax);
  CHECK_TRUE(sent.media == MediaKind::kVideo);
  CHECK_TRUE(sent.caller == door_.self);
}

TEST(EngineCommands, ASecondInviteIsBusy) {
  door_.come_online();
  STRCMP_EQUAL("ok", code_of(command()).c_str());
  STRCMP_EQUAL("busy", code_of(command()).c_str());
}

TEST(EngineCommands, OfAnUnknownCallAreUnknown) {
  door_.come_online();
  const CallId none = call_id(1);
  STRCMP_EQUAL("unknown_call", code_of(accept(none)).c_str());
  STRCMP_EQUAL("unknown_call", code_of(reject(none)).c_str());
  STRCMP_EQUAL("unknown_call", code_of(cancel(none)).c_str());
  STRCMP_EQUAL("unknown_call", code_of(hang_up(none)).c_str());
}

TEST_GROUP(EngineAnswerCommands) {
  const std::string long_text_ = std::string(kDataBytesMax + 1, 'x');

  std::string code_of(Scene & scene, const Input& input) {
    return std::string(to_string(scene.station.give(input).code));
  }
};

TEST(EngineAnswerCommands, OnlyTheInvitedMayAnswerAndOnlyTheCallerMayCancel) {
  Scene caller(Stage::kAlerted);
  STRCMP_EQUAL("not_invited", code_of(caller, accept(caller.call)).c_str());
  STRCMP_EQUAL("not_invited", code_of(caller, reject(caller.call)).c_str());
  Scene callee(Stage::kRinging);
  STRCMP_EQUAL("not_allowed", code_of(callee, cancel(callee.call)).c_str());
  STRCMP_EQUAL("not_allowed", code_of(callee, hang_up(callee.call)).c_str());
}

TEST(EngineAnswerCommands, TheSameAnswerTwiceIsAlreadySentAndAnotherOneComesTooLate) {
  Scene scene(Stage::kAccepting);
  STRCMP_EQUAL("already_sent", code_of(scene, accept(scene.call)).c_str());
  STRCMP_EQUAL("already_accepted", code_of(scene, reject(scene.call)).c_str());
  Scene connected(Stage::kInConnected);
  STRCMP_EQUAL("already_accepted", code_of(connected, accept(connected.call)).c_str());
  Scene out(Stage::kOutConnected);
  STRCMP_EQUAL("already_accepted", code_of(out, cancel(out.call)).c_str());
}

TEST(EngineAnswerCommands, NothingCanBeDoneWithAnEndedCall) {
  for (const Stage stage :
       {Stage::kCancelled, Stage::kOutHungUp, Stage::kDeclined, Stage::kInHungUp}) {
    Scene scene(stage);
    for (const Input& input : {Input{accept(scene.call)}, Input{reject(scene.call)},
                               Input{cancel(scene.call)}, Input{hang_up(scene.call)}}) {
      STRCMP_EQUAL("already_ended", code_of(scene, input).c_str());
    }
  }
}

TEST(EngineAnswerCommands, AnInviteThatIsNotProvenIsNoCallYet) {
  Scene scene(Stage::kWaiting);
  STRCMP_EQUAL("unknown_call", code_of(scene, accept(scene.call)).c_str());
  STRCMP_EQUAL("unknown_call", code_of(scene, reject(scene.call)).c_str());
  STRCMP_EQUAL("unknown_call", code_of(scene, cancel(scene.call)).c_str());
  STRCMP_EQUAL("unknown_call", code_of(scene, hang_up(scene.call)).c_str());
}

TEST(EngineAnswerCommands, DataIsCheckedAndTheCallGoesOn) {
  Scene scene(Stage::kRinging);
  AcceptCall yes = accept(scene.call);
  yes.data = long_text_;
  STRCMP_EQUAL("data_too_large", code_of(scene, yes).c_str());
  yes.data = "\xFF";
  STRCMP_EQUAL("not_utf8", code_of(scene, yes).c_str());
  yes.data = {};
  const std::vector<std::uint8_t> answer(kOfferBytesMax + 1);
  yes.answer = answer;
  STRCMP_EQUAL("data_too_large", code_of(scene, yes).c_str());
  STRCMP_EQUAL("data_too_large",
               code_of(scene, RejectCall{scene.call, Reason::kDeclined, long_text_}).c_str());
  STRCMP_EQUAL("not_utf8", code_of(scene, RejectCall{scene.call, Reason::kDnd, "\x80"}).c_str());
  STRCMP_EQUAL("invalid_argument",
               code_of(scene, RejectCall{scene.call, Reason::kHangUp, {}}).c_str());
  STRCMP_EQUAL("ringing", scene.state().c_str());
}

TEST(EngineAnswerCommands, EndingDataIsCheckedToo) {
  Scene out(Stage::kAlerted);
  STRCMP_EQUAL("data_too_large", code_of(out, CancelCall{out.call, {}, long_text_}).c_str());
  STRCMP_EQUAL("not_utf8", code_of(out, CancelCall{out.call, {}, "\xC0\x80"}).c_str());
  Scene talk(Stage::kInConnected);
  STRCMP_EQUAL("data_too_large", code_of(talk, HangUpCall{talk.call, long_text_}).c_str());
  STRCMP_EQUAL("not_utf8", code_of(talk, HangUpCall{talk.call, "\xED\xA0\x80"}).c_str());
  STRCMP_EQUAL("connected", talk.state().c_str());
}

TEST(EngineAnswerCommands, AnAnswerWithoutALinkGoesOutWhenItIsBack) {
  Scene scene(Stage::kRinging);
  scene.station.give(LinkLost{});
  STRCMP_EQUAL("ok", code_of(scene, accept(scene.call)).c_str());
  UNSIGNED_LONGS_EQUAL(0, scene.station.count(MessageKind::kAccept));
  scene.run(Millis{1'500});
  scene.station.give(LinkConnected{});
  scene.run(Millis{10});
  UNSIGNED_LONGS_EQUAL(1, scene.station.count(MessageKind::kAccept));
}

TEST(EngineCommands, TextsForAPushAreCheckedToo) {
  door_.come_online();
  InviteUsers bad = command();
  bad.push_title = std::string_view(long_text_).substr(0, kNameBytesMax + 1);
  STRCMP_EQUAL("invalid_argument", code_of(bad).c_str());
  bad = command();
  bad.push_content = std::string_view(long_text_).substr(0, kPushContentBytesMax + 1);
  STRCMP_EQUAL("invalid_argument", code_of(bad).c_str());
  for (std::string_view InviteUsers::*member :
       {&InviteUsers::line, &InviteUsers::push_title, &InviteUsers::push_content}) {
    bad = command();
    bad.*member = bad_text_;
    STRCMP_EQUAL("not_utf8", code_of(bad).c_str());
  }
}

TEST(EngineAnswerCommands, WhoIsBeingAnsweredIsNotCalledAndWhoIsInACallIsBusyByItself) {
  Station::Options options;
  options.settings.lines = 2;
  Scene accepting(Stage::kAccepting, options);
  STRCMP_EQUAL("busy", code_of(accepting, invite(accepting.peer.self.user)).c_str());
  Scene connected(Stage::kInConnected, options);
  STRCMP_EQUAL("ok", code_of(connected, invite(connected.peer.self.user)).c_str());
}
