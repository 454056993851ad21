// The goodbye: each call ends, each receipt is waited for, but not for long.

#include <string>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineStop){static Station::Options two_lines(){Station::Options options;
options.settings.lines = 2;
return options;
}
static std::size_t live_calls(Station& station) {
  std::size_t live = 0;
  for (std::size_t i = 0; station.engine().call_at(i); ++i) {
    live += station.engine().call_at(i)->state != CallState::kEnded ? 1U : 0U;
  }
  return live;
}
}
;

TEST(EngineStop, SaysTheEndOfEachCallAndWaitsForTheReceiptsTwoSecondsAtMost) {
  for (const bool answered : {true, false}) {
    Scene scene(Stage::kInConnected);
    const Instant begun = scene.now;
    scene.station.give(Stop{});
    scene.run(Millis{10});
    STRCMP_EQUAL("leave(shutting_down) event:ended(shutting_down) presence:offline",
                 scene.station.words().c_str());
    UNSIGNED_LONGS_EQUAL(0, scene.station.stops);
    if (answered) {
      scene.hear(scene.peer.ack(scene.station.last(MessageKind::kLeave).header()));
      UNSIGNED_LONGS_EQUAL(1, scene.station.stops);
    } else {
      scene.run(begun + kStopTime - scene.now - Millis{1});
      UNSIGNED_LONGS_EQUAL(0, scene.station.stops);
      scene.run(Millis{1});
      UNSIGNED_LONGS_EQUAL(1, scene.station.stops);
    }
    UNSIGNED_LONGS_EQUAL(1, scene.station.closes);
  }
}

TEST(EngineStop, WithoutALinkItIsImmediate) {
  Scene scene(Stage::kInConnected);
  scene.station.give(LinkLost{});
  scene.station.give(Stop{});
  scene.run(Millis{5});
  UNSIGNED_LONGS_EQUAL(1, scene.station.stops);
  STRCMP_EQUAL("shutting_down", std::string(to_string(scene.reason())).c_str());
}

TEST(EngineStop, ALinkLostInTheGoodbyeEndsEveryCall) {
  Scene scene(Stage::kInConnected, two_lines());
  scene.station.give(invite(UserId::parse("apt7").value()));
  scene.station.give(Stop{});
  scene.station.give(LinkLost{});
  scene.run(Millis{10});
  UNSIGNED_LONGS_EQUAL(1, scene.station.stops);
  UNSIGNED_LONGS_EQUAL(0, live_calls(scene.station));
  (void)scene.station.words();
  scene.run(Millis{120'000});
  STRCMP_EQUAL("", scene.station.words().c_str());
}

// The last receipt is given up while calls, or only the goodbye itself, are still to be dealt with.
TEST(EngineStop, AProcessThatSleptThroughItsGoodbyeStopsAllTheSame) {
  for (const bool unproven : {false, true}) {
    Instant now{Millis{1'000'000}};
    Station::Options options = two_lines();
    options.settings.lines = 4;
    Station door("door@gate", now, options);
    door.come_online();
    for (const std::string_view name : {"apt1", "apt2", "apt3"}) {
      if (!unproven || name == "apt1") {
        InviteUsers command = invite(UserId::parse(name).value());
        command.ring_time = name == "apt1" ? kRingTimeMin : kRingTimeMax;
        CHECK_TRUE(door.give(command).code == Errc::kOk);
      }
    }
    if (unproven) {
      Actor visitor("x@visitor");
      door.hear(visitor.self, visitor.invite(call_id(9)));
    }
    door.give(Stop{});
    now += Millis{2'500};
    door.pass();
    UNSIGNED_LONGS_EQUAL(1, door.stops);
    CHECK_TRUE(door.engine().link_state() == LinkState::kStopped);
    UNSIGNED_LONGS_EQUAL(unproven ? 1 : 3, door.count(CallChange::kEnded));
  }
}

TEST(EngineStop, NothingComesAfterStopped) {
  Scene scene(Stage::kUnknown);
  scene.station.give(Stop{});
  (void)scene.station.words();
  scene.hear(scene.peer.invite(scene.call));
  scene.hear(scene.peer.ringing(scene.call, {scene.station.self, 1}));
  scene.station.give(
      PresenceReceived{scene.peer.self, false, 3600, scene.peer.presence(PresenceState::kIdle)});
  scene.station.give(LinkLost{});
  scene.station.give(LinkConnected{});
  scene.run(Millis{3'600'000});
  STRCMP_EQUAL("", scene.station.words().c_str());
  STRCMP_EQUAL("unknown", scene.state().c_str());
}

TEST(EngineStop, NoNewCallIsTakenDuringTheGoodbye) {
  Scene scene(Stage::kInConnected, two_lines());
  scene.station.give(Stop{});
  scene.run(Millis{5});
  STRCMP_EQUAL("", scene.answer_to(scene.peer.invite(call_id(3))).c_str());
}

TEST(EngineStop, BothSidesAgreeWhateverTheStateWas) {
  Rig ring = ringing();
  ring->give(ring->door(), Stop{});
  ring->run(Millis{5'000});
  CHECK_TRUE(ring->door().reason(ring->call) == Reason::kShuttingDown);
  CHECK_TRUE(ring->panel().reason(ring->call) == Reason::kCancelled);
  Rig callee = ringing();
  callee->give(callee->panel(), Stop{});
  callee->run(Millis{5'000});
  CHECK_TRUE(callee->panel().reason(callee->call) == Reason::kShuttingDown);
  CHECK_TRUE(callee->door().reason(callee->call) == Reason::kOffline);
  Rig talk = connected();
  talk->give(talk->panel(), Stop{});
  talk->run(Millis{5'000});
  CHECK_TRUE(talk->panel().reason(talk->call) == Reason::kShuttingDown);
  CHECK_TRUE(talk->door().reason(talk->call) == Reason::kShuttingDown);
}

TEST(EngineStop, ItCanBeStartedAgain) {
  Scene scene(Stage::kInHungUp);
  scene.station.give(Stop{});
  scene.run(Millis{5});
  const ConnectNumber before = scene.station.wills.back().connect;
  scene.station.come_online();
  CHECK_TRUE(scene.station.wills.back().connect > before);
  STRCMP_EQUAL("ringing event:incoming", scene.answer_to(scene.peer.invite(call_id(3))).c_str());
  STRCMP_EQUAL("", scene.answer_to(scene.peer.invite(scene.call)).c_str());
}
