// Full tables: each has one named policy and a counter, and none breaks a call that is up.

#include <string>

#include "agent/core/blob_pool.hpp"
#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"
#include "tests/fakes/prng.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineLimits){
    static Station::Options sized(void (*change)(Limits&)){Station::Options options;
options.settings.lines = 8;
change(options.limits);
return options;
}

static Errc call(Scene& scene, std::string_view user) {
  return scene.station.give(invite(UserId::parse(user).value())).code;
}

static Actor actor(int n) {
  return Actor("side@gate" + std::to_string(n));
}
}
;

TEST(EngineLimits, WhenTheCallsAreFullOwnAreRefusedAndOthersToldBusy) {
  Scene scene(Stage::kInConnected, sized([](Limits& limits) { limits.calls = 2; }));
  CHECK_TRUE(call(scene, "apt7") == Errc::kOk);
  (void)scene.station.words();
  CHECK_TRUE(call(scene, "apt8") == Errc::kTooManyCalls);
  STRCMP_EQUAL("", scene.station.words().c_str());
  Actor visitor = actor(5);
  scene.station.hear(visitor.self, visitor.invite(call_id(5)), 90);
  STRCMP_EQUAL("reject(busy)", scene.station.words().c_str());
  UNSIGNED_LONGS_EQUAL(2, scene.counters().calls_full);
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineLimits, TheLegsBoundTheCallsToo) {
  Scene scene(Stage::kInConnected, sized([](Limits& limits) { limits.legs = 3; }));
  CHECK_TRUE(call(scene, "apt7") == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(1, scene.counters().calls_full);
}

TEST(EngineLimits, AStrangersUnprovenInvitesLeaveRoomForOthers) {
  Scene scene(Stage::kUnknown);
  Actor stranger("imp@elsewhere");
  for (std::uint8_t n = 1; n <= 40; ++n) {
    scene.station.hear(stranger.self, stranger.invite(call_id(n), kRingTimeMax));
  }
  CHECK_TRUE(call(scene, "apt7") == Errc::kOk);
  Scene other(Stage::kUnknown);
  for (std::uint8_t n = 1; n <= 40; ++n) {
    other.station.hear(stranger.self, stranger.invite(call_id(n), kRingTimeMax));
  }
  STRCMP_EQUAL("ringing event:incoming", other.answer_to(other.peer.invite(call_id(0x99))).c_str());
}

TEST(EngineLimits, WhenTheOutgoingAreFullTheOldestFinalMessageGivesWay) {
  Scene scene(Stage::kUnknown, sized([](Limits& limits) { limits.outgoing = 3; }));
  for (std::uint8_t n = 1; n <= 5; ++n) {  // each leaves a reject that nobody acknowledges
    scene.hear(scene.peer.invite(call_id(n)));
    scene.station.give(reject(call_id(n)));
  }
  UNSIGNED_LONGS_EQUAL(2, scene.counters().outgoing_full);
  CHECK_TRUE(call(scene, "apt7") == Errc::kOk);
  UNSIGNED_LONGS_EQUAL(3, scene.counters().outgoing_full);
}

TEST(EngineLimits, WhenTheOutgoingAreFullOfLiveMessagesAnInviteIsRefusedWithoutAnEvent) {
  Scene scene(Stage::kUnknown, sized([](Limits& limits) { limits.outgoing = 2; }));
  CHECK_TRUE(call(scene, "apt7") == Errc::kOk);
  CHECK_TRUE(call(scene, "apt8") == Errc::kOk);
  (void)scene.station.words();
  CHECK_TRUE(call(scene, "apt9") == Errc::kTooManyCalls);
  STRCMP_EQUAL("", scene.station.words().c_str());
  UNSIGNED_LONGS_EQUAL(2, scene.counters().calls_out);
}

TEST(EngineLimits, WhenThePoolIsFullAnInviteIsRefusedAndTheNextOneAfterAnEndIsNot) {
  Scene scene(Stage::kUnknown, sized([](Limits& limits) { limits.pool_bytes = 10 * 1024; }));
  const std::string data(6'000, 'x');
  InviteUsers command = invite(UserId::parse("apt7").value());
  command.data = data;
  const Result first = scene.station.give(command);
  CHECK_TRUE(first.code == Errc::kOk);
  const Invitee other{UserId::parse("apt8").value(), 0};
  command.invitees = {&other, 1};
  CHECK_TRUE(scene.station.give(command).code == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(1, scene.counters().pool_full);
  scene.station.give(cancel(first.call));
  CHECK_TRUE(scene.station.give(command).code == Errc::kOk);
}

TEST(EngineLimits, WhenThePoolIsFullALeaveGoesOutWithoutItsText) {
  Scene scene(Stage::kInConnected, sized([](Limits& limits) { limits.pool_bytes = 1'024; }));
  const std::string data(4'000, 'x');
  CHECK_TRUE(scene.station.give(HangUpCall{scene.call, data}).code == Errc::kOk);
  const Leave leave = std::get<Leave>(scene.station.last(MessageKind::kLeave).message.body);
  CHECK_TRUE(leave.data.empty());
  UNSIGNED_LONGS_EQUAL(1, scene.counters().pool_full);
}

TEST(EngineLimits, WhenThePoolIsFullAnAcceptIsRefusedAndTheCallRingsOn) {
  Scene scene(Stage::kRinging, sized([](Limits& limits) { limits.pool_bytes = 1'024; }));
  const std::string data(4'000, 'x');
  AcceptCall command = accept(scene.call);
  command.data = data;
  CHECK_TRUE(scene.station.give(command).code == Errc::kTooManyCalls);
  STRCMP_EQUAL("ringing", scene.state().c_str());
  CHECK_TRUE(scene.station.give(accept(scene.call)).code == Errc::kOk);
}

TEST(EngineLimits, WhenThePeersAreFullAnOfflineOneGivesWayAndElseTheNewOneIsNotKept) {
  Scene scene(Stage::kUnknown, sized([](Limits& limits) { limits.peers = 3; }));
  const auto see = [&](int n, PresenceState state) {
    Actor one = actor(n);
    scene.station.give(PresenceReceived{one.self, false, 3600, one.presence(state, true)});
  };
  see(1, PresenceState::kIdle);
  see(2, PresenceState::kOffline);
  see(3, PresenceState::kIdle);  // takes the place of the second
  see(4, PresenceState::kIdle);
  UNSIGNED_LONGS_EQUAL(1, scene.counters().peers_full);
  CHECK_FALSE(scene.station.engine().peer_at(3).has_value());
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK_TRUE(scene.station.engine().peer_at(i)->state == PresenceState::kIdle);
  }
}

TEST(EngineLimits, ANinthDeviceOfAUserMayStillAnswer) {
  Scene scene(Stage::kCalling);
  for (int n = 0; n < 10; ++n) {
    Actor device("d" + std::to_string(n) + "@apt1");
    scene.station.hear(device.self, device.ringing(scene.call, scene.leg));
  }
  CHECK_TRUE(scene.counters().dropped_table_full >= 2);
  Actor ninth("d9@apt1");
  scene.station.hear(ninth.self, ninth.accept(scene.call, scene.leg));
  STRCMP_EQUAL("connected", scene.state().c_str());
  CHECK_TRUE(scene.station.engine().find_call(scene.call)->peer == ninth.self);
}

TEST(EngineLimits, EightLinesAreEightCallsThatAllEnd) {
  Station::Options options;
  options.settings.lines = 8;
  options.settings.media_hook = true;
  Scene scene(Stage::kUnknown, options);
  for (std::uint8_t n = 1; n <= 8; ++n) {
    Actor visitor = actor(n);
    scene.station.hear(visitor.self, visitor.invite(call_id(n)), 90);
    scene.station.give(accept(call_id(n)));
    scene.station.hear(visitor.self, visitor.confirm(call_id(n), "panel"));
    STRCMP_EQUAL("connected", scene.station.state(call_id(n)).c_str());
  }
  scene.station.give(LinkLost{});
  scene.run(Millis{1'100});
  scene.station.give(LinkConnected{});
  scene.run(Millis{2});
  UNSIGNED_LONGS_EQUAL(8, scene.station.count(MessageKind::kSync));
  scene.run(Millis{60'000});
  UNSIGNED_LONGS_EQUAL(8, scene.station.count(CallChange::kEnded));
  scene.run(Millis{700'000});
  CHECK_TRUE(scene.station.engine().quiet());
}

// What a device gives the engine once and for all; as large on 64-bit machines.
TEST(EngineLimits, TheTablesOfADefaultEngineTakeAtMost96KiB) {
  const Limits limits;
  const std::size_t map = limits.pool_bytes / BlobPool::kChunkBytes;
  CHECK_TRUE(Engine::bytes_needed(limits) - limits.pool_bytes - map <= std::size_t{96} * 1024);
  UNSIGNED_LONGS_EQUAL(64 * 1024, limits.pool_bytes);
}

// Tiny tables and random use: the invariants hold (the station checks them at each step), nothing
// is left in the end.
TEST(EngineLimits, TinyTablesUnderRandomUseLeaveNothingBehind) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    fakes::Prng prng(seed);
    Station::Options options;
    options.settings.lines = 3;
    options.settings.media_hook = true;
    options.limits = Limits{3, 6, 3, 4, 2, 3, 512};
    Scene scene(Stage::kUnknown, options);
    for (int step = 0; step < 400; ++step) {
      Actor who = actor(static_cast<int>(prng.below(4)));
      const CallId id = call_id(static_cast<std::uint8_t>(1 + prng.below(8)));
      const auto expiry = prng.chance(5'000) ? std::optional<std::uint32_t>(90) : std::nullopt;
      switch (prng.below(9)) {
        case 0: scene.station.hear(who.self, who.invite(id), expiry); break;
        case 1: scene.station.hear(who.self, who.cancel(id)); break;
        case 2: scene.station.hear(who.self, who.confirm(id, "panel")); break;
        case 3: scene.station.give(accept(id)); break;
        case 4: scene.station.give(reject(id)); break;
        case 5: scene.station.give(hang_up(id)); break;
        case 6: (void)call(scene, "apt" + std::to_string(2 + prng.below(3))); break;
        case 7:
          scene.station.give(PresenceReceived{
              who.self, false, 3600,
              who.presence(prng.chance(5'000) ? PresenceState::kIdle : PresenceState::kOffline)});
          break;
        default: scene.run(Millis{prng.below(5'000)}); break;
      }
    }
    scene.run(Millis{2'000'000});
    CHECK_TRUE(scene.station.engine().quiet());
  }
}

TEST(EngineLimits, WhenTheLegsAreFullAnInviteIsBusy) {
  Scene scene(Stage::kInConnected, sized([](Limits& limits) { limits.legs = 2; }));
  Actor visitor = actor(5);
  (void)scene.station.words();
  scene.station.hear(visitor.self, visitor.invite(call_id(5)), 90);
  STRCMP_EQUAL("reject(busy)", scene.station.words().c_str());
}

TEST(EngineLimits, WithoutALegForTheCallerACallRingsAndEndsAtTheConfirm) {
  Scene scene(Stage::kRinging, sized([](Limits& limits) { limits.legs = 1; }));
  STRCMP_EQUAL("ringing", scene.state().c_str());
  scene.station.give(accept(scene.call));
  scene.hear(scene.peer.confirm(scene.call, "panel"));
  STRCMP_EQUAL("peer_lost", std::string(to_string(scene.reason())).c_str());
}
