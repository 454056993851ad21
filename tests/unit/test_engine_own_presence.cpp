// The own presence (PROTOCOL rule 9): published at each connect, coalesced, refreshed, healed when
// somebody hides it, and offline at a goodbye.

#include <string>

#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineOwnPresence) {
  Instant now_{Millis{1'000'000}};
  Station panel_{"panel@apt1", now_};
  Actor door_{"door@gate"};

  void see_own(const Presence& presence, bool retained = false) {
    panel_.give(PresenceReceived{panel_.self, retained, 3'900, presence});
  }
};

TEST(EngineOwnPresence, IsPublishedAtEachConnectWithTheNumbersOfItsWill) {
  panel_.give(Start{});
  panel_.give(LinkConnected{});
  const Presence first = panel_.presences.back().presence;
  CHECK_TRUE(first.incarnation == panel_.wills.back().incarnation);
  CHECK_TRUE(first.connect == panel_.wills.back().connect);
  CHECK_TRUE(panel_.wills.back().state == PresenceState::kOffline);
  UNSIGNED_LONGS_EQUAL(1, first.connect);
  panel_.give(LinkLost{});
  panel_.run(Millis{60'000});
  panel_.give(LinkConnected{});
  const Presence second = panel_.presences.back().presence;
  CHECK_TRUE(second.connect == panel_.wills.back().connect);
  CHECK_TRUE(second.connect > first.connect);
  CHECK_TRUE(second.incarnation == first.incarnation);
  UNSIGNED_LONGS_EQUAL(ceil_seconds(kPresenceExpiry), panel_.presences.back().expiry_s);
}

TEST(EngineOwnPresence, FollowsTheCallWithinTwoHundredMilliseconds) {
  panel_.come_online();
  const CallId call = call_id(1);
  panel_.hear(door_.self, door_.invite(call), 90);
  STRCMP_EQUAL("ringing event:incoming", panel_.words().c_str());
  panel_.run(kPresenceCoalesce);
  STRCMP_EQUAL("presence:ringing", panel_.words().c_str());
  panel_.give(accept(call));
  panel_.hear(door_.self, door_.confirm(call, "panel"));
  panel_.run(kPresenceCoalesce);
  CHECK_TRUE(panel_.presences.back().presence.state == PresenceState::kInCall);
  panel_.give(hang_up(call));
  panel_.run(kPresenceCoalesce);
  CHECK_TRUE(panel_.presences.back().presence.state == PresenceState::kIdle);
}

TEST(EngineOwnPresence, ManyChangesAtOnceArePublishedOnce) {
  panel_.come_online();
  const std::size_t before = panel_.presences.size();
  const CallId call = call_id(1);
  panel_.hear(door_.self, door_.invite(call), 90);
  panel_.run(Millis{50});
  panel_.give(accept(call));
  panel_.run(Millis{50});
  panel_.hear(door_.self, door_.confirm(call, "panel"));
  panel_.run(Millis{5'000});
  UNSIGNED_LONGS_EQUAL(before + 1, panel_.presences.size());
  CHECK_TRUE(panel_.presences.back().presence.state == PresenceState::kInCall);
}

TEST(EngineOwnPresence, IsRefreshedEveryHalfHour) {
  panel_.come_online();
  const std::size_t before = panel_.presences.size();
  panel_.run(3 * kPresenceRefresh);
  UNSIGNED_LONGS_EQUAL(before + 3, panel_.presences.size());
}

TEST(EngineOwnPresence, HealsWhenALateWillHidesIt) {
  panel_.come_online();
  Presence will = panel_.wills.back();
  --will.connect;
  see_own(will);
  panel_.run(kPresenceCoalesce);
  STRCMP_EQUAL("presence:idle", panel_.words().c_str());
  UNSIGNED_LONGS_EQUAL(1, panel_.counters().presence_healed);
}

TEST(EngineOwnPresence, HealsWhenTheOwnWillOrAnImpostorOrADeletionHidesIt) {
  panel_.come_online();
  see_own(panel_.wills.back());
  panel_.run(Millis{1'000});
  Presence impostor = panel_.presences.back().presence;
  impostor.incarnation ^= 1U;
  see_own(impostor);
  panel_.run(Millis{1'000});
  panel_.give(PresenceCleared{panel_.self});
  panel_.run(Millis{1'000});
  STRCMP_EQUAL("presence:idle presence:idle presence:idle", panel_.words().c_str());
}

TEST(EngineOwnPresence, IsNotHealedForItsOwnEchoOrARetainedCopyOrWithoutALink) {
  panel_.come_online();
  see_own(panel_.presences.back().presence);
  see_own(panel_.wills.back(), true);
  panel_.run(Millis{1'000});
  STRCMP_EQUAL("", panel_.words().c_str());
  panel_.give(LinkLost{});
  see_own(panel_.wills.back());
  UNSIGNED_LONGS_EQUAL(0, panel_.counters().presence_healed);
}

TEST(EngineOwnPresence, AnImpostorThatGoesOnIsAnsweredFiveTimesASecondAtMost) {
  panel_.come_online();
  const std::size_t before = panel_.presences.size();
  for (int i = 0; i < 1'000; ++i) {
    see_own(panel_.wills.back());
    panel_.run(Millis{1});
  }
  CHECK_TRUE(panel_.presences.size() - before <= 6);
}

TEST(EngineOwnPresence, SaysOfflineAndSettledAtAGoodbye) {
  panel_.come_online();
  panel_.give(Stop{});
  const Presence last = panel_.presences.back().presence;
  CHECK_TRUE(last.state == PresenceState::kOffline);
  CHECK_TRUE(last.settled);
  STRCMP_EQUAL("presence:offline close link:stopped stopped", panel_.words().c_str());
}

TEST(EngineOwnPresence, TheGoodbyeIsNotHealed) {
  panel_.come_online();
  const CallId call = call_id(1);
  panel_.hear(door_.self, door_.invite(call), 90);
  panel_.give(Stop{});
  panel_.run(Millis{5});
  see_own(panel_.presences.back().presence);
  panel_.run(Millis{500});
  CHECK_TRUE(panel_.presences.back().presence.state == PresenceState::kOffline);
}
