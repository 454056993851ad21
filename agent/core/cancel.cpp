// The owner gives up pending legs. Cancel and accept may cross: both orders end the leg the same
// way on both sides (PROTOCOL rule 3).

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

Result Core::on(const CancelCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  Call& call = calls_[slot];
  if (call.state == CallState::kIdle || call.joining) {
    return {Errc::kUnknownCall, command.call, {}};
  }
  if (call.state == CallState::kRinging || call.state == CallState::kAccepting) {
    return {Errc::kNotAllowed, command.call, {}};
  }
  if (const Errc code = check_data(command.data); code != Errc::kOk) {
    return {code, command.call, {}};
  }
  return {cancel(call, command), command.call, {}};
}

Errc Core::cancel(Call& call, const CancelCall& command) noexcept {
  const auto meant = [&](const UserId& user) {
    return command.users.empty() ||
           std::find(command.users.begin(), command.users.end(), user) != command.users.end();
  };
  std::size_t stopped = 0;
  for (const Slot slot : others_of(call)) {
    Leg& leg = legs_[slot];
    if (leg.pending() && owned(leg) && meant(leg.user)) {
      stop_ringing(call, leg, Reason::kCancelled, command.data);
      ++stopped;
      if (call.state == CallState::kConnected || !command.users.empty()) {
        put(event_of(call, leg));
      }
    }
  }
  if (command.users.empty() && call.state == CallState::kCalling) {
    finish(call, Reason::kCancelled);
    return Errc::kOk;
  }
  if (stopped == 0) {
    return command.users.empty() ? Errc::kAlreadyAccepted : Errc::kNotInvited;
  }
  if (still_alive(call, Reason::kCancelled)) {
    spread(call);
  }
  return Errc::kOk;
}

void Core::on_cancel(const MessageReceived& input, const Header& header,
                     const Cancel& cancel) noexcept {
  if (header.leg.owner != input.sender || header.leg.number == 0) {
    ++counters.dropped_not_entitled;
    return;
  }
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    if (find_tombstone(header.call, header.leg) == kNoSlot) {
      bury_early(input.sender, header, cancel.reason);
    }
    post_ack(input.sender, header);
    return;
  }
  Call& call = calls_[slot];
  post_ack(input.sender, header);
  const bool own = own_leg(call).key == header.leg;
  if (call.state == CallState::kConnected || !own) {
    ++counters.dropped_bad_state;
    if (own) {
      drop_live_outgoing(slot_of(own_leg(call)));  // an heir that will not hear the accept any more
    }
    if (find_leg(call, header.leg) == kNoSlot) {  // its invite may still be on its way
      bury_early(input.sender, header, cancel.reason);
    }
    return;
  }
  if (cancel.reason == Reason::kCallerLost) {
    owner_gone(call, cancel.reason);  // somebody may take the leg over
  } else {
    finish(call, cancel.reason, cancel.data);
  }
}

}  // namespace doorcall
