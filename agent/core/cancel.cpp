// The owner gives up a pending leg. Cancel and accept may cross: both orders end the call the same
// way on both sides (PROTOCOL rule 3).

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

Result Core::on(const CancelCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call};
  }
  Call& call = calls_[slot];
  if (!call.outgoing) {
    return {call.state == CallState::kIdle ? Errc::kUnknownCall : Errc::kNotAllowed, command.call};
  }
  if (call.state != CallState::kCalling) {
    return {Errc::kAlreadyAccepted, command.call};
  }
  if (command.data.size() > kDataBytesMax) {
    return {Errc::kDataTooLarge, command.call};
  }
  if (!is_utf8(command.data)) {
    return {Errc::kNotUtf8, command.call};
  }
  end_pending(call, Reason::kCancelled, command.data);
  return {Errc::kOk, command.call};
}

void Core::on_cancel(const MessageReceived& input, const Header& header,
                     const Cancel& cancel) noexcept {
  if (header.leg.owner != input.sender || header.leg.number == 0) {
    ++counters.dropped_not_entitled;
    return;
  }
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    if (find_tombstone(header.call) == kNoSlot &&
        find_early_cancel(input.sender, header) == kNoSlot) {
      bury_early(input.sender, header, cancel.reason);
    }
    post_ack(input.sender, header);
    return;
  }
  Call& call = calls_[slot];
  if (call.outgoing || invited_leg(call).key != header.leg) {
    ++counters.dropped_not_entitled;
    return;
  }
  post_ack(input.sender, header);
  if (call.state == CallState::kConnected) {
    ++counters.dropped_bad_state;
    return;
  }
  finish(call, cancel.reason, cancel.data);
}

}  // namespace doorcall
