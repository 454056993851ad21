// Push (FEATURES O3): in wait mode a gateway is asked to wake a user whose devices are all offline,
// and told when it need not ring any more.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EnginePush) {
  Instant now_{Millis{1'000'000}};
  Station door_{"door@gate", now_};
  Actor panel_{"panel@apt1"};
  LegKey leg_{door_.self, 1};
  CallId call_;

  void setup() override {
    door_.come_online();
  }
  void see(PresenceState state) {
    door_.give(PresenceReceived{panel_.self, false, 3600, panel_.presence(state, true)});
    (void)door_.words();
  }
  std::string call_out(bool waits = true) {
    InviteUsers command = invite(user("apt1"));
    command.wait_offline = waits;
    command.caller_name = "Front door";
    command.data = "parcel";
    command.push_title = "Somebody rings";
    command.push_content = "At the front door";
    const Result result = door_.give(command);
    CHECK_TRUE(result.code == Errc::kOk);
    call_ = result.call;
    return door_.words();
  }
};

TEST(EnginePush, AsksForAUserWhoseDevicesAreAllOffline) {
  see(PresenceState::kOffline);
  STRCMP_EQUAL("invite push:request event:calling", call_out().c_str());
  UNSIGNED_LONGS_EQUAL(1, door_.pushes.size());
  const SendPush& order = door_.pushes[0];
  CHECK_TRUE(order.to == user("apt1") && order.expiry_s == 90);
  CHECK_TRUE(order.push.call == call_ && order.push.leg == leg_ && !order.push.cancel);
  CHECK_TRUE(order.push.caller == door_.self && order.push.caller_name == "Front door");
  CHECK_TRUE(order.push.title == "Somebody rings" && order.push.content == "At the front door");
  CHECK_TRUE(order.push.data == "parcel" && order.push.ring_left == Millis{90'000});
}

TEST(EnginePush, RingsOnWithoutAReceiptAndReachesWhoComesBack) {
  see(PresenceState::kOffline);
  (void)call_out();
  door_.run(Millis{60'000});
  STRCMP_EQUAL("calling", door_.state(call_).c_str());
  const std::size_t before = door_.count(MessageKind::kInvite);
  see(PresenceState::kIdle);
  door_.run(Millis{2});
  CHECK_TRUE(door_.count(MessageKind::kInvite) > before);
  door_.hear(panel_.self, panel_.ringing(call_, leg_));
  door_.hear(panel_.self, panel_.accept(call_, leg_));
  UNSIGNED_LONGS_EQUAL(2, door_.pushes.size());
  CHECK_TRUE(door_.pushes[1].push.cancel && door_.pushes[1].push.reason == Reason::kNone);
}

TEST(EnginePush, IsTakenBackWhenTheLegEnds) {
  see(PresenceState::kOffline);
  (void)call_out();
  door_.give(cancel(call_));
  UNSIGNED_LONGS_EQUAL(2, door_.pushes.size());
  CHECK_TRUE(door_.pushes[1].push.cancel && door_.pushes[1].push.reason == Reason::kCancelled);
  CHECK_TRUE(door_.pushes[1].push.title.empty() && door_.pushes[1].push.leg == leg_);
}

TEST(EnginePush, IsTakenBackAtTheEndOfTheRingTime) {
  see(PresenceState::kOffline);
  (void)call_out();
  door_.run(Millis{91'000});
  STRCMP_EQUAL("no_answer", text(door_.reason(call_)).c_str());
  CHECK_TRUE(door_.pushes.back().push.cancel);
  CHECK_TRUE(door_.pushes.back().expiry_s > 0);
}

TEST(EnginePush, WhoGoesOfflineWhileItRingsIsPushedOnce) {
  see(PresenceState::kIdle);
  STRCMP_EQUAL("invite event:calling", call_out().c_str());
  see(PresenceState::kOffline);
  door_.run(Millis{5});
  UNSIGNED_LONGS_EQUAL(1, door_.pushes.size());
  STRCMP_EQUAL("calling", door_.state(call_).c_str());
  see(PresenceState::kIdle);
  see(PresenceState::kOffline);
  UNSIGNED_LONGS_EQUAL(1, door_.pushes.size());
}

TEST(EnginePush, NobodyIsWokenForARingThatIsOverWhenTheProcessWakesUp) {
  Instant now{Millis{1'000'000}};
  Station door("door@gate", now);
  door.come_online();
  Actor panel("panel@apt1");
  door.give(PresenceReceived{panel.self, false, 3600, panel.presence(PresenceState::kIdle)});
  InviteUsers command = invite_users({"apt1"});
  command.ring_time = Millis{10'000};
  command.wait_offline = true;
  const CallId call = door.give(command).call;
  door.give(PresenceReceived{panel.self, false, 3600, panel.presence(PresenceState::kOffline)});
  now += Millis{20'000};
  door.pass();
  STRCMP_EQUAL("no_answer", text(door.reason(call)).c_str());
  UNSIGNED_LONGS_EQUAL(0, door.pushes.size());
}

TEST(EnginePush, WithoutWaitModeNobodyIsAsked) {
  see(PresenceState::kIdle);
  (void)call_out(false);
  see(PresenceState::kOffline);
  door_.run(Millis{5});
  STRCMP_EQUAL("offline", text(door_.reason(call_)).c_str());
  UNSIGNED_LONGS_EQUAL(0, door_.pushes.size());
}

TEST(EnginePush, WithoutALinkNobodyIsAskedUntilItIsBack) {
  see(PresenceState::kIdle);
  (void)call_out();
  door_.give(LinkLost{});
  see(PresenceState::kOffline);
  UNSIGNED_LONGS_EQUAL(0, door_.pushes.size());
  door_.run(Millis{1'500});
  door_.give(LinkConnected{});
  see(PresenceState::kOffline);  // as the broker holds it
  UNSIGNED_LONGS_EQUAL(1, door_.pushes.size());
}

TEST(EnginePush, ForADoorThatRingsAnAddedUser) {
  Trio trio("panel@apt1");
  Actor away("panel@apt3");
  trio.station.give(
      PresenceReceived{away.self, false, 3600, away.presence(PresenceState::kOffline)});
  InviteUsers command = invite_users({"apt3"});
  command.call = trio.call;
  command.wait_offline = true;
  CHECK_TRUE(trio.station.give(command).code == Errc::kOk);
  UNSIGNED_LONGS_EQUAL(1, trio.station.pushes.size());
  CHECK_TRUE(trio.station.pushes[0].push.caller == trio.door.self);
}
