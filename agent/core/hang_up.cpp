// The end of a call that is answered, from either side, for whatever reason.

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

Result Core::on(const HangUpCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call};
  }
  if (command.data.size() > kDataBytesMax) {
    return {Errc::kDataTooLarge, command.call};
  }
  if (!is_utf8(command.data)) {
    return {Errc::kNotUtf8, command.call};
  }
  Call& call = calls_[slot];
  switch (call.state) {
    case CallState::kConnected: end_call(call, Reason::kHangUp, command.data); break;
    case CallState::kAccepting: decline(call, Reason::kHangUp, command.data); break;
    case CallState::kCalling: end_pending(call, Reason::kCancelled, command.data); break;
    case CallState::kRinging: return {Errc::kNotAllowed, command.call};
    case CallState::kIdle:
    case CallState::kEnded: return {Errc::kUnknownCall, command.call};
  }
  return {Errc::kOk, command.call};
}

/// Ends a connected call here at once, and tells the peer until it has heard.
void Core::end_call(Call& call, Reason reason, std::string_view data) noexcept {
  const DeviceId peer = peer_leg(call).device;
  drop_live_outgoing(call);
  repeat_final(MessageKind::kEnd, call, reason, data, {&peer, 1});
  finish(call, reason);
}

void Core::on_end(const MessageReceived& input, const Header& header, const End& end) noexcept {
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    post_ack(input.sender, header);
    return;
  }
  Call& call = calls_[slot];
  // The creator is a party from the start, the invited device once it is connected.
  const bool party = peer_of(call) == input.sender && peer_leg(call).key == header.leg &&
                     (!call.outgoing || call.state == CallState::kConnected);
  if (!party) {
    ++counters.dropped_not_entitled;
    return;
  }
  post_ack(input.sender, header);
  finish(call, end.reason, end.data);
}

}  // namespace doorcall
