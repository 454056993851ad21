// Busy (PROTOCOL rule 6): a second call is refused at once, the caller can tell busy from declined,
// and no way out of a call leaves the line busy.

#include <functional>
#include <string>
#include <vector>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineBusy) {
  Actor other_{"side@gate2"};

  std::string second_call(Scene & scene) {
    (void)scene.station.words();
    scene.station.hear(other_.self, other_.invite(call_id(0x22)), 90);
    return scene.station.words();
  }

  static Station::Options with_media() {
    Station::Options options;
    options.settings.media_hook = true;
    return options;
  }

  /// After whatever came before, a new call rings here.
  void check_free(Scene & scene, const char* what) {
    STRCMP_EQUAL_TEXT("ringing event:incoming", second_call(scene).c_str(), what);
  }
};

TEST(EngineBusy, EveryLiveStateRefusesAnotherCall) {
  for (const Stage stage : {Stage::kCalling, Stage::kAlerted, Stage::kOutConnected, Stage::kRinging,
                            Stage::kAccepting, Stage::kInConnected}) {
    Scene scene(stage);
    const std::string before = scene.state();
    STRCMP_EQUAL("reject(busy) event:refused_busy(busy)", second_call(scene).c_str());
    STRCMP_EQUAL(before.c_str(), scene.state().c_str());
  }
}

TEST(EngineBusy, AnInviteThatIsNotProvenKeepsNobodyOut) {
  Scene scene(Stage::kWaiting);
  STRCMP_EQUAL("ringing event:incoming", second_call(scene).c_str());
}

TEST(EngineBusy, TheCallerIsToldBusyAndNotDeclined) {
  Rig rig = online();
  Actor visitor("side@gate2");
  rig->panel().hear(visitor.self, visitor.invite(call_id(1)), 90);
  rig->call = rig->give(rig->door(), invite(rig->panel().self.user)).call;
  rig->run(Millis{500});
  STRCMP_EQUAL("busy", std::string(to_string(rig->door().reason(rig->call))).c_str());
  UNSIGNED_LONGS_EQUAL(1, rig->panel().count(CallChange::kIncoming));
}

TEST(EngineBusy, WhereOtherDevicesMayRingTheReceiptTimerDecides) {
  Instant now{Millis{1'000'000}};
  Station door("door@gate", now);
  Actor panel("panel@apt1");
  door.come_online();
  const CallId call = door.give(invite(panel.self.user)).call;
  door.hear(panel.self, panel.reject(call, {door.self, 1}, Reason::kBusy));
  STRCMP_EQUAL("calling", door.state(call).c_str());
  door.run(Millis{30'001});
  STRCMP_EQUAL("busy", std::string(to_string(door.reason(call))).c_str());
}

TEST(EngineBusy, ABusyDeviceDoesNotEndTheRingOfAnother) {
  Instant now{Millis{1'000'000}};
  Station door("door@gate", now);
  Actor panel("panel@apt1");
  Actor hall("hall@apt1");
  door.come_online();
  const CallId call = door.give(invite(panel.self.user)).call;
  door.hear(panel.self, panel.ringing(call, {door.self, 1}));
  door.hear(hall.self, hall.reject(call, {door.self, 1}, Reason::kBusy));
  STRCMP_EQUAL("calling", door.state(call).c_str());
}

TEST(EngineBusy, TheRefusalIsRepeatedAndTheInviteThatCameAgainIsNoNewCall) {
  Scene scene(Stage::kRinging);
  const Message invite = other_.invite(call_id(0x22));
  scene.station.hear(other_.self, invite, 90);
  (void)scene.station.words();
  scene.station.hear(other_.self, invite, 90);
  STRCMP_EQUAL("", scene.station.words().c_str());
  scene.run(Millis{1'300});
  UNSIGNED_LONGS_EQUAL(2, scene.station.count(MessageKind::kReject));
  UNSIGNED_LONGS_EQUAL(1, scene.station.count(CallChange::kRefusedBusy));
}

TEST(EngineBusy, TwoLinesTakeTwoCallsAndRefuseTheThird) {
  Station::Options options;
  options.settings.lines = 2;
  Scene scene(Stage::kInConnected, options);
  STRCMP_EQUAL("ringing event:incoming", second_call(scene).c_str());
  Actor third("north@gate3");
  scene.station.hear(third.self, third.invite(call_id(0x33)), 90);
  STRCMP_EQUAL("reject(busy) event:refused_busy(busy)", scene.station.words().c_str());
  scene.station.give(hang_up(scene.call));
  scene.station.hear(third.self, third.invite(call_id(0x34)), 90);
  STRCMP_EQUAL("ringing", scene.station.state(call_id(0x34)).c_str());
}

TEST(EngineBusy, WhoRingsHereIsNotCalledBackWithAnyNumberOfLines) {
  Station::Options options;
  options.settings.lines = 2;
  Scene scene(Stage::kRinging, options);
  CHECK_TRUE(scene.station.give(invite(scene.peer.self.user)).code == Errc::kBusy);
  CHECK_TRUE(scene.station.give(invite(other_.self.user)).code == Errc::kOk);
}

TEST(EngineBusy, TheLineStaysBusyUntilTheMediaHookHasLetGo) {
  for (const MediaState state :
       {MediaState::kDisconnected, MediaState::kFailed, MediaState::kNone}) {
    Scene scene(Stage::kInConnected, with_media());
    scene.station.give(MediaReported{scene.call, MediaState::kConnected});
    scene.station.give(hang_up(scene.call));
    scene.station.hear(other_.self, other_.invite(call_id(0x21)), 90);
    STRCMP_EQUAL("ended", scene.station.state(call_id(0x21)).c_str());
    UNSIGNED_LONGS_EQUAL(1, scene.station.count(CallChange::kRefusedBusy));
    scene.station.give(MediaReported{scene.call, state});
    check_free(scene, "the hook has let go");
  }
}

TEST(EngineBusy, AMediaHookThatSaysNothingHoldsTheLineForThreeSecondsAtMost) {
  Scene scene(Stage::kInConnected, with_media());
  scene.station.give(MediaReported{scene.call, MediaState::kConnected});
  scene.station.give(hang_up(scene.call));
  scene.run(kMediaDrainTime - Millis{1});
  STRCMP_EQUAL("busy",
               std::string(to_string(scene.station.give(invite(other_.self.user)).code)).c_str());
  scene.run(Millis{1});
  check_free(scene, "the hook's time is over");
}

TEST(EngineBusy, MediaThatHasFailedAlreadyHoldsNothing) {
  Scene scene(Stage::kInConnected, with_media());
  scene.station.give(MediaReported{scene.call, MediaState::kFailed});
  check_free(scene, "failed");
}

namespace {

struct Way {
  const char* name;
  std::vector<Stage> from;
  std::function<void(Scene&)> go;
};

std::vector<Way> ways_out() {
  const std::vector<Stage> out{Stage::kCalling, Stage::kAlerted};
  const std::vector<Stage> in{Stage::kWaiting, Stage::kRinging, Stage::kAccepting};
  const std::vector<Stage> talk{Stage::kOutConnected, Stage::kInConnected};
  std::vector<Stage> all = out;
  all.insert(all.end(), in.begin(), in.end());
  all.insert(all.end(), talk.begin(), talk.end());
  return {
      {"cancel", out, [](Scene& s) { s.station.give(cancel(s.call)); }},
      {"hang up", talk, [](Scene& s) { s.station.give(hang_up(s.call)); }},
      {"give up", {Stage::kAccepting}, [](Scene& s) { s.station.give(hang_up(s.call)); }},
      {"decline", {Stage::kRinging}, [](Scene& s) { s.station.give(reject(s.call)); }},
      {"refused", out, [](Scene& s) { s.hear(s.peer.reject(s.call, s.leg, Reason::kBusy)); }},
      {"accept failed",
       {Stage::kOutConnected},
       [](Scene& s) { s.hear(s.peer.reject(s.call, s.leg, Reason::kAcceptFailed)); }},
      {"cancelled", in, [](Scene& s) { s.hear(s.peer.cancel(s.call)); }},
      {"answered elsewhere", in, [](Scene& s) { s.hear(s.peer.confirm(s.call, "hall")); }},
      {"left", talk,
       [](Scene& s) {  // it names its own leg
         const bool caller = s.leg.owner == s.peer.self;
         s.hear(s.peer.leave(s.call, caller ? LegKey{s.peer.self, 0} : s.leg));
       }},
      {"ended for all",
       {Stage::kInConnected},
       [](Scene& s) {
         s.hear(s.peer.end(s.call, {s.peer.self, 0}));
       }},
      {"media failed", talk,
       [](Scene& s) {
         s.station.give(MediaReported{s.call, MediaState::kFailed});
       }},
      {"silence", all, [](Scene& s) { s.run(Millis{200'000}); }},
      {"link lost for long", all,
       [](Scene& s) {
         s.station.give(LinkLost{});
         s.run(Millis{200'000});
         s.station.give(LinkConnected{});
       }},
      {"the peer is gone",
       {Stage::kCalling, Stage::kAlerted, Stage::kRinging, Stage::kAccepting, Stage::kOutConnected,
        Stage::kInConnected},
       [](Scene& s) {
         s.station.give(PresenceReceived{s.peer.self, false, 3600,
                                         s.peer.presence(PresenceState::kOffline, true)});
       }},
      {"stopped and started", all,
       [](Scene& s) {
         s.station.give(Stop{});
         s.run(Millis{3'000});
         s.station.give(Start{});
         s.station.give(LinkConnected{});
       }},
  };
}

}  // namespace

// Every way out of every state, without and with a media hook that never says that it is gone.
TEST(EngineBusy, NeverSticks) {
  const std::vector<Way> ways = ways_out();
  for (const bool media : {false, true}) {
    for (const Way& way : ways) {
      for (const Stage stage : way.from) {
        Scene scene(stage, media ? with_media() : Station::Options{});
        if (!media && way.name == std::string("media failed")) {
          continue;
        }
        way.go(scene);
        scene.run(Millis{5'000});
        CHECK_FALSE(scene.state() == "connected");
        check_free(scene,
                   (std::string(way.name) + " from " + std::string(to_string(stage))).c_str());
      }
    }
  }
}
