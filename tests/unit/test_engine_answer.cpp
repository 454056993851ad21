// Accept is an offer, the leg's owner decides, and what is decided stays decided (PROTOCOL rules 1
// to 3): every crossing of answers ends the same way on both sides.

#include <string>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineAnswer){static std::string ends(EngineRig & rig){rig.run(Millis{60'000});
CHECK_TRUE(rig.both("ended"));
UNSIGNED_LONGS_EQUAL(1, rig.door().count(CallChange::kEnded));
UNSIGNED_LONGS_EQUAL(1, rig.panel().count(CallChange::kEnded));
return std::string(to_string(rig.door().reason(rig.call))) + " " +
       std::string(to_string(rig.panel().reason(rig.call)));
}
}
;

TEST(EngineAnswer, ConnectsBothSidesAndCarriesTheDataOfEach) {
  Rig rig = online();
  const std::vector<std::uint8_t> offer{1, 2, 3};
  const std::vector<std::uint8_t> answer{4, 5};
  InviteUsers call = invite(rig->panel().self.user);
  call.caller_name = "Front door";
  call.line = "button1";
  call.data = "hello";
  call.offer = offer;
  const CallId id = rig->give(rig->door(), call).call;
  rig->run(Millis{100});
  const CallEvent incoming = rig->panel().events.back();
  CHECK_TRUE(incoming.caller_name == "Front door" && incoming.line == "button1");
  CHECK_TRUE(incoming.data == "hello" && incoming.offer.size() == 3 && incoming.offer[2] == 3);
  CHECK_TRUE(incoming.peer == rig->door().self && incoming.caller == rig->door().self);
  CHECK_FALSE(incoming.outgoing);
  AcceptCall yes = accept(id);
  yes.data = "coming";
  yes.answer = answer;
  rig->give(rig->panel(), yes);
  rig->run(Millis{100});
  const CallEvent connected = rig->door().events.back();
  CHECK_TRUE(connected.change == CallChange::kConnected && connected.outgoing);
  CHECK_TRUE(connected.data == "coming" && connected.offer.size() == 2);
  CHECK_TRUE(connected.peer == rig->panel().self);
}

TEST(EngineAnswer, TheCallerConnectsAtTheAcceptAndTheCalleeOnlyAtTheConfirm) {
  Rig rig = accepting();
  rig->pass = [](const Account&, const Message& message) {
    return kind_of(message.body) != MessageKind::kConfirm;
  };
  rig->run(Millis{100});
  STRCMP_EQUAL("connected", rig->door().state(rig->call).c_str());
  STRCMP_EQUAL("accepting", rig->panel().state(rig->call).c_str());
  rig->pass = {};
  rig->run(Millis{2'000});
  CHECK_TRUE(rig->both("connected"));
}

TEST(EngineAnswer, AnAcceptThatIsNeverConfirmedFailsOnBothSides) {
  Rig rig = accepting();
  rig->pass = [](const Account&, const Message& message) {
    const MessageKind kind = kind_of(message.body);
    return kind != MessageKind::kConfirm && kind != MessageKind::kSync;
  };
  STRCMP_EQUAL("accept_failed accept_failed", ends(*rig).c_str());
}

TEST(EngineAnswer, AnAcceptThatNeverComesFailsOnBothSides) {
  Rig rig = ringing();
  rig->pass = [](const Account&, const Message& message) {
    return kind_of(message.body) != MessageKind::kAccept;
  };
  rig->give(rig->panel(), accept(rig->call));
  STRCMP_EQUAL("accept_failed accept_failed", ends(*rig).c_str());
}

TEST(EngineAnswer, ASyncMakesUpForALostConfirm) {
  RigOptions options;
  options.settings.heartbeat_time = Millis{3'000};
  Rig rig = accepting(options);
  rig->pass = [](const Account&, const Message& message) {
    return kind_of(message.body) != MessageKind::kConfirm;
  };
  rig->run(Millis{4'000});
  CHECK_TRUE(rig->both("connected"));
}

TEST(EngineAnswer, AViewThatShowsTheOwnLegAsAnythingElseIsNoConfirm) {
  Scene scene(Stage::kAccepting);
  const auto view_of = [&](LegState state, const Account& holder) {
    auto views = connected_view(scene.peer.self, holder);
    views[1].state = state;
    return scene.answer_to(scene.peer.sync(scene.call, {scene.peer.self, 0}, views, "panel"));
  };
  (void)view_of(LegState::kRinging, scene.station.self);
  STRCMP_EQUAL("accepting", scene.state().c_str());
  (void)view_of(LegState::kConnected, account_of("hall@apt1"));
  STRCMP_EQUAL("accepting", scene.state().c_str());
  STRCMP_EQUAL("event:connected", view_of(LegState::kConnected, scene.station.self).c_str());
}

TEST(EngineAnswer, AConfirmForAWinnerThatGaveUpIsAnsweredWithTheSameRejectAgain) {
  Scene scene(Stage::kAccepting);
  scene.run(Millis{8'001});
  const std::string answer = scene.answer_to(scene.peer.confirm(scene.call, "panel"));
  STRCMP_EQUAL("reject(accept_failed)", answer.c_str());
  const Header& header = scene.station.last(MessageKind::kReject).header();
  CHECK_TRUE(header.leg == scene.leg);
  CHECK_TRUE(header.to == scene.peer.self.device);
}

TEST(EngineAnswer, AcceptFailedFromTheWinnerEndsAConnectedCallAndNoOtherRejectDoes) {
  Scene scene(Stage::kOutConnected);
  for (const Reason reason : {Reason::kDeclined, Reason::kDeclinedEverywhere, Reason::kBusy,
                              Reason::kDnd, Reason::kNotAllowed, Reason::kShuttingDown}) {
    STRCMP_EQUAL("ack", scene.answer_to(scene.peer.reject(scene.call, scene.leg, reason)).c_str());
  }
  Actor other("hall@apt1");
  scene.station.hear(other.self, other.reject(scene.call, scene.leg, Reason::kAcceptFailed));
  STRCMP_EQUAL("connected", scene.state().c_str());
  scene.hear(scene.peer.reject(scene.call, scene.leg, Reason::kAcceptFailed));
  STRCMP_EQUAL("accept_failed", std::string(to_string(scene.reason())).c_str());
}

TEST(EngineAnswer, ALateLoserIsToldWhoHasTheCall) {
  Scene scene(Stage::kOutConnected);
  Actor late("hall@apt1");
  scene.station.hear(late.self, late.accept(scene.call, scene.leg));
  STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
  const Header& header = scene.station.last(MessageKind::kConfirm).header();
  CHECK_TRUE(header.to == late.self.device);
  scene.station.hear(late.self, late.ringing(scene.call, scene.leg));
  STRCMP_EQUAL("confirm(panel)", scene.station.words().c_str());
}

TEST(EngineAnswer, ALoserEndsAsAnsweredElsewhereAndOnlyAcknowledges) {
  for (const Stage stage : {Stage::kRinging, Stage::kAccepting}) {
    Scene scene(stage);
    STRCMP_EQUAL("ack event:ended(answered_elsewhere)",
                 scene.answer_to(scene.peer.confirm(scene.call, "hall")).c_str());
    scene.run(Millis{60'000});
    STRCMP_EQUAL("presence:idle", scene.station.words().c_str());
  }
}

TEST(EngineAnswer, CancelAndAcceptCrossCancelFirst) {
  Rig rig = ringing();
  rig->give(rig->panel(), accept(rig->call));
  rig->give(rig->door(), cancel(rig->call));
  STRCMP_EQUAL("cancelled cancelled", ends(*rig).c_str());
}

TEST(EngineAnswer, CancelAndAcceptCrossAcceptFirst) {
  Rig rig = accepting();
  rig->run(Millis{5});  // it is there, and the confirm on its way
  CHECK_TRUE(rig->give(rig->door(), cancel(rig->call)).code == Errc::kAlreadyAccepted);
  rig->run(Millis{1'000});
  CHECK_TRUE(rig->both("connected"));
}

TEST(EngineAnswer, ACancelWhileConnectedIsAcknowledgedAndIgnored) {
  Scene scene(Stage::kInConnected);
  STRCMP_EQUAL("ack", scene.answer_to(scene.peer.cancel(scene.call)).c_str());
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineAnswer, CancelAndDeclineCross) {
  Rig rig = ringing();
  rig->give(rig->panel(), reject(rig->call));
  rig->give(rig->door(), cancel(rig->call));
  STRCMP_EQUAL("cancelled declined_everywhere", ends(*rig).c_str());
}

TEST(EngineAnswer, BothHangUpAtOnce) {
  Rig rig = connected();
  rig->give(rig->panel(), hang_up(rig->call));
  rig->give(rig->door(), hang_up(rig->call));
  STRCMP_EQUAL("hang_up hang_up", ends(*rig).c_str());
}

TEST(EngineAnswer, DeclineCarriesItsDataToTheCaller) {
  Rig rig = ringing();
  rig->give(rig->panel(), RejectCall{rig->call, Reason::kDeclinedEverywhere, "not today"});
  rig->run(Millis{100});
  CHECK_TRUE(rig->door().events.back().data == "not today");
  STRCMP_EQUAL("declined_everywhere declined_everywhere", ends(*rig).c_str());
}

TEST(EngineAnswer, CancelAndHangUpCarryTheirDataToTheCallee) {
  Rig rig = ringing();
  rig->give(rig->door(), CancelCall{rig->call, {}, "wrong flat"});
  rig->run(Millis{100});
  CHECK_TRUE(rig->panel().events.back().data == "wrong flat");
  Rig talk = connected();
  talk->give(talk->door(), HangUpCall{talk->call, "bye"});
  talk->run(Millis{100});
  CHECK_TRUE(talk->panel().events.back().data == "bye");
  STRCMP_EQUAL("hang_up hang_up", ends(*talk).c_str());
}

TEST(EngineAnswer, HangingUpBeforeTheConfirmGivesTheAnswerUp) {
  Rig rig = accepting();
  rig->give(rig->panel(), hang_up(rig->call));
  STRCMP_EQUAL("accept_failed hang_up", ends(*rig).c_str());
}

TEST(EngineAnswer, TheRingTimeEndsBothSidesAsNoAnswer) {
  Rig rig = ringing();
  rig->run(Millis{91'000});
  STRCMP_EQUAL("no_answer no_answer", ends(*rig).c_str());
}

TEST(EngineAnswer, AllIsIdleWithinASecondAfterEachEnd) {
  for (const int how : {0, 1, 2, 3}) {
    Rig rig = how == 3 ? connected() : ringing();
    EngineRig& at = *rig;
    if (how == 0) {
      at.give(at.door(), cancel(at.call));
    } else if (how == 1) {
      at.give(at.panel(), reject(at.call));
    } else if (how == 2) {
      at.give(at.door(), Stop{});
    } else {
      at.give(at.panel(), hang_up(at.call));
    }
    at.run(Millis{1'000});
    CHECK_TRUE(at.both("ended"));
    CHECK_TRUE(at.panel().engine().own_state() == PresenceState::kIdle);
  }
}
