// What members tell each other never stands in the way of calls: it has bounds of its own.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineInfoLimits){
    static Station::Options sized(std::uint16_t outgoing,
                                  std::uint32_t pool = 65'536){Station::Options options;
options.limits.outgoing = outgoing;
options.limits.pool_bytes = pool;
return options;
}
/// Invites that are refused as busy, and whose refusals nobody acknowledges.
static void leave_rejects(Scene& scene, int count) {
  for (int n = 0; n < count; ++n) {
    Actor visitor("v@v" + std::to_string(n));
    scene.station.hear(visitor.self, visitor.invite(call_id(static_cast<std::uint8_t>(n + 1))), 90);
  }
}
static Errc send(Scene& scene, std::string_view text) {
  return scene.station.give(info_to(scene.call, text)).code;
}
}
;

TEST(EngineInfoLimits, HalfOfTheMessagesAreForCalls) {
  Scene scene(Stage::kOutConnected, sized(5));
  CHECK_TRUE(send(scene, "one") == Errc::kOk);
  CHECK_TRUE(send(scene, "two") == Errc::kOk);
  CHECK_TRUE(send(scene, "three") == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(1, scene.counters().outgoing_full);
}

TEST(EngineInfoLimits, WhatCallsHaveToSayGivesNoWay) {
  Scene scene(Stage::kOutConnected, sized(4));
  leave_rejects(scene, 3);
  CHECK_TRUE(send(scene, "one") == Errc::kOk);
  CHECK_TRUE(send(scene, "two") == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(3, scene.station.count(MessageKind::kReject));
}

TEST(EngineInfoLimits, WhatDoesNotFitIsRefused) {
  Scene scene(Stage::kOutConnected, sized(48, 4'096));
  CHECK_TRUE(send(scene, std::string(5'000, 'x')) == Errc::kTooManyCalls);
  CHECK_TRUE(send(scene, std::string(2'500, 'x')) == Errc::kOk);
  CHECK_TRUE(send(scene, "more than half is taken") == Errc::kTooManyCalls);
}

// The third one lies in the place of the first: the second is older all the same.
TEST(EngineInfoLimits, TheOlderGoesFirstWhereverItLies) {
  Scene scene(Stage::kOutConnected, sized(48));
  leave_rejects(scene, 1);
  const auto receipt = [&scene] {
    scene.hear(scene.peer.ack(scene.station.last(MessageKind::kInfo).header()));
  };
  const auto last = [&scene] {
    return std::string(std::get<Info>(scene.station.last(MessageKind::kInfo).message.body).text);
  };
  CHECK_TRUE(send(scene, "one") == Errc::kOk);
  CHECK_TRUE(send(scene, "two") == Errc::kOk);
  receipt();
  CHECK_TRUE(send(scene, "three") == Errc::kOk);
  scene.run(kRetryMax + Millis{1});  // its own time comes, but not its turn
  STRCMP_EQUAL("two", last().c_str());
  receipt();
  STRCMP_EQUAL("three", last().c_str());
}

TEST(EngineInfoLimits, OtherDevicesOfTheOwnUserAreTheirOwnersBusiness) {
  Trio trio("panel@apt1");
  const LegView hall = leg_view({trio.two.self, 1}, "hall@apt1", LegState::kConnected, 3);
  (void)trio.roster(trio.two, {trio.door.self, 2}, {&hall, 1});
  UNSIGNED_LONGS_EQUAL(2, trio.station.give(info_to(trio.call, "x")).copies);
}
