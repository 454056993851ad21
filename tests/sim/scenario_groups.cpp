// Calls of more than two: inviting, adding, leaving and ending, and how these cross.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void three_in_a_call(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.expect_members(call, {0, 1, 2});
  s.hang_up(1, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
  s.expect_leg(0, call, 1, LegState::kEnded, Reason::kHangUp);
  s.hang_up(2, call);
  s.run(Millis{1'000});
  s.expect_idle({0, 1, 2});
  s.expect_ended(0, call, Reason::kHangUp);
}

/// The one who made the call may go; the others stay.
void creator_leaves(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.expect_code(s.hang_up(0, call), Errc::kOk, "hanging up");
  s.run(Millis{1'000});
  s.expect_members(call, {1, 2});
}

void end_for_all(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.expect_code(s.end_for_all(2, call), Errc::kNotAllowed, "ending for all as the last to come");
  s.expect_code(s.end_for_all(0, call), Errc::kOk, "ending for all as the creator");
  s.run(Millis{1'000});
  for (const std::size_t device : {0U, 1U, 2U}) {
    s.expect_ended(device, call, Reason::kHangUp);
  }
}

void next_in_order_may_end(Scenario& s) {
  const CallId call = s.group({1, 2, 3});
  s.hang_up(0, call);
  s.run(Millis{1'000});
  s.expect_code(s.end_for_all(2, call), Errc::kNotAllowed, "ending for all as the second");
  s.expect_code(s.end_for_all(1, call), Errc::kOk, "ending for all as the first who is left");
  s.run(Millis{1'000});
  s.expect_idle({0, 1, 2, 3});
}

void member_adds_a_user(Scenario& s) {
  const CallId call = s.connected_call();
  s.expect_code(s.add(1, call, 2), Errc::kOk, "adding as the one who was called");
  s.run(Millis{500});
  s.expect_state(2, call, CallState::kRinging);
  s.expect_leg(0, call, 2, LegState::kRinging);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 1, 2});
  s.expect_code(s.add(0, call, 2), Errc::kAlreadySent, "adding who is there");
}

/// The end for all meets an invitation that its sender has just let go.
void add_crosses_end(Scenario& s) {
  const CallId call = s.connected_call();
  s.add(1, call, 2);
  s.end_for_all(0, call);
  s.run(Millis{2'000});
  s.expect_idle({0, 1, 2});
  s.expect_ended(0, call, Reason::kHangUp);
  s.expect_ended(1, call, Reason::kHangUp);
}

/// The other one leaves while an invitation is on its way: the call goes on with who comes.
void leave_crosses_add(Scenario& s) {
  const CallId call = s.connected_call();
  s.add(1, call, 2);
  s.hang_up(0, call);
  s.run(Millis{1'000});
  s.expect_state(2, call, CallState::kRinging);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {1, 2});
}

/// Both members add the same user in the same moment: it rings once, and is in the call once.
void two_owners_invite_one_user(Scenario& s) {
  const CallId call = s.connected_call();
  s.expect_code(s.add(0, call, 2), Errc::kOk, "adding");
  s.expect_code(s.add(1, call, 2), Errc::kOk, "adding the same user at the other end");
  s.run(Millis{1'000});
  s.expect_count(2, call, CallChange::kIncoming, 1);
  s.accept(2, call);
  s.run(Millis{2'000});
  s.expect_members(call, {0, 1, 2});
}

/// Two owners, two devices: each rings for another's invitation at first.
void two_owners_two_devices(Scenario& s) {
  const CallId call = s.connected_call();
  s.hold(MessageKind::kInvite, 2);
  s.add(0, call, 2);
  s.run(Millis{100});
  s.add(1, call, 2);
  s.run(Millis{100});
  s.release();
  s.accept(2, call);
  s.accept(3, call);
  s.run(Millis{3'000});
  const auto first = s.world().device(2).engine->find_call(call);
  const bool first_won = first && first->state == CallState::kConnected;
  s.expect_members(call, {0, 1, first_won ? 2U : 3U});
}

/// A calls B and C while B calls A: no glare, for there are three; nobody is in two calls.
void glare_against_group(Scenario& s) {
  Calling both;
  both.users = {1, 2};
  const CallId group = s.call(0, both);
  const CallId single = s.call(1, 0);
  s.run(Millis{4'000});
  s.expect_state(2, group, CallState::kRinging);
  s.accept(2, group);
  s.run(Millis{2'000});
  s.expect_members(group, {0, 2});
  s.expect_ended(1, single, Reason::kBusy);
}

void too_many_parties(Scenario& s) {
  const CallId call = s.connected_call();
  const Errc code = s.add(0, call, 2);
  s.expect(code == Errc::kTooManyInvitees || code == Errc::kTooManyCalls,
           "a third party is one too many, says " + std::string(to_string(code)));
  s.expect_members(call, {0, 1});
}

void two_parties(WorldPlan& plan) {
  plan.devices[0].settings.parties = 2;
}

/// One declines: the others are not disturbed.
void one_of_many_declines(Scenario& s) {
  Calling all;
  all.users = {1, 2, 3};
  const CallId call = s.call(0, all);
  s.run(Millis{500});
  s.decline(1, call);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(2, call, CallState::kConnected);
  s.expect_state(3, call, CallState::kRinging);
  s.decline(3, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
}

void expect_part_over(Scenario& s, const CallId& call) {
  s.expect_ended(1, call, Reason::kCancelled);
  s.expect_state(2, call, CallState::kRinging);
}

void cancel_one_of_many(Scenario& s) {
  Calling both;
  both.users = {1, 2};
  const CallId call = s.call(0, both);
  s.run(Millis{500});
  const UserId first = user_id(1);
  const Result result = s.world().command(0, CancelCall{call, std::span(&first, 1), {}});
  s.expect_code(result.code, Errc::kOk, "cancelling one");
  s.run(Millis{500});
  expect_part_over(s, call);
  s.expect_state(0, call, CallState::kCalling);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
}

/// A member restarts: the others go on without it, and it knows nothing of the call.
void member_restarts(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.world().crash(1);
  s.world().boot(1);
  s.run(Millis{40'000});
  s.expect_members(call, {0, 2});
}

/// Its new call after a restart takes the place of the old one, at those who believe in it.
void superseded_in_group(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.hold(MessageKind::kSync, 1);
  s.world().crash(1);
  s.world().boot(1);
  s.run(Millis{40});
  const CallId again = s.call(1, 0);
  s.run(Millis{3'000});
  s.release();
  s.run(Millis{40'000});
  const auto info = s.world().device(0).engine->find_call(again);
  s.expect(info.has_value() || s.world().log(0).size() > 2, "the new call was heard of");
  s.expect_idle({1});
  (void)call;
}

const ScenarioCase kCases[] = {
    {"three_in_a_call", three_in_a_call, {1, 1, 1}},
    {"creator_leaves", creator_leaves, {1, 1, 1}},
    {"end_for_all", end_for_all, {1, 1, 1}},
    {"next_in_order_may_end", next_in_order_may_end, {1, 1, 1, 1}},
    {"member_adds_a_user", member_adds_a_user, {1, 1, 1}},
    {"add_crosses_end", add_crosses_end, {1, 1, 1}},
    {"leave_crosses_add", leave_crosses_add, {1, 1, 1}},
    {"two_owners_invite_one_user", two_owners_invite_one_user, {1, 1, 1}},
    {"two_owners_two_devices", two_owners_two_devices, {1, 1, 2}},
    {"glare_against_group", glare_against_group, {1, 1, 1}},
    {"too_many_parties", too_many_parties, {1, 1, 1}, two_parties},
    {"one_of_many_declines", one_of_many_declines, {1, 1, 1, 1}},
    {"cancel_one_of_many", cancel_one_of_many, {1, 1, 1}},
    {"member_restarts", member_restarts, {1, 1, 1}},
    {"superseded_in_group", superseded_in_group, {1, 1, 1}},
};

}  // namespace

ScenarioCases group_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
