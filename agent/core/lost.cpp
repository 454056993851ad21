// Loss (PROTOCOL rule 10): a member of which nothing is heard is gone for this device, which is a
// local view and not told to others; who is heard again is back. Left alone, the call is over.

#include "agent/core/core.hpp"

namespace doorcall {

/// Something came from this member; false if it comes from another life than the one that joined.
bool Core::heard(Call& call, Leg& leg, const Header& header) noexcept {
  if (leg.incarnation != 0 && leg.incarnation != header.incarnation) {
    return false;
  }
  note_heard(leg, header);
  if (call.state != CallState::kConnected) {
    owner_heard(call);
    return true;
  }
  arm_in(timer(leg, LegTimer::kLost), settings.lost_time);
  if (leg.lost) {
    leg.lost = false;
    ++call.version;
    tell_there(call, leg);
    tell_roster(leg);
  }
  return true;
}

/// Sequences count within a life.
void Core::note_heard(Leg& leg, const Header& header) noexcept {
  const bool same_life = leg.incarnation == header.incarnation;
  leg.last_heard = same_life ? std::max(leg.last_heard, header.sequence) : header.sequence;
  leg.incarnation = header.incarnation;
}

/// The device of `user` that is there, of several the last to join; nullptr: none.
const Leg* CoreLookup::last_in(const Call& call, const UserId& user) const noexcept {
  const Leg* last = nullptr;
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    if (leg.user == user && leg.present() && (last == nullptr || joined_before(*last, leg))) {
      last = &leg;
    }
  }
  return last;
}

/// The owner of the own pending leg is there.
void Core::owner_heard(Call& call) noexcept {
  const TimerId lost = timer(own_leg(call), LegTimer::kLost);
  if (!armed(lost)) {
    return;
  }
  arm_in(lost, settings.lost_time);
  if (const Slot owner = find_member(call, own_leg(call).key.owner);
      call.orphan && owner != kNoSlot) {
    legs_[owner].lost = false;
  }
  call.orphan = false;
}

/// The lost timer of a leg: a member's, or of the own one, whose owner is silent.
void Core::on_lost_time(Leg& leg) noexcept {
  Call& call = calls_[leg.call];
  if (&leg == &own_leg(call)) {
    owner_gone(call, Reason::kCallerLost);
    return;
  }
  leg.lost = true;
  ++call.version;
  (void)leg_over(call, leg, Reason::kPeerLost);
}

/// What is known of `account` makes waiting for it useless: each leg is lost in a step of its own.
/// With `life`, legs of that incarnation are spared.
void Core::lose_account(const Account& account, Incarnation life) noexcept {
  for (Slot s = legs_.next(0); s != kNoSlot; s = legs_.next(s + 1U)) {
    const Leg& leg = legs_[s];
    const Call& call = calls_[leg.call];
    const TimerId lost = timers_.leg(s, LegTimer::kLost);
    if (!armed(lost)) {
      continue;
    }
    const bool own = &leg == &own_leg(call);
    const bool theirs = own ? leg.key.owner == account && !call.orphan : leg.held_by(account);
    const Incarnation held = own ? call.owner_life : leg.incarnation;
    if (theirs && (life == 0 || (held != 0 && held != life))) {
      arm(lost, now_);
    }
  }
}

/// Connected alone while others still ring: not for ever (rule 12).
void Core::guard_alone(Call& call) noexcept {
  const TimerId alone = timer(call, CallTimer::kAlone);
  if (others_present(call)) {
    disarm(alone);
  } else if (settings.alone_time.count() > 0 && !armed(alone)) {
    arm_in(alone, settings.alone_time);
  }
}

/// The longest call time runs from the connect; a warning comes kLimitWarningTime before its end.
void Core::guard_length(Call& call) noexcept {
  if (settings.longest_call.count() > 0) {
    arm_in(timer(call, CallTimer::kLongest), settings.longest_call - kLimitWarningTime);
  }
}

void Core::on_longest_time(Call& call) noexcept {
  const Millis left = settings.longest_call - (now_ - call.since);
  if (settings.longest_call.count() > 0 && left.count() > 0) {
    CallEvent event = event_of(call, CallChange::kLimitWarning);
    event.ring_left = left;
    put(event);
    arm_in(timer(call, CallTimer::kLongest), left);
  } else if (settings.longest_call.count() > 0) {
    if (is_first(call, own_leg(call))) {
      end_for_all(call, Reason::kDurationLimit, {});
    } else {
      leave_call(call, Reason::kDurationLimit);
    }
  }
}

}  // namespace doorcall
