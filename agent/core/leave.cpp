// Leaving a call that is answered: I go, the others stay. Between two that ends it: nobody remains
// for the other side (PROTOCOL rule 12).

#include "agent/core/core.hpp"

namespace doorcall {

Result Core::on(const HangUpCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  if (const Errc code = check_data(command.data); code != Errc::kOk) {
    return {code, command.call, {}};
  }
  Call& call = calls_[slot];
  switch (call.state) {
    case CallState::kConnected: leave_call(call, Reason::kHangUp, {}, command.data); break;
    case CallState::kAccepting: decline(call, Reason::kHangUp, command.data); break;
    case CallState::kCalling: (void)cancel(call, {call.id, {}, command.data}); break;
    case CallState::kRinging: return {Errc::kNotAllowed, command.call, {}};
    case CallState::kIdle:
    case CallState::kEnded: return {Errc::kUnknownCall, command.call, {}};
  }
  return {Errc::kOk, command.call, {}};
}

/// Ends the call here at once, and tells each member until it has heard. What this device was
/// ringing goes over to another member, if there is one. `said` goes to them, `heard` to our
/// listeners.
void Core::leave_call(Call& call, Reason reason, std::string_view heard,
                      std::string_view said) noexcept {
  const auto legs = call.leg_count > 2 ? snapshot(call) : std::span<const LegView>{};
  const bool heirs = others_present(call);
  for (const Slot slot : others_of(call)) {
    Leg& leg = legs_[slot];
    if (leg.connected() && leg.user != settings.self.user) {
      part_from(call, leg, MessageKind::kLeave, {.reason = reason, .data = said, .legs = legs});
    } else if (heirs && leg.pending() && owned(leg)) {
      take_back_push(call, leg, Reason::kCallerLost);
      set_leg(call, leg, LegState::kEnded, Reason::kCallerLost);
    }
  }
  finish(call, reason, heard);
}

/// A member hears that this device goes, or that the call is over. That it had the call need not be
/// told any more.
void Core::part_from(const Call& call, const Leg& leg, MessageKind kind,
                     const Final& what) noexcept {
  const Slot confirm = find_confirm(call.id, leg.key);
  if (confirm != kNoSlot) {
    ack_of(confirm, leg.device);
  }
  repeat_final(kind, call, own_leg(call).key, {leg.user, {&leg.device, 1}, {}}, what);
}

void Core::on_leave(const MessageReceived& input, const Header& header,
                    const Leave& leave) noexcept {
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    post_ack(input.sender, header);
    return;
  }
  Call& call = calls_[slot];
  const Slot found = find_leg(call, header.leg);
  const bool own_owner = input.sender == own_leg(call).key.owner;
  const bool waiting = call.state == CallState::kAccepting || call.state == CallState::kIdle;
  if (found == kNoSlot || legs_[found].pending() || !legs_[found].held_by(input.sender)) {
    if (waiting && own_owner) {
      post_ack(input.sender, header);
      owner_gone(call, leave.reason);
    } else {
      ++counters.dropped_not_entitled;
    }
    return;
  }
  post_ack(input.sender, header);
  note_heard(legs_[found], header);
  if (!legs_[found].live()) {
    return;
  }
  merge(call, input.sender, leave.legs);
  const bool known = legs_[found].lost && leave.reason == Reason::kPeerLost;
  set_leg(call, legs_[found], LegState::kEnded, leave.reason);
  if (yield_place(call)) {
    return;  // the sender's view was the first to show another device of this user
  }
  if (known) {
    (void)still_alive(call, leave.reason, leave.data);
  } else {
    member_gone(call, legs_[found], leave.reason, leave.data);
  }
}

/// A member's leg has ended.
void Core::member_gone(Call& call, const Leg& leg, Reason reason, std::string_view data) noexcept {
  const bool rings = call.state == CallState::kRinging || call.state == CallState::kAccepting;
  if (rings && leg.held_by(own_leg(call).key.owner)) {
    owner_gone(call, reason, data);
    return;
  }
  (void)leg_over(call, leg, reason, data);
}

}  // namespace doorcall
