// Duplicates and disorder are normal (PROTOCOL rule 5): every handler is idempotent, ended calls
// stay ended, and a cancel that outruns its invite holds for its sender only.

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"
#include "tests/fakes/prng.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineDuplicates){};

TEST(EngineDuplicates, TheSameInviteAgainNeitherRingsAgainNorIsBusy) {
  Scene scene(Stage::kUnknown);
  const Message invite = scene.peer.invite(scene.call);
  scene.hear(invite);
  for (int i = 0; i < 5; ++i) {
    STRCMP_EQUAL("ringing", scene.answer_to(invite).c_str());
  }
  UNSIGNED_LONGS_EQUAL(1, scene.station.count(CallChange::kIncoming));
  scene.station.give(accept(scene.call));
  STRCMP_EQUAL("accept", scene.answer_to(invite).c_str());
  scene.hear(scene.peer.confirm(scene.call, "panel"));
  STRCMP_EQUAL("", scene.answer_to(invite).c_str());
  scene.station.give(hang_up(scene.call));
  STRCMP_EQUAL("", scene.answer_to(invite).c_str());
  UNSIGNED_LONGS_EQUAL(1, scene.station.count(CallChange::kIncoming));
}

TEST(EngineDuplicates, AReceivedInviteDoesNotProlongTheRing) {
  Scene scene(Stage::kRinging);
  for (int i = 0; i < 9; ++i) {
    scene.run(Millis{9'900});
    scene.hear(scene.peer.invite(scene.call));
  }
  scene.run(Millis{90'000 - 9 * 9'900});
  STRCMP_EQUAL("no_answer", std::string(to_string(scene.reason())).c_str());
}

TEST(EngineDuplicates, ACancelThatOutrunsItsInviteKeepsItFromRinging) {
  Scene scene(Stage::kUnknown);
  STRCMP_EQUAL("ack", scene.answer_to(scene.peer.cancel(scene.call)).c_str());
  scene.hear(scene.peer.invite(scene.call));
  scene.run(Millis{5'000});
  UNSIGNED_LONGS_EQUAL(0, scene.station.events.size());
}

TEST(EngineDuplicates, AnEarlyCancelHoldsForItsSenderOnly) {
  Scene scene(Stage::kUnknown);
  Actor stranger("imp@elsewhere");
  scene.station.hear(stranger.self, stranger.cancel(scene.call));
  STRCMP_EQUAL("ringing event:incoming", scene.answer_to(scene.peer.invite(scene.call)).c_str());
}

TEST(EngineDuplicates, EarlyCancelsHaveAQuotaForEachSender) {
  Scene scene(Stage::kUnknown);
  const Limits limits;
  for (std::uint8_t n = 1; n <= limits.tombstones_per_sender + 3; ++n) {
    scene.hear(scene.peer.cancel(call_id(n)));
  }
  UNSIGNED_LONGS_EQUAL(3, scene.counters().dropped_quota);
  UNSIGNED_LONGS_EQUAL(0, scene.counters().tombstones_evicted);
  Actor other("phone@gate");
  scene.station.hear(other.self, other.cancel(call_id(200)));
  UNSIGNED_LONGS_EQUAL(3, scene.counters().dropped_quota);
}

TEST(EngineDuplicates, WhenTheTombstonesAreFullTheOldestIsForgotten) {
  Station::Options options;
  options.limits.tombstones = 4;
  Scene scene(Stage::kUnknown, options);
  for (std::uint8_t n = 1; n <= 6; ++n) {
    scene.hear(scene.peer.cancel(call_id(n)));
  }
  UNSIGNED_LONGS_EQUAL(2, scene.counters().tombstones_evicted);
  scene.hear(scene.peer.invite(call_id(6)));
  UNSIGNED_LONGS_EQUAL(0, scene.station.events.size());
  scene.hear(scene.peer.invite(call_id(1)));
  UNSIGNED_LONGS_EQUAL(1, scene.station.events.size());
}

TEST(EngineDuplicates, EndedCallsAreForgottenAfterTheLongestRingAndAMinute) {
  Scene scene(Stage::kDeclined);
  scene.run(kTombstoneTime - Millis{1'000});
  STRCMP_EQUAL("ended", scene.state().c_str());
  scene.run(Millis{1'000});
  STRCMP_EQUAL("unknown", scene.state().c_str());
}

TEST(EngineDuplicates, ALateRingingDoesNotTakeADeclineBack) {
  Scene scene(Stage::kCalling);
  Actor hall("hall@apt1");
  scene.station.give(PresenceReceived{hall.self, false, 3600, hall.presence(PresenceState::kIdle)});
  const Message late = scene.peer.ringing(scene.call, scene.leg);
  scene.hear(late);
  scene.hear(scene.peer.reject(scene.call, scene.leg, Reason::kDeclined));
  STRCMP_EQUAL("calling", scene.state().c_str());  // the hall may still ring
  scene.hear(late);
  scene.station.hear(hall.self, hall.reject(scene.call, scene.leg, Reason::kBusy));
  STRCMP_EQUAL("ended", scene.state().c_str());
}

// Everything that two stations say to each other in a whole call, said again in any order, later or
// at once, changes nothing after the end.
TEST(EngineDuplicates, AWholeCallSaidAgainInAnyOrderChangesNothing) {
  fakes::Prng prng(11);
  for (int round = 0; round < 30; ++round) {
    Rig rig = connected();
    rig->give(round % 2 == 0 ? rig->door() : rig->panel(), hang_up(rig->call));
    rig->run(Millis{500});
    std::vector<std::pair<bool, Message>> said;
    for (const bool from_door : {true, false}) {
      for (const Sent& sent : (from_door ? rig->door() : rig->panel()).sent) {
        said.emplace_back(from_door, sent.message);
      }
    }
    const std::size_t events = rig->door().events.size() + rig->panel().events.size();
    for (int i = 0; i < 60; ++i) {
      const auto& [from_door, message] = said[prng.below(static_cast<std::uint32_t>(said.size()))];
      Station& to = from_door ? rig->panel() : rig->door();
      to.hear((from_door ? rig->door() : rig->panel()).self, message, 89);
      rig->run(Millis{prng.below(300)});
    }
    CHECK_TRUE(rig->both("ended"));
    UNSIGNED_LONGS_EQUAL(events, rig->door().events.size() + rig->panel().events.size());
  }
}

// The same during the call: each message is delivered up to three times, with gaps.
TEST(EngineDuplicates, ACallGoesItsWayThoughEveryMessageComesThrice) {
  Rig rig = online();
  const auto thrice = [](Station& from, Station& to, std::size_t& seen) {
    for (; seen < from.sent.size(); ++seen) {
      const Message message = from.sent[seen].message;
      if (from.sent[seen].to == to.self.user) {
        to.hear(from.self, message, 90);
        to.hear(from.self, message, 90);
      }
    }
  };
  std::size_t seen[2] = {rig->door().sent.size(), rig->panel().sent.size()};
  const auto run = [&](Millis span) {
    for (Millis at{0}; at < span; at += Millis{50}) {
      thrice(rig->door(), rig->panel(), seen[0]);
      thrice(rig->panel(), rig->door(), seen[1]);
      rig->run(Millis{50});
    }
  };
  rig->call = rig->give(rig->door(), invite(rig->panel().self.user)).call;
  run(Millis{300});
  CHECK_TRUE(rig->give(rig->panel(), accept(rig->call)).code == Errc::kOk);
  run(Millis{15'000});
  CHECK_TRUE(rig->both("connected"));
  rig->give(rig->door(), hang_up(rig->call));
  run(Millis{3'000});
  CHECK_TRUE(rig->both("ended"));
  for (Station* each : {&rig->door(), &rig->panel()}) {
    UNSIGNED_LONGS_EQUAL(1, each->count(CallChange::kConnected));
    UNSIGNED_LONGS_EQUAL(1, each->count(CallChange::kEnded));
  }
  UNSIGNED_LONGS_EQUAL(1, rig->panel().count(CallChange::kIncoming));
}
