// The table of live calls. One set_state, one finish: everything that ends a call comes through
// finish(), which is why no terminal path can leave the line busy.

#include "agent/core/core.hpp"

namespace doorcall {

Slot CoreLookup::find_call(const CallId& id) const noexcept {
  return calls_.find([&](const Call& call) { return call.id == id; });
}

/// A call and, in it, this device's own leg.
Slot Core::make_call(const CallId& id, const LegKey& own) noexcept {
  if (calls_.full() || legs_.full()) {
    ++counters.calls_full;
    return kNoSlot;
  }
  const Slot slot = calls_.take();
  Call& call = calls_[slot];
  call.id = id;
  call.since = now_;
  call.leg_count = 1;
  call.legs[0] = legs_.take();
  Leg& leg = legs_[call.legs[0]];
  leg.call = slot;
  leg.key = own;
  leg.user = settings.self.user;
  leg.device = settings.self.device;
  leg.incarnation = incarnation;
  // Another life of this device may have invited into the same call: its numbers stay its own.
  call.next_number = prng_.next32() >> 1;
  return slot;
}

TimerId CoreLookup::timer(const Call& call, CallTimer kind) const noexcept {
  return timers_.call(slot_of(call), kind);
}

/// Whom the call is with: who invited here, or of an own call who answered or was invited first.
const Leg* CoreLookup::peer_leg(const Call& call) const noexcept {
  const Leg* first = nullptr;
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    if (call.outgoing ? leg.present() : leg.held_by(call.inviter)) {
      return &leg;
    }
    first = first == nullptr ? &leg : first;
  }
  return call.outgoing ? first : nullptr;
}

/// Who is told to have created the call. Who was let in may never have heard of that one.
const Account& CoreLookup::caller_of(const Call& call) const noexcept {
  if (call.caller.user.empty()) {
    return settings.self;
  }
  return call.caller;
}

Account CoreLookup::peer_of(const Call& call) const noexcept {
  const Leg* peer = peer_leg(call);
  return peer == nullptr ? call.inviter : peer->holder();
}

/// How far the call is: of an own call the other end's leg, before it rings anybody the own one.
LegState CoreLookup::shown_leg(const Call& call) const noexcept {
  const Leg* peer = call.outgoing ? peer_leg(call) : nullptr;
  return peer != nullptr ? peer->state : own_leg(call).state;
}

void Core::set_state(Call& call, CallState state) noexcept {
  call.state = state;
  call.since = now_;
  presence_changed();
}

/// What is still ringing for it stops, too.
void Core::finish(Call& call, Reason reason, std::string_view data) noexcept {
  for (const Slot slot : others_of(call)) {
    if (legs_[slot].pending() && owned(legs_[slot])) {
      stop_ringing(call, legs_[slot], reason == Reason::kHangUp ? Reason::kCancelled : reason, {});
    }
  }
  CallEvent event = event_of(call, CallChange::kEnded);
  set_state(call, CallState::kEnded);
  bury(call, reason);
  stop_media(call, reason);
  if (call.announced) {
    event.state = CallState::kEnded;
    event.reason = reason;
    event.data = data;
    put(event);
  }
  release(call);
}

void Core::release(Call& call) noexcept {
  drop_plan(call);
  pool_.drop(call.offer);
  for (std::size_t kind = 0; kind < kCallTimers; ++kind) {
    disarm(timer(call, static_cast<CallTimer>(kind)));
  }
  const Slot slot = slot_of(call);
  for (const Slot leg : legs_of(call)) {
    clear_leg(legs_[leg]);
    legs_.give_back(leg);
  }
  snapshot_of_ = kNoSlot;
  calls_.give_back(slot);
}

std::size_t CoreLookup::lines_used() const noexcept {
  std::size_t used = drains_.count();
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    // an invitation that is not proven fresh must not keep others out
    used += calls_[s].state != CallState::kIdle ? 1U : 0U;
  }
  return used;
}

/// Lines that somebody speaks on or calls from: those that only ring can still be answered.
std::size_t CoreLookup::lines_talking() const noexcept {
  std::size_t used = drains_.count();
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    const CallState state = calls_[s].state;
    used += state != CallState::kIdle && state != CallState::kRinging ? 1U : 0U;
  }
  return used;
}

CallEvent Core::event_of(const Call& call, CallChange change) const noexcept {
  CallEvent event;
  event.change = change;
  event.call = call.id;
  event.state = call.state;
  event.outgoing = call.outgoing;
  event.peer = peer_of(call);
  event.caller = call.caller;
  event.leg = shown_leg(call);
  event.media = call.media;
  event.media_state = call.media_state;
  return event;
}

/// Somebody else's leg as it is now.
CallEvent Core::event_of(const Call& call, const Leg& leg, std::string_view data) const noexcept {
  CallEvent event = event_of(call, CallChange::kMember);
  event.peer = leg.holder();
  event.leg = leg.lost ? LegState::kEnded : leg.state;
  event.reason = leg.lost ? Reason::kPeerLost : leg.reason;
  event.join_number = leg.join_number;
  event.data = data;
  if (leg.pending()) {
    event.ring_left = leg.ring_deadline - now_;
  }
  return event;
}

void Core::emit(const Call& call, CallChange change) noexcept {
  put(event_of(call, change));
}

void Core::emit_of(const Call& call, const Leg& leg, CallChange change) noexcept {
  CallEvent event = event_of(call, leg);
  event.change = change;
  put(event);
}

}  // namespace doorcall
