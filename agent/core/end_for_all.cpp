// The end of a call for everybody in it: by its creator or, once that is gone, by the member that
// joined first among the rest (PROTOCOL rule 12).

#include "agent/core/core.hpp"

namespace doorcall {

Result Core::on(const EndCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  if (const Errc code = check_data(command.data); code != Errc::kOk) {
    return {code, command.call, {}};
  }
  Call& call = calls_[slot];
  switch (call.state) {
    case CallState::kConnected:
      if (!is_first(call, own_leg(call))) {
        return {Errc::kNotAllowed, command.call, {}};
      }
      end_for_all(call, Reason::kHangUp, command.data);
      return {Errc::kOk, command.call, {}};
    case CallState::kCalling: return {cancel(call, {call.id, {}, command.data}), call.id, {}};
    case CallState::kRinging:
    case CallState::kAccepting: return {Errc::kNotAllowed, command.call, {}};
    case CallState::kIdle:
    case CallState::kEnded: break;
  }
  return {Errc::kUnknownCall, command.call, {}};
}

void Core::end_for_all(Call& call, Reason reason, std::string_view said) noexcept {
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    if (leg.connected() && leg.user != settings.self.user) {
      part_from(call, leg, MessageKind::kEnd, {.reason = reason, .data = said});
    }
  }
  finish(call, reason);
}

void Core::on_end(const MessageReceived& input, const Header& header, const End& end) noexcept {
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    post_ack(input.sender, header);
    return;
  }
  Call& call = calls_[slot];
  const Slot found = find_leg(call, header.leg);
  const bool here = call.state == CallState::kConnected || call.state == CallState::kAccepting;
  const bool moved = end.reason == Reason::kMoved && header.to == settings.self.device;
  // Each has moved the other's user at once: both go, and who pulled stays.
  const bool crossed = moved && found != kNoSlot && legs_[found].held_by(input.sender) &&
                       legs_[found].reason == Reason::kMoved;
  const bool entitled =
      crossed || (is_member(found, input.sender) && (moved || is_first(call, legs_[found])));
  if (!here || !entitled) {
    ++counters.dropped_not_entitled;  // not acked: once its sender is first here, too, it counts
    return;
  }
  post_ack(input.sender, header);
  finish(call, end.reason, end.data);
}

}  // namespace doorcall
