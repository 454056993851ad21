// An invitation arrives (PROTOCOL rules 4–8). It rings at once only if it is proven fresh; any
// other is answered with ringing(waiting, random number) and rings when the owner has echoed the
// number with the ring time left, counted from the question. Glare, recall and busy are decided
// when it would ring, not before.

#include "agent/core/core.hpp"

namespace doorcall {

void Core::on_invite(
    const MessageReceived& input, const Header& header, const Invite& invite,
    std::uint64_t nonce) noexcept {  // Without groups it is the caller who invites: a name in the
                                     // payload proves nothing.
  if (header.leg.owner != input.sender || header.leg.number == 0 || invite.caller != input.sender) {
    ++counters.dropped_not_entitled;
    return;
  }
  if (const Slot known = find_call(header.call); known != kNoSlot) {
    Call& call = calls_[known];
    const bool same = !call.outgoing && invited_leg(call).key == header.leg &&
                      creator_leg(call).incarnation == header.incarnation;
    if (!same) {
      ++counters.dropped_not_entitled;
      return;
    }
    known_invite(input, call, invite, nonce);
    return;
  }
  // An ended call stays ended; what had to be said of it is being repeated until it is
  // acknowledged.
  if (find_tombstone(header.call) != kNoSlot || stopping_ || invite.ring_left.count() <= 0 ||
      find_early_cancel(input.sender, header) != kNoSlot) {
    ++counters.dropped_bad_state;
    return;
  }
  const bool fresh = proven_fresh(input, invite);
  if (!fresh && !room_for_question(input.sender)) {
    return;
  }
  const Slot slot = make_call(header.call, header.leg, input.sender, settings.self.user);
  if (slot == kNoSlot) {
    post_reject(input.sender, header.call, header.leg, Reason::kBusy);
    return;
  }
  Call& call = calls_[slot];
  call.media = invite.media;
  call.caller = invite.caller;
  creator_leg(call).incarnation = header.incarnation;
  invited_leg(call).device = settings.self.device;
  invited_leg(call).incarnation = incarnation;
  if (fresh) {
    admit(call, invite, now_);
  } else {
    ask_fresh(call, invite.ring_left);
  }
}

void Core::known_invite(const MessageReceived& input, Call& call, const Invite& invite,
                        std::uint64_t nonce) noexcept {
  heard(call);
  switch (call.state) {
    case CallState::kIdle:
      if (nonce != 0 && nonce == call.nonce) {
        admit(call, invite, call.queried);
      } else if (proven_fresh(input, invite)) {
        admit(call, invite, now_);
      }
      return;
    case CallState::kRinging: post_ringing(call, Alert::kRinging); return;
    case CallState::kAccepting: {
      const Slot accept = find_outgoing(call.id, MessageKind::kAccept);
      if (accept != kNoSlot) {
        transmit(accept);
      }
      return;
    }
    case CallState::kCalling:
    case CallState::kConnected:
    case CallState::kEnded: ++counters.dropped_bad_state; return;
  }
}

/// MQTT 5 §3.3.2.3.3: the broker sends the expiry on less the time that the message has waited, so
/// the age is known without a clock of the day.
bool Core::proven_fresh(const MessageReceived& input, const Invite& invite) const noexcept {
  if (!caught_up_ || !input.expiry_left) {
    return false;
  }
  const std::int64_t age = static_cast<std::int64_t>(ceil_seconds(invite.ring_left)) -
                           static_cast<std::int64_t>(*input.expiry_left);
  return age >= 0 && Seconds{age} <= kFreshAgeMax;
}

/// Unproven invitations are cheap to send: they get a part of the table only, a sender a part of
/// that.
bool Core::room_for_question(const Account& sender) noexcept {
  std::size_t all = 0;
  std::size_t of_sender = 0;
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    if (calls_[s].state == CallState::kIdle) {
      ++all;
      of_sender += peer_of(calls_[s]) == sender ? 1U : 0U;
    }
  }
  if (of_sender >= kQuestionsPerSenderMax) {
    ++counters.dropped_quota;
    return false;
  }
  if (all > 0 && all >= calls_.capacity() / 2) {
    ++counters.dropped_table_full;
    return false;
  }
  return true;
}

void Core::ask_fresh(Call& call, Millis ring_left) noexcept {
  ++counters.freshness_queries;
  call.nonce = prng_.next64() | 1U;
  call.queried = now_;
  invited_leg(call).ring_deadline = after(now_, ring_left);
  arm(timer(call, LegTimer::kRing), invited_leg(call).ring_deadline);
  if (repeat_live(MessageKind::kRinging, call) == nullptr) {
    release(call);
  }
}

void Core::admit(Call& call, const Invite& invite, Instant counted_from) noexcept {
  invited_leg(call).ring_deadline = after(counted_from, invite.ring_left);
  if (invited_leg(call).ring_deadline <= now_) {
    finish(call, Reason::kNoAnswer);
    return;
  }
  recall(call);
  if (const Slot glare = find_glare(call); glare != kNoSlot) {
    if (!yield_to(calls_[glare], call)) {
      finish(call, Reason::kGlare);  // the other side finds the same winner and gives way
    }
    return;
  }
  if (lines_used() >= settings.lines) {
    refuse_busy(call);
    return;
  }
  present(call, invite);
}

void Core::refuse_busy(Call& call) noexcept {
  const DeviceId owner = creator_leg(call).device;
  drop_live_outgoing(call);
  repeat_final(MessageKind::kReject, call, Reason::kBusy, {}, {&owner, 1});
  CallEvent event = event_of(call, CallChange::kRefusedBusy);
  event.state = CallState::kEnded;
  event.reason = Reason::kBusy;
  put(event);
  finish(call, Reason::kBusy);
}

void Core::present(Call& call, const Invite& invite) noexcept {
  drop_live_outgoing(call);
  arm(timer(call, LegTimer::kRing), invited_leg(call).ring_deadline);
  arm_in(timer(call, LegTimer::kLost), settings.lost_time);
  invited_leg(call).state = LegState::kRinging;
  call.announced = true;
  ++counters.calls_in;
  set_state(call, CallState::kRinging);
  post_ringing(call, Alert::kRinging);
  CallEvent event = event_of(call, CallChange::kIncoming);
  event.ring_left = invited_leg(call).ring_deadline - now_;
  event.caller_name = invite.caller_name;
  event.data = invite.data;
  event.line = invite.line;
  event.offer = invite.offer;
  put(event);
}

}  // namespace doorcall
