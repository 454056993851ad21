// What counts of members that this device does not hear (PROTOCOL rule 10): the reason when the
// rest has gone, another device of the same user, a return that presence tells.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineLostViews) {
  Trio trio_{"door@gate"};
  Actor three_{"panel@apt3", 0xA3};
  const LegKey threes_{trio_.door.self, 3};

  /// "apt3" is added and rings.
  void ring_three() {
    InviteUsers command = invite_users({"apt3"});
    command.call = trio_.call;
    CHECK_TRUE(trio_.station.give(command).code == Errc::kOk);
    (void)trio_.hear(three_, three_.ringing(trio_.call, threes_));
  }
  std::string reason() {
    return text(trio_.station.reason(trio_.call));
  }
};

TEST(EngineLostViews, WhereTheLastRingIsGivenUpTheLossIsTheReason) {
  ring_three();
  trio_.station.run(Millis{31'000});
  STRCMP_EQUAL("connected", trio_.state().c_str());
  CHECK_TRUE(trio_.station.give(cancel(trio_.call)).code == Errc::kOk);
  STRCMP_EQUAL("peer_lost", reason().c_str());
}

TEST(EngineLostViews, AlsoWhereItsDeviceTakesTheCallerForLost) {
  ring_three();
  trio_.station.run(Millis{31'000});
  trio_.station.give(
      PresenceReceived{three_.self, false, 3600, three_.presence(PresenceState::kIdle)});
  (void)trio_.hear(three_, three_.reject(trio_.call, threes_, Reason::kCallerLost));
  STRCMP_EQUAL("peer_lost", reason().c_str());
}

TEST(EngineLostViews, WhereTheLastOneThatIsHeardHangsUpThatIsTheReason) {
  trio_.live(Millis{40'000}, {&trio_.two});
  (void)trio_.hear(trio_.two, trio_.two.leave(trio_.call, {trio_.door.self, 2}));
  STRCMP_EQUAL("hang_up", reason().c_str());
}

TEST(EngineLostViews, OfAUserWhoseOneDeviceIsLostTheEndOfTheOtherIsTold) {
  Actor phone("phone@apt1", 0xB1);
  const LegKey phones{trio_.two.self, 1};
  const LegView joined = leg_view(phones, "phone@apt1", LegState::kConnected, 3);
  (void)trio_.roster(trio_.two, {trio_.door.self, 2}, {&joined, 1});
  for (int i = 0; i < 8; ++i) {
    (void)trio_.hear(phone, phone.sync(trio_.call, phones, {}, "door"));
    trio_.live(Millis{5'000}, {&trio_.two});
  }
  const std::string words = trio_.hear(phone, phone.leave(trio_.call, phones));
  CHECK_TRUE(words.find("event:member(apt1 ended(hang_up))") != std::string::npos);
}

TEST(EngineLostViews, WhoComesOnlineIsSyncedAndLostUntilItSpeaks) {
  trio_.live(Millis{40'000}, {&trio_.two});
  trio_.station.run(Millis{2'000});
  (void)trio_.station.words();
  trio_.station.give(
      PresenceReceived{trio_.one.self, false, 3600, trio_.one.presence(PresenceState::kIdle)});
  trio_.station.give(PresenceReceived{trio_.one.self, false, 3600,
                                      trio_.one.presence(PresenceState::kOffline, true)});
  trio_.station.give(
      PresenceReceived{trio_.one.self, false, 3600, trio_.one.presence(PresenceState::kIdle)});
  trio_.station.run(Millis{1});
  STRCMP_EQUAL("peer:idle peer:offline peer:idle sync", trio_.station.words().c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, apt1 ended(peer_lost)",
               trio_.seen().c_str());
}

TEST(EngineLostViews, TheBirthOfTheLifeThatIsInTheCallIsNoLoss) {
  Actor before("panel@apt1", 0xA0);
  trio_.station.give(
      PresenceReceived{before.self, false, 3600, before.presence(PresenceState::kIdle)});
  trio_.station.give(
      PresenceReceived{trio_.one.self, false, 3600, trio_.one.presence(PresenceState::kIdle)});
  trio_.station.run(Millis{5});
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
               trio_.seen().c_str());
}

TEST(EngineLostViews, OfAPendingLegThatAnotherRingsItsUsersGoingOfflineIsLeftToThatOne) {
  const LegView twos = leg_view({trio_.two.self, 1}, "panel@apt3", LegState::kRinging);
  (void)trio_.roster(trio_.two, {trio_.door.self, 2}, {&twos, 1});
  for (const bool there : {true, false}) {
    const PresenceState state = there ? PresenceState::kIdle : PresenceState::kOffline;
    trio_.station.give(PresenceReceived{three_.self, false, 3600, three_.presence(state, true)});
  }
  trio_.station.run(Millis{5});
  CHECK_TRUE(trio_.seen().find("apt3 ringing") != std::string::npos);
}
