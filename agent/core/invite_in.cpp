// An invitation arrives (PROTOCOL rules 4–8). It rings at once only if it is proven fresh; any
// other is answered with ringing(waiting, random number) and rings when the owner has echoed the
// number with the ring time left, counted from the question. Glare, recall, busy and do not disturb
// are decided when it would ring, not before.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

namespace {

/// A name in the payload proves nothing: who invites for another's call must be shown in it.
bool inviter_named(const Invite& invite, const Account& sender) noexcept {
  return invite.caller == sender ||
         std::any_of(invite.roster.begin(), invite.roster.end(), [&](const LegView& view) {
           return view.state == LegState::kConnected && view.device == sender.device &&
                  view.user == sender.user;
         });
}

}  // namespace

void Core::on_invite(const MessageReceived& input, const Header& header, const Invite& invite,
                     std::uint64_t nonce) noexcept {
  if (header.leg.owner != input.sender || header.leg.number == 0 ||
      !inviter_named(invite, input.sender)) {
    ++counters.dropped_not_entitled;
    return;
  }
  if (const Slot known = find_call(header.call); known != kNoSlot) {
    Call& call = calls_[known];
    if (own_leg(call).key != header.leg) {
      if (find_early_end(header) == kNoSlot) {
        second_invite(input, call, invite);
      }
    } else if (call.owner_life != header.incarnation) {
      ++counters.dropped_not_entitled;
    } else {
      known_invite(input, call, invite, nonce);
    }
    return;
  }
  if (invite.ring_left.count() <= 0 || find_early_end(header) != kNoSlot) {
    ++counters.dropped_bad_state;
    return;
  }
  // Also while this device stops: it may start again, and must not ring for the next heir.
  if (over_here(input.sender, header, invite.replaces)) {
    return;
  }
  if (stopping_) {
    ++counters.dropped_bad_state;
    return;
  }
  const bool fresh = proven_fresh(input, invite);
  if (!fresh && !room_for_question(input.sender)) {
    return;
  }
  const Slot slot = make_call(header.call, header.leg);
  if (slot == kNoSlot) {
    post_reject(input.sender, header.call, header.leg, Reason::kBusy);
    return;
  }
  Call& call = calls_[slot];
  call.media = invite.media;
  call.caller = invite.caller;
  call.inviter = input.sender;
  call.owner_life = header.incarnation;
  if (fresh) {
    admit(call, invite, now_);
  } else {
    ask_fresh(call, invite.ring_left);
  }
}

/// True if the leg is over here, or stands for one that is: a person hears of a call once, and the
/// heir is told what became of it. The other devices of the user may ring.
bool Core::over_here(const Account& sender, const Header& header, const LegKey& replaces) noexcept {
  if (find_tombstone(header.call, header.leg) == kNoSlot) {
    const Slot before = find_tombstone(header.call, replaces);
    const bool over =
        before != kNoSlot && (tombstones_[before].told || refused_here(tombstones_[before].reason));
    if (!over) {
      return false;
    }
    bury_again(header, before);
  }
  const Tombstone& tomb = tombstones_[find_tombstone(header.call, header.leg)];
  if (tomb.again) {
    post_reject(sender, header.call, header.leg, tomb.reason);
  } else {  // what had to be said of it is being repeated until it is acknowledged
    ++counters.dropped_bad_state;
  }
  return true;
}

bool Core::refused_here(Reason reason) noexcept {
  return reason == Reason::kDeclined || reason == Reason::kDeclinedEverywhere ||
         reason == Reason::kBusy || reason == Reason::kDnd;
}

void Core::known_invite(const MessageReceived& input, Call& call, const Invite& invite,
                        std::uint64_t nonce) noexcept {
  owner_heard(call);
  switch (call.state) {
    case CallState::kIdle:
      if (nonce == call.nonce) {
        admit(call, invite, call.queried);
      } else if (proven_fresh(input, invite)) {
        admit(call, invite, now_);
      }
      return;
    case CallState::kRinging:
      merge(call, input.sender, invite.roster);
      post_ringing(call, alert_of(call));
      return;
    case CallState::kAccepting: {
      const Slot accept = find_outgoing(slot_of(own_leg(call)), MessageKind::kAccept);
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
      of_sender += calls_[s].inviter == sender ? 1U : 0U;
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
  Leg& own = own_leg(call);
  own.ring_deadline = after(now_, ring_left);
  arm(timer(own, LegTimer::kRing), own.ring_deadline);
  if (!outgoing_room()) {
    ++counters.outgoing_full;
    release(call);  // it comes again
    return;
  }
  repeat_live(MessageKind::kRinging, own, own.key.owner);
}

void Core::admit(Call& call, const Invite& invite, Instant counted_from) noexcept {
  own_leg(call).ring_deadline = after(counted_from, invite.ring_left);
  if (own_leg(call).ring_deadline <= now_) {
    finish(call, Reason::kNoAnswer);
    return;
  }
  recall(call);
  const bool two = invite.caller == call.inviter && invite.roster.size() <= 2;
  if (const Slot glare = two ? find_glare(call) : kNoSlot; glare != kNoSlot) {
    if (!yield_to(calls_[glare], call)) {
      finish(call, Reason::kGlare);  // the other side finds the same winner and gives way
    }
    return;
  }
  const UserId& user = call.inviter.user;
  const bool stranger = !settings.contacts.has(user);
  const bool hide = stranger && settings.hide_busy;
  const std::size_t lines = settings.lines + (settings.call_waiting ? 1U : 0U);
  if (stranger && settings.refuse_strangers) {
    refuse(call, Reason::kNotAllowed, Reason::kNotAllowed);
  } else if (lines_used() >= lines) {
    refuse(call, Reason::kBusy, hide ? Reason::kNoAnswer : Reason::kBusy);
  } else if (mode.dnd && !settings.dnd_overrides.has(user)) {
    refuse(call, Reason::kDnd, hide ? Reason::kNoAnswer : Reason::kDnd);
  } else {
    present(call, invite);
  }
}

/// Nobody is alerted; who is kept away is told to the listeners all the same, but for strangers.
void Core::refuse(Call& call, Reason reason, Reason told) noexcept {
  const Leg& own = own_leg(call);
  const Account owner = own.key.owner;
  drop_live_outgoing(slot_of(own));
  repeat_final(MessageKind::kReject, call, own.key, {owner.user, {&owner.device, 1}, {}},
               {.reason = told});
  if (reason != Reason::kNotAllowed) {
    CallEvent event =
        event_of(call, reason == Reason::kDnd ? CallChange::kRefusedDnd : CallChange::kRefusedBusy);
    event.state = CallState::kEnded;
    event.reason = reason;
    put(event);
  }
  finish(call, reason);
}

void Core::present(Call& call, const Invite& invite) noexcept {
  Leg& own = own_leg(call);
  drop_live_outgoing(slot_of(own));
  learn_roster(call, invite.roster);
  arm_in(timer(own, LegTimer::kLost), settings.lost_time);
  call.announced = true;
  ++counters.calls_in;
  if (mode.ring_to_open && settings.doors.has(call.inviter.user) && !settings.chime_only &&
      lines_talking() < settings.lines) {
    call.auto_answer = true;
    send_accept(call);
    return;
  }
  arm(timer(own, LegTimer::kRing), own.ring_deadline);
  own.state = LegState::kRinging;
  set_state(call, CallState::kRinging);
  post_ringing(call, alert_of(call));
  CallEvent event = event_of(call, CallChange::kIncoming);
  event.ring_left = own.ring_deadline - now_;
  event.waiting = lines_talking() >= settings.lines;
  event.caller_name = invite.caller_name;
  event.data = invite.data;
  event.line = invite.line;
  event.offer = invite.offer;
  put(event);
}

/// Who is in the call that rings here; at the least whoever invites.
void Core::learn_roster(Call& call, std::span<const LegView> roster) noexcept {
  merge(call, call.inviter, roster);
  if (find_member(call, call.inviter) != kNoSlot) {
    return;
  }
  // Also what a view has ended: whoever rings or confirms is in.
  const LegKey key{call.inviter, 0};
  const Slot known = find_leg(call, key);
  const Slot slot = known != kNoSlot ? known : add_leg(call, key, call.inviter.user);
  if (slot != kNoSlot) {
    legs_[slot].device = call.inviter.device;
    legs_[slot].incarnation = call.owner_life;
    set_leg(call, legs_[slot], LegState::kConnected);
  }
}

Alert Core::alert_of(const Call& call) const noexcept {
  if (settings.chime_only) {
    return Alert::kChime;
  }
  return call.silenced ? Alert::kSilent : Alert::kRinging;
}

}  // namespace doorcall
