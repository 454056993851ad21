// The media hook: started when the call is connected, stopped at its end, and what it reports
// drives the call.

#include <string>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineMedia){static Station::Options hooked(){Station::Options options;
options.settings.media_hook = true;
return options;
}

static std::string report(Scene& scene, MediaState state) {
  (void)scene.station.words();
  scene.station.give(MediaReported{scene.call, state});
  return scene.station.words();
}

static std::string media_of(Scene& scene) {
  return std::string(to_string(scene.station.engine().find_call(scene.call)->media_state));
}
}
;

TEST(EngineMedia, StartsAtTheAcceptAtTheCallerAndAtTheConfirmAtTheCallee) {
  Scene caller(Stage::kAlerted, hooked());
  STRCMP_EQUAL("confirm(panel) event:connected start_media",
               caller.answer_to(caller.peer.accept(caller.call, caller.leg)).c_str());
  Scene callee(Stage::kRinging, hooked());
  callee.station.give(accept(callee.call));
  STRCMP_EQUAL("accept event:accepting", callee.station.words().c_str());
  STRCMP_EQUAL("ack event:connected start_media",
               callee.answer_to(callee.peer.confirm(callee.call, "panel")).c_str());
  STRCMP_EQUAL("preparing", media_of(callee).c_str());
}

TEST(EngineMedia, IsNeverStartedForACallThatIsNotConnected) {
  for (const Stage stage : {Stage::kCalling, Stage::kAlerted, Stage::kRinging, Stage::kAccepting}) {
    Scene scene(stage, hooked());
    STRCMP_EQUAL("", report(scene, MediaState::kConnected).c_str());
    STRCMP_EQUAL("none", media_of(scene).c_str());
  }
}

TEST(EngineMedia, WithoutAHookThereIsNone) {
  Scene scene(Stage::kInConnected);
  STRCMP_EQUAL("", report(scene, MediaState::kFailed).c_str());
  for (int i = 0; i < 20; ++i) {
    scene.run(Millis{3'000});
    scene.hear(scene.peer.sync(scene.call, {scene.peer.self, 0},
                               connected_view(scene.peer.self, scene.station.self), "panel"));
  }
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineMedia, EachChangeIsToldOnce) {
  Scene scene(Stage::kInConnected, hooked());
  STRCMP_EQUAL("event:media(connecting)", report(scene, MediaState::kConnecting).c_str());
  STRCMP_EQUAL("", report(scene, MediaState::kConnecting).c_str());
  STRCMP_EQUAL("event:media(connected)", report(scene, MediaState::kConnected).c_str());
  STRCMP_EQUAL("event:media(reconnecting)", report(scene, MediaState::kReconnecting).c_str());
  STRCMP_EQUAL("event:media(connected)", report(scene, MediaState::kConnected).c_str());
  STRCMP_EQUAL("", report(scene, MediaState::kNone).c_str());
  STRCMP_EQUAL("", report(scene, MediaState::kPreparing).c_str());
}

TEST(EngineMedia, AFailureEndsTheCallOnBothSides) {
  RigOptions options;
  options.settings.media_hook = true;
  Rig rig = connected(options);
  rig->give(rig->door(), MediaReported{rig->call, MediaState::kFailed});
  rig->run(Millis{1'000});
  CHECK_TRUE(rig->both("ended"));
  CHECK_TRUE(rig->door().reason(rig->call) == Reason::kMediaFailed);
  CHECK_TRUE(rig->panel().reason(rig->call) == Reason::kMediaFailed);
}

TEST(EngineMedia, ADisconnectedHookIsAHangUp) {
  Scene scene(Stage::kInConnected, hooked());
  STRCMP_EQUAL("event:media(disconnected) leave(hang_up) stop_media event:ended(hang_up)",
               report(scene, MediaState::kDisconnected).c_str());
}

TEST(EngineMedia, ThatDoesNotStartInTimeFails) {
  Scene scene(Stage::kInConnected, hooked());
  report(scene, MediaState::kConnecting);
  scene.run(Millis{14'999});
  STRCMP_EQUAL("connected", scene.state().c_str());
  scene.run(Millis{1});
  CHECK_TRUE(scene.reason() == Reason::kMediaFailed);
}

TEST(EngineMedia, OnceItIsConnectedTheStartTimerIsOver) {
  Scene scene(Stage::kInConnected, hooked());
  report(scene, MediaState::kConnected);
  report(scene, MediaState::kReconnecting);
  scene.run(Millis{25'000});
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineMedia, IsStoppedAtEachEndAndNotStoppedWhereItWasNotStarted) {
  Scene talk(Stage::kInConnected, hooked());
  STRCMP_EQUAL("ack stop_media event:ended(hang_up)",
               talk.answer_to(talk.peer.end(talk.call, {talk.peer.self, 0})).c_str());
  Scene ring(Stage::kRinging, hooked());
  STRCMP_EQUAL("ack event:ended(cancelled)", ring.answer_to(ring.peer.cancel(ring.call)).c_str());
}

TEST(EngineMedia, AHookThatNeverLetsGoIsNotWaitedForEver) {
  Scene scene(Stage::kInConnected, hooked());
  scene.station.give(hang_up(scene.call));
  scene.hear(scene.peer.ack(scene.station.last(MessageKind::kLeave).header()));
  CHECK_TRUE(scene.station.give(invite(scene.peer.self.user)).code == Errc::kBusy);
  scene.run(kMediaDrainTime);
  CHECK_TRUE(scene.station.give(invite(scene.peer.self.user)).code == Errc::kOk);
}

TEST(EngineMedia, AReportOfAnotherCallOrAfterTheEndChangesNothing) {
  Scene scene(Stage::kInConnected, hooked());
  scene.station.give(MediaReported{call_id(9), MediaState::kFailed});
  STRCMP_EQUAL("connected", scene.state().c_str());
  scene.station.give(hang_up(scene.call));
  STRCMP_EQUAL("", report(scene, MediaState::kConnected).c_str());
  STRCMP_EQUAL("", report(scene, MediaState::kFailed).c_str());
  STRCMP_EQUAL("", report(scene, MediaState::kFailed).c_str());
}

TEST(EngineMedia, MoreHooksThanCallsThatLetGoOfTheirDevicesAreNotWaitedFor) {
  Station::Options options = hooked();
  options.settings.lines = 2;
  options.limits.calls = 1;
  Scene scene(Stage::kInConnected, options);
  scene.station.give(hang_up(scene.call));
  Actor visitor("door@side");
  scene.station.hear(visitor.self, visitor.invite(call_id(2)), 90);
  scene.station.give(accept(call_id(2)));
  scene.station.hear(visitor.self, visitor.confirm(call_id(2), "panel"));
  (void)scene.station.words();
  scene.station.give(hang_up(call_id(2)));
  STRCMP_EQUAL("leave(hang_up) stop_media event:ended(hang_up)", scene.station.words().c_str());
  CHECK_TRUE(scene.station.give(invite(scene.peer.self.user)).code == Errc::kOk);
}
