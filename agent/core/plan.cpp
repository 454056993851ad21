// Ring plans (PROTOCOL rule 18): users are rung step by step. A step that is over gives way to the
// next, or rings on beside it; the first answer ends the plan.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

/// Only what has more than one step, or more than one cycle, needs a plan. False: no room for it.
bool Core::make_plan(Call& call, const InviteUsers& command, const Parcel& parcel,
                     const Result& result) noexcept {
  std::uint8_t last = 0;
  for (const Invitee& each : command.invitees) {
    last = std::max(last, each.step);
  }
  if (last == 0 && command.plan.cycles == 1) {
    return true;
  }
  call.plan = plans_.take();
  if (call.plan == kNoSlot) {
    ++counters.calls_full;
    return false;
  }
  Plan& plan = plans_[call.plan];
  plan.keep = command.plan.keep;
  plan.waits = command.wait_offline;
  plan.last_step = last;
  plan.cycles_left = command.plan.cycles;
  plan.step_time = command.plan.step_time;
  plan.ring_time = command.ring_time.count() != 0 ? command.ring_time : settings.ring_time;
  plan.parcel = parcel;
  plan.parcel.blob = pool_.share(parcel.blob);
  for (std::size_t i = 0; i < command.invitees.size(); ++i) {
    if (result.invitees[i] == Errc::kOk) {
      plan.users[plan.user_count++] = {command.invitees[i].user, command.invitees[i].step, false};
    }
  }
  return true;
}

void Core::drop_plan(Call& call) noexcept {
  if (call.plan != kNoSlot) {
    disarm(timer(call, CallTimer::kPlanStep));
    pool_.drop(plans_[call.plan].parcel.blob);
    plans_.give_back(call.plan);
    call.plan = kNoSlot;
  }
}

void Core::first_step(Call& call) noexcept {
  if (!ring_step(call) && !next_step(call)) {
    finish(call, call.outcome);
  }
}

/// Rings the users of the present step; false if there is nobody to ring.
bool Core::ring_step(Call& call) noexcept {
  Plan& plan = plans_[call.plan];
  const Millis ring_time = plan.keep ? plan.ring_time : plan.step_time;
  bool rings = false;
  for (std::size_t i = 0; i < plan.user_count; ++i) {
    const Plan::User& user = plan.users[i];
    if (user.step != plan.step || user.refused || find_live(call, user.user) != kNoSlot) {
      continue;
    }
    if (!plan.waits && known_offline(user.user)) {
      note_outcome(call, Reason::kOffline);
      CallEvent event = event_of(call, CallChange::kMember);
      event.peer = {{}, user.user};
      event.leg = LegState::kEnded;
      event.reason = Reason::kOffline;
      put(event);
      continue;
    }
    const Leg* leg = begin_leg(call, {.user = user.user,
                                      .ring_time = ring_time,
                                      .parcel = plan.parcel,
                                      .waits = plan.waits,
                                      .first_wins = true});
    if (leg == nullptr) {
      note_outcome(call, Reason::kInternalError);
      continue;
    }
    rings = true;
    put(event_of(call, *leg));
  }
  if (rings && plan.keep && plan.step != plan.last_step) {
    arm_in(timer(call, CallTimer::kPlanStep), plan.step_time);
  }
  return rings;
}

/// Some user of the plan is being rung; who was added beside it does not hold it up.
bool Core::plan_rings(const Call& call) const noexcept {
  if (call.plan == kNoSlot) {
    return false;
  }
  const Plan& plan = plans_[call.plan];
  const auto users = std::span(plan.users).first(plan.user_count);
  return std::any_of(users.begin(), users.end(),
                     [&](const Plan::User& each) { return find_live(call, each.user) != kNoSlot; });
}

/// Goes on to the next step that rings for anybody; false if the plan is through.
bool Core::next_step(Call& call) noexcept {
  while (call.plan != kNoSlot) {
    Plan& plan = plans_[call.plan];
    disarm(timer(call, CallTimer::kPlanStep));
    note_refusals(call, plan);
    if (plan.step == plan.last_step) {
      plan.step = 0;
      --plan.cycles_left;
    } else {
      ++plan.step;
    }
    if (plan.cycles_left == 0) {
      drop_plan(call);
    } else if (ring_step(call)) {
      return true;
    }
  }
  return false;
}

/// Who has said no once is not asked again.
void Core::note_refusals(const Call& call, Plan& plan) noexcept {
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    const bool no = leg.reason == Reason::kDeclinedEverywhere || leg.reason == Reason::kDeclined ||
                    leg.reason == Reason::kNotAllowed || leg.reason == Reason::kCancelled;
    for (std::size_t i = 0; no && i < plan.user_count; ++i) {
      plan.users[i].refused = plan.users[i].refused || plan.users[i].user == leg.user;
    }
  }
}

/// With `keep`: the next list rings, too.
void Core::on_plan_step(Call& call) noexcept {
  if (!next_step(call)) {
    (void)still_alive(call, Reason::kNoAnswer);
  }
}

/// Somebody has answered: the plan is through, and of a ring group nobody else is needed.
void Core::answered(Call& call, const Leg& by) noexcept {
  drop_plan(call);
  if (!by.first_wins) {
    return;
  }
  for (const Slot slot : others_of(call)) {
    Leg& leg = legs_[slot];
    if (leg.pending() && leg.first_wins) {
      stop_ringing(call, leg, Reason::kAnsweredElsewhere, {});
      put(event_of(call, leg));
    }
  }
}

}  // namespace doorcall
