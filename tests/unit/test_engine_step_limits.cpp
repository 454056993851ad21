// What one step puts out is bounded, whatever comes due at once: messages wait for the next step,
// events do not, so there is room for the most that a step can have.

#include <string>
#include <vector>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineStepLimits){static Station::Options large(){Station::Options options;
options.settings.parties = kPartiesMax;
options.settings.lines = 2;
return options;
}
static UserId guest(std::size_t n) {
  return user("g" + std::to_string(n));
}
static void see_offline(Station& station, const UserId& who) {
  Presence presence;
  presence.incarnation = 7;
  presence.connect = 1;
  station.give(PresenceReceived{{DeviceId::parse("x").value(), who}, false, 3600, presence});
}
/// A call of this station's own with `count` members, whose confirms nobody has acknowledged.
static void second_call(Station& station, std::size_t count) {
  std::vector<Invitee> list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back({guest(100 + i), 0});
  }
  const Result result = station.give(invite(list));
  CHECK_TRUE(result.code == Errc::kOk);
  for (std::size_t i = 0; i < count; ++i) {
    Actor each("x@g" + std::to_string(100 + i));
    const LegKey leg{station.self, static_cast<std::uint32_t>(i + 1)};
    station.hear(each.self, each.accept(result.call, leg));
    station.hear(each.self, each.ack(station.last(MessageKind::kConfirm).header()));
    station.run(Millis{1});
  }
}
}
;

// The caller of fourteen offline users dies in the very moment in which everything else is due.
TEST(EngineStepLimits, TheHeirOfFourteenWithManyThingsDueAtOnce) {
  for (std::size_t busy = 0; busy < 26; ++busy) {
    Trio trio("panel@apt1", large());
    Station& station = trio.station;
    station.give(
        PresenceReceived{trio.door.self, false, 3600, trio.door.presence(PresenceState::kIdle)});
    std::vector<LegView> views(trio.views.begin(), trio.views.begin() + 2);
    (void)trio.hear(trio.two, trio.two.leave(trio.call, {trio.door.self, 2}));
    for (std::uint32_t n = 3; n < kLegViewsMax + 1; ++n) {
      see_offline(station, guest(n));
      views.push_back(leg_view({trio.door.self, n}, "x@g" + std::to_string(n), LegState::kRinging));
    }
    (void)trio.roster(trio.door, {trio.door.self, 0}, views);
    second_call(station, 1);
    for (std::uint8_t n = 0; n < busy; ++n) {  // each leaves a reject that nobody acknowledges
      Actor visitor("v@v" + std::to_string(n));
      station.hear(visitor.self, visitor.invite(call_id(static_cast<std::uint8_t>(n + 1))), 90);
    }
    station.give(LinkLost{});
    station.run(Millis{1'200});
    station.give(LinkConnected{});
    station.give(PresenceReceived{trio.door.self, false, 3600,
                                  trio.door.presence(PresenceState::kOffline, true)});
    station.run(Millis{5});
    UNSIGNED_LONGS_EQUAL(kLegViewsMax - 2, station.counters().legs_inherited);
    UNSIGNED_LONGS_EQUAL(kLegViewsMax - 2, station.pushes.size());
  }
}

// The second step of a plan rings fourteen at once, whom a gateway has to wake.
TEST(EngineStepLimits, AStepOfFourteenWithManyThingsDueAtOnce) {
  for (std::size_t busy = 1; busy < kPartiesMax; ++busy) {
    Instant now{Millis{1'000'000}};
    Station station("door@gate", now, large());
    station.come_online();
    std::vector<Invitee> list{{guest(0), 0}};
    for (std::size_t n = 1; n < kInviteesMax; ++n) {
      see_offline(station, guest(n));
      list.push_back({guest(n), 1});
    }
    second_call(station, busy);
    InviteUsers command = invite(list);
    command.plan.step_time = Millis{10'000};
    command.wait_offline = true;
    CHECK_TRUE(station.give(command).code == Errc::kOk);
    station.run(Millis{10'005});  // the heartbeats of the other call come in the same moment
    UNSIGNED_LONGS_EQUAL(kInviteesMax - 1, station.pushes.size());
  }
}

// Eight have joined, each of whom is told at once who is in the call, and the user's other device
// was before this one: for what it leaves with no views are left.
TEST(EngineStepLimits, WhoGoesBehindManyRostersLeavesWithoutAView) {
  Trio trio("panel@apt2", large());
  std::vector<LegView> views;
  for (std::uint32_t n = 3; n < 11; ++n) {
    views.push_back(
        leg_view({trio.door.self, n}, "x@g" + std::to_string(n), LegState::kConnected, n));
  }
  views.push_back(leg_view({trio.one.self, 1}, "hall@apt2", LegState::kConnected, 1));
  (void)trio.roster(trio.door, {trio.door.self, 0}, views);
  STRCMP_EQUAL("moved", text(trio.station.reason(trio.call)).c_str());
  trio.station.run(Millis{1});
  UNSIGNED_LONGS_EQUAL(10, trio.station.count(MessageKind::kLeave));
  CHECK_TRUE(std::get<Leave>(trio.station.last(MessageKind::kLeave).message.body).legs.empty());
}
