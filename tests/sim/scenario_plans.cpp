// Ring plans: who rings when, who gives way, and what comes of it; and telephones to be woken.
#include <algorithm>

#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

Calling hunt() {
  Calling how;
  how.users = {1, 2, 3};
  how.steps = {0, 1, 2};
  how.plan.first_wins = true;
  how.plan.step_time = Millis{10'000};
  return how;
}

void hunt_rings_one_after_the_other(Scenario& s) {
  const CallId call = s.call(0, hunt());
  s.run(Millis{500});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_idle({2, 3});
  s.run(Millis{10'000});
  s.expect_ended(1, call, Reason::kNoAnswer);
  s.expect_state(2, call, CallState::kRinging);
  s.accept(2, call);
  s.run(Millis{15'000});
  s.expect_members(call, {0, 2});
  s.expect_count(3, call, CallChange::kIncoming, 0);
}

/// Nobody answers in two rounds: each has rung twice, one after the other.
void hunt_with_cycles(Scenario& s) {
  Calling how = hunt();
  how.plan.cycles = 2;
  const CallId call = s.call(0, how);
  s.run(Millis{59'000});
  s.expect_state(0, call, CallState::kCalling);
  s.run(Millis{3'000});
  s.expect_ended(0, call, Reason::kNoAnswer);
  for (const std::size_t device : {1U, 2U, 3U}) {
    s.expect_count(device, call, CallChange::kIncoming, 2);
    s.expect_count(device, call, CallChange::kEnded, 2);
  }
}

/// Who has declined is left in peace in the next round.
void declined_is_not_hunted_again(Scenario& s) {
  Calling how = hunt();
  how.plan.cycles = 2;
  const CallId call = s.call(0, how);
  s.run(Millis{500});
  s.decline(1, call);
  s.run(Millis{1'000});
  s.expect_state(2, call, CallState::kRinging);
  s.run(Millis{60'000});
  s.expect_count(1, call, CallChange::kIncoming, 1);
  s.expect_count(2, call, CallChange::kIncoming, 2);
  s.expect_idle({0, 1, 2, 3});
}

void hunt_with_offline_user(Scenario& s) {
  s.world().crash(1);
  s.run(Millis{20'000});
  const CallId call = s.call(0, hunt());
  s.run(Millis{500});
  s.expect_state(2, call, CallState::kRinging);
  s.run(Millis{10'000});
  s.expect_state(3, call, CallState::kRinging);
}

void escalation_keep(Scenario& s) {
  Calling how = hunt();
  how.plan.first_wins = false;
  how.plan.keep = true;
  how.ring_time = Millis{40'000};
  const CallId call = s.call(0, how);
  s.run(Millis{500});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_idle({2, 3});
  s.run(Millis{10'000});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_state(2, call, CallState::kRinging);
  s.expect_idle({3});
  s.run(Millis{10'000});
  for (const std::size_t device : {1U, 2U, 3U}) {
    s.expect_state(device, call, CallState::kRinging);
    s.expect_count(device, call, CallChange::kIncoming, 1);
  }
  s.accept(1, call);
  s.run(Millis{1'000});
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(1, call, CallState::kConnected);
}

void first_wins(Scenario& s) {
  Calling how;
  how.users = {1, 2, 3};
  how.plan.first_wins = true;
  const CallId call = s.call(0, how);
  s.run(Millis{500});
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
  s.expect_ended(1, call, Reason::kAnsweredElsewhere);
  s.expect_ended(3, call, Reason::kAnsweredElsewhere);
}

void first_wins_two_answers_same_tick(Scenario& s) {
  Calling how;
  how.users = {1, 2, 3};
  how.plan.first_wins = true;
  const CallId call = s.call(0, how);
  s.run(Millis{500});
  s.accept(1, call);
  s.accept(2, call);
  s.run(Millis{2'000});
  const auto first = s.world().device(1).engine->find_call(call);
  const bool first_won = first && first->state == CallState::kConnected;
  s.expect_members(call, {0, first_won ? 1U : 2U});
  s.expect_ended(first_won ? 2 : 1, call, Reason::kAnsweredElsewhere);
}

/// The strongest reason is the call's.
void all_refuse_differently(Scenario& s) {
  s.dnd(1, true);
  s.run(Millis{500});
  Calling how;
  how.users = {1, 2, 3};
  const CallId call = s.call(0, how);
  s.run(Millis{500});
  s.decline(2, call);
  s.run(Millis{500});
  s.expect_state(0, call, CallState::kCalling);
  s.run(Millis{21'000});
  s.expect_ended(0, call, Reason::kDeclinedEverywhere);
}

void push_and_cancel(Scenario& s) {
  s.world().crash(1);
  s.run(Millis{20'000});
  const CallId call = s.call(0, 1, Millis{20'000}, true);
  s.run(Millis{1'000});
  const auto pushed = [&] {
    const std::vector<LegTruth>& legs = s.world().checks().find(call)->legs;
    return std::any_of(legs.begin(), legs.end(), [](const LegTruth& leg) { return leg.pushed; });
  };
  const auto over = [&] {
    const std::vector<LegTruth>& legs = s.world().checks().find(call)->legs;
    return std::any_of(legs.begin(), legs.end(), [](const LegTruth& leg) { return leg.push_over; });
  };
  s.expect(pushed(), "the gateway is asked");
  s.expect(!over(), "nothing is taken back while it rings");
  s.cancel(0, call);
  s.run(Millis{500});
  s.expect(over(), "the gateway is told that it is over");
}

void waiting_user_comes_back(Scenario& s) {
  s.world().crash(2);
  s.run(Millis{20'000});
  const CallId call = s.connected_call();
  Calling how;
  how.users = {2};
  how.to = call;
  how.ring_time = Millis{60'000};
  how.wait_offline = true;
  s.call(0, how);
  s.run(Millis{20'000});
  s.expect_state(0, call, CallState::kConnected);
  s.world().boot(2);
  s.run(Millis{6'000});
  s.expect_state(2, call, CallState::kRinging);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 1, 2});
}

const ScenarioCase kCases[] = {
    {"hunt_rings_one_after_the_other", hunt_rings_one_after_the_other, {1, 1, 1, 1}},
    {"hunt_with_cycles", hunt_with_cycles, {1, 1, 1, 1}},
    {"declined_is_not_hunted_again", declined_is_not_hunted_again, {1, 1, 1, 1}},
    {"hunt_with_offline_user", hunt_with_offline_user, {1, 1, 1, 1}},
    {"escalation_keep", escalation_keep, {1, 1, 1, 1}},
    {"first_wins", first_wins, {1, 1, 1, 1}},
    {"first_wins_two_answers_same_tick", first_wins_two_answers_same_tick, {1, 1, 1, 1}},
    {"all_refuse_differently", all_refuse_differently, {1, 1, 1, 1}},
    {"push_and_cancel", push_and_cancel},
    {"waiting_user_comes_back", waiting_user_comes_back, {1, 1, 1}},
};

}  // namespace

ScenarioCases plan_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
