// Presence of others (PROTOCOL rule 9): a death counts only for the life that it names, a blip is
// doubted, and what is known of the callee decides how it is called.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EnginePresence) {
  Instant now_{Millis{1'000'000}};
  Station door_{"door@gate", now_};
  Actor panel_{"panel@apt1"};

  void setup() override {
    door_.come_online();
  }

  std::string see(const Presence& presence, bool retained = false,
                  std::optional<std::uint32_t> expiry = 3'900) {
    (void)door_.words();
    door_.give(PresenceReceived{panel_.self, retained, expiry, presence});
    return door_.words();
  }
  std::string birth(bool retained = false) {
    return see(panel_.presence(PresenceState::kIdle), retained);
  }
  std::string death(bool settled, bool retained = false) {
    return see(panel_.presence(PresenceState::kOffline, settled), retained);
  }
  std::string shown() {
    const auto peer = door_.engine().peer_at(0);
    return std::string(peer ? to_string(peer->state) : "unknown");
  }
};

TEST(EnginePresence, ASettledDeathIsBelievedAtOnce) {
  birth();
  STRCMP_EQUAL("peer:offline", death(true).c_str());
  STRCMP_EQUAL("offline", shown().c_str());
}

TEST(EnginePresence, ADeathThatMayBeABlipIsDoubtedForFiveSeconds) {
  birth();
  STRCMP_EQUAL("", death(false).c_str());
  door_.run(Millis{4'999});
  STRCMP_EQUAL("idle", shown().c_str());
  door_.run(Millis{1});
  STRCMP_EQUAL("offline", shown().c_str());
  STRCMP_EQUAL("peer:offline", door_.words().c_str());
}

TEST(EnginePresence, ABirthEndsTheDoubt) {
  birth();
  death(false);
  door_.run(Millis{3'000});
  ++panel_.connect;
  birth();
  door_.run(Millis{60'000});
  STRCMP_EQUAL("idle", shown().c_str());
}

TEST(EnginePresence, ADeathCountsOnlyIfBothNumbersMatch) {
  panel_.connect = 5;
  birth();
  panel_.connect = 4;
  STRCMP_EQUAL("", death(true).c_str());
  panel_.connect = 6;
  STRCMP_EQUAL("", death(true).c_str());
  Presence other = panel_.presence(PresenceState::kOffline, true);
  other.connect = 5;
  ++other.incarnation;
  STRCMP_EQUAL("", see(other).c_str());
  STRCMP_EQUAL("idle", shown().c_str());
  panel_.connect = 5;
  STRCMP_EQUAL("peer:offline", death(true).c_str());
}

TEST(EnginePresence, ALateBirthOfAnEarlierConnectIsDropped) {
  panel_.connect = 5;
  birth();
  panel_.connect = 4;
  STRCMP_EQUAL("", see(panel_.presence(PresenceState::kInCall)).c_str());
  STRCMP_EQUAL("idle", shown().c_str());
}

TEST(EnginePresence, ABirthOfAnotherLifeReplacesWhatWasHeldAndItsOldWillIsNothing) {
  panel_.connect = 9;
  birth();
  const Presence will = panel_.presence(PresenceState::kOffline, true);
  panel_.restart();
  STRCMP_EQUAL("peer:idle", birth().c_str());
  STRCMP_EQUAL("", see(will).c_str());
  STRCMP_EQUAL("idle", shown().c_str());
}

TEST(EnginePresence, ARetainedOfflineIsWhatTheBrokerHoldsNow) {
  birth();
  ++panel_.connect;
  STRCMP_EQUAL("peer:offline", death(true, true).c_str());
}

TEST(EnginePresence, ItIsUnknownAfterItsExpiryAndWhenItIsCleared) {
  birth();
  door_.run(Millis{3'900'000});
  STRCMP_EQUAL("idle", shown().c_str());
  door_.run(Millis{1'000});
  STRCMP_EQUAL("unknown", shown().c_str());
  birth();
  door_.give(PresenceCleared{panel_.self});
  STRCMP_EQUAL("unknown", shown().c_str());
}

TEST(EnginePresence, WhatNobodyKnowsIsClearedWithoutAWord) {
  (void)door_.words();
  door_.give(PresenceCleared{panel_.self});
  door_.run(Millis{1'000});
  STRCMP_EQUAL("", door_.words().c_str());
}

TEST(EnginePresence, WithoutAnExpiryItIsHeldForSixtyFiveMinutes) {
  see(panel_.presence(PresenceState::kIdle), false, std::nullopt);
  door_.run(kPresenceExpiry - Millis{1});
  STRCMP_EQUAL("idle", shown().c_str());
  door_.run(Millis{1});
  STRCMP_EQUAL("unknown", shown().c_str());
}

TEST(EnginePresence, ARefreshKeepsItAlive) {
  birth();
  for (int i = 0; i < 5; ++i) {
    door_.run(Millis{1'800'000});
    birth();
  }
  STRCMP_EQUAL("idle", shown().c_str());
}

TEST(EnginePresence, ACallToAUserWhoseDevicesAreAllOfflineFailsAtOnce) {
  birth();
  death(true);
  const Result result = door_.give(invite(panel_.self.user));
  CHECK_TRUE(result.code == Errc::kOk);
  STRCMP_EQUAL("event:calling event:ended(offline)", door_.words().c_str());
  UNSIGNED_LONGS_EQUAL(0, door_.count(MessageKind::kInvite));
}

TEST(EnginePresence, ADoubtedDeviceIsCalled) {
  birth();
  death(false);
  const Result result = door_.give(invite(panel_.self.user));
  STRCMP_EQUAL("calling", door_.state(result.call).c_str());
}

TEST(EnginePresence, AUserNobodyKnowsIsCalledAndTheReceiptTimerDecides) {
  const Result result = door_.give(invite(panel_.self.user));
  door_.run(Millis{29'999});
  STRCMP_EQUAL("calling", door_.state(result.call).c_str());
  door_.run(Millis{1});
  STRCMP_EQUAL("no_response", std::string(to_string(door_.reason(result.call))).c_str());
}

TEST(EnginePresence, WaitModeRingsOnAndReachesADeviceThatComesBack) {
  birth();
  death(true);
  InviteUsers command = invite(panel_.self.user);
  command.wait_offline = true;
  const Result result = door_.give(command);
  door_.run(Millis{60'000});
  STRCMP_EQUAL("calling", door_.state(result.call).c_str());
  const std::size_t invites = door_.count(MessageKind::kInvite);
  panel_.restart();
  birth();
  door_.run(Millis{2});
  UNSIGNED_LONGS_EQUAL(invites + 1, door_.count(MessageKind::kInvite));
}

TEST(EnginePresence, ACalleeThatGoesOfflineEndsTheRingAndInWaitModeDoesNot) {
  for (const bool wait : {false, true}) {
    Instant now{Millis{1'000'000}};
    Station door("door@gate", now);
    door.come_online();
    Actor panel("panel@apt1");
    door.give(PresenceReceived{panel.self, false, 3600, panel.presence(PresenceState::kIdle)});
    InviteUsers command = invite(panel.self.user);
    command.wait_offline = wait;
    const CallId call = door.give(command).call;
    door.hear(panel.self, panel.ringing(call, {door.self, 1}));
    door.give(
        PresenceReceived{panel.self, false, 3600, panel.presence(PresenceState::kOffline, true)});
    door.run(Millis{5});
    STRCMP_EQUAL(wait ? "none" : "offline", std::string(to_string(door.reason(call))).c_str());
  }
}

TEST(EnginePresence, ADeviceOfARingingUserThatRestartsIsInvitedAgain) {
  birth();
  const Result result = door_.give(invite(panel_.self.user));
  door_.hear(panel_.self, panel_.ringing(result.call, {door_.self, 1}));
  door_.run(Millis{500});
  (void)door_.words();
  panel_.restart();
  birth();
  door_.run(Millis{5});
  UNSIGNED_LONGS_EQUAL(2, door_.count(MessageKind::kInvite));
}

TEST(EnginePresence, ADeviceOfTheSameNameThatRestartsElsewhereChangesNothingForARing) {
  Actor namesake("panel@apt2", 0xACE);
  birth();
  const CallId call = door_.give(invite_users({"apt1", "apt2"})).call;
  for (Actor* each : {&panel_, &namesake}) {
    const LegKey leg{door_.self, each == &panel_ ? 1U : 2U};
    door_.hear(each->self, each->ringing(call, leg), 90);
  }
  panel_.restart();
  birth();
  door_.run(Millis{10'001});
  UNSIGNED_LONGS_EQUAL(1, door_.count(MessageKind::kSync));  // apt1's has not rung since
  CHECK_TRUE(door_.last(MessageKind::kSync).to == namesake.self.user);
}

TEST(EnginePresence, NorDoesAnotherDeviceOfTheUserOrALifeThatHasRungAlready) {
  Actor hall("hall@apt1");
  birth();
  const CallId call = door_.give(invite_users({"apt1"})).call;
  const LegKey leg{door_.self, 1};
  door_.hear(hall.self, hall.ringing(call, leg), 90);
  panel_.restart();
  door_.hear(panel_.self, panel_.ringing(call, leg), 90);
  birth();
  door_.run(Millis{10'001});
  UNSIGNED_LONGS_EQUAL(2, door_.count(MessageKind::kSync));  // both still ring
}

TEST(EnginePresence, ABirthInTheSameInstantAsASettledDeathKeepsTheRing) {
  birth();
  const Result result = door_.give(invite(panel_.self.user));
  death(true, true);  // what the broker held
  ++panel_.connect;
  birth();  // and what comes right behind it
  door_.run(Millis{5});
  STRCMP_EQUAL("calling", door_.state(result.call).c_str());
}
