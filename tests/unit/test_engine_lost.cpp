// Lost parties, heartbeats and calls that only one side knows (PROTOCOL rules 10 and 11).

#include <string>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineLost){static std::string reasons(EngineRig & rig){
    return std::string(to_string(rig.door().reason(rig.call))) + " " +
           std::string(to_string(rig.panel().reason(rig.call)));
}
static RigOptions without_presence() {
  RigOptions options;
  options.presence = false;
  return options;
}
}
;

TEST(EngineLost, HeartbeatsKeepARingAndACallAlive) {
  Rig ring = ringing(without_presence());
  ring->run(Millis{85'000});
  STRCMP_EQUAL("ringing", ring->panel().state(ring->call).c_str());
  Rig talk = connected(without_presence());
  talk->run(Millis{3'600'000});
  CHECK_TRUE(talk->both("connected"));
  CHECK_TRUE(talk->door().count(MessageKind::kSync) >= 355);
}

TEST(EngineLost, ACalleeThatHearsNothingFromTheCallerStopsRinging) {
  Rig rig = ringing(without_presence());
  rig->disconnect(rig->door());
  rig->run(Millis{29'000});
  STRCMP_EQUAL("ringing", rig->panel().state(rig->call).c_str());
  rig->run(Millis{1'500});
  STRCMP_EQUAL("caller_lost", std::string(to_string(rig->panel().reason(rig->call))).c_str());
}

TEST(EngineLost, OwnLinkDownCountsToo) {
  Rig rig = connected(without_presence());
  rig->disconnect(rig->door());
  rig->disconnect(rig->panel());
  rig->run(Millis{31'000});
  STRCMP_EQUAL("peer_lost peer_lost", reasons(*rig).c_str());
}

TEST(EngineLost, AShortOutageOfEitherSideIsSurvived) {
  for (const bool door : {true, false}) {
    Rig rig = connected(without_presence());
    Station& gone = door ? rig->door() : rig->panel();
    rig->disconnect(gone);
    rig->run(Millis{20'000});
    rig->connect(gone);
    rig->run(Millis{60'000});
    CHECK_TRUE(rig->both("connected"));
  }
}

TEST(EngineLost, PresenceThatTellsADeathEndsTheCallSoonerThanTheTimer) {
  for (const bool settled : {true, false}) {
    Scene scene(Stage::kInConnected);
    scene.station.give(PresenceReceived{scene.peer.self, false, 3600,
                                        scene.peer.presence(PresenceState::kOffline, settled)});
    scene.run(settled ? Millis{2} : Millis{5'002});
    STRCMP_EQUAL("peer_lost", std::string(to_string(scene.reason())).c_str());
  }
}

TEST(EngineLost, AnotherLifeOfThePeerEndsTheCallAtOnce) {
  struct Case {
    Stage stage;
    const char* reason;
  };
  for (const Case& each :
       {Case{Stage::kRinging, "caller_lost"}, Case{Stage::kAccepting, "caller_lost"},
        Case{Stage::kInConnected, "peer_lost"}, Case{Stage::kOutConnected, "peer_lost"}}) {
    Scene scene(each.stage);
    scene.peer.restart();
    scene.station.give(
        PresenceReceived{scene.peer.self, false, 3600, scene.peer.presence(PresenceState::kIdle)});
    scene.run(Millis{2});
    STRCMP_EQUAL(each.reason, std::string(to_string(scene.reason())).c_str());
  }
}

TEST(EngineLost, AnotherLifesSyncKeepsNothingAlive) {
  Scene scene(Stage::kInConnected);
  scene.peer.restart();
  for (int i = 0; i < 4; ++i) {
    scene.hear(scene.peer.sync(scene.call, {scene.peer.self, 0},
                               connected_view(scene.peer.self, scene.station.self), "panel"));
    scene.run(Millis{9'000});
  }
  STRCMP_EQUAL("peer_lost", std::string(to_string(scene.reason())).c_str());
}

TEST(EngineLost, AnotherDeviceOfThePeersUserEndsNothing) {
  Scene scene(Stage::kInConnected);
  Actor phone("phone@gate");
  scene.station.give(
      PresenceReceived{phone.self, false, 3600, phone.presence(PresenceState::kIdle)});
  phone.restart();
  scene.station.give(
      PresenceReceived{phone.self, false, 3600, phone.presence(PresenceState::kIdle)});
  scene.station.give(
      PresenceReceived{phone.self, false, 3600, phone.presence(PresenceState::kOffline, true)});
  scene.run(Millis{10});
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineLost, EveryLiveCallIsSyncedAfterEveryConnect) {
  Scene scene(Stage::kInConnected);
  for (int i = 1; i <= 3; ++i) {
    scene.station.give(LinkLost{});
    scene.run(Millis{1'100});
    const std::size_t before = scene.station.count(MessageKind::kSync);
    scene.station.give(LinkConnected{});
    scene.run(Millis{2});
    UNSIGNED_LONGS_EQUAL(before + 1, scene.station.count(MessageKind::kSync));
    scene.hear(scene.peer.sync(scene.call, {scene.peer.self, 0},
                               connected_view(scene.peer.self, scene.station.self), "panel"));
  }
}

TEST(EngineLost, ASyncNamesBothLegs) {
  Scene scene(Stage::kOutConnected);
  scene.run(Millis{10'000});
  const Sent& sent = scene.station.last(MessageKind::kSync);
  const Sync sync = std::get<Sync>(sent.message.body);
  CHECK_FALSE(sync.invite.has_value());
  UNSIGNED_LONGS_EQUAL(2, sync.legs.size());
  CHECK_TRUE((sent.header().leg == LegKey{scene.station.self, 0}));
  CHECK_TRUE(sent.header().to == scene.peer.self.device);
  CHECK_TRUE(sync.legs[0].device == scene.station.self.device);
  CHECK_TRUE(sync.legs[1].device == scene.peer.self.device);
  CHECK_TRUE(sync.legs[1].key == scene.leg);
  CHECK_TRUE(sync.legs[1].state == LegState::kConnected);
}

TEST(EngineLost, ASyncOfAPendingLegIsTheInviteAgain) {
  Scene scene(Stage::kAlerted);
  scene.run(Millis{10'000});
  const Sent& sent = scene.station.last(MessageKind::kSync);
  const Sync sync = std::get<Sync>(sent.message.body);
  CHECK_TRUE(sync.invite.has_value());
  CHECK_TRUE(sync.invite->ring_left == Millis{80'000});
  UNSIGNED_LONGS_EQUAL(80, sent.expiry_s);
  Scene callee(Stage::kUnknown);  // which a device that has forgotten the call takes as such
  callee.station.hear(callee.peer.self,
                      callee.peer.pending_sync(callee.call, "panel", Millis{80'000}, 0), 80);
  STRCMP_EQUAL("ringing event:incoming", callee.station.words().c_str());
}

TEST(EngineLost, WhichIsNotSaidAnyMoreWhenTheProcessWakesUpAfterTheRing) {
  Scene caller(Stage::kAlerted);
  caller.now += caller.station.engine().settings().ring_time;
  caller.station.pass();
  UNSIGNED_LONGS_EQUAL(0, caller.station.count(MessageKind::kSync));
  CHECK_TRUE(caller.reason() == Reason::kNoAnswer);
}

TEST_GROUP(EngineUnknownCalls) {
  Scene scene_{Stage::kUnknown};
};

TEST(EngineUnknownCalls, RingingAndAcceptOfAForgottenOwnCallAreCancelled) {
  const LegKey own{scene_.station.self, 1};
  STRCMP_EQUAL("cancel(caller_lost)",
               scene_.answer_to(scene_.peer.ringing(scene_.call, own)).c_str());
  STRCMP_EQUAL("cancel(caller_lost)",
               scene_.answer_to(scene_.peer.accept(scene_.call, own)).c_str());
  const Header& header = scene_.station.last(MessageKind::kCancel).header();
  CHECK_TRUE(header.to == scene_.peer.self.device && header.leg == own);
}

TEST(EngineUnknownCalls, AConfirmForThisDeviceIsRefusedAndOneForAnotherAcknowledged) {
  STRCMP_EQUAL("reject(accept_failed)",
               scene_.answer_to(scene_.peer.confirm(scene_.call, "panel")).c_str());
  STRCMP_EQUAL("ack", scene_.answer_to(scene_.peer.confirm(scene_.call, "hall")).c_str());
}

TEST(EngineUnknownCalls, ASyncThatNamesThisDeviceConnectedIsLeftAndAnyOtherIsSilence) {
  const auto legs = connected_view(scene_.peer.self, scene_.station.self);
  STRCMP_EQUAL("leave(peer_lost)",
               scene_.answer_to(scene_.peer.sync(scene_.call, {scene_.peer.self, 0}, legs, "panel"))
                   .c_str());
  const auto others = connected_view(scene_.peer.self, account_of("hall@apt1"));
  STRCMP_EQUAL(
      "", scene_.answer_to(scene_.peer.sync(scene_.call, {scene_.peer.self, 0}, others, "panel"))
              .c_str());
  auto pending = legs;
  pending[1].state = LegState::kAccepting;
  STRCMP_EQUAL(
      "", scene_.answer_to(scene_.peer.sync(scene_.call, {scene_.peer.self, 0}, pending, "panel"))
              .c_str());
}

TEST(EngineUnknownCalls, ARosterThatDoesNotIsAcknowledged) {
  const auto others = connected_view(scene_.peer.self, account_of("hall@apt1"));
  STRCMP_EQUAL(
      "ack",
      scene_.answer_to(scene_.peer.roster(scene_.call, {scene_.peer.self, 0}, others, "")).c_str());
}

TEST(EngineUnknownCalls, EndLeaveAndCancelAreAcknowledged) {
  STRCMP_EQUAL("ack",
               scene_.answer_to(scene_.peer.end(scene_.call, {scene_.peer.self, 0})).c_str());
  STRCMP_EQUAL("ack",
               scene_.answer_to(scene_.peer.leave(scene_.call, {scene_.peer.self, 0})).c_str());
  STRCMP_EQUAL("ack", scene_.answer_to(scene_.peer.cancel(scene_.call)).c_str());
}

TEST(EngineUnknownCalls, ACalleeThatRestartsMakesTheCallersCallEnd) {
  Rig rig = connected();
  // The same account with another seed: another life that knows nothing.
  Station::Options options;
  options.seed = 77;
  Station reborn("panel@apt1", rig->now, options);
  reborn.give(Start{});
  reborn.give(LinkConnected{});
  const std::size_t before = rig->door().count(MessageKind::kSync);
  rig->pass = [](const Account&, const Message&) { return false; };
  rig->run(Millis{10'000});
  CHECK_TRUE(rig->door().count(MessageKind::kSync) > before);
  reborn.hear(rig->door().self, rig->door().last(MessageKind::kSync).message, 30);
  rig->door().hear(reborn.self, reborn.last(MessageKind::kLeave).message, 600);
  STRCMP_EQUAL("peer_lost", std::string(to_string(rig->door().reason(rig->call))).c_str());
}
