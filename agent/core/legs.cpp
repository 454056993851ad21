// The legs of a call: one set_leg, through which a leg only ever goes up.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

Slot CoreLookup::find_leg(const Call& call, const LegKey& key) const noexcept {
  for (const Slot slot : legs_of(call)) {
    if (legs_[slot].key == key) {
      return slot;
    }
  }
  return kNoSlot;
}

/// The connected leg of `account`; also one that is lost to this device.
Slot CoreLookup::find_member(const Call& call, const Account& account) const noexcept {
  for (const Slot slot : others_of(call)) {
    if (legs_[slot].connected() && legs_[slot].held_by(account)) {
      return slot;
    }
  }
  return kNoSlot;
}

/// `found`, which a message names as its sender's own leg, is that: connected, and the sender's.
bool CoreLookup::is_member(Slot found, const Account& sender) const noexcept {
  return found != kNoSlot && legs_[found].connected() && legs_[found].held_by(sender);
}

/// The leg of `user` that has not ended, if there is one beside the own leg.
Slot CoreLookup::find_live(const Call& call, const UserId& user) const noexcept {
  for (const Slot slot : others_of(call)) {
    if (legs_[slot].live() && legs_[slot].user == user) {
      return slot;
    }
  }
  return kNoSlot;
}

Slot Core::add_leg(Call& call, const LegKey& key, const UserId& user) noexcept {
  if (!make_room(call)) {
    ++counters.calls_full;
    return kNoSlot;
  }
  const Slot slot = legs_.take();
  Leg& leg = legs_[slot];
  leg.call = slot_of(call);
  leg.key = key;
  leg.user = user;
  call.legs[call.leg_count++] = slot;
  ++call.version;
  return slot;
}

/// Where there is no room for one more leg, the call's oldest ended one goes. False if none has
/// ended.
bool Core::make_room(Call& call) noexcept {
  if (call.leg_count < call.legs.size() && !legs_.full()) {
    return true;
  }
  for (const Slot slot : others_of(call)) {
    if (legs_[slot].live()) {
      continue;
    }
    if (owned(legs_[slot])) {
      bury(call, legs_[slot]);
    }
    remove_leg(call, slot);
    return true;
  }
  return false;
}

void Core::remove_leg(Call& call, Slot slot) noexcept {
  call.last_join = std::max(call.last_join, legs_[slot].join_number);
  clear_leg(legs_[slot]);
  for (const Slot other : others_of(call)) {
    if (legs_[other].stands_for == slot) {
      legs_[other].stands_for = kNoSlot;
    }
  }
  legs_.give_back(slot);
  (void)std::remove(call.legs.begin(), call.legs.begin() + call.leg_count, slot);
  --call.leg_count;
  ++call.version;
}

/// What became of somebody else's invitation was never heard. Only its owner could say that it has
/// ended: it is unknown from now on, and learned again from whoever knows better.
void Core::forget_leg(Call& call, Leg& leg) noexcept {
  leg.reason = Reason::kNoAnswer;
  leg.state = LegState::kEnded;
  announce(call, leg);
  remove_leg(call, slot_of(leg));
}

void Core::set_leg(Call& call, Leg& leg, LegState state, Reason reason) noexcept {
  leg.state = state;
  leg.reason = reason;
  ++call.version;
  if (state >= LegState::kConnected) {
    clear_leg(leg);
    leg.lost = false;
  }
}

/// Nothing is armed, awaited or kept for it any more.
void Core::clear_leg(Leg& leg) noexcept {
  const Slot slot = slot_of(leg);
  for (std::size_t kind = 0; kind < kLegTimers; ++kind) {
    disarm(timers_.leg(slot, static_cast<LegTimer>(kind)));
  }
  drop_live_outgoing(slot);
  pool_.drop(leg.parcel.blob);
  leg.parcel = {};
  for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
    if (devices_[s].leg == slot) {
      devices_.give_back(s);
    }
  }
}

TimerId CoreLookup::timer(const Leg& leg, LegTimer kind) const noexcept {
  return timers_.leg(slot_of(leg), kind);
}

/// The user of `leg` has another one, too, that has not ended.
bool CoreLookup::live_elsewhere(const Call& call, const Leg& leg) const noexcept {
  for (const Slot slot : others_of(call)) {
    if (&legs_[slot] != &leg && legs_[slot].live() && legs_[slot].user == leg.user) {
      return true;
    }
  }
  return false;
}

/// The user of `leg` rings or is there in another leg, too.
bool CoreLookup::shown_elsewhere(const Call& call, const Leg& leg) const noexcept {
  for (const Slot slot : others_of(call)) {
    const Leg& other = legs_[slot];
    if (&other != &leg && other.user == leg.user && other.live() && !other.lost) {
      return true;
    }
  }
  return false;
}

/// `user` is or was in the call, or was invited into it.
bool CoreLookup::names_user(const Call& call, const UserId& user) const noexcept {
  for (const Slot slot : legs_of(call)) {
    if (legs_[slot].user == user) {
      return true;
    }
  }
  return false;
}

/// A member is there: it is synced from now on, and taken for lost when it is not heard.
void Core::watch_member(const Leg& leg) noexcept {
  if (!leg.lost) {
    arm_in(timer(leg, LegTimer::kLost), settings.lost_time);
  }
  arm_in(timer(leg, LegTimer::kHeartbeat), settings.heartbeat_time);
}

std::uint32_t CoreLookup::next_join(const Call& call) const noexcept {
  std::uint32_t last = call.last_join;
  for (const Slot slot : legs_of(call)) {
    last = std::max(last, legs_[slot].join_number);
  }
  return last + 1;
}

/// Members are ordered as they joined; of two with one number the lower owner comes first.
bool CoreLookup::joined_before(const Leg& a, const Leg& b) noexcept {
  if (a.join_number != b.join_number) {
    return a.join_number < b.join_number;
  }
  return key_before(a.key, b.key);
}

bool CoreLookup::key_before(const LegKey& a, const LegKey& b) noexcept {
  return a.owner != b.owner ? a.owner < b.owner : a.number < b.number;
}

/// True if no member that is there joined before `leg`.
bool CoreLookup::is_first(const Call& call, const Leg& leg) const noexcept {
  for (const Slot slot : legs_of(call)) {
    if (legs_[slot].present() && joined_before(legs_[slot], leg)) {
      return false;
    }
  }
  return true;
}

/// Some other user is connected and heard of.
bool CoreLookup::others_present(const Call& call) const noexcept {
  for (const Slot slot : others_of(call)) {
    if (legs_[slot].present() && legs_[slot].user != settings.self.user) {
      return true;
    }
  }
  return false;
}

bool CoreLookup::others_pending(const Call& call) const noexcept {
  for (const Slot slot : others_of(call)) {
    if (legs_[slot].pending()) {
      return true;
    }
  }
  return false;
}

}  // namespace doorcall
