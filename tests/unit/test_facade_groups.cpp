// Calls of more than two, and the ways into and out of them, all through the public API of agents
// that share a broker in memory.
#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace std::chrono_literals;
using doorcall::test::roster;
using doorcall::test::text;

TEST_GROUP_BASE(FacadeGroups, doorcall::test::FacadeParty){};

TEST(FacadeGroups, SeveralUsersAreCalledAndEachIsAnsweredFor) {
  Agent& door = add("door", "one");
  Agent& a = add("a", "one");
  Agent& b = add("b", "one");
  listen(door, "door");
  const CallResult result = door.call({"a", "b", "door", "x y", "a"}, {}, note("call"));
  CHECK_EQUAL(text(Errc::kOk), text(result.code));
  CHECK(!result.added);
  LONGS_EQUAL(3, result.errors.size());
  CHECK_EQUAL(std::string("door self_call"),
              result.errors[0].user + ' ' + text(result.errors[0].code));
  CHECK_EQUAL(std::string("x y invalid_user"),
              result.errors[1].user + ' ' + text(result.errors[1].code));
  CHECK_EQUAL(std::string("a already_sent"),
              result.errors[2].user + ' ' + text(result.errors[2].code));
  settle();
  LONGS_EQUAL(CallState::kRinging, state(a));
  LONGS_EQUAL(CallState::kRinging, state(b));
  a.answer(result.call);
  settle();
  CHECK_HEARD("call ok none");
  b.answer(result.call);
  settle();
  CHECK_HEARD("door:member b connected");
  CHECK_EQUAL(std::string("door/one connected, a/one connected, b/one connected"),
              roster(door.members(result.call)));
  CHECK_EQUAL(roster(door.members(result.call)), roster(b.members(result.call)));
  LONGS_EQUAL(2, b.members(result.call).at(2).join_number);
  CHECK_EQUAL(std::string("door"), b.members(result.call).at(2).inviter_user);
  CHECK_EQUAL(std::string(), b.members(result.call).at(0).inviter_user);
}

TEST(FacadeGroups, WithNobodyLeftTheCallFailsAndSaysWhyForEach) {
  Agent& door = add("door", "one");
  const CallResult result = door.call({"door", "a b"}, {}, note("call"));
  CHECK(result.code != Errc::kOk);
  CHECK(result.call.empty());
  LONGS_EQUAL(2, result.errors.size());
  LONGS_EQUAL(Errc::kInvalidArgument, door.call(CallPlan::parallel({})).code);
  LONGS_EQUAL(Errc::kInvalidArgument, door.call_plan("night").code);
  settle();
  LONGS_EQUAL(0, log.size());
}

TEST(FacadeGroups, LeavingLeavesTheOthersAndTheFirstMayEndForAll) {
  Agent& door = add("door", "one");
  Agent& a = add("a", "one");
  Agent& b = add("b", "one");
  Agent& c = add("c", "one");
  const std::string call = door.call({"a", "b", "c"}).call;
  settle();
  for (Agent* each : {&a, &b, &c}) {
    each->answer(call);
    settle();
  }
  LONGS_EQUAL(Errc::kNotAllowed, a.end(call));
  LONGS_EQUAL(Errc::kOk, a.hang_up(call, {}, note("leave")));
  settle();
  CHECK_HEARD("leave ok hang_up");
  LONGS_EQUAL(CallState::kConnected, state(c));
  LONGS_EQUAL(Errc::kOk, door.end(call, "bye", note("end")));
  settle();
  CHECK_HEARD("end ok hang_up");
  LONGS_EQUAL(CallState::kEnded, state(b));
  LONGS_EQUAL(CallState::kEnded, state(c));
  CHECK(door.members(call).empty());
}

TEST(FacadeGroups, AnyMemberAddsAndHearsWhatBecameOfIt) {
  Agent& door = add("door", "one");
  Agent& a = add("a", "one");
  Agent& b = add("b", "one");
  Agent& c = add("c", "one");
  const std::string call = door.call("a").call;
  settle();
  a.answer(call);
  settle();
  const CallResult added = a.add(call, {"b"}, {}, note("add b"));
  CHECK_EQUAL(text(Errc::kOk), text(added.code));
  CHECK(added.added && added.call == call);
  settle();
  b.answer(call);
  settle();
  CHECK_HEARD("add b ok none");
  const CallResult again = door.call("c", {}, note("add c"));  // its only line is in this call
  CHECK(again.added && again.call == call);
  LONGS_EQUAL(Errc::kAlreadySent, door.call("c").code);
  settle();
  c.decline(call);
  settle();
  CHECK_HEARD("add c already_ended declined_everywhere");
  LONGS_EQUAL(CallState::kConnected, state(door));
  LONGS_EQUAL(Errc::kUnknownCall, door.add("nonsense", {"c"}).code);
  LONGS_EQUAL(Errc::kNotAllowed == c.add(call, {"b"}).code ||
                  c.add(call, {"b"}).code == Errc::kAlreadyEnded,
              true);
}

TEST(FacadeGroups, ASubsetIsCancelledAndTheRestRingsOn) {
  Agent& door = add("door", "one");
  Agent& a = add("a", "one");
  Agent& b = add("b", "one");
  listen(a, "a");
  const std::string call = door.call({"a", "b"}, {}, note("call")).call;
  settle();
  LONGS_EQUAL(Errc::kInvalidArgument, door.cancel(call, std::vector<std::string>{}));
  LONGS_EQUAL(Errc::kInvalidUser, door.cancel(call, std::vector<std::string>{"x y"}));
  LONGS_EQUAL(Errc::kNotInvited, door.cancel(call, std::vector<std::string>{"c"}));
  LONGS_EQUAL(Errc::kOk, door.cancel(call, {"a"}, "sorry", note("cancel a")));
  settle();
  CHECK_HEARD("cancel a ok cancelled");
  CHECK_HEARD("a:ended cancelled missed");
  LONGS_EQUAL(CallState::kRinging, state(b));
  b.answer(call);
  settle();
  CHECK_HEARD("call ok none");
}

TEST(FacadeGroups, ARunningCallIsPulledToAnotherDevice) {
  Agent& door = add("door", "one");
  Agent& hall = add("apt", "hall");
  Agent& kitchen = add("apt", "kitchen");
  LONGS_EQUAL(Errc::kUnknownCall, kitchen.pull().code);
  const std::string call = door.call("apt").call;
  settle();
  hall.answer(call);
  settle();
  CHECK(kitchen.pullable() == std::vector<std::string>{call});
  const PullResult pulled = kitchen.pull({}, {}, note("pull"));
  CHECK_EQUAL(text(Errc::kOk), text(pulled.code));
  CHECK_EQUAL(call, pulled.call);
  settle();
  CHECK_HEARD("pull ok none");
  LONGS_EQUAL(CallState::kConnected, state(kitchen));
  LONGS_EQUAL(CallState::kEnded, state(hall));
  LONGS_EQUAL(Reason::kMoved, hall.calls().at(0).reason);
  CHECK(kitchen.pullable().empty());
}

TEST(FacadeGroups, WhoHasLeftComesBackByJoining) {
  Agent& door = add("door", "one");
  Agent& a = add("a", "one");
  Agent& b = add("b", "one");
  const std::string call = door.call({"a", "b"}).call;
  settle();
  a.answer(call);
  b.answer(call);
  settle();
  a.hang_up(call);
  settle();
  LONGS_EQUAL(Errc::kUnknownCall, a.join("nonsense", "door"));
  LONGS_EQUAL(Errc::kInvalidUser, a.join(call, "x y"));
  LONGS_EQUAL(Errc::kOk, a.join(call, "door", {}, note("join")));
  settle();
  CHECK_HEARD("join ok none");
  LONGS_EQUAL(CallState::kConnected, state(a));
  CHECK(roster(b.members(call)).find("a/one connected") != std::string::npos);
}
