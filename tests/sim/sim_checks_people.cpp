// What people command, what devices may do without them, and whom a push gateway is told to wake.

#include <algorithm>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {

void Checks::commanded(Instant now, std::size_t device, const Input& input, const Result& result) {
  if (result.code != Errc::kOk) {
    return;
  }
  if (const auto* invite = std::get_if<InviteUsers>(&input)) {
    return invited(now, device, *invite, result);
  }
  if (std::holds_alternative<LinkConnected>(input) || std::holds_alternative<LinkLost>(input)) {
    linked_[device] = std::holds_alternative<LinkConnected>(input) ? now : kNever;
    return;
  }
  if (std::holds_alternative<Stop>(input)) {
    forget_doors(device);
    return forgets_legs(device);  // once it has said goodbye
  }
  if (const auto* open = std::get_if<OpenDoor>(&input)) {
    pressed_ =
        open->call.empty() && (open->user.empty() || open->user == truth_.account(device).user);
    if (!pressed_) {
      door_asked(now, device, result.call);
    }
  }
  const auto* accept = std::get_if<AcceptCall>(&input);
  if (CallTruth* call = accept == nullptr ? nullptr : find(accept->call); call != nullptr) {
    call->sides[device].person_accepted = true;
  }
  const auto* join = std::get_if<JoinCall>(&input);
  if (CallTruth* call =
          join == nullptr ? nullptr : find(join->call.empty() ? result.call : join->call);
      call != nullptr) {
    call->sides[device].person_joined = true;
  }
}

void Checks::invited(Instant now, std::size_t device, const InviteUsers& invite,
                     const Result& result) {
  const bool adds = !invite.call.empty();
  count_plan(invite);
  CallTruth* call = find(adds ? invite.call : result.call);
  if (call != nullptr && !call->sides[device].live()) {
    return fail(now, "call id drawn twice", where(device, result.call));
  }
  if (call == nullptr) {
    call = &truth_.make(result.call, device);
  }
  const Millis ring =
      invite.ring_time.count() != 0 ? invite.ring_time : plan(device).settings.ring_time;
  std::uint8_t steps = 1;
  for (const Invitee& invitee : invite.invitees) {
    const std::size_t user = truth_.user_of(invitee.user);
    call->users |= user == kNobody ? 0U : 1U << user;
    steps = std::max(steps, static_cast<std::uint8_t>(invitee.step + 1));
  }
  const Millis planned = invite.plan.step_time * (steps * invite.plan.cycles);
  Side& side = call->sides[device];
  side.ring_bound = std::max({side.ring_bound, ring, planned});
}

void Checks::count_plan(const InviteUsers& invite) {
  const RingPlan& plan = invite.plan;
  const bool steps = plan.step_time.count() != 0;
  if (!invite.call.empty()) {
    coverage_.hit(Feat::kAdded);
  }
  if (plan.first_wins) {
    coverage_.hit(steps ? Feat::kHunt : Feat::kFirstWins);
  }
  if (plan.keep && steps) {
    coverage_.hit(Feat::kEscalation);
  }
  if (plan.cycles > 1) {
    coverage_.hit(Feat::kCycles);
  }
}

/// Only a person accepts, or a device whose own call to the same user gave way in a glare, or one
/// that is told to open to that user.
void Checks::accepted(Instant now, std::size_t device, CallTruth& call) {
  Side& side = call.sides[device];
  const std::size_t from = plan(call.creator).user;
  const auto& doors = plan(device).settings.doors;
  bool door = false;
  for (const LegTruth& leg : call.legs) {
    door = door || (own_leg(device, leg) && doors.has(truth_.account(leg.owner).user));
  }
  const bool opens = side.opened || engines_[device]->mode().ring_to_open;
  bool entitled = side.ever_accepted || side.person_accepted || (door && opens);
  for (const CallTruth& other : truth_.calls()) {
    entitled =
        entitled || (other.creator == device && other.has_user(from) &&
                     (other.sides[device].reason == Reason::kGlare || !other.sides[device].ended));
  }
  if (!entitled || !call.has_user(plan(device).user)) {
    fail(now, "accepted by nobody", where(device, call.id));
  }
  side.ever_accepted = true;
}

void Checks::pushed(Instant now, std::size_t device, const SendPush& send) {
  CallTruth* call = find(send.push.call);
  if (call == nullptr) {
    return fail(now, "push of a call that nobody made", where(device, send.push.call));
  }
  std::uint32_t index = truth_.find_leg(*call, send.push.leg);
  if (index == kNoLeg && truth_.device_of(send.push.leg.owner) == device) {
    LegTruth leg;  // its invite follows
    leg.owner = device;
    leg.number = send.push.leg.number;
    leg.user = truth_.user_of(send.to);
    call->users |= leg.user == kNobody ? 0U : 1U << leg.user;
    call->legs.push_back(leg);
    index = static_cast<std::uint32_t>(call->legs.size() - 1);
  }
  if (index == kNoLeg || call->legs[index].owner != device) {
    return fail(now, "push of a foreign leg", where(device, call->id));
  }
  if (send.expiry_s == 0) {
    fail(now, "message without expiry", where(device, call->id) + ": push");
  }
  LegTruth& leg = call->legs[index];
  if (send.push.cancel ? !leg.pushed : leg.decided != kNever) {
    return fail(now, "push out of place", where(device, call->id));
  }
  coverage_.hit(send.push.cancel ? Feat::kPushOver : Feat::kPushed);
  leg.pushed = true;
  leg.push_over = send.push.cancel;
}

}  // namespace doorcall::sim
