// Coming (back) into a call that is on, and taking it to another device.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void left_and_back(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.hang_up(1, call);
  s.run(Millis{1'000});
  s.expect_code(s.join(1, call), Errc::kOk, "joining again");
  s.run(Millis{1'000});
  s.expect_members(call, {0, 1, 2});
}

/// Who has declined may think again while the others talk.
void declined_and_joined(Scenario& s) {
  const CallId call = s.group({2});
  s.decline(1, call);
  s.run(Millis{1'000});
  s.join(1, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 1, 2});
}

void pull_to_another_device(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.accept(1, call);
  s.run(Millis{11'000});
  const auto there = s.world().device(2).engine->pullable_at(0);
  s.expect(there == call, "the other device has heard of the call");
  s.expect_code(s.join(2, call, true), Errc::kOk, "pulling");
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
  s.expect_ended(1, call, Reason::kMoved);
}

void pull_race_two_devices(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.accept(1, call);
  s.run(Millis{11'000});
  s.join(2, call, true);
  s.join(3, call, true);
  s.run(Millis{12'000});
  const auto second = s.world().device(2).engine->find_call(call);
  const bool second_has = second && second->state == CallState::kConnected;
  s.expect_members(call, {0, second_has ? 2U : 3U});
  s.expect_ended(1, call, Reason::kMoved);
}

/// Both sides are pulled over in the same moment: nobody stays in half a call.
void pulls_from_both_sides(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.accept(2, call);
  s.run(Millis{11'000});
  s.join(1, call, true);
  s.join(3, call, true);
  s.run(Millis{60'000});
  s.expect_idle({0, 1, 2, 3});
}

/// With a third one in the call the two that have pulled find each other.
void pulls_from_both_sides_in_a_group(Scenario& s) {
  const CallId call = s.group({2, 4});
  s.run(Millis{11'000});
  s.join(1, call, true);
  s.join(3, call, true);
  s.run(Millis{60'000});
  s.expect_members(call, {1, 3, 4});
}

/// Not moving: the user is there already.
void join_where_the_user_is(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.accept(1, call);
  s.run(Millis{11'000});
  s.join(2, call);
  s.run(Millis{1'000});
  s.expect_ended(2, call, Reason::kAlreadyHere);
  s.expect_members(call, {0, 1});
}

/// The other side hangs up in the moment of the move: nobody stays behind in an empty call.
void move_crosses_leave(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.accept(1, call);
  s.run(Millis{11'000});
  s.join(2, call, true);
  s.hang_up(0, call);
  s.run(Millis{15'000});
  s.expect_idle({0, 1, 2});
}

void move_in_a_group(Scenario& s) {
  const CallId call = s.group({1, 3});
  s.run(Millis{11'000});
  s.expect_code(s.join(2, call, true), Errc::kOk, "pulling");
  s.run(Millis{2'000});
  s.expect_members(call, {0, 2, 3});
  s.expect_ended(1, call, Reason::kMoved);
}

void stranger_cannot_join(Scenario& s) {
  const CallId call = s.connected_call();
  JoinCall join;
  join.call = call;
  join.via = user_id(0);
  s.world().command(2, join);
  s.run(Millis{10'000});
  s.expect_members(call, {0, 1});
  s.expect_idle({2});
}

/// A member that was lost comes back into its call by a join.
void rejoin_after_loss(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.world().crash(1);
  s.world().boot(1);
  s.run(Millis{40'000});
  s.expect_members(call, {0, 2});
  JoinCall join;
  join.call = call;
  join.via = user_id(0);
  s.expect_code(s.world().command(1, join).code, Errc::kOk, "joining after a restart");
  s.run(Millis{2'000});
  s.expect_members(call, {0, 1, 2});
}

/// Nobody is in the call any more.
void join_after_the_end(Scenario& s) {
  const CallId call = s.connected_call();
  s.hang_up(0, call);
  s.run(Millis{2'000});
  s.join(1, call);
  s.run(Millis{15'000});
  s.expect_idle({0, 1});
  s.expect_count(1, call, CallChange::kConnected, 1);
}

const ScenarioCase kCases[] = {
    {"left_and_back", left_and_back, {1, 1, 1}},
    {"declined_and_joined", declined_and_joined, {1, 1, 1}},
    {"pull_to_another_device", pull_to_another_device, {1, 2}},
    {"pulls_from_both_sides", pulls_from_both_sides, {2, 2}},
    {"pulls_from_both_sides_in_a_group", pulls_from_both_sides_in_a_group, {2, 2, 1}},
    {"pull_race_two_devices", pull_race_two_devices, {1, 3}},
    {"join_where_the_user_is", join_where_the_user_is, {1, 2}},
    {"move_crosses_leave", move_crosses_leave, {1, 2}},
    {"move_in_a_group", move_in_a_group, {1, 2, 1}},
    {"stranger_cannot_join", stranger_cannot_join, {1, 1, 1}},
    {"rejoin_after_loss", rejoin_after_loss, {1, 1, 1}},
    {"join_after_the_end", join_after_the_end},
};

}  // namespace

ScenarioCases join_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
