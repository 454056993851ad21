// The bounds of a call of many: legs, devices, messages and leg views of a step. Whatever is full,
// what is up stays up, and what had to wait goes out with the next step.

#include <string>
#include <vector>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineGroupLimits){
    static Station::Options many_parties(void (*change)(Limits&) = [](Limits&) {}){
        Station::Options options;
options.settings.parties = kPartiesMax;
change(options.limits);
return options;
}
static std::vector<Invitee> users_of(std::size_t count) {
  std::vector<Invitee> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({user("apt" + std::to_string(i + 10)), 0});
  }
  return all;
}
static Actor actor(std::size_t n) {
  return Actor("panel@apt" + std::to_string(n + 10), 0xB0 + n);
}
/// The first `count` users of a call answer, each heard and acknowledged.
static void answer(Scene& scene, const CallId& call, std::size_t from, std::size_t count) {
  for (std::size_t i = from; i < from + count; ++i) {
    Actor each = actor(i);
    const LegKey leg{scene.station.self, static_cast<std::uint32_t>(i + 1)};
    scene.station.hear(each.self, each.accept(call, leg));
    scene.run(Millis{1});
  }
}
}
;

TEST(EngineGroupLimits, FifteenInviteesAllGetTheirInvite) {
  Scene scene(Stage::kUnknown, many_parties());
  const auto list = users_of(kInviteesMax);
  const Result result = scene.station.give(invite(list));
  CHECK_TRUE(result.code == Errc::kOk);
  scene.run(Millis{1});
  UNSIGNED_LONGS_EQUAL(kInviteesMax, scene.station.count(MessageKind::kInvite));
  for (const Invitee& each : list) {
    bool sent = false;
    for (const Sent& message : scene.station.sent) {
      sent = sent || message.to == each.user;
    }
    CHECK_TRUE(sent);
  }
}

TEST(EngineGroupLimits, FifteenInviteesAllAnswerAndSeeEachOther) {
  Scene scene(Stage::kUnknown, many_parties());
  const Result result = scene.station.give(invite(users_of(kInviteesMax)));
  answer(scene, result.call, 0, kInviteesMax);
  const auto info = scene.station.engine().find_call(result.call);
  UNSIGNED_LONGS_EQUAL(kPartiesMax, info->members);
  std::vector<bool> told(kInviteesMax, false);
  for (const Sent& sent : scene.station.sent) {
    if (const auto* roster = std::get_if<Roster>(&sent.message.body)) {
      UNSIGNED_LONGS_EQUAL(kPartiesMax, roster->legs.size());
      for (std::size_t i = 0; i < kInviteesMax; ++i) {
        told[i] = told[i] || sent.to == actor(i).self.user;
      }
    }
  }
  for (std::size_t i = 0; i + 1 < kInviteesMax; ++i) {  // the last one has it from its confirm
    CHECK_TRUE(told[i]);
  }
}

TEST(EngineGroupLimits, EndingForFifteenTellsEachOfThem) {
  Scene scene(Stage::kUnknown, many_parties());
  const Result result = scene.station.give(invite(users_of(kInviteesMax)));
  answer(scene, result.call, 0, 8);  // the others still ring
  CHECK_TRUE(scene.station.give(end_for_all(result.call)).code == Errc::kOk);
  scene.run(Millis{2});
  std::size_t ends = 0;
  std::size_t cancels = 0;
  for (std::size_t i = 0; i < kInviteesMax; ++i) {
    for (const Sent& sent : scene.station.sent) {
      const bool to = sent.to == actor(i).self.user && sent.header().call == result.call;
      ends += to && sent.kind() == MessageKind::kEnd ? 1U : 0U;
      cancels += to && sent.kind() == MessageKind::kCancel ? 1U : 0U;
    }
  }
  UNSIGNED_LONGS_EQUAL(8, ends);
  UNSIGNED_LONGS_EQUAL(7, cancels);
}

TEST(EngineGroupLimits, AfterAnOutageFifteenAreSyncedThoughTheirViewsNeedSeveralSteps) {
  Scene scene(Stage::kUnknown, many_parties());
  const Result result = scene.station.give(invite(users_of(kInviteesMax)));
  answer(scene, result.call, 0, kInviteesMax);
  scene.station.give(LinkLost{});
  scene.run(Millis{1'200});
  const std::size_t before = scene.station.sent.size();
  scene.station.give(LinkConnected{});
  scene.run(Millis{2});
  std::size_t syncs = 0;
  for (std::size_t i = before; i < scene.station.sent.size(); ++i) {
    if (const auto* sync = std::get_if<Sync>(&scene.station.sent[i].message.body)) {
      UNSIGNED_LONGS_EQUAL(kPartiesMax, sync->legs.size());
      ++syncs;
    }
  }
  UNSIGNED_LONGS_EQUAL(kInviteesMax, syncs);
}

TEST(EngineGroupLimits, AndSoAreFourCallsWhoseViewsFillAStepBeforeTheirMessagesDo) {
  Station::Options options =
      many_parties([](Limits& limits) { limits.legs = 4 * (kInviteesMax - 2); });
  options.settings.lines = 4;
  Scene scene(Stage::kUnknown, options);
  for (std::size_t n = 0; n < 4; ++n) {
    const Result result = scene.station.give(invite(users_of(kInviteesMax - 3)));
    CHECK_TRUE(result.code == Errc::kOk);
    answer(scene, result.call, 0, 1);
    for (std::size_t i = 1; i < kInviteesMax - 3; ++i) {
      Actor each = actor(i);
      const LegKey leg{scene.station.self, static_cast<std::uint32_t>(i + 1)};
      scene.station.hear(each.self, each.reject(result.call, leg, Reason::kDeclinedEverywhere));
    }
  }
  scene.station.give(LinkLost{});
  scene.run(Millis{1'200});
  const std::size_t before = scene.station.count(MessageKind::kSync);
  scene.station.give(LinkConnected{});
  scene.run(Millis{2});
  UNSIGNED_LONGS_EQUAL(4, scene.station.count(MessageKind::kSync) - before);
}

TEST(EngineGroupLimits, FirstWinsWithFifteenStopsAllTheOthers) {
  Scene scene(Stage::kUnknown, many_parties());
  InviteUsers command = invite(users_of(kInviteesMax));
  command.plan.first_wins = true;
  const Result result = scene.station.give(command);
  answer(scene, result.call, 3, 1);
  scene.run(Millis{2});
  UNSIGNED_LONGS_EQUAL(kInviteesMax - 1, scene.station.count(MessageKind::kCancel));
}

TEST(EngineGroupLimits, WhenTheOutgoingAreFullSomeInviteesAreTold) {
  Scene scene(Stage::kUnknown, many_parties([](Limits& limits) { limits.outgoing = 3; }));
  const Result result = scene.station.give(invite(users_of(5)));
  CHECK_TRUE(result.code == Errc::kOk);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK_TRUE(result.invitees[i] == (i < 3 ? Errc::kOk : Errc::kTooManyCalls));
  }
  UNSIGNED_LONGS_EQUAL(2, scene.counters().outgoing_full);
}

TEST(EngineGroupLimits, WhenTheLegsAreFullSomeInviteesAreTold) {
  Scene scene(Stage::kUnknown, many_parties([](Limits& limits) { limits.legs = 3; }));
  const Result result = scene.station.give(invite(users_of(4)));
  CHECK_TRUE(result.code == Errc::kOk);
  CHECK_TRUE(result.invitees[1] == Errc::kOk);
  CHECK_TRUE(result.invitees[2] == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(2, scene.counters().calls_full);
}

TEST(EngineGroupLimits, WhenNoLegIsLeftTheInvitationIsRefusedWithoutAnEvent) {
  Scene scene(Stage::kUnknown, many_parties([](Limits& limits) { limits.legs = 1; }));
  CHECK_TRUE(scene.station.give(invite(users_of(2))).code == Errc::kTooManyCalls);
  STRCMP_EQUAL("", scene.station.words().c_str());
  CHECK_TRUE(scene.station.engine().own_state() == PresenceState::kIdle);
}

TEST(EngineGroupLimits, AnEndedLegGivesWayAndIsStillAnsweredFor) {
  Scene scene(Stage::kUnknown, many_parties([](Limits& limits) { limits.legs = 3; }));
  const Result result = scene.station.give(invite(users_of(2)));
  Actor first = actor(0);
  const LegKey leg{scene.station.self, 1};
  scene.station.hear(first.self, first.reject(result.call, leg, Reason::kDeclinedEverywhere));
  InviteUsers command = invite_users({"apt99"});
  command.call = result.call;
  CHECK_TRUE(scene.station.give(command).invitees[0] == Errc::kOk);
  (void)scene.station.words();
  scene.station.hear(first.self, first.ringing(result.call, leg));
  STRCMP_EQUAL("cancel(declined_elsewhere)", scene.station.words().c_str());
}

TEST(EngineGroupLimits, TheNumberOfAMemberThatGaveWayIsNotGivenAgain) {
  Scene scene(Stage::kOutConnected, many_parties([](Limits& limits) { limits.legs = 3; }));
  Actor two("panel@apt2", 0xA2);
  Actor three("panel@apt3", 0xA3);
  const auto add = [&](const Actor& who) {
    InviteUsers command = invite(who.self.user);
    command.call = scene.call;
    CHECK_TRUE(scene.station.give(command).code == Errc::kOk);
  };
  add(two);
  scene.station.hear(two.self, two.accept(scene.call, {scene.station.self, 2}));
  scene.station.hear(two.self, two.leave(scene.call, {scene.station.self, 2}));
  add(three);
  scene.station.hear(three.self, three.accept(scene.call, {scene.station.self, 3}));
  UNSIGNED_LONGS_EQUAL(3, scene.station.events.back().join_number);
}

TEST(EngineGroupLimits, WhenTheDevicesAreFullTheNextIsCountedAndMayStillAnswer) {
  Scene scene(Stage::kCalling, many_parties([](Limits& limits) { limits.devices = 1; }));
  Actor hall("hall@apt1");
  scene.hear(scene.peer.ringing(scene.call, scene.leg));
  scene.station.hear(hall.self, hall.ringing(scene.call, scene.leg));
  UNSIGNED_LONGS_EQUAL(1, scene.counters().dropped_table_full);
  scene.station.hear(hall.self, hall.reject(scene.call, scene.leg, Reason::kBusy));
  STRCMP_EQUAL("calling", scene.state().c_str());
  scene.station.hear(hall.self, hall.accept(scene.call, scene.leg));
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineGroupLimits, WhenTheDevicesAreFullADeclineForAllStillCounts) {
  Scene scene(Stage::kCalling, many_parties([](Limits& limits) { limits.devices = 1; }));
  Actor hall("hall@apt1");
  scene.hear(scene.peer.ringing(scene.call, scene.leg));
  scene.station.hear(hall.self, hall.reject(scene.call, scene.leg, Reason::kDeclinedEverywhere));
  STRCMP_EQUAL("declined_everywhere", text(scene.reason()).c_str());
}

TEST(EngineGroupLimits, AStrangersRosterCanNotFillTheLegs) {
  Trio trio("panel@apt1");
  Actor stranger("imp@else");
  std::vector<LegView> views;
  for (std::uint32_t n = 0; n < kLegViewsMax; ++n) {
    views.push_back(leg_view({stranger.self, n + 1}, "panel@apt9", LegState::kRinging));
  }
  STRCMP_EQUAL("", trio.roster(stranger, {stranger.self, 0}, views).c_str());
  UNSIGNED_LONGS_EQUAL(3, trio.station.engine().find_call(trio.call)->members);
}

TEST(EngineGroupLimits, AMembersRosterOfMoreThanFitsIsTakenAsFarAsItFits) {
  Trio trio("panel@apt1");
  for (std::uint32_t round = 0; round < 2; ++round) {
    std::vector<LegView> views;
    for (std::uint32_t n = 1; n <= kLegViewsMax; ++n) {
      views.push_back(leg_view({trio.two.self, 100 * round + n}, "panel@apt9", LegState::kRinging));
    }
    (void)trio.roster(trio.two, {trio.door.self, 2}, views);
    trio.station.run(Millis{1});
  }
  UNSIGNED_LONGS_EQUAL(kLegsPerCallMax, trio.station.engine().find_call(trio.call)->members);
  STRCMP_EQUAL("connected", trio.state().c_str());
}

TEST(EngineGroupLimits, WhenNoLegIsLeftAJoinIsRefusedAsBusy) {
  Scene scene(Stage::kUnknown, many_parties([](Limits& limits) { limits.legs = 3; }));
  const Result result = scene.station.give(invite(users_of(2)));
  answer(scene, result.call, 0, 2);
  Actor phone("phone@apt10");
  (void)scene.station.words();
  scene.station.hear(phone.self, phone.join(result.call, true));
  CHECK_TRUE(scene.station.engine().find_call(result.call).has_value());  // an ended one gave way
  STRCMP_EQUAL("panel@apt1 connected, panel@apt11 connected, phone@apt10 connected",
               members(scene.station, result.call).c_str());
}

TEST(EngineGroupLimits, TombstonesThatAreFullForgetTheOldest) {
  Station::Options options = many_parties([](Limits& limits) { limits.tombstones = 4; });
  Scene scene(Stage::kUnknown, options);
  const Result result = scene.station.give(invite(users_of(6)));
  scene.station.give(cancel(result.call));
  scene.run(Millis{2});
  UNSIGNED_LONGS_EQUAL(3, scene.counters().tombstones_evicted);
  STRCMP_EQUAL("cancelled", text(scene.station.reason(result.call)).c_str());
}
