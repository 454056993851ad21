// What an asked door may answer, and whose answer counts; and a request among more own messages
// than there is room for. The test plays the door.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineDoorAnswers) {
  Instant now_{Millis{1'000'000}};
  Actor gate_{"door@gate", 0xD0};

  /// Online, and it knows the gate's door.
  void come_online(Station & desk) {
    desk.come_online();
    Presence presence = gate_.presence(PresenceState::kIdle);
    presence.capabilities = kHasDoor;
    desk.give(PresenceReceived{gate_.self, false, 3600, presence});
  }
  Header ask(Station & desk, std::string_view name = "gate") {
    CHECK_TRUE(desk.give(OpenDoor{{}, user(name)}).code == Errc::kOk);
    (void)desk.words();
    return desk.last(MessageKind::kInfo).header();
  }
  /// `from` says that it has opened, in answer to `asked`.
  std::string opened(Station & desk, Actor & from, const CallId& id, std::uint32_t asked,
                     std::string_view to = "desk") {
    const Door result{DoorStep::kResult, 0, DoorResult::kOpened, asked};
    desk.hear(from.self, from.say(id, {from.self, 0}, result, to), 10);
    return desk.words();
  }
};

TEST(EngineDoorAnswers, OnlyOfTheDeviceThatWasAskedByItsNameAndToThisOne) {
  Station desk("desk@office", now_);
  come_online(desk);
  const Header request = ask(desk);
  STRCMP_EQUAL("door", std::string(request.to.view()).c_str());
  Actor side("side@gate");
  Actor imp("door@elsewhere");
  STRCMP_EQUAL("", opened(desk, side, request.call, request.sequence).c_str());
  STRCMP_EQUAL("", opened(desk, imp, request.call, request.sequence).c_str());
  STRCMP_EQUAL("", opened(desk, gate_, call_id(0x99), request.sequence).c_str());
  STRCMP_EQUAL("", opened(desk, gate_, request.call, request.sequence + 1).c_str());
  STRCMP_EQUAL("", opened(desk, gate_, request.call, request.sequence, "").c_str());
  UNSIGNED_LONGS_EQUAL(5, desk.counters().dropped_bad_state);
  STRCMP_EQUAL("other door:opened", opened(desk, gate_, request.call, request.sequence).c_str());
}

TEST(EngineDoorAnswers, OfAnyDeviceWhereNoneWasNamedAndThenOfThatOneAlone) {
  Station desk("desk@office", now_);
  desk.come_online();
  const Header request = ask(desk);
  CHECK_TRUE(request.to.empty());
  Actor side("side@gate");
  const Door nonce{DoorStep::kNonce, 7, {}, request.sequence};
  desk.hear(side.self, side.say(request.call, {side.self, 0}, nonce, "desk"), 10);
  STRCMP_EQUAL("door(open)", desk.words().c_str());
  const Header order = desk.last(MessageKind::kInfo).header();
  CHECK_TRUE(order.to == side.self.device);
  STRCMP_EQUAL("", opened(desk, gate_, order.call, order.sequence).c_str());
  STRCMP_EQUAL("other door:opened", opened(desk, side, order.call, order.sequence).c_str());
}

TEST(EngineDoorAnswers, NothingIsAskedWithoutRoomForARequest) {
  Station::Options options;
  options.limits.outgoing = 2;
  Station desk("desk@office", now_, options);
  come_online(desk);
  const CallId call = desk.give(invite_users({"apt1", "apt2"})).call;
  CHECK_TRUE(desk.give(OpenDoor{{}, user("gate")}).code == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(0, desk.count(MessageKind::kInfo));
  UNSIGNED_LONGS_EQUAL(1, desk.counters().outgoing_full);
  STRCMP_EQUAL("calling", desk.state(call).c_str());
}

TEST(EngineDoorAnswers, ARequestDoesNotGiveWayToLaterMessages) {
  Station::Options options;
  options.limits.outgoing = 2;
  Station desk("desk@office", now_, options);
  come_online(desk);
  const Header request = ask(desk);
  for (std::uint8_t n = 1; n <= 3; ++n) {  // refusals, which nobody acknowledges
    desk.hear(gate_.self, gate_.invite(call_id(n)), 90);
    CHECK_TRUE(desk.give(reject(call_id(n))).code == Errc::kOk);
    STRCMP_CONTAINS("reject(declined_everywhere)", desk.words().c_str());
  }
  UNSIGNED_LONGS_EQUAL(2, desk.counters().outgoing_full);
  STRCMP_EQUAL("other door:opened", opened(desk, gate_, request.call, request.sequence).c_str());
}
