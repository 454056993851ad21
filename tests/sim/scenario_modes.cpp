// What a device does by itself: refusing, opening, waiting its turn, and ending what lasts too
// long.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void ring_to_open(Scenario& s) {
  s.expect_code(s.world().command(1, SetRingToOpen{Millis{60'000}}).code, Errc::kOk,
                "ring to open");
  const CallId call = s.call(0, 1);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 1});
  s.expect_count(1, call, CallChange::kOpenDoor, 1);
  s.expect_count(1, call, CallChange::kIncoming, 0);
  s.hang_up(0, call);
  s.run(Millis{61'000});
  const CallId later = s.call(0, 1);
  s.run(Millis{1'000});
  s.expect_state(1, later, CallState::kRinging);
}

/// Only doors are opened to.
void ring_to_open_is_for_doors(Scenario& s) {
  s.world().command(1, SetRingToOpen{Millis{60'000}});
  const CallId call = s.call(2, 1);
  s.run(Millis{1'000});
  s.expect_state(1, call, CallState::kRinging);
}

void first_user_is_a_door(WorldPlan& plan) {
  (void)plan.devices[1].settings.doors.add(user_id(0));
}

void dnd_ends_by_itself(Scenario& s) {
  s.dnd(1, true, Millis{30'000});
  const CallId call = s.call(0, 1);
  s.run(Millis{3'000});
  s.expect_ended(0, call, Reason::kDnd);
  s.expect(s.world().device(1).engine->own_state() == PresenceState::kDnd, "shown as dnd");
  s.run(Millis{30'000});
  s.expect(s.world().device(1).engine->own_state() == PresenceState::kIdle, "shown as idle");
  const CallId later = s.call(0, 1);
  s.run(Millis{500});
  s.expect_state(1, later, CallState::kRinging);
}

void override_rings_through_dnd(Scenario& s) {
  s.dnd(1, true);
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect_state(1, call, CallState::kRinging);
  s.cancel(0, call);
  s.run(Millis{500});
  const CallId other = s.call(2, 1);
  s.run(Millis{3'000});
  s.expect_ended(2, other, Reason::kDnd);
}

void first_user_overrides(WorldPlan& plan) {
  (void)plan.devices[1].settings.dnd_overrides.add(user_id(0));
}

void longest_call_warning(Scenario& s) {
  const CallId call = s.connected_call();
  s.run(Millis{29'000});
  s.expect_count(0, call, CallChange::kLimitWarning, 0);
  s.run(Millis{2'000});
  s.expect_count(0, call, CallChange::kLimitWarning, 1);
  s.run(Millis{28'000});
  s.expect_state(0, call, CallState::kConnected);
  s.run(Millis{3'000});
  s.expect_ended(0, call, Reason::kDurationLimit);
  s.expect_ended(1, call, Reason::kDurationLimit);
}

void one_minute(WorldPlan& plan) {
  plan.devices[0].settings.longest_call = Millis{60'000};
}

/// The last one in a call does not wait for ever for those who still ring.
void alone_guard(Scenario& s) {
  const CallId call = s.connected_call();
  Calling how;
  how.users = {2};
  how.to = call;
  how.ring_time = Millis{120'000};
  s.call(0, how);
  s.run(Millis{500});
  s.hang_up(1, call);
  s.run(Millis{28'000});
  s.expect_state(0, call, CallState::kConnected);
  s.run(Millis{4'000});
  s.expect_ended(0, call, Reason::kNoAnswer);
  s.expect_idle({2});
}

void second_call_waits(Scenario& s) {
  const CallId call = s.connected_call();
  const CallId second = s.call(2, 1);
  s.run(Millis{500});
  s.expect_state(1, second, CallState::kRinging);
  s.expect_code(s.accept(1, second), Errc::kBusy, "answering without a free line");
  s.hang_up(1, call);
  s.run(Millis{500});
  s.expect_code(s.accept(1, second), Errc::kOk, "answering when the line is free");
  s.run(Millis{1'000});
  s.expect_members(second, {1, 2});
}

/// One may wait, not two.
void third_call_is_busy(Scenario& s) {
  s.connected_call();
  s.call(2, 1);
  s.run(Millis{500});
  const CallId third = s.call(3, 1);
  s.run(Millis{3'000});
  s.expect_ended(3, third, Reason::kBusy);
}

void with_call_waiting(WorldPlan& plan) {
  plan.devices[1].settings.call_waiting = true;
}

void strangers_are_refused(Scenario& s) {
  const CallId call = s.call(2, 1);
  s.run(Millis{3'000});
  s.expect_ended(2, call, Reason::kNotAllowed);
  s.expect_count(1, call, CallChange::kIncoming, 0);
  const CallId friends = s.call(0, 1);
  s.run(Millis{500});
  s.expect_state(1, friends, CallState::kRinging);
}

void busy_is_hidden_from_strangers(Scenario& s) {
  s.connected_call();
  const CallId call = s.call(2, 1);
  s.run(Millis{30'000});
  s.expect_ended(2, call, Reason::kNoAnswer);
  s.expect_count(1, call, CallChange::kIncoming, 0);
}

void refuses_strangers(WorldPlan& plan) {
  plan.devices[1].settings.refuse_strangers = true;
  (void)plan.devices[1].settings.contacts.add(user_id(0));
}

void hides_busy(WorldPlan& plan) {
  plan.devices[1].settings.hide_busy = true;
  (void)plan.devices[1].settings.contacts.add(user_id(0));
}

void two_lines(Scenario& s) {
  const CallId call = s.connected_call();
  const CallId second = s.call(2, 1);
  s.run(Millis{500});
  s.accept(1, second);
  s.run(Millis{1'000});
  s.expect_state(1, call, CallState::kConnected);
  s.expect_state(1, second, CallState::kConnected);
}

void with_two_lines(WorldPlan& plan) {
  plan.devices[1].settings.lines = 2;
}

const ScenarioCase kCases[] = {
    {"ring_to_open", ring_to_open, {1, 1}, first_user_is_a_door},
    {"ring_to_open_is_for_doors", ring_to_open_is_for_doors, {1, 1, 1}, first_user_is_a_door},
    {"dnd_ends_by_itself", dnd_ends_by_itself},
    {"override_rings_through_dnd", override_rings_through_dnd, {1, 1, 1}, first_user_overrides},
    {"longest_call_warning", longest_call_warning, {1, 1}, one_minute},
    {"alone_guard", alone_guard, {1, 1, 1}},
    {"second_call_waits", second_call_waits, {1, 1, 1}, with_call_waiting},
    {"third_call_is_busy", third_call_is_busy, {1, 1, 1, 1}, with_call_waiting},
    {"strangers_are_refused", strangers_are_refused, {1, 1, 1}, refuses_strangers},
    {"busy_is_hidden_from_strangers", busy_is_hidden_from_strangers, {1, 1, 1}, hides_busy},
    {"two_lines", two_lines, {1, 1, 1}, with_two_lines},
};

}  // namespace

ScenarioCases mode_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
