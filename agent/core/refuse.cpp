// Reject: a person declines, or a device can't take the call. What one device's refusal means for
// the leg stands in busy_settle.cpp.

#include "agent/core/core.hpp"

namespace doorcall {

Result Core::on(const RejectCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  Call& call = calls_[slot];
  if (call.outgoing) {
    return {Errc::kNotInvited, command.call, {}};
  }
  if (call.state == CallState::kIdle) {
    return {Errc::kUnknownCall, command.call, {}};
  }
  if (call.state != CallState::kRinging) {
    return {Errc::kAlreadyAccepted, command.call, {}};
  }
  Reason reason = command.reason;
  if (reason == Reason::kNone) {
    reason = settings.decline_here ? Reason::kDeclined : Reason::kDeclinedEverywhere;
  }
  if (!refused_here(reason)) {
    return {Errc::kInvalidArgument, command.call, {}};
  }
  if (const Errc code = check_data(command.data); code != Errc::kOk) {
    return {code, command.call, {}};
  }
  decline(call, reason, command.data);
  return {Errc::kOk, command.call, {}};
}

/// Tells the owner until it has heard, and ends the call here at once.
void Core::decline(Call& call, Reason reason, std::string_view data) noexcept {
  const Leg& own = own_leg(call);
  const Account owner = call.joining ? Account{{}, call.inviter.user} : own.key.owner;
  const bool answered = call.state == CallState::kAccepting;
  drop_live_outgoing(slot_of(own));
  if (!call.joining) {  // who was asked to let us in gets it as the answer to its confirm
    repeat_final(MessageKind::kReject, call, own.key, {owner.user, {&owner.device, 1}, {}},
                 {.reason = answered ? Reason::kAcceptFailed : reason, .data = data});
  }
  finish(call, reason);
}

void Core::on_reject(const MessageReceived& input, const Header& header,
                     const Reject& reject) noexcept {
  const Slot slot = find_call(header.call);
  if (slot != kNoSlot && calls_[slot].joining && header.leg == own_leg(calls_[slot]).key) {
    join_refused(input, calls_[slot], reject);
    return;
  }
  if (header.leg.owner != settings.self) {
    ++counters.dropped_not_entitled;
    return;
  }
  const Slot confirm = find_confirm(header.call, header.leg);
  if (confirm != kNoSlot && reject.reason == Reason::kAcceptFailed) {
    ack_of(confirm, input.sender.device);  // it is the answer to that, too
  }
  if (slot == kNoSlot) {
    post_ack(input.sender, header);
    return;
  }
  Call& call = calls_[slot];
  const Slot found = find_leg(call, header.leg);
  if (found == kNoSlot || header.leg.number == 0 || legs_[found].user != input.sender.user) {
    ++counters.dropped_not_entitled;
    return;
  }
  post_ack(input.sender, header);
  Leg& leg = legs_[found];
  if (leg.pending()) {
    refused_by_device(call, leg, input, reject);
  } else if (leg.connected() && leg.held_by(input.sender) &&
             reject.reason == Reason::kAcceptFailed) {
    set_leg(call, leg, LegState::kEnded, Reason::kAcceptFailed);
    (void)leg_over(call, leg, Reason::kAcceptFailed, reject.data);
  }
}

void Core::refused_by_device(Call& call, Leg& leg, const MessageReceived& input,
                             const Reject& reject) noexcept {
  LegDevice* device = note_device(leg, input);
  if (reject.reason == Reason::kDeclinedEverywhere || reject.reason == Reason::kAlreadyHere) {
    if (device != nullptr) {
      device->answer = LegDevice::Answer::kRefused;
    }
    end_leg(call, leg, reject.reason, {}, reject.data);
    return;
  }
  if (device == nullptr) {
    return;
  }
  device->answer = LegDevice::Answer::kRefused;
  // A device that shuts down is as good as gone.
  device->reason = reject.reason == Reason::kShuttingDown ? Reason::kOffline : reject.reason;
  disarm(timer(leg, LegTimer::kNotice));
  settle_refused(call, leg, reject.data);
}

}  // namespace doorcall
