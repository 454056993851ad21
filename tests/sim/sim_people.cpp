// What people decide: whom to call and how, and what to do with a call that they know. All deeds
// are events of their own: a person never acts inside an engine's output.

#include <algorithm>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

void World::plan_deed(std::size_t device, Deed deed, std::int64_t within_ms, std::uint32_t value) {
  if (!replay_) {
    plan_at(now_ + Millis{prng_.between(0, within_ms)}, device, deed, value);
  }
}

void World::plan_at(Instant at, std::size_t device, Deed deed, std::uint32_t value,
                    std::uint32_t with) {
  if (!replay_) {
    push(at, {{},
              0,
              EventKind::kPerson,
              static_cast<std::uint8_t>(deed),
              static_cast<std::uint8_t>(device),
              with,
              value});
  }
}

bool World::struck(Fault fault) {
  const std::uint16_t rate = plan_.swarm.rate(fault);
  const bool hit = faulty_ && rate != 0 && prng_.chance(rate);
  if (hit) {
    faults_->hit(fault);
  }
  return hit;
}

void World::act(Device& device, const Event& event) {
  const Deed deed = static_cast<Deed>(event.what);
  if (!acting_ && deed != Deed::kMedia) {
    return;
  }
  if (deed == Deed::kCall || deed == Deed::kCallBack) {
    if (device.running() && device.suspended_until <= now_) {
      call_somebody(device, event.value, deed);
    }
    if (deed == Deed::kCall && calls_made_ < plan_.calls) {
      plan_deed(device.index, Deed::kCall, plan_.people.pause_ms, 0);
    }
    return;
  }
  if (!device.running() || defer_if_suspended(device, event)) {
    return;
  }
  Act act;
  act.deed = deed;
  act.device = static_cast<std::uint8_t>(device.index);
  act.call = event.value;
  act.value = deed == Deed::kMedia ? event.connection : prng_.below(16);
  if (deed != Deed::kMedia && struck(Fault::kMisuse)) {
    act.call = kAnyCall;
  } else {
    draw_call(device, event.value, act);
  }
  if (deed != Deed::kAdd || act.users != 0) {
    do_deed(act);
  }
}

/// What a deed about one call needs besides the call.
void World::draw_call(Device& device, std::uint32_t value, Act& act) {
  const CallTruth* call = call_of(value);
  if (call == nullptr) {
    return;
  }
  if (act.deed == Deed::kAdd) {
    draw_invitation(device, act);
    act.style &= 1U;  // while a call is on, all are rung at once
  } else if (act.deed == Deed::kCancelSome) {
    act.users = call->users & prng_.below(1U << kUsersMax);
  } else if (act.deed == Deed::kRejoin || act.deed == Deed::kPull) {
    const std::size_t from = plan_.devices[call->creator].user;
    act.users = prng_.chance(5'000) ? 1U << from : 0U;
  }
}

/// Whom to invite and how; false: nobody.
bool World::draw_invitation(Device& device, Act& act) {
  const std::size_t self = plan_.devices[device.index].user;
  const PeoplePlan& people = plan_.people;
  const std::uint32_t others = ((1U << plan_.users) - 1) & ~(1U << self);
  if (act.users == 0) {
    std::size_t user = prng_.below(static_cast<std::uint32_t>(plan_.users - 1));
    user += user >= self ? 1 : 0;
    act.users = 1U << user;
  }
  if (prng_.chance(people.several)) {
    act.users |= others & prng_.below(1U << plan_.users);
    act.style = prng_.chance(people.ring_plan) ? prng_.below(8) : 0;
  }
  const auto seconds = static_cast<std::uint32_t>(prng_.between(1, 40));
  act.ring_ms = prng_.chance(4'000) && act.style == 0 ? 0 : seconds * 1000;
  act.value = prng_.below(32) | (prng_.chance(people.wait_offline) ? 1U << 5 : 0U);
  act.value |= struck(Fault::kMisuse) ? 1U << 8 : 0U;
  return act.users != 0;
}

/// `value`: 1 + the user to call; 0: any other.
void World::call_somebody(Device& device, std::uint32_t value, Deed deed) {
  Act act;
  act.deed = deed;
  act.device = static_cast<std::uint8_t>(device.index);
  if (value == 0 && prng_.chance(plan_.people.modes)) {
    act.deed = prng_.chance(7'000) ? Deed::kDnd : Deed::kRingToOpen;
    act.value = prng_.chance(6'000) ? 1 : 0;
    act.ring_ms = prng_.chance(8'000) ? 1'000 * prng_.below(60) : 0;
    return do_deed(act);
  }
  if (value == 0 && prng_.chance(plan_.people.doors / 2)) {
    act.deed = Deed::kOpenDoor;
    act.users =
        prng_.chance(7'000) ? 1U << prng_.below(static_cast<std::uint32_t>(plan_.users)) : 0;
    return do_deed(act);
  }
  const Engine& engine = *device.engine;
  if (value == 0 && prng_.chance(plan_.people.pull)) {
    if (const std::optional<CallId> there = engine.pullable_at(0); there) {
      const CallTruth* call = checks_.find(*there);
      act.deed = Deed::kPull;
      act.call = call == nullptr ? kAnyCall : call->number;
      return do_deed(act);
    }
  }
  const bool busy = engine.own_state() != PresenceState::kIdle;
  if (calls_made_ >= plan_.calls || (value == 0 && busy && prng_.chance(7'500))) {
    return;  // most people see on their panel that it would be in vain
  }
  act.users = value == 0 ? 0 : 1U << (value - 1);
  if (draw_invitation(device, act)) {
    do_deed(act);
  }
}

}  // namespace doorcall::sim
