// A second invitation for a user of the same call (PROTOCOL rule 12): an heir takes over the leg of
// a lost owner, or two members have invited the same user at once. Whoever rings rings on; all
// devices of the user keep the same leg without asking each other.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

void Core::second_invite(const MessageReceived& input, Call& call, const Invite& invite) noexcept {
  const Header& header = input.message->header;
  const LegKey& own = own_leg(call).key;
  // An heir may have joined since the roster came: then its invite shows it connected, and its user
  // was on the roster.
  const bool heir = invite.replaces == own && !call.outgoing;
  const bool member =
      find_member(call, input.sender) != kNoSlot || (heir && names_user(call, input.sender.user));
  if (!member) {  // nor is anybody of an unproven call: it comes again
    ++counters.dropped_not_entitled;
    return;
  }
  const Slot known = find_leg(call, header.leg);
  const bool ringing = call.state == CallState::kRinging || call.state == CallState::kAccepting;
  const bool better = heir || (ringing && key_before(header.leg, own));
  if (known != kNoSlot || !better) {  // known: over, or another device has it
    post_reject(input.sender, header.call, header.leg, Reason::kAlreadyHere);
    if (known == kNoSlot) {
      remember_ended(call, header.leg, Reason::kAlreadyHere);
    }
    return;
  }
  if (!heir) {
    post_reject(own.owner, call.id, own, Reason::kAlreadyHere);
  }
  switch_leg(call, header, heir ? Reason::kCallerLost : Reason::kAlreadyHere);
  own_leg(call).ring_deadline =
      std::min(own_leg(call).ring_deadline, after(now_, invite.ring_left));
  merge(call, input.sender, invite.roster);
  go_on_with_leg(call);
}

/// The own leg is another one from now on; the one before has ended.
void Core::switch_leg(Call& call, const Header& header, Reason reason) noexcept {
  Leg& own = own_leg(call);
  drop_live_outgoing(slot_of(own));
  const LegKey before = own.key;
  own.key = header.leg;
  call.inviter = header.leg.owner;
  call.owner_life = header.incarnation;
  call.orphan = false;
  remember_ended(call, before, reason);
}

/// A leg of this user that will not ring here again.
void Core::remember_ended(Call& call, const LegKey& key, Reason reason) noexcept {
  if (const Slot slot = add_leg(call, key, settings.self.user); slot != kNoSlot) {
    set_leg(call, legs_[slot], LegState::kEnded, reason);
  }
}

/// The new owner hears what the one before was told.
void Core::go_on_with_leg(Call& call) noexcept {
  Leg& own = own_leg(call);
  switch (call.state) {
    case CallState::kRinging:
      arm(timer(own, LegTimer::kRing), own.ring_deadline);
      arm_in(timer(own, LegTimer::kLost), settings.lost_time);
      post_ringing(call, alert_of(call));
      return;
    case CallState::kAccepting:
      arm_in(timer(own, LegTimer::kConfirm), settings.confirm_time);
      arm_in(timer(own, LegTimer::kLost), settings.lost_time);
      repeat_live(MessageKind::kAccept, own, own.key.owner);
      return;
    case CallState::kConnected:
      // the owner was lost before it could tell that it had confirmed this leg
      repeat_live(MessageKind::kAccept, own, own.key.owner);
      return;
    case CallState::kIdle:
    case CallState::kCalling:
    case CallState::kEnded: return;
  }
}

/// Two devices of this user are in the call, confirmed by two owners at once: all see the same one
/// stay.
bool Core::yield_place(Call& call) noexcept {
  if (call.state != CallState::kConnected) {
    return false;
  }
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    if (leg.connected() && leg.user == settings.self.user && joined_before(leg, own_leg(call))) {
      leave_call(call, Reason::kMoved);
      return true;
    }
  }
  return false;
}

}  // namespace doorcall
