// The table of live calls. One set_state, one finish: everything that ends a call comes through
// finish(), which is why no terminal path can leave the line busy.

#include "agent/core/core.hpp"

namespace doorcall {

Slot Core::find_call(const CallId& id) const noexcept {
  return calls_.find([&](const Call& call) { return call.id == id; });
}

Slot Core::slot_of(const Call& call) const noexcept {
  return legs_[call.legs[0]].call;
}

Slot Core::make_call(const CallId& id, const LegKey& invited, const Account& creator,
                     const UserId& user) noexcept {
  if (calls_.full() || legs_.count() + 2 > legs_.capacity()) {
    ++counters.calls_full;
    return kNoSlot;
  }
  const Slot slot = calls_.take();
  Call& call = calls_[slot];
  call.id = id;
  call.since = now_;
  call.legs = {legs_.take(), legs_.take()};
  Leg& first = creator_leg(call);
  first.call = slot;
  first.key = {creator, 0};
  first.user = creator.user;
  first.device = creator.device;
  first.state = LegState::kConnected;
  Leg& second = invited_leg(call);
  second.call = slot;
  second.key = invited;
  second.user = user;
  return slot;
}

TimerId Core::timer(const Call& call, CallTimer kind) const noexcept {
  return timers_.call(slot_of(call), kind);
}

// Ring, receipt, notice and confirm belong to the invited user's leg, lost to the peer's.
TimerId Core::timer(const Call& call, LegTimer kind) const noexcept {
  const std::size_t leg = kind == LegTimer::kLost && !call.outgoing ? 0 : 1;
  return timers_.leg(call.legs[leg], kind);
}

Account Core::peer_of(const Call& call) const noexcept {
  const Leg& leg = peer_leg(call);
  return {leg.device, leg.user};
}

void Core::set_state(Call& call, CallState state) noexcept {
  call.state = state;
  call.since = now_;
  presence_changed();
}

void Core::finish(Call& call, Reason reason, std::string_view data) noexcept {
  set_state(call, CallState::kEnded);
  bury(call, reason);
  stop_media(call, reason);
  if (call.announced) {
    CallEvent event = event_of(call, CallChange::kEnded);
    event.reason = reason;
    event.data = data;
    put(event);
  }
  release(call);
}

void Core::release(Call& call) noexcept {
  drop_live_outgoing(call);
  pool_.drop(call.own);
  for (const CallTimer kind : {CallTimer::kHeartbeat, CallTimer::kMediaStart}) {
    disarm(timer(call, kind));
  }
  for (const LegTimer kind : {LegTimer::kRing, LegTimer::kReceipt, LegTimer::kNotice,
                              LegTimer::kConfirm, LegTimer::kLost}) {
    disarm(timer(call, kind));
  }
  const Slot slot = slot_of(call);
  for (const Slot leg : call.legs) {
    legs_.give_back(leg);
  }
  calls_.give_back(slot);
}

std::size_t Core::lines_used() const noexcept {
  std::size_t used = drains_.count();
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    // an invitation that is not proven fresh must not keep others out
    used += calls_[s].state != CallState::kIdle ? 1U : 0U;
  }
  return used;
}

void Core::heard(Call& call) noexcept {
  if (armed(timer(call, LegTimer::kLost))) {
    arm_in(timer(call, LegTimer::kLost), settings.lost_time);
  }
}

CallEvent Core::event_of(const Call& call, CallChange change) const noexcept {
  CallEvent event;
  event.change = change;
  event.call = call.id;
  event.state = call.state;
  event.outgoing = call.outgoing;
  event.peer = peer_of(call);
  event.caller = call.caller;
  event.media = call.media;
  event.media_state = call.media_state;
  return event;
}

void Core::emit(const Call& call, CallChange change) noexcept {
  put(event_of(call, change));
}

}  // namespace doorcall
