// Busy, do not disturb and a decline here are a device's own (PROTOCOL rule 2): they end the leg
// only when no other device of the user could still answer. The strongest refusal is the reason.

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineBusySettle) {
  Instant now_{Millis{1'000'000}};
  Station door_{"door@gate", now_};
  Actor panel_{"panel@apt1"};
  Actor hall_{"hall@apt1"};
  LegKey leg_{door_.self, 1};
  CallId call_;

  void setup() override {
    door_.come_online();
  }
  void see(Actor & who, PresenceState state) {
    door_.give(PresenceReceived{who.self, false, 3600, who.presence(state, true)});
  }
  void call_out() {
    call_ = door_.give(invite(user("apt1"))).call;
    (void)door_.words();
  }
  void refuse(Actor & who, Reason reason) {
    door_.hear(who.self, who.reject(call_, leg_, reason));
  }
  void rings(Actor & who, Alert alert = Alert::kRinging) {
    door_.hear(who.self, who.ringing(call_, leg_, alert));
  }
  void check_ended(Reason reason) {
    STRCMP_EQUAL("ended", door_.state(call_).c_str());
    STRCMP_EQUAL(text(reason).c_str(), text(door_.reason(call_)).c_str());
  }
  void check_calling() {
    STRCMP_EQUAL("calling", door_.state(call_).c_str());
  }
};

TEST(EngineBusySettle, WhenEveryKnownDeviceHasRefusedItIsOverAtOnce) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kIdle);
  call_out();
  refuse(panel_, Reason::kBusy);
  check_calling();
  refuse(hall_, Reason::kBusy);
  check_ended(Reason::kBusy);
}

TEST(EngineBusySettle, WhoIsOfflineHasTheSettleTimeToComeBackAndRing) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kOffline);
  call_out();
  refuse(panel_, Reason::kBusy);
  door_.run(Millis{1'999});
  check_calling();
  door_.run(Millis{1});
  check_ended(Reason::kBusy);
}

TEST(EngineBusySettle, WhoComesBackInTimeAndRingsKeepsTheCall) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kOffline);
  call_out();
  refuse(panel_, Reason::kBusy);
  door_.run(Millis{1'000});
  see(hall_, PresenceState::kIdle);
  rings(hall_);
  door_.run(Millis{20'000});
  check_calling();
}

TEST(EngineBusySettle, WhoComesBackInTimeButSaysNothingHasTheReceiptTime) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kOffline);
  call_out();
  refuse(panel_, Reason::kBusy);
  door_.run(Millis{1'000});
  see(hall_, PresenceState::kIdle);
  door_.run(Millis{29'000});
  check_calling();
  door_.run(Millis{2'000});
  check_ended(Reason::kBusy);
}

TEST(EngineBusySettle, AfterAReceiptASilentDeviceGetsTheReceiptTimeAnew) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kIdle);
  call_out();
  rings(panel_);  // the receipt timer has done its work
  door_.run(Millis{10'000});
  refuse(panel_, Reason::kDeclined);
  door_.run(Millis{29'999});
  check_calling();
  door_.run(Millis{1});
  check_ended(Reason::kDeclined);
}

TEST(EngineBusySettle, AtTheSettleTimeToo) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kOffline);
  call_out();
  rings(panel_);
  refuse(panel_, Reason::kBusy);
  door_.run(Millis{1'000});
  see(hall_, PresenceState::kIdle);
  door_.run(Millis{1'000});
  check_calling();
  door_.run(Millis{30'000});
  check_ended(Reason::kBusy);
}

TEST(EngineBusySettle, ARefusalNeverEndsTheRingOfAnother) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kIdle);
  call_out();
  rings(hall_);
  refuse(panel_, Reason::kBusy);
  door_.run(Millis{60'000});
  check_calling();
  door_.hear(hall_.self, hall_.accept(call_, leg_));
  STRCMP_EQUAL("connected", door_.state(call_).c_str());
}

TEST(EngineBusySettle, NorOfOneThatWaitsForItsProof) {
  call_out();
  door_.hear(hall_.self, hall_.ringing(call_, leg_, Alert::kWaiting, 7));
  refuse(panel_, Reason::kBusy);
  door_.run(Millis{5'000});
  check_calling();
}

TEST(EngineBusySettle, TheStrongestRefusalCounts) {
  const std::pair<std::vector<Reason>, Reason> cases[] = {
      {{Reason::kBusy, Reason::kDnd}, Reason::kDnd},
      {{Reason::kDnd, Reason::kBusy}, Reason::kDnd},
      {{Reason::kDnd, Reason::kNotAllowed}, Reason::kNotAllowed},
      {{Reason::kNotAllowed, Reason::kDeclined}, Reason::kDeclined},
      {{Reason::kNoAnswer, Reason::kBusy}, Reason::kBusy},
      {{Reason::kShuttingDown, Reason::kNoResponse}, Reason::kNoResponse},
      {{Reason::kShuttingDown, Reason::kShuttingDown}, Reason::kOffline},
      {{Reason::kUnsupportedVersion, Reason::kShuttingDown}, Reason::kOffline},
  };
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kIdle);
  for (const auto& [said, reason] : cases) {
    call_out();
    refuse(panel_, said[0]);
    refuse(hall_, said[1]);
    check_ended(reason);
  }
}

TEST(EngineBusySettle, DeclinedEverywhereAndAlreadyHereEndItWhoeverRings) {
  for (const Reason reason : {Reason::kDeclinedEverywhere, Reason::kAlreadyHere}) {
    see(panel_, PresenceState::kIdle);
    see(hall_, PresenceState::kIdle);
    call_out();
    rings(panel_);
    refuse(hall_, reason);
    check_ended(reason);
    CHECK_TRUE(door_.count(MessageKind::kCancel) > 0);
  }
}

TEST(EngineBusySettle, ARefusalIsForgottenWhenTheDeviceRestarts) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kIdle);
  call_out();
  refuse(panel_, Reason::kBusy);
  panel_.restart();
  see(panel_, PresenceState::kIdle);
  rings(panel_);
  refuse(hall_, Reason::kBusy);
  check_calling();
}

TEST(EngineBusySettle, ARefusalOfARefusedLegIsOnlyAcknowledged) {
  see(panel_, PresenceState::kIdle);
  call_out();
  refuse(panel_, Reason::kBusy);
  (void)door_.words();
  refuse(panel_, Reason::kBusy);
  STRCMP_EQUAL("ack", door_.words().c_str());
}

TEST(EngineBusySettle, ASettleTimeOfNothingIsOverAtOnce) {
  Settings settings = door_.engine().settings();
  settings.busy_settle_time = Millis{0};
  door_.engine().reconfigure(settings);
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kOffline);
  call_out();
  refuse(panel_, Reason::kBusy);
  door_.run(Millis{1});
  check_ended(Reason::kBusy);
}

TEST(EngineBusySettle, WhatADeviceSaidIsForgottenWhenItRestarts) {
  see(panel_, PresenceState::kIdle);
  see(hall_, PresenceState::kOffline);
  call_out();
  refuse(panel_, Reason::kBusy);
  panel_.restart();
  see(panel_, PresenceState::kIdle);
  door_.run(Millis{2'000});
  check_calling();
}

TEST(EngineBusySettle, WhoAsksHowFreshTheInviteIsMayStillAnswerAtTheReceiptTime) {
  call_out();
  refuse(panel_, Reason::kBusy);
  rings(hall_, Alert::kWaiting);
  door_.run(Millis{30'001});
  check_calling();
}

TEST(EngineBusySettle, WhoWasBusyMayRingLaterAndWhoHasDeclinedMayNot) {
  for (const Reason reason :
       {Reason::kBusy, Reason::kDnd, Reason::kNoAnswer, Reason::kDeclined, Reason::kNotAllowed}) {
    see(hall_, PresenceState::kIdle);
    call_out();
    refuse(panel_, reason);
    (void)door_.words();
    rings(panel_);
    const bool taken = reason != Reason::kDeclined && reason != Reason::kNotAllowed;
    STRCMP_EQUAL(taken ? "event:remote_ringing" : "", door_.words().c_str());
    door_.give(cancel(call_));
  }
}
