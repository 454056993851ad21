// Several devices of a user, ring plans, and what a device does by itself, through the public API.
#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace std::chrono_literals;
using doorcall::test::roster;
using doorcall::test::text;

TEST_GROUP_BASE(FacadeModes, doorcall::test::FacadeParty){};

TEST(FacadeModes, OneDeviceAnswersAndTheOthersStopWithoutAMissedCall) {
  Agent& door = add("door", "one");
  Agent& hall = add("apt", "hall");
  Agent& kitchen = add("apt", "kitchen");
  listen(kitchen, "kitchen");
  const std::string call = door.call("apt").call;
  settle();
  LONGS_EQUAL(CallState::kRinging, state(hall));
  LONGS_EQUAL(Errc::kOk, kitchen.silence(call));
  LONGS_EQUAL(Errc::kAlreadySent, kitchen.silence(call));
  settle();
  CHECK_HEARD("kitchen:silenced");
  LONGS_EQUAL(CallState::kRinging, state(hall));
  hall.answer(call);
  settle();
  CHECK_HEARD("kitchen:ended answered_elsewhere");
  CHECK_EQUAL(std::string("door/one connected, apt/hall connected"), roster(door.members(call)));
}

TEST(FacadeModes, ANamedPlanRingsItsUsersAndTheFirstAnswerWins) {
  AgentOptions options;
  options.user = "door";
  options.device = "one";
  options.plans["all"] = CallPlan::first_answer({"a", "b"});
  options.plans["turn"] = CallPlan::hunt({"a", "b"}, 20s);
  Agent& door = add(options);
  Agent& a = add("a", "one");
  Agent& b = add("b", "one");
  listen(b, "b");
  std::string call = door.call_plan("all").call;
  settle();
  a.answer(call);
  settle();
  CHECK_HEARD("b:ended answered_elsewhere");
  door.hang_up(call);
  settle();
  call = door.call_plan("turn", {}, note("turn")).call;
  settle();
  LONGS_EQUAL(CallState::kRinging, state(a));
  CHECK(state(b) != CallState::kRinging);
  a.decline(call);
  settle();
  LONGS_EQUAL(CallState::kRinging, state(b));
  b.answer(call);
  settle();
  CHECK_HEARD("turn ok none");
}

TEST(FacadeModes, DoNotDisturbRefusesAllButItsOverrides) {
  AgentOptions options;
  options.user = "a";
  options.device = "one";
  options.dnd_overrides = {"desk"};
  Agent& a = add(options);
  Agent& door = add("door", "one");
  Agent& desk = add("desk", "one");
  listen(a, "a");
  std::vector<bool> told;
  Listener listener;
  listener.on_mode = [&](const DeviceMode& mode) { told.push_back(mode.dnd); };
  a.add_listener(listener);
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, a.set_dnd(true, 0ms));
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, a.set_dnd(false, 10s));
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, a.set_dnd(true, std::chrono::hours(24 * 7 + 1)));
  CHECK(!a.mode().dnd);
  LONGS_EQUAL(Errc::kOk, a.set_dnd(true, 10min));
  CHECK(a.mode().dnd && a.mode().dnd_left > 9min);
  LONGS_EQUAL(0, told.size());
  settle();
  CHECK(told == std::vector<bool>{true});
  door.call("a", {}, note("door"));
  settle();
  CHECK_HEARD("a:refused_dnd dnd");
  desk.call("a");
  settle();
  LONGS_EQUAL(CallState::kRinging, state(a));
  a.set_dnd(true);
  CHECK(!a.mode().dnd_left);
  a.set_dnd(false);
  CHECK(!a.mode().dnd);
}

TEST(FacadeModes, RingToOpenAnswersTheDoorsAndAsksForThem) {
  AgentOptions options;
  options.user = "a";
  options.device = "one";
  options.doors = {"gate"};
  Agent& a = add(options);
  Agent& gate = add("gate", "one");
  listen(a, "a");
  LONGS_EQUAL(Errc::kNotAllowed, gate.ring_to_open(1min));
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, a.ring_to_open(61min));
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, a.ring_to_open(-1ms));
  LONGS_EQUAL(Errc::kOk, a.ring_to_open(10min));
  CHECK(a.mode().ring_to_open && a.mode().ring_to_open_left > 9min);
  const std::string call = gate.call("a", {}, note("gate")).call;
  settle();
  CHECK_HEARD("gate ok none");
  CHECK_HEARD("a:open_door");
  a.hang_up(call);
  LONGS_EQUAL(Errc::kOk, a.ring_to_open(0ms));
  CHECK(!a.mode().ring_to_open);
}

TEST(FacadeModes, ChimeOnlyRingsButLeavesTheAnswerToOthers) {
  AgentOptions options;
  options.user = "apt";
  options.device = "bell";
  options.chime_only = true;
  Agent& bell = add(options);
  Agent& hall = add("apt", "hall");
  Agent& door = add("door", "one");
  const std::string call = door.call("apt").call;
  settle();
  LONGS_EQUAL(CallState::kRinging, state(bell));
  LONGS_EQUAL(Errc::kNotAllowed, bell.answer(call));
  hall.answer(call);
  settle();
  LONGS_EQUAL(CallState::kEnded, state(bell));
  LONGS_EQUAL(CallState::kConnected, state(door));
}

TEST(FacadeModes, AWaitingCallSaysSoAndIsAnsweredWhenTheLineIsFree) {
  AgentOptions options;
  options.user = "a";
  options.device = "one";
  options.call_waiting = true;
  Agent& a = add(options);
  Agent& door = add("door", "one");
  Agent& gate = add("gate", "one");
  std::vector<bool> waiting;
  Listener listener;
  listener.on_call = [&](const CallUpdate& update) {
    if (update.change == CallChange::kIncoming) {
      waiting.push_back(update.waiting);
    }
  };
  a.add_listener(listener);
  const std::string first = door.call("a").call;
  settle();
  a.answer(first);
  settle();
  const std::string second = gate.call("a").call;
  settle();
  CHECK(waiting == std::vector<bool>({false, true}));
  LONGS_EQUAL(Errc::kBusy, a.answer(second));
  a.hang_up(first);
  settle();
  LONGS_EQUAL(Errc::kOk, a.answer(second));
}

TEST(FacadeModes, ThePlanButtonsFollowTheStateOfTheDevice) {
  AgentOptions options;
  options.user = "door";
  options.device = "one";
  options.plans["all"] = CallPlan::first_answer({"a", "b"});
  Agent& door = add(options);
  Agent& a = add("a", "one");
  Agent& b = add("b", "one");
  door.bind_button("bell", *ButtonAction::parse("plan:all"));
  a.bind_button("mute", *ButtonAction::parse("silence"));
  a.bind_button("night", *ButtonAction::parse("dnd"));
  a.bind_button("here", *ButtonAction::parse("pull"));
  LONGS_EQUAL(Errc::kUnknownCall, a.press("mute"));
  LONGS_EQUAL(Errc::kUnknownCall, a.press("here"));
  LONGS_EQUAL(Errc::kOk, door.press("bell"));
  settle();
  LONGS_EQUAL(Errc::kAlreadySent, door.press("bell"));
  LONGS_EQUAL(Errc::kOk, a.press("mute"));
  b.answer(b.calls().at(0).call);
  settle();
  LONGS_EQUAL(Errc::kBusy, door.press("bell"));  // and nobody is added to the call
  CHECK(state(a) != CallState::kRinging);
  LONGS_EQUAL(Errc::kOk, a.press("night"));
  CHECK(a.mode().dnd);
  LONGS_EQUAL(Errc::kOk, a.press("night"));
  CHECK(!a.mode().dnd);
}

TEST(FacadeModes, AnOfflineUserIsAskedForAtThePushGateway) {
  AgentOptions options;
  options.user = "door";
  options.device = "one";
  options.name = "Front door";
  options.push_title = "{caller} rings";
  options.push_content = "at {line} of {user}";
  Agent& door = add(options);
  Agent& a = add("a", "one");
  a.stop();
  settle();
  CallOptions call;
  call.wait_offline = true;
  call.line = "bell2";
  const std::string id = door.call("a", call).call;
  settle();
  const std::string topic = "doorcall/v1/a/push/one@door";
  std::string push = hub.pushes[topic];
  CHECK_TEXT(push.find("Front door rings") != std::string::npos, push.c_str());
  CHECK_TEXT(push.find("at bell2 of door") != std::string::npos, push.c_str());
  door.cancel(id);
  settle();
  CHECK(hub.pushes[topic] != push);
  call.push_title = "Come";
  call.push_content = "";
  (void)door.call("a", call);
  settle();
  push = hub.pushes[topic];
  CHECK_TEXT(push.find("\"Come\"") != std::string::npos, push.c_str());
  CHECK(push.find("bell2 of") == std::string::npos);
}
