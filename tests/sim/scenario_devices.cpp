// Several devices of one user: who gets the call, and what the others show.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

const std::vector<std::size_t> kHousehold = {1, 2, 3, 4, 5, 6, 7, 8};

void accept_on_8_devices_same_tick(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  for (const std::size_t device : kHousehold) {
    s.expect_code(s.accept(device, call), Errc::kOk, "answer");
  }
  s.run(Millis{1'000});
  std::size_t winner = 0;
  for (const std::size_t device : kHousehold) {
    const auto info = s.world().device(device).engine->find_call(call);
    winner = info && info->state == CallState::kConnected ? device : winner;
  }
  s.expect(winner != 0, "somebody has won");
  s.expect_members(call, {0, winner});
  for (const std::size_t device : kHousehold) {
    if (device != winner) {
      s.expect_ended(device, call, Reason::kAnsweredElsewhere);
      s.expect_count(device, call, CallChange::kConnected, 0);
    }
  }
}

void everybody_stops_at_once(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.cancel(0, call);
  s.run(Millis{1'000});
  for (const std::size_t device : kHousehold) {
    s.expect_ended(device, call, Reason::kCancelled);
  }
}

void decline_here_then_answer(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect_code(s.decline(1, call, Reason::kDeclined), Errc::kOk, "declining here");
  s.run(Millis{3'000});
  s.expect_ended(1, call, Reason::kDeclined);
  s.expect_state(2, call, CallState::kRinging);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
}

void declined_elsewhere(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.decline(1, call);
  s.run(Millis{1'000});
  s.expect_ended(0, call, Reason::kDeclinedEverywhere);
  s.expect_ended(1, call, Reason::kDeclinedEverywhere);
  s.expect_ended(2, call, Reason::kDeclinedElsewhere);
}

void all_decline_here(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.decline(1, call, Reason::kDeclined);
  s.run(Millis{500});
  s.decline(2, call, Reason::kDeclined);
  s.run(Millis{1'000});
  s.expect_ended(0, call, Reason::kDeclined);
}

/// The setting decides what a plain decline means.
void declines_as_set(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.decline(1, call, Reason::kNone);
  s.run(Millis{2'500});
  s.expect_ended(1, call, Reason::kDeclined);
  s.expect_state(2, call, CallState::kRinging);
  s.decline(2, call, Reason::kNone);
  s.run(Millis{1'000});
  s.expect_ended(2, call, Reason::kDeclinedEverywhere);
  s.expect_ended(0, call, Reason::kDeclinedEverywhere);
}

void first_declines_here(WorldPlan& plan) {
  plan.devices[1].settings.decline_here = true;
}

void silence_then_answer(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect_code(s.silence(1, call), Errc::kOk, "silencing");
  s.run(Millis{2'000});
  s.expect_count(1, call, CallChange::kSilenced, 1);
  s.expect_state(1, call, CallState::kRinging);
  s.expect_state(2, call, CallState::kRinging);
  s.expect_state(0, call, CallState::kCalling);
  s.expect_code(s.accept(1, call), Errc::kOk, "answering what was silenced");
  s.run(Millis{1'000});
  s.expect_members(call, {0, 1});
  s.expect_ended(2, call, Reason::kAnsweredElsewhere);
}

/// One of two devices is busy, the other one rings on; busy counts only when nobody is left.
void busy_settle(Scenario& s) {
  const CallId first = s.call(3, 1);
  s.run(Millis{500});
  s.accept(1, first);
  s.run(Millis{1'000});
  const CallId call = s.call(0, 1);
  s.run(Millis{4'000});
  s.expect_state(0, call, CallState::kCalling);
  s.expect_state(2, call, CallState::kRinging);
  s.expect_count(1, call, CallChange::kRefusedBusy, 1);
  s.decline(2, call, Reason::kDeclined);
  s.run(Millis{3'000});
  s.expect_ended(0, call, Reason::kDeclined);
}

/// Both are busy: it ends without waiting for the receipt time.
void busy_household(Scenario& s) {
  const CallId first = s.call(3, 1);
  s.run(Millis{500});
  s.accept(1, first);
  s.run(Millis{1'000});
  const CallId second = s.call(4, 1);
  s.run(Millis{500});
  s.accept(2, second);
  s.run(Millis{1'000});
  const CallId call = s.call(0, 1);
  s.run(Millis{1'000});
  s.expect_ended(0, call, Reason::kBusy);
}

/// One busy, the other switched off: after the settle time there is nobody to wait for.
void busy_and_offline(Scenario& s) {
  const CallId first = s.call(3, 1);
  s.run(Millis{500});
  s.accept(1, first);
  s.world().crash(2);
  s.run(Millis{20'000});
  const CallId call = s.call(0, 1, Millis{60'000});
  s.run(Millis{3'000});
  s.expect_ended(0, call, Reason::kBusy);
}

void dnd_and_busy_household(Scenario& s) {
  const CallId first = s.call(3, 1);
  s.run(Millis{500});
  s.accept(1, first);
  s.run(Millis{500});
  s.expect_code(s.dnd(2, true), Errc::kOk, "do not disturb");
  s.run(Millis{500});
  const CallId call = s.call(0, 1);
  s.run(Millis{3'000});
  s.expect_ended(0, call, Reason::kDnd);
  s.expect_count(2, call, CallChange::kRefusedDnd, 1);
  s.expect_count(2, call, CallChange::kIncoming, 0);
}

void chime_rings_but_cannot_answer(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_code(s.accept(1, call), Errc::kNotAllowed, "answering on a chime");
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
  s.expect_ended(1, call, Reason::kAnsweredElsewhere);
}

/// Nobody but the chime is at home: it rings until the time is over.
void chime_only_alone(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{10'000});
  s.run(Millis{9'000});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_state(0, call, CallState::kCalling);
  s.expect_count(0, call, CallChange::kRemoteRinging, 1);
  s.run(Millis{2'000});
  s.expect_ended(0, call, Reason::kNoAnswer);
  s.expect_ended(1, call, Reason::kNoAnswer);
}

void first_is_a_chime(WorldPlan& plan) {
  plan.devices[1].settings.chime_only = true;
}

/// A reject that comes when the answer is already decided changes nothing.
void reject_after_accept(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.accept(1, call);
  s.decline(2, call);
  s.run(Millis{2'000});
  s.expect_members(call, {0, 1});
}

/// One receipt is not everybody's: the others get the invite again.
void first_receipt_stops_retries_too_early(Scenario& s) {
  s.lose(MessageKind::kInvite, 2);
  s.lose(MessageKind::kSync, 2);
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_count(2, call, CallChange::kIncoming, 0);
  s.release();
  s.run(Millis{9'000});
  s.expect_state(2, call, CallState::kRinging);
}

/// A device that comes online while its user rings, rings too, for the time left.
void late_joiner(Scenario& s) {
  s.world().crash(2);
  s.run(Millis{20'000});
  const CallId call = s.call(0, 1, Millis{40'000});
  s.run(Millis{1'000});
  s.expect_state(1, call, CallState::kRinging);
  s.world().boot(2);
  s.run(Millis{15'000});
  s.expect_state(2, call, CallState::kRinging);
  s.run(Millis{26'000});
  s.expect_ended(2, call, Reason::kNoAnswer);
}

const ScenarioCase kCases[] = {
    {"accept_on_8_devices_same_tick", accept_on_8_devices_same_tick, {1, 8}},
    {"everybody_stops_at_once", everybody_stops_at_once, {1, 8}},
    {"decline_here_then_answer", decline_here_then_answer, {1, 2}},
    {"declined_elsewhere", declined_elsewhere, {1, 2}},
    {"all_decline_here", all_decline_here, {1, 2}},
    {"declines_as_set", declines_as_set, {1, 2}, first_declines_here},
    {"silence_then_answer", silence_then_answer, {1, 2}},
    {"busy_settle", busy_settle, {1, 2, 1}},
    {"busy_household", busy_household, {1, 2, 1, 1}},
    {"busy_and_offline", busy_and_offline, {1, 2, 1}},
    {"dnd_and_busy_household", dnd_and_busy_household, {1, 2, 1}},
    {"chime_rings_but_cannot_answer", chime_rings_but_cannot_answer, {1, 2}, first_is_a_chime},
    {"chime_only_alone", chime_only_alone, {1, 1}, first_is_a_chime},
    {"reject_after_accept", reject_after_accept, {1, 2}},
    {"first_receipt_stops_retries_too_early", first_receipt_stops_retries_too_early, {1, 2}},
    {"late_joiner", late_joiner, {1, 2}},
};

}  // namespace

ScenarioCases device_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
