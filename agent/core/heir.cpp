// The call survives its members (PROTOCOL rule 12): what a member was ringing when it went is rung
// on by the one that joined first among the rest, and a device that rings waits for it.

#include "agent/core/core.hpp"

namespace doorcall {

/// If this device is the heir: each pending leg without owner gets a new one of ours in its place.
void Core::take_over(Call& call) noexcept {
  if (!is_first(call, own_leg(call))) {
    return;
  }
  bool changed = false;
  for (Slot slot = find_orphan(call); slot != kNoSlot; slot = find_orphan(call)) {
    Leg& leg = legs_[slot];
    const UserId user = leg.user;
    const Millis left = leg.ring_deadline - now_;
    make_room(call);  // not at the cost of the very leg that the new one names
    set_leg(call, leg, LegState::kEnded, Reason::kCallerLost);
    CallEvent event = event_of(call, leg);
    changed = true;
    ++counters.legs_inherited;
    if (const Leg* next =
            begin_leg(call, {.user = user, .ring_time = left, .waits = true, .stands_for = slot});
        next != nullptr) {
      event = event_of(call, *next);
    }
    put(event);
  }
  if (changed) {
    spread(call);
  }
}

/// A leg to take over. One whose time is as good as over is left to its timer, one whose user
/// another member rings, too, to that member.
Slot Core::find_orphan(const Call& call) const noexcept {
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    const bool orphan = leg.pending() && !owned(leg) && !owner_present(call, leg.key);
    if (orphan && leg.ring_deadline - now_ >= kRingTimeMin && !live_elsewhere(call, leg)) {
      return slot;
    }
  }
  return kNoSlot;
}

/// Whoever rings here is gone. With another member in the call the ring goes on for a while.
void Core::owner_gone(Call& call, Reason reason, std::string_view data) noexcept {
  if (call.orphan) {
    finish(call, reason, data);
    return;
  }
  for (const Slot slot : others_of(call)) {
    Leg& leg = legs_[slot];
    if (leg.connected() && leg.held_by(own_leg(call).key.owner)) {
      leg.lost = true;  // only this device's view: the others may hear it
    }
  }
  if (!others_present(call)) {
    finish(call, reason, data);
    return;
  }
  call.orphan = true;
  arm_in(timer(own_leg(call), LegTimer::kLost), kHeirTime);
}

}  // namespace doorcall
