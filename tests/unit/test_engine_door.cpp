// This device's door (PROTOCOL rule 15): it opens for a live call's party and for who is on its
// list, once for each nonce that it has issued itself, and for nothing else.

#include <string>
#include <vector>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

namespace {

Station::Options with_door() {
  Station::Options options;
  options.settings.has_door = true;
  options.settings.door_allow[0] = {{}, user("desk")};
  options.settings.door_allow[1] = account_of("hall@apt7");
  options.settings.door_allow_count = 2;
  return options;
}

}  // namespace

/// The door's engine alone; the test plays who asks.
TEST_GROUP(EngineDoor) {
  Instant now_{Millis{1'000'000}};
  Station door_{"door@gate", now_, with_door()};
  Actor desk_{"one@desk", 0xDE};
  Actor panel_{"panel@apt1", 0xA1};
  CallId id_ = call_id(0x55);
  CallId call_;

  void setup() override {
    door_.come_online();
  }

  std::string hear(Actor & from, const CallId& id, const Door& door, std::string_view to = "door") {
    (void)door_.words();
    door_.hear(from.self, from.say(id, {from.self, 0}, door, to), 10);
    return door_.words();
  }
  std::uint64_t nonce(Actor & from, const CallId& id) {
    STRCMP_EQUAL("door(nonce)", hear(from, id, {}).c_str());
    return std::get<Door>(door_.sent.back().message.body).nonce;
  }
  std::string open(Actor & from, const CallId& id, std::uint64_t number) {
    return hear(from, id, {DoorStep::kOpen, number, {}, 0});
  }
  std::string pulsed(bool ok) {
    (void)door_.words();
    door_.give(DoorPulsed{door_.pulses.back().number, ok});
    return door_.words();
  }
  /// The panel is called and answers.
  void connect() {
    call_ = door_.give(invite(panel_.self.user)).call;
    door_.hear(panel_.self, panel_.ringing(call_, {door_.self, 1}), 90);
    door_.hear(panel_.self, panel_.accept(call_, {door_.self, 1}), 90);
    STRCMP_EQUAL("connected", door_.state(call_).c_str());
  }
};

TEST(EngineDoor, OpensForWhoIsOnItsList) {
  const std::uint64_t number = nonce(desk_, id_);
  CHECK_TRUE(number != 0);
  STRCMP_EQUAL("door:asked pulse", open(desk_, id_, number).c_str());
  CHECK_TRUE(door_.pulses[0].who == desk_.self);
  STRCMP_EQUAL("door:opened door(opened)", pulsed(true).c_str());
  CHECK_TRUE(door_.doors.back().who == desk_.self);
  CHECK_TRUE(door_.sent.back().header().to == desk_.self.device);
  UNSIGNED_LONGS_EQUAL(10, door_.sent.back().expiry_s);
  UNSIGNED_LONGS_EQUAL(1, door_.counters().door_pulses);
}

TEST(EngineDoor, TheListNamesUsersAndSingleDevices) {
  Actor hall("hall@apt7");
  Actor attic("attic@apt7");
  (void)nonce(hall, id_);
  STRCMP_EQUAL("door:refused(not_allowed) door(not_allowed)", hear(attic, id_, {}).c_str());
  UNSIGNED_LONGS_EQUAL(1, door_.counters().door_not_allowed);
}

TEST(EngineDoor, OpensForAPartyOfALiveCall) {
  connect();
  const std::uint64_t number = nonce(panel_, call_);
  STRCMP_EQUAL("door:asked pulse", open(panel_, call_, number).c_str());
  CHECK_TRUE(door_.doors.back().in_call);
}

TEST(EngineDoor, NotForWhoOnlyRingsOrNamesNoCallOfIts) {
  call_ = door_.give(invite(panel_.self.user)).call;
  door_.hear(panel_.self, panel_.ringing(call_, {door_.self, 1}), 90);
  STRCMP_EQUAL("door:refused(not_allowed) door(not_allowed)", hear(panel_, call_, {}).c_str());
  door_.hear(panel_.self, panel_.accept(call_, {door_.self, 1}), 90);
  STRCMP_EQUAL("door:refused(not_allowed) door(not_allowed)", hear(panel_, id_, {}).c_str());
  Actor other("attic@apt1", 0xA7);
  STRCMP_EQUAL("door:refused(not_allowed) door(not_allowed)", hear(other, call_, {}).c_str());
}

TEST(EngineDoor, NotForAnotherLifeOfAParty) {
  connect();
  const std::uint64_t number = nonce(panel_, call_);
  panel_.restart();
  STRCMP_EQUAL("door:refused(not_allowed) door(not_allowed)", hear(panel_, call_, {}).c_str());
  STRCMP_EQUAL("door:refused(stale) door(stale)", open(panel_, call_, number).c_str());
  UNSIGNED_LONGS_EQUAL(0, door_.pulses.size());
}

TEST(EngineDoor, NotOnceTheCallIsOver) {
  connect();
  const std::uint64_t number = nonce(panel_, call_);
  door_.give(hang_up(call_));
  STRCMP_EQUAL("door:refused(not_allowed) door(not_allowed)", open(panel_, call_, number).c_str());
  UNSIGNED_LONGS_EQUAL(0, door_.pulses.size());
}

TEST(EngineDoor, TheSameOrderAgainGetsTheSameResultAndNoSecondPulse) {
  const std::uint64_t number = nonce(desk_, id_);
  const Message order =
      desk_.say(id_, {desk_.self, 0}, Door{DoorStep::kOpen, number, {}, 0}, "door");
  door_.hear(desk_.self, order, 10);
  (void)door_.words();
  door_.hear(desk_.self, order, 10);
  STRCMP_EQUAL("", door_.words().c_str());  // the lock is being driven
  (void)pulsed(false);
  door_.hear(desk_.self, order, 10);
  STRCMP_EQUAL("door(failed)", door_.words().c_str());
  STRCMP_EQUAL("door(failed)", open(desk_, id_, number).c_str());  // with another sequence, too
  UNSIGNED_LONGS_EQUAL(1, door_.pulses.size());
}

TEST(EngineDoor, ANonceIsGoodForTenSeconds) {
  const std::uint64_t number = nonce(desk_, id_);
  now_ += kDoorNonceTime - Millis{1};
  UNSIGNED_LONGS_EQUAL(number, nonce(desk_, id_));  // the request again gets the same
  now_ += Millis{1};
  STRCMP_EQUAL("door:refused(stale) door(stale)", open(desk_, id_, number).c_str());
  UNSIGNED_LONGS_EQUAL(0, door_.pulses.size());
  UNSIGNED_LONGS_EQUAL(1, door_.counters().door_stale);
  CHECK_TRUE(nonce(desk_, id_) != number);
}

TEST(EngineDoor, OnlyItsOwnNonceOpens) {
  const std::uint64_t number = nonce(desk_, id_);
  Actor hall("hall@apt7");
  const char* const stale = "door:refused(stale) door(stale)";
  STRCMP_EQUAL(stale, open(desk_, id_, number + 2).c_str());
  STRCMP_EQUAL(stale, open(desk_, call_id(0x56), number).c_str());
  STRCMP_EQUAL(stale, open(hall, id_, number).c_str());  // another's
  Actor later("one@desk", 0xDF);                         // another life
  STRCMP_EQUAL(stale, open(later, id_, number).c_str());
  UNSIGNED_LONGS_EQUAL(0, door_.pulses.size());
  STRCMP_EQUAL("door:asked pulse", open(desk_, id_, number).c_str());
}

TEST(EngineDoor, RetainedOrForAllOrForAnotherItOpensNothing) {
  const std::uint64_t number = nonce(desk_, id_);
  const Door order{DoorStep::kOpen, number, {}, 0};
  (void)door_.words();
  door_.hear(desk_.self, desk_.say(id_, {desk_.self, 0}, order, "door"), 10, true);
  STRCMP_EQUAL("", hear(desk_, id_, order, "").c_str());
  STRCMP_EQUAL("", hear(desk_, id_, order, "attic").c_str());
  UNSIGNED_LONGS_EQUAL(1, door_.counters().dropped_retained);
  UNSIGNED_LONGS_EQUAL(0, door_.pulses.size());
}

TEST(EngineDoor, WhatWasQueuedDuringAnOutageOpensNothing) {
  const std::uint64_t number = nonce(desk_, id_);
  door_.give(LinkLost{});
  door_.run(Millis{1'500});
  door_.give(LinkConnected{});
  STRCMP_EQUAL("", open(desk_, id_, number).c_str());  // before the barrier
  STRCMP_EQUAL("", hear(desk_, id_, {}).c_str());
  door_.run(kBarrierTime);
  STRCMP_EQUAL("door:refused(stale) door(stale)", open(desk_, id_, number).c_str());
  UNSIGNED_LONGS_EQUAL(0, door_.pulses.size());
}

TEST(EngineDoor, ARestartForgetsAllNonces) {
  const std::uint64_t number = nonce(desk_, id_);
  Station again("door@gate", now_, with_door());
  again.come_online();
  again.hear(desk_.self,
             desk_.say(id_, {desk_.self, 0}, Door{DoorStep::kOpen, number, {}, 0}, "door"), 10);
  STRCMP_EQUAL("door:refused(stale) door(stale)", again.words().c_str());
}

TEST(EngineDoor, AnAccountHasAQuotaAndAllHaveABound) {
  for (std::uint8_t i = 0; i < kDoorNoncesPerSenderMax; ++i) {
    (void)nonce(desk_, call_id(i + 1));
  }
  STRCMP_EQUAL("door(busy)", hear(desk_, call_id(0x70), {}).c_str());
  UNSIGNED_LONGS_EQUAL(1, door_.counters().dropped_quota);
  for (std::size_t i = kDoorNoncesPerSenderMax; i < kDoorNoncesMax; ++i) {
    Actor other("d" + std::to_string(i) + "@desk");
    (void)nonce(other, id_);
  }
  Actor last("last@desk");
  STRCMP_EQUAL("door(busy)", hear(last, id_, {}).c_str());
  now_ += kDoorNonceTime;
  (void)nonce(last, id_);
}

TEST(EngineDoor, WhereAllResultsAreRememberedTheOldestIsForgotten) {
  std::vector<Actor> askers;
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < kDoorNoncesMax; ++i) {
    numbers.push_back(nonce(askers.emplace_back("d" + std::to_string(i) + "@desk"), id_));
  }
  for (const std::size_t each : {3U, 0U, 1U, 2U, 4U, 5U, 6U, 7U}) {
    (void)open(askers[each], id_, numbers[each]);
    (void)pulsed(true);
    now_ += Millis{10};
  }
  Actor last("last@desk");
  (void)nonce(last, id_);
  for (std::size_t i = 0; i < kDoorNoncesMax; ++i) {
    STRCMP_EQUAL(i == 3 ? "door:refused(stale) door(stale)" : "door(opened)",
                 open(askers[i], id_, numbers[i]).c_str());
  }
  UNSIGNED_LONGS_EQUAL(kDoorNoncesMax, door_.pulses.size());
}

TEST(EngineDoor, ADeviceWithoutADoorSaysSoIfItIsMeant) {
  Settings none = door_.engine().settings();
  none.has_door = false;
  door_.engine().reconfigure(none);
  STRCMP_EQUAL("door(no_door)", hear(desk_, id_, {}).c_str());
  STRCMP_EQUAL("", hear(desk_, id_, {}, "").c_str());
  STRCMP_EQUAL("", hear(desk_, id_, {DoorStep::kOpen, 7, {}, 0}).c_str());
}

TEST(EngineDoor, AnsweredToNobodyWhoHasNotAskedIsDropped) {
  STRCMP_EQUAL("", hear(desk_, id_, {DoorStep::kNonce, 7, {}, 1}).c_str());
  STRCMP_EQUAL("", hear(desk_, id_, {DoorStep::kResult, 0, DoorResult::kOpened, 1}).c_str());
  UNSIGNED_LONGS_EQUAL(2, door_.counters().dropped_bad_state);
  door_.give(DoorPulsed{7, true});
  UNSIGNED_LONGS_EQUAL(3, door_.counters().dropped_bad_state);
}

// --- pressed here, and what an open door ends

TEST(EngineDoor, ItsOwnButtonOpensItToo) {
  const Result result = door_.give(OpenDoor{});
  CHECK_TRUE(result.code == Errc::kOk && !result.call.empty());
  STRCMP_EQUAL("door:asked pulse", door_.words().c_str());
  CHECK_TRUE(door_.pulses[0].who == door_.self);
  STRCMP_EQUAL("door:opened", pulsed(true).c_str());
  STRCMP_EQUAL("", pulsed(true).c_str());  // reported once
  for (int i = 0; i < 20; ++i) {           // who presses often is not held up by what is over
    CHECK_TRUE(door_.give(OpenDoor{}).code == Errc::kOk);
    (void)pulsed(true);
  }
}

TEST(EngineDoor, AnOpenDoorEndsWhatRings) {
  for (const bool contact : {true, false}) {
    call_ = door_.give(invite(panel_.self.user)).call;
    door_.hear(panel_.self, panel_.ringing(call_, {door_.self, 1}), 90);
    (void)door_.words();
    if (contact) {
      door_.give(DoorContact{true});
    } else {
      door_.give(OpenDoor{});
      door_.give(DoorPulsed{door_.pulses.back().number, true});
    }
    door_.run(Millis{3});
    STRCMP_EQUAL("ended", door_.state(call_).c_str());
    CHECK_TRUE(door_.reason(call_) == Reason::kDoorOpened);
    STRCMP_CONTAINS("cancel(door_opened)", door_.words().c_str());
    door_.give(DoorContact{false});
  }
}

TEST(EngineDoor, ADoorThatDidNotOpenEndsNothing) {
  call_ = door_.give(invite(panel_.self.user)).call;
  door_.give(OpenDoor{});
  (void)pulsed(false);
  door_.give(DoorContact{false});
  door_.run(Millis{3});
  STRCMP_EQUAL("calling", door_.state(call_).c_str());
}

TEST(EngineDoor, WhoIsConnectedGoesOnTalking) {
  connect();
  InviteUsers more = invite_users({"apt2"});
  more.call = call_;
  CHECK_TRUE(door_.give(more).code == Errc::kOk);
  (void)door_.words();
  door_.give(DoorContact{true});
  door_.give(DoorContact{true});  // told once
  door_.run(Millis{3});
  STRCMP_EQUAL("connected", door_.state(call_).c_str());
  const std::string words = door_.words();
  STRCMP_CONTAINS("door:contact_opened", words.c_str());
  STRCMP_CONTAINS("event:member(apt2 ended(door_opened))", words.c_str());
  UNSIGNED_LONGS_EQUAL(1, door_.doors.size());
}
