// The three steps of an answer (PROTOCOL rule 1): accept is an offer, the leg's owner takes the
// first one that it processes and confirms it to all devices; media starts only then.

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

Result Core::on(const AcceptCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call};
  }
  return {accept(calls_[slot], command.data, command.answer), command.call};
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
  if (data.size() > kDataBytesMax || answer.size() > kOfferBytesMax) {
    return Errc::kDataTooLarge;
  }
  if (!is_utf8(data)) {
    return Errc::kNotUtf8;
  }
  if (!pool_.put({as_bytes(data), answer}, call.own)) {
    ++counters.pool_full;
    return Errc::kTooManyCalls;
  }
  call.data_size = static_cast<std::uint16_t>(data.size());
  send_accept(call);
  return Errc::kOk;
}

/// The confirm timer takes over from the ring timer: from here on only the owner can say no.
void Core::send_accept(Call& call) noexcept {
  disarm(timer(call, LegTimer::kRing));
  arm_in(timer(call, LegTimer::kConfirm), settings.confirm_time);
  invited_leg(call).state = LegState::kAccepting;
  set_state(call, CallState::kAccepting);
  repeat_live(MessageKind::kAccept, call);
  emit(call, CallChange::kAccepting);
}

void Core::on_accept(const MessageReceived& input, Call& call, const Accept& accept) noexcept {
  Leg& leg = invited_leg(call);
  if (!leg.pending()) {
    if (!leg.held_by(input.sender)) {
      post_confirm(input.sender, call.id, leg.key, leg.device);
      return;
    }
    heard(call);
    const Slot confirm = find_outgoing(call.id, MessageKind::kConfirm);
    if (confirm != kNoSlot) {
      transmit(confirm);
    } else {
      post_confirm(input.sender, call.id, leg.key, leg.device);
    }
    return;
  }
  (void)note_device(leg, input);  // without room for it, it wins all the same
  leg.device = input.sender.device;
  leg.incarnation = input.message->header.incarnation;
  for (const LegTimer kind : {LegTimer::kRing, LegTimer::kReceipt, LegTimer::kNotice}) {
    disarm(timer(call, kind));
  }
  connect(call, accept.data, accept.answer);
}

void Core::on_confirm(const MessageReceived& input, const Header& header,
                      const Confirm& confirm) noexcept {
  if (header.leg.owner != input.sender) {
    ++counters.dropped_not_entitled;
    return;
  }
  const bool mine = confirm.winner == settings.self.device;
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    const Slot tomb = find_tombstone(header.call);
    const bool gave_up = tomb == kNoSlot || tombstones_[tomb].winner.empty();
    if (mine && gave_up) {
      post_reject(input.sender, header.call, header.leg, Reason::kAcceptFailed);
    } else {
      post_ack(input.sender, header);
    }
    return;
  }
  Call& call = calls_[slot];
  if (call.outgoing || invited_leg(call).key != header.leg) {
    ++counters.dropped_not_entitled;
    return;
  }
  heard(call);
  if (mine && call.state != CallState::kAccepting && call.state != CallState::kConnected) {
    post_reject(input.sender, header.call, header.leg, Reason::kAcceptFailed);
    return;
  }
  post_ack(input.sender, header);
  if (!mine && call.state != CallState::kConnected) {
    finish(call, Reason::kAnsweredElsewhere);
  } else if (mine && call.state == CallState::kAccepting) {
    connect(call, {}, {});
  }
}

/// Both sides: the owner when it processes the accept, the callee at the confirm.
void Core::connect(Call& call, std::string_view data, Bytes offer) noexcept {
  disarm(timer(call, LegTimer::kConfirm));
  drop_live_outgoing(call);
  invited_leg(call).state = LegState::kConnected;
  set_state(call, CallState::kConnected);
  ++counters.calls_connected;
  pool_.drop(call.own);
  call.data_size = 0;
  arm_in(timer(call, LegTimer::kLost), settings.lost_time);
  arm_in(timer(call, CallTimer::kHeartbeat), settings.heartbeat_time);
  if (call.outgoing) {
    repeat_live(MessageKind::kConfirm, call);
  }
  CallEvent event = event_of(call, CallChange::kConnected);
  event.data = data;
  event.offer = offer;
  put(event);
  start_media(call);
}

void Core::on_confirm_time(Call& call) noexcept {
  decline(call, Reason::kAcceptFailed, {});
}

}  // namespace doorcall
