// Any reason may come in a refusal, whatever sense it makes: what weighs most among several, and
// what a device that asks later is told.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineReasons) {
  /// "door@gate" calls the panel and the hall of apt1, both online.
  struct Call {
    Call() {
      door.come_online();
      for (const Actor* each : {&panel, &hall}) {
        door.give(PresenceReceived{each->self, false, 3600, each->presence(PresenceState::kIdle)});
      }
      id = door.give(invite(user("apt1"))).call;
    }
    void refuse(Actor& who, Reason reason) { door.hear(who.self, who.reject(id, leg, reason)); }

    Instant now{Millis{1'000'000}};
    Station door{"door@gate", now};
    Actor panel{"panel@apt1"};
    Actor hall{"hall@apt1"};
    LegKey leg{door.self, 1};
    CallId id;
  };
  /// The reasons that a device can give, but kNone.
  template <typename Each>
  static void for_each(Each each) {
    for (std::uint8_t n = 1; n <= kReasonLast; ++n) {
      each(static_cast<Reason>(n));
    }
  }
};

TEST(EngineReasons, OnlyWhatAPersonOrARuleSaysOutweighsADeviceThatHasNotBeenAnswered) {
  std::string heavier;
  for_each([&](Reason reason) {
    Call call;
    call.refuse(call.panel, Reason::kNoAnswer);
    call.refuse(call.hall, reason);
    STRCMP_EQUAL("ended", call.door.state(call.id).c_str());
    const Reason outcome = call.door.reason(call.id);
    CHECK_TRUE(outcome == reason || outcome == Reason::kNoAnswer);
    heavier += outcome == Reason::kNoAnswer ? "" : text(outcome) + " ";
  });
  STRCMP_EQUAL("declined declined_everywhere busy dnd already_here not_allowed ", heavier.c_str());
}

TEST(EngineReasons, ALateDeviceHearsWhatEndedItsRingAndNothingOfACall) {
  std::string changed;
  for_each([&](Reason reason) {
    Call call;
    call.refuse(call.panel, reason);
    call.refuse(call.hall, reason);
    const Reason outcome = call.door.reason(call.id);
    call.door.hear(call.hall.self, call.hall.accept(call.id, call.leg));
    const Reason told = std::get<Cancel>(call.door.last(MessageKind::kCancel).message.body).reason;
    if (told != outcome) {
      changed += text(outcome) + ":" + text(told) + " ";
    }
  });
  STRCMP_EQUAL(
      "hang_up:cancelled declined_everywhere:declined_elsewhere peer_lost:cancelled "
      "superseded:cancelled moved:cancelled media_failed:cancelled duration_limit:cancelled ",
      changed.c_str());
}
