// Reject: a person declines, or a device can't take the call. Declining everywhere ends the leg;
// the other reasons are the device's own and end it only when no other device can still ring
// (PROTOCOL rule 2).

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

Result Core::on(const RejectCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call};
  }
  Call& call = calls_[slot];
  if (call.outgoing) {
    return {Errc::kNotInvited, command.call};
  }
  if (call.state == CallState::kIdle) {
    return {Errc::kUnknownCall, command.call};
  }
  if (call.state != CallState::kRinging) {
    return {Errc::kAlreadyAccepted, command.call};
  }
  const bool allowed = command.reason == Reason::kDeclined ||
                       command.reason == Reason::kDeclinedEverywhere ||
                       command.reason == Reason::kBusy || command.reason == Reason::kDnd;
  if (!allowed) {
    return {Errc::kInvalidArgument, command.call};
  }
  if (command.data.size() > kDataBytesMax) {
    return {Errc::kDataTooLarge, command.call};
  }
  if (!is_utf8(command.data)) {
    return {Errc::kNotUtf8, command.call};
  }
  decline(call, command.reason, command.data);
  return {Errc::kOk, command.call};
}

/// Tells the owner until it has heard, and ends the call here at once.
void Core::decline(Call& call, Reason reason, std::string_view data) noexcept {
  const DeviceId owner = creator_leg(call).device;
  const bool answered = call.state == CallState::kAccepting;
  drop_live_outgoing(call);
  repeat_final(MessageKind::kReject, call, answered ? Reason::kAcceptFailed : reason, data,
               {&owner, 1});
  finish(call, reason);
}

void Core::on_reject(const MessageReceived& input, const Header& header,
                     const Reject& reject) noexcept {
  if (header.leg.owner != settings.self) {
    ++counters.dropped_not_entitled;
    return;
  }
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    post_ack(input.sender, header);
    return;
  }
  Call& call = calls_[slot];
  Leg& leg = invited_leg(call);
  if (!call.outgoing || leg.key != header.leg || leg.user != input.sender.user) {
    ++counters.dropped_not_entitled;
    return;
  }
  post_ack(input.sender, header);
  if (leg.pending()) {
    refused_by_device(call, input, reject);
  } else if (leg.held_by(input.sender) && reject.reason == Reason::kAcceptFailed) {
    finish(call, Reason::kAcceptFailed, reject.data);
  }
}

void Core::refused_by_device(Call& call, const MessageReceived& input,
                             const Reject& reject) noexcept {
  Leg& leg = invited_leg(call);
  LegDevice* device = note_device(leg, input);
  if (device == nullptr) {
    return;
  }
  device->answer = LegDevice::Answer::kRefused;
  // A device that shuts down is as good as gone.
  device->reason = reject.reason == Reason::kShuttingDown ? Reason::kOffline : reject.reason;
  disarm(timer(call, LegTimer::kNotice));
  if (reject.reason == Reason::kDeclinedEverywhere) {
    end_pending(call, Reason::kDeclinedEverywhere, {}, reject.data);
    return;
  }
  settle_invite(call);
  const Slot known = find_peer(input.sender);
  bool rings = false;
  for (std::size_t i = 0; i < leg.device_count; ++i) {
    rings = rings || leg.devices[i].answer != LegDevice::Answer::kRefused;
  }
  // Who else there is may be unknown: then the receipt timer decides.
  const bool all_said =
      known != kNoSlot ? every_online_answered(leg) : !armed(timer(call, LegTimer::kReceipt));
  if (!rings && all_said) {
    end_pending(call, device->reason, {}, reject.data);
  }
}

}  // namespace doorcall
