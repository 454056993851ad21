// Accept (PROTOCOL rule 1): an offer of one device; the leg's owner takes the first one that it
// processes and confirms it to all devices of the user. Media starts only then.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

Result Core::on(const AcceptCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  return {accept(calls_[slot], command.data, command.answer), command.call, {}};
}

Errc Core::accept(Call& call, std::string_view data, Bytes answer) noexcept {
  if (call.outgoing) {
    return Errc::kNotInvited;
  }
  switch (call.state) {
    case CallState::kAccepting: return Errc::kAlreadySent;
    case CallState::kConnected: return Errc::kAlreadyAccepted;
    case CallState::kIdle:
    case CallState::kCalling:
    case CallState::kEnded: return Errc::kUnknownCall;
    case CallState::kRinging: break;
  }
  if (settings.chime_only) {
    return Errc::kNotAllowed;
  }
  if (lines_talking() >= settings.lines) {
    return Errc::kBusy;
  }
  if (const Errc code = pack_answer(own_leg(call), data, answer); code != Errc::kOk) {
    return code;
  }
  send_accept(call);
  return Errc::kOk;
}

Errc Core::pack_answer(Leg& own, std::string_view data, Bytes answer) noexcept {
  if (answer.size() > kOfferBytesMax) {
    return Errc::kDataTooLarge;
  }
  if (const Errc code = check_data(data); code != Errc::kOk) {
    return code;
  }
  if (!pool_.put({as_bytes(data), answer}, own.parcel.blob)) {
    ++counters.pool_full;
    return Errc::kTooManyCalls;
  }
  own.parcel.data_size = static_cast<std::uint16_t>(data.size());
  return Errc::kOk;
}

/// The confirm timer takes over from the ring timer: from here on only the owner can say no.
void Core::send_accept(Call& call) noexcept {
  Leg& own = own_leg(call);
  disarm(timer(own, LegTimer::kRing));
  arm_in(timer(own, LegTimer::kConfirm), settings.confirm_time);
  own.state = LegState::kAccepting;
  set_state(call, CallState::kAccepting);
  repeat_live(MessageKind::kAccept, own, own.key.owner);
  emit(call, CallChange::kAccepting);
}

/// The owner's side: the first one wins, every other gets the outcome.
void Core::on_accept(const MessageReceived& input, Call& call, Leg& leg,
                     const Accept& accept) noexcept {
  if (leg.pending()) {
    const LegDevice* device = note_device(leg, input);  // without room for it, it wins all the same
    if (device != nullptr && device->given_up()) {
      post_cancel(input.sender, call.id, leg.key, device->reason);  // it has given up since
    } else {
      win(call, leg, input, accept.data, accept.answer);
    }
    return;
  }
  if (!leg.connected() || !leg.held_by(input.sender)) {
    answer_late(input.sender, call.id, leg.key, leg.winner(), leg.reason);
    return;
  }
  (void)heard(call, leg, input.message->header);
  const Slot confirm = find_confirm(call.id, leg.key);
  if (confirm != kNoSlot) {
    transmit(confirm);
  } else {
    post_confirm(input.sender, call.id, leg.key, leg.device, leg.join_number);
  }
}

/// The sender's device has the leg: all devices of its user are told, then the other members.
void Core::win(Call& call, Leg& leg, const MessageReceived& input, std::string_view data,
               Bytes offer) noexcept {
  std::array<DeviceId, kDevicesPerLegMax> targets;
  std::size_t count = ringing_devices(leg, targets);
  const DeviceId winner = input.sender.device;
  if (std::find(targets.begin(), targets.begin() + count, winner) == targets.begin() + count) {
    targets[count == targets.size() ? count - 1 : count++] = winner;
  }
  take_back_push(call, leg, Reason::kNone);
  leg.device = winner;
  leg.incarnation = input.message->header.incarnation;
  leg.join_number = next_join(call);
  set_leg(call, leg, LegState::kConnected);
  repeat_final(MessageKind::kConfirm, call, leg.key, {leg.user, {targets.data(), count}, {}},
               {.winner = winner, .join_number = leg.join_number});
  watch_member(leg);
  answered(call, leg);
  if (call.state == CallState::kCalling) {
    enter_connected(call, input.sender, data, offer);
  } else {
    CallEvent event = event_of(call, leg, data);
    event.offer = offer;
    put(event);
    guard_alone(call);
  }
  spread(call, slot_of(leg));
  tell_ringing(call);
}

/// Both sides: the owner when it processes the first accept, an invited device at its confirm.
void Core::enter_connected(Call& call, const Account& peer, std::string_view data,
                           Bytes offer) noexcept {
  set_state(call, CallState::kConnected);
  ++counters.calls_connected;
  guard_length(call);
  CallEvent event = event_of(call, CallChange::kConnected);
  event.peer = peer;
  event.leg = LegState::kConnected;
  event.join_number = own_leg(call).join_number;
  event.data = data;
  event.offer = offer;
  put(event);
  start_media(call);
  if (call.auto_answer) {
    event.change = CallChange::kOpenDoor;
    event.data = {};
    event.offer = {};
    put(event);
    open_after_answer(call.id, peer);
  }
}

}  // namespace doorcall
