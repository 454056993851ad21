// A device pulls a call over from another device of its user (PROTOCOL rule 13). What the others
// say to that device lies in the common inbox, so it knows which calls there are.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EnginePull) {
  Group group_{"panel@apt1", "phone@apt1", "hall@apt1", "panel@apt2"};

  void talk() {
    group_.call_users(invite_users({"apt1"}));
    group_.answer({1});
  }
  Errc pull(std::size_t who) {
    const Errc code = group_.give(group_.at(who), join({}, true)).code;
    group_.run(Millis{500});
    return code;
  }
};

TEST(EnginePull, MovesTheCallOver) {
  talk();
  CHECK_TRUE(pull(2) == Errc::kOk);
  STRCMP_EQUAL("connected", group_.state(2).c_str());
  STRCMP_EQUAL("moved", group_.reason(1).c_str());
  STRCMP_EQUAL("connected", group_.state(0).c_str());
  CHECK_FALSE(group_.at(2).engine().pullable_at(0).has_value());  // it is here now
  CHECK_TRUE(group_.door().engine().find_call(group_.call)->peer == group_.at(2).self);
  group_.run(Millis{60'000});
  STRCMP_EQUAL("connected", group_.state(0).c_str());
  STRCMP_EQUAL("connected", group_.state(2).c_str());
}

TEST(EnginePull, AndBackAgain) {
  talk();
  CHECK_TRUE(pull(2) == Errc::kOk);
  group_.run(Millis{11'000});
  CHECK_TRUE(pull(1) == Errc::kOk);
  STRCMP_EQUAL("connected", group_.state(1).c_str());
  STRCMP_EQUAL("moved", group_.reason(2).c_str());
}

TEST(EnginePull, InAGroupAllSeeIt) {
  group_.call_users(invite_users({"apt1", "apt2"}));
  group_.answer({1, 4});
  CHECK_TRUE(pull(2) == Errc::kOk);
  STRCMP_EQUAL("moved", group_.reason(1).c_str());
  for (const std::size_t each : {0U, 2U, 4U}) {
    STRCMP_EQUAL(
        "door@gate connected, panel@apt2 connected, phone@apt1 connected, apt1 "
        "ended(moved)",
        group_.seen_by(each).c_str());
  }
}

TEST(EnginePull, OfTwoThatPullAtOnceTheLastOneHasIt) {
  talk();
  group_.give(group_.at(2), join(group_.call, true));
  group_.give(group_.at(3), join(group_.call, true));
  group_.run(Millis{3'000});
  STRCMP_EQUAL("moved", group_.reason(1).c_str());
  STRCMP_EQUAL("moved", group_.reason(2).c_str());
  STRCMP_EQUAL("connected", group_.state(3).c_str());
  STRCMP_EQUAL("connected", group_.state(0).c_str());
}

// Each of the two that talk lets the other one's user move: both go, and who is left alone, too.
TEST(EnginePull, FromBothSidesAtOnceItEndsForAll) {
  Group group({"panel@apt1", "hall@apt1", "hall@gate"});
  group.call_users(invite_users({"apt1"}));
  group.answer({1});
  group.run(Millis{11'000});
  group.give(group.at(2), join(group.call, true));
  group.give(group.at(3), join(group.call, true));
  group.run(Millis{40'000});
  for (const std::size_t each : {0U, 1U, 2U, 3U}) {
    STRCMP_EQUAL("moved", group.reason(each).c_str());
  }
}

TEST(EnginePull, InACrowdTheOthersHearWhichLegItFollows) {
  RigOptions options;
  options.limits.legs = 4;
  Group group({"panel@apt1", "phone@apt1", "panel@apt2", "panel@apt3"}, options);
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1, 3});
  group.run(Millis{11'000});
  InviteUsers third = invite_users({"apt3"});
  third.call = group.call;
  group.give(group.door(), third);
  group.run(Millis{500});
  group.give(group.at(4), reject(group.call));
  group.run(Millis{500});
  group.give(group.at(2), join(group.call, true));
  group.run(Millis{1'000});
  STRCMP_EQUAL("connected", group.state(2).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, phone@apt1 connected, apt1 ended(moved)",
               group.seen_by(0).c_str());
}

// Here the leg that it follows is forgotten at once: two are left, and neither is the creator's.
TEST(EnginePull, HearsWhichLegTheOtherHasWhereThereIsRoomForTwoOnly) {
  RigOptions options;
  options.limits.legs = 2;
  Group group({"panel@apt1", "hall@gate"}, options);
  group.call_users(invite_users({"apt1"}));
  group.answer({1});
  group.run(Millis{11'000});
  group.give(group.at(2), join(group.call, true));
  group.run(Millis{500});
  STRCMP_EQUAL("connected", group.state(2).c_str());
  const std::optional<LegView> other = group.at(2).engine().member_at(group.call, 0);
  CHECK_TRUE(other.has_value() && other->device == group.at(1).self.device);
  CHECK_TRUE(other->key == (LegKey{group.door().self, 1}));
  UNSIGNED_LONGS_EQUAL(1, other->join_number);
}

TEST(EnginePull, IsKnownFromWhatIsOverheard) {
  talk();
  CHECK_TRUE(group_.at(2).engine().pullable_at(0) == group_.call);  // from the confirm
  CHECK_FALSE(group_.at(2).engine().pullable_at(1).has_value());
  CHECK_FALSE(group_.at(1).engine().pullable_at(0).has_value());  // it is here
  group_.run(Millis{120'000});
  CHECK_TRUE(group_.at(2).engine().pullable_at(0) == group_.call);  // from heartbeats
}

TEST(EnginePull, WhatHasEndedCanNotBePulled) {
  talk();
  group_.give(group_.door(), hang_up(group_.call));
  group_.run(Millis{300});
  CHECK_FALSE(group_.at(2).engine().pullable_at(0).has_value());
  CHECK_TRUE(pull(2) == Errc::kUnknownCall);
}

TEST(EnginePull, NorWhatThisDeviceIsInItself) {
  Trio trio("panel@apt1");
  const LegView hall = leg_view({trio.two.self, 1}, "hall@apt1", LegState::kConnected, 3);
  (void)trio.roster(trio.two, {trio.door.self, 2}, {&hall, 1});
  (void)trio.hear(trio.two, trio.two.sync(trio.call, {trio.door.self, 2}, {&hall, 1}, "hall"));
  CHECK_FALSE(trio.station.engine().pullable_at(0).has_value());
  trio.station.give(hang_up(trio.call));
  CHECK_TRUE(trio.station.engine().pullable_at(0) == trio.call);
}

TEST(EnginePull, WhatIsNotHeardOfAnyMoreIsForgotten) {
  talk();
  group_.rig->pass = [](const Account&, const Message&) { return false; };
  group_.run(Millis{31'000});
  CHECK_FALSE(group_.at(2).engine().pullable_at(0).has_value());
}

TEST(EnginePull, OfSeveralOneMustBeNamed) {
  Scene scene(Stage::kUnknown);
  Actor other("side@gate2");
  const auto talk_with = [&](Actor& who, std::uint8_t n) {
    const auto legs = connected_view(who.self, account_of("hall@apt1"));
    scene.station.hear(who.self, who.sync(call_id(n), {who.self, 0}, legs, "hall"));
  };
  talk_with(scene.peer, 1);
  talk_with(other, 2);
  CHECK_TRUE(scene.station.give(join({}, true)).code == Errc::kInvalidArgument);
  CHECK_TRUE(scene.station.give(join(call_id(2), true)).code == Errc::kOk);
  CHECK_TRUE(scene.station.last(MessageKind::kJoin).to == other.self.user);
}

TEST(EnginePull, OfMoreThanItCanRememberTheOldestIsForgotten) {
  Scene scene(Stage::kUnknown);
  for (std::uint8_t n = 1; n <= kElsewhereMax + 1; ++n) {
    const auto legs = connected_view(scene.peer.self, account_of("hall@apt1"));
    scene.station.hear(scene.peer.self,
                       scene.peer.roster(call_id(n), {scene.peer.self, 0}, legs, "hall"));
    scene.run(Millis{10});
  }
  for (std::size_t i = 0; i < kElsewhereMax; ++i) {
    CHECK_FALSE(scene.station.engine().pullable_at(i) == call_id(1));
  }
  CHECK_FALSE(scene.station.engine().pullable_at(kElsewhereMax).has_value());
}

TEST(EnginePull, AnEndOrLeaveToTheOtherDeviceForgetsIt) {
  for (const bool end : {true, false}) {
    Scene scene(Stage::kUnknown);
    const auto legs = connected_view(scene.peer.self, account_of("hall@apt1"));
    const LegKey key{scene.peer.self, 0};
    scene.station.hear(scene.peer.self, scene.peer.sync(scene.call, key, legs, "hall"));
    Message over = end ? scene.peer.end(scene.call, key) : scene.peer.leave(scene.call, key);
    over.header.to = DeviceId::parse("hall").value();
    Actor stranger("imp@else");
    scene.station.hear(stranger.self, over);
    CHECK_TRUE(scene.station.engine().pullable_at(0).has_value());
    scene.station.hear(scene.peer.self, over);
    CHECK_FALSE(scene.station.engine().pullable_at(0).has_value());
  }
}

TEST(EnginePull, MediaGoesToTheNewDevice) {
  Station::Options options;
  options.settings.media_hook = true;
  Scene scene(Stage::kOutConnected, options);
  scene.station.give(MediaReported{scene.call, MediaState::kConnected});
  Actor phone("phone@apt1");
  (void)scene.station.words();
  scene.station.hear(phone.self, phone.join(scene.call, true));
  STRCMP_EQUAL(
      "end(moved) event:member(apt1 ended(moved)) confirm(phone) event:member(apt1 "
      "connected) stop_media start_media",
      scene.station.words().c_str());
  UNSIGNED_LONGS_EQUAL(0, scene.counters().dropped_bad_state);
}
