// Two calls that know of each other. Glare (PROTOCOL rule 7): both call each other, neither is
// answered; both sides find the same winner, the lower call id, and the loser's device accepts it
// on its person's behalf. Recall (rule 8): the peer restarted and calls again.

#include "agent/core/core.hpp"

namespace doorcall {

/// Only proven invitations come here, so another incarnation is a newer one.
void Core::recall(const Call& incoming) noexcept {
  const Account peer = incoming.inviter;
  const Incarnation life = incoming.owner_life;
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    Call& old = calls_[s];
    const bool rings = old.state == CallState::kRinging || old.state == CallState::kAccepting ||
                       old.state == CallState::kIdle;
    if (rings && own_leg(old).key.owner == peer && old.owner_life != life) {
      owner_gone(old, Reason::kCallerLost);
      continue;
    }
    const Slot member = find_member(old, peer);
    if (rings || member == kNoSlot || legs_[member].incarnation == 0 ||
        legs_[member].incarnation == life) {
      continue;
    }
    const CallId id = old.id;
    set_leg(old, legs_[member], LegState::kEnded, Reason::kSuperseded);
    if (!leg_over(old, legs_[member], Reason::kSuperseded)) {
      forget_drain(id);  // the new call takes over its devices
    }
  }
}

/// Only between two calls of one invitee each.
Slot Core::find_glare(const Call& incoming) const noexcept {
  return calls_.find([&](const Call& own) {
    return own.state == CallState::kCalling && own.leg_count == 2 && own.plan == kNoSlot &&
           legs_[own.legs[1]].user == incoming.inviter.user;
  });
}

/// True if `own` had to give way: it is over then, and `incoming` is being accepted.
bool Core::yield_to(Call& own, Call& incoming) noexcept {
  if (own.id < incoming.id) {
    return false;
  }
  // What was offered to the callee answers its call now.
  const Texts texts = texts_of(legs_[own.legs[1]].parcel);
  Parcel& answer = own_leg(incoming).parcel;
  if (pool_.put({as_bytes(texts.data), texts.offer}, answer.blob)) {
    answer.data_size = static_cast<std::uint16_t>(texts.data.size());
  } else {
    ++counters.pool_full;
  }
  finish(own, Reason::kGlare);
  drop_live_outgoing(slot_of(own_leg(incoming)));
  learn_roster(incoming, {});
  arm_in(timer(own_leg(incoming), LegTimer::kLost), settings.lost_time);
  incoming.announced = true;
  send_accept(incoming);
  return true;
}

}  // namespace doorcall
