// The link: one attempt after the other, with full jitter (PROTOCOL §5, reconnect back-off).

#include <algorithm>
#include <set>
#include <string>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineLink) {
  Instant now_{Millis{1'000'000}};
  Station door_{"door@gate", now_};

  /// The delay after one more lost link or failed attempt, and the attempt itself.
  Millis lose(LinkLost::Cause cause = LinkLost::Cause::kNetwork) {
    door_.give(LinkLost{cause, 7, "why"});
    const LinkEvent event = door_.links.back();
    CHECK_TRUE(event.state == LinkState::kReconnecting);
    CHECK_TRUE(event.cause == cause && event.code == 7);
    const std::size_t attempts = door_.wills.size();
    CHECK_TRUE(event.retry_in >= Millis{1});
    door_.run(event.retry_in - Millis{1});
    UNSIGNED_LONGS_EQUAL(attempts, door_.wills.size());
    door_.run(Millis{1});
    UNSIGNED_LONGS_EQUAL(attempts + 1, door_.wills.size());
    return event.retry_in;
  }

  /// The longest of many delays at one step, by trying it with many seeds.
  static Millis longest(int failures, Millis since_start, bool in_a_call, LinkLost::Cause cause) {
    Millis most{0};
    for (std::uint8_t seed = 1; seed <= 60; ++seed) {
      Instant now{Millis{1'000'000}};
      Station::Options options;
      options.seed = seed;
      options.settings.lost_time = Millis{300'000};
      options.settings.receipt_time = Millis{60'000};
      Station door("door@gate", now, options);
      door.come_online();
      door.run(since_start);
      if (in_a_call) {
        InviteUsers command = invite(UserId::parse("apt1").value());
        command.ring_time = kRingTimeMax;
        command.wait_offline = true;
        door.give(command);
      }
      for (int i = 0; i < failures; ++i) {
        door.give(LinkLost{cause, 0, {}});
        if (i + 1 < failures) {
          door.run(door.links.back().retry_in);
        }
      }
      most = std::max(most, door.links.back().retry_in);
    }
    return most;
  }

  static void check_near(std::int64_t expected, Millis most) {
    CHECK_TRUE(most.count() <= expected && most.count() > expected * 8 / 10);
  }
};

TEST(EngineLink, EachAttemptHasAConnectNumberOfItsOwn) {
  door_.give(Start{});
  std::set<ConnectNumber> seen{door_.wills.back().connect};
  for (int i = 0; i < 20; ++i) {
    lose();
    CHECK_TRUE(seen.insert(door_.wills.back().connect).second);
    CHECK_TRUE(door_.wills.back().incarnation == door_.engine().incarnation());
  }
}

TEST(EngineLink, AStartIsOneAttempt) {
  door_.give(Start{});
  STRCMP_EQUAL("link:connecting open", door_.words().c_str());
  door_.run(Millis{600'000});  // the driver owes the answer
  UNSIGNED_LONGS_EQUAL(1, door_.wills.size());
}

TEST(EngineLink, ConnectedIsTold) {
  door_.give(Start{});
  door_.give(LinkConnected{false, true});
  CHECK_TRUE(door_.links.back().state == LinkState::kConnected);
  CHECK_FALSE(door_.links.back().mqtt5);
  CHECK_TRUE(door_.engine().link_state() == LinkState::kConnected);
}

TEST(EngineLink, DoublesFromOneToFiveSecondsInTheFirstFiveMinutes) {
  using enum LinkLost::Cause;
  check_near(1'000, longest(1, Millis{0}, false, kNetwork));
  check_near(2'000, longest(2, Millis{0}, false, kNetwork));
  check_near(4'000, longest(3, Millis{0}, false, kNetwork));
  check_near(5'000, longest(4, Millis{0}, false, kNetwork));
  check_near(5'000, longest(9, Millis{0}, false, kNetwork));
}

TEST(EngineLink, GoesOnToAMinuteLater) {
  using enum LinkLost::Cause;
  check_near(1'000, longest(1, Millis{600'000}, false, kNetwork));
  check_near(8'000, longest(4, Millis{600'000}, false, kNetwork));
  check_near(60'000, longest(7, Millis{600'000}, false, kNetwork));
  check_near(60'000, longest(12, Millis{600'000}, false, kNetwork));
}

TEST(EngineLink, StaysAtFiveSecondsWhileACallIsLive) {
  check_near(5'000, longest(7, Millis{600'000}, true, LinkLost::Cause::kNetwork));
}

TEST(EngineLink, StartsSlowlyWhereItIsNotWelcome) {
  for (const LinkLost::Cause cause : {LinkLost::Cause::kRefused, LinkLost::Cause::kTakenOver}) {
    check_near(5'000, longest(1, Millis{0}, false, cause));
    check_near(60'000, longest(6, Millis{0}, true, cause));
  }
}

TEST(EngineLink, WhoIsNotLetInWaitsForHalfOfItAtLeast) {
  door_.give(Start{});
  for (int i = 0; i < 20; ++i) {
    CHECK_TRUE(lose(LinkLost::Cause::kRefused) > Millis{2'500});
  }
}

TEST(EngineLink, ATwinIsToldAndKickedLessAndLess) {
  door_.come_online();
  lose();
  Presence foreign;
  foreign.incarnation = door_.engine().incarnation() + 1;
  foreign.connect = 1;
  foreign.state = PresenceState::kIdle;
  door_.give(LinkConnected{});
  door_.give(PresenceReceived{door_.self, true, {}, foreign});
  door_.run(Millis{20'000});
  lose();
  Millis last{0};
  for (int i = 0; i < 6; ++i) {
    door_.give(LinkConnected{});
    if (i == 0) {
      ++foreign.connect;
      door_.give(PresenceReceived{door_.self, true, {}, foreign});
    }
    door_.run(Millis{20'000});
    door_.give(LinkLost{LinkLost::Cause::kNetwork, 0, "hung up"});
    const LinkEvent event = door_.links.back();
    CHECK_TRUE(event.cause == LinkLost::Cause::kTakenOver);
    CHECK_TRUE(event.text.find("another client with this account") != std::string_view::npos);
    last = event.retry_in;
    CHECK_TRUE(last > Millis{2'500});
    door_.run(last);
  }
  CHECK_TRUE(last > Millis{30'000});
  door_.give(LinkConnected{});
  door_.run(kTakenOverMemory);
  CHECK_TRUE(lose() <= Millis{1'000});  // forgotten
}

// New credentials drop the connection on purpose; nobody has taken anything over.
TEST(EngineLink, WhatIsMadeAnewOnPurposeDoesNotWait) {
  door_.come_online();
  LinkLost renewed;
  renewed.at_once = true;
  for (const bool twin : {false, true}) {
    if (twin) {
      Presence foreign;
      foreign.incarnation = door_.engine().incarnation() + 1;
      foreign.state = PresenceState::kIdle;
      for (foreign.connect = 1; foreign.connect <= 2; ++foreign.connect) {
        door_.give(PresenceReceived{door_.self, true, {}, foreign});
      }
    }
    door_.run(Millis{20'000});
    door_.give(renewed);
    CHECK_TRUE(door_.links.back().retry_in == Millis{1});
    CHECK_TRUE(door_.links.back().cause == LinkLost::Cause::kNetwork);
    door_.run(Millis{1});
    door_.give(LinkConnected{});
  }
  door_.run(Millis{20'000});
  door_.give(LinkLost{LinkLost::Cause::kRefused, 0x87, "not authorized"});  // said by the broker
  CHECK_TRUE(door_.links.back().cause == LinkLost::Cause::kRefused);
}

TEST(EngineLink, ThePresenceOfAnEarlierLifeIsNoTwin) {
  door_.give(Start{});
  door_.give(LinkConnected{});
  Presence before;
  before.incarnation = door_.engine().incarnation() + 1;
  before.connect = 1;
  before.state = PresenceState::kIdle;
  door_.give(PresenceReceived{door_.self, true, {}, before});
  door_.run(kShortLived);
  CHECK_TRUE(lose() <= Millis{1'000});
}

// A broker that dies may have stored nothing since: it shows again what was there before.
TEST(EngineLink, NorIsItWhenABrokerThatHasForgottenShowsItAgain) {
  Presence before;
  before.incarnation = door_.engine().incarnation() + 1;
  before.connect = 3;
  before.state = PresenceState::kIdle;
  door_.give(Start{});
  door_.give(LinkConnected{});
  door_.give(PresenceReceived{door_.self, true, {}, before});
  door_.run(kShortLived);
  lose();
  door_.give(LinkConnected{});
  door_.give(PresenceReceived{door_.self, true, {}, before});
  door_.run(kShortLived);
  CHECK_TRUE(lose() <= Millis{1'000});
  door_.give(LinkConnected{});
  ++before.connect;  // it has connected since: a twin, that was there first
  door_.give(PresenceReceived{door_.self, true, {}, before});
  door_.run(Millis{20'000});
  door_.give(LinkLost{LinkLost::Cause::kNetwork, 0, "hung up"});
  CHECK_TRUE(door_.links.back().cause == LinkLost::Cause::kTakenOver);
}

// It has lived twice since the broker stored anything: what is shown then is neither of the two.
TEST(EngineLink, NorIsTheLifeBeforeTheLast) {
  door_.give(Start{});
  Presence before;
  before.state = PresenceState::kIdle;
  before.connect = 3;
  for (const std::uint32_t lives : {1U, 2U, 2U}) {
    before.incarnation = door_.engine().incarnation() + lives;
    door_.give(LinkConnected{});
    door_.give(PresenceReceived{door_.self, true, {}, before});
    door_.run(kShortLived);
    CHECK_TRUE(lose() <= Millis{1'000});
    CHECK_TRUE(door_.links.back().cause == LinkLost::Cause::kNetwork);
  }
}

TEST(EngineLink, AConnectionThatDiesYoungIsNotWelcome) {
  Millis most{0};
  door_.give(Start{});
  for (int i = 0; i < 12; ++i) {
    door_.give(LinkConnected{});
    door_.run(Millis{1'000});
    most = std::max(most, lose());
  }
  CHECK_TRUE(most > Millis{10'000});
}

TEST(EngineLink, AndNoMoreThanOnceAfterABadNetwork) {
  door_.come_online();
  door_.run(kShortLived);
  for (int i = 0; i < 4; ++i) {
    lose();
  }
  door_.give(LinkConnected{});
  door_.run(Millis{1'000});
  CHECK_TRUE(lose() <= kReconnectEagerMax);
}

TEST(EngineLink, AConnectionThatLastsStartsTheBackOffAnew) {
  door_.come_online();
  for (int i = 0; i < 6; ++i) {
    lose();
  }
  door_.give(LinkConnected{});
  door_.run(kShortLived);
  CHECK_TRUE(lose() <= Millis{1'000});
}

TEST(EngineLink, TheJitterIsFull) {
  door_.come_online();
  Millis least = Millis::max();
  for (int i = 0; i < 60; ++i) {
    least = std::min(least, lose());
  }
  CHECK_TRUE(least < Millis{1'000});
}

TEST(EngineLink, ALateConnectedOrLostFactOfAStoppedEngineIsNothing) {
  door_.give(LinkConnected{});
  door_.give(LinkLost{});
  door_.run(Millis{60'000});
  STRCMP_EQUAL("", door_.words().c_str());
  CHECK_TRUE(door_.engine().link_state() == LinkState::kStopped);
}

TEST(EngineLink, ASecondLinkConnectedIsMeaningless) {
  Scene scene(Stage::kInConnected);
  scene.station.give(LinkConnected{});
  STRCMP_EQUAL("", scene.station.words().c_str());
  UNSIGNED_LONGS_EQUAL(1, scene.counters().dropped_bad_state);
}
