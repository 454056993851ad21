// Two calls that know of each other. Glare (PROTOCOL rule 7): both call each other, neither is
// answered; both sides find the same winner, the lower call id, and the loser's device accepts it
// on its person's behalf. Recall (rule 8): the peer restarted and calls again.

#include "agent/core/core.hpp"

namespace doorcall {

/// Only proven invitations come here, so another incarnation is a newer one.
void Core::recall(const Call& incoming) noexcept {
  const Account peer = peer_of(incoming);
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    Call& old = calls_[s];
    const bool other_life = peer_of(old) == peer && peer_leg(old).incarnation != 0 &&
                            peer_leg(old).incarnation != peer_leg(incoming).incarnation;
    if (!other_life) {
      continue;
    }
    if (old.state == CallState::kConnected) {
      const CallId id = old.id;
      finish(old, Reason::kSuperseded);
      forget_drain(id);  // the new call takes over its devices
    } else if (!old.outgoing) {
      finish(old, Reason::kCallerLost);
    }
  }
}

Slot Core::find_glare(const Call& incoming) const noexcept {
  const UserId& peer = peer_leg(incoming).user;
  return calls_.find([&](const Call& own) {
    return own.outgoing && own.state == CallState::kCalling && invited_leg(own).user == peer;
  });
}

/// True if `own` had to give way: it is over then, and `incoming` is being accepted.
bool Core::yield_to(Call& own, Call& incoming) noexcept {
  if (own.id < incoming.id) {
    return false;
  }
  // What was offered to the callee answers its call now.
  const std::size_t skip = own.name_size + std::size_t{own.line_size};
  const auto kept = pool_.bytes(own.own).subspan(skip);
  Blob answer;
  if (!pool_.put({kept}, answer)) {
    ++counters.pool_full;
  }
  incoming.own = answer;
  incoming.data_size = answer.size == 0 ? std::uint16_t{0} : own.data_size;
  end_pending(own, Reason::kGlare);
  drop_live_outgoing(incoming);
  arm_in(timer(incoming, LegTimer::kLost), settings.lost_time);
  incoming.announced = true;
  send_accept(incoming);
  return true;
}

}  // namespace doorcall
