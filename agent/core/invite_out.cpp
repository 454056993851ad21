// The owner's side of a pending leg: the invite goes out and is repeated until every device known
// online has answered; the ring, receipt and notice timers run; ringing comes back. The owner alone
// decides the leg (PROTOCOL rules 1–3, 9, 14).

#include <algorithm>

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

Errc Core::check(const InviteUser& command) const noexcept {
  if (link_state == LinkState::kStopped || stopping_) {
    return Errc::kNotStarted;
  }
  if (command.user.empty()) {
    return Errc::kInvalidUser;
  }
  if (command.user == settings.self.user) {
    return Errc::kSelfCall;
  }
  if (command.ring_time.count() != 0 &&
      (command.ring_time < kRingTimeMin || command.ring_time > kRingTimeMax)) {
    return Errc::kTimeoutOutOfRange;
  }
  if (command.data.size() > kDataBytesMax || command.offer.size() > kOfferBytesMax) {
    return Errc::kDataTooLarge;
  }
  if (command.caller_name.size() > kNameBytesMax || command.line.size() > kLineIdBytesMax) {
    return Errc::kInvalidArgument;
  }
  if (!is_utf8(command.data) || !is_utf8(command.caller_name) || !is_utf8(command.line)) {
    return Errc::kNotUtf8;
  }
  if (!link_up()) {
    return Errc::kNotConnected;
  }
  // Who rings here is answered, not called back: a glare after that could not be found any more.
  const bool rings_here = calls_.find([&](const Call& call) {
    return !call.outgoing && call.state != CallState::kIdle &&
           call.state != CallState::kConnected && peer_leg(call).user == command.user;
  }) != kNoSlot;
  return rings_here || lines_used() >= settings.lines ? Errc::kBusy : Errc::kOk;
}

Result Core::on(const InviteUser& command) noexcept {
  if (const Errc code = check(command); code != Errc::kOk) {
    return {code, {}};
  }
  if (!outgoing_room()) {
    ++counters.outgoing_full;
    return {Errc::kTooManyCalls, {}};
  }
  CallId id;
  for (std::uint8_t& byte : id.bytes) {
    byte = static_cast<std::uint8_t>(prng_.next32());
  }
  Blob own;
  if (!pool_.put({as_bytes(command.caller_name), as_bytes(command.line), as_bytes(command.data),
                  command.offer},
                 own)) {
    ++counters.pool_full;
    return {Errc::kTooManyCalls, {}};
  }
  const Slot slot = make_call(id, {settings.self, 1}, settings.self, command.user);
  if (slot == kNoSlot) {
    pool_.drop(own);
    return {Errc::kTooManyCalls, {}};
  }
  Call& call = calls_[slot];
  call.outgoing = true;
  call.wait_offline = command.wait_offline;
  call.media = command.media;
  call.caller = settings.self;
  call.own = own;
  call.name_size = static_cast<std::uint16_t>(command.caller_name.size());
  call.line_size = static_cast<std::uint16_t>(command.line.size());
  call.data_size = static_cast<std::uint16_t>(command.data.size());
  call.announced = true;
  ++counters.calls_out;
  const Millis ring_time = command.ring_time.count() != 0 ? command.ring_time : settings.ring_time;
  invited_leg(call).ring_deadline = after(now_, ring_time);
  begin_calling(call);
  return {Errc::kOk, id};
}

/// The invite goes out before the event: nothing is quicker than the ring.
void Core::begin_calling(Call& call) noexcept {
  const Leg& leg = invited_leg(call);
  const bool offline = !call.wait_offline && known_offline(leg.user);
  set_state(call, CallState::kCalling);
  if (!offline) {
    repeat_live(MessageKind::kInvite, call);
  }
  CallEvent event = event_of(call, CallChange::kCalling);
  event.ring_left = leg.ring_deadline - now_;
  put(event);
  if (offline) {
    finish(call, Reason::kOffline);
    return;
  }
  arm(timer(call, LegTimer::kRing), leg.ring_deadline);
  arm_in(timer(call, CallTimer::kHeartbeat), settings.heartbeat_time);
  if (!call.wait_offline) {
    arm_in(timer(call, LegTimer::kReceipt), settings.receipt_time);
  }
  if (settings.notice_time.count() > 0) {
    arm_in(timer(call, LegTimer::kNotice), settings.notice_time);
  }
}

Invite Core::invite_of(const Call& call) const noexcept {
  const auto own = pool_.bytes(call.own);
  const std::size_t line_at = call.name_size;
  const std::size_t data_at = line_at + call.line_size;
  Invite invite;
  invite.caller = call.caller;
  invite.caller_name = as_text(own.first(line_at));
  invite.media = call.media;
  invite.ring_left = std::max(invited_leg(call).ring_deadline - now_, Millis{0});
  invite.line = as_text(own.subspan(line_at, call.line_size));
  invite.data = as_text(own.subspan(data_at, call.data_size));
  invite.offer = own.subspan(data_at + call.data_size);
  return invite;
}

LegDevice* Core::note_device(Leg& leg, const MessageReceived& input) noexcept {
  LegDevice* found = nullptr;
  for (std::size_t i = 0; i < leg.device_count; ++i) {
    found = leg.devices[i].device == input.sender.device ? &leg.devices[i] : found;
  }
  if (found == nullptr) {
    if (leg.device_count == leg.devices.size()) {
      ++counters.dropped_table_full;
      return nullptr;
    }
    found = &leg.devices[leg.device_count++];
    *found = LegDevice{};
    found->device = input.sender.device;
  }
  if (found->incarnation != input.message->header.incarnation) {
    *found = LegDevice{};  // the device has restarted, what it said is forgotten
    found->device = input.sender.device;
    found->incarnation = input.message->header.incarnation;
  }
  return found;
}

void Core::on_ringing(const MessageReceived& input, Call& call, const Ringing& ringing) noexcept {
  Leg& leg = invited_leg(call);
  if (!leg.pending()) {
    if (!leg.held_by(input.sender)) {
      post_confirm(input.sender, call.id, leg.key, leg.device);
    }
    return;
  }
  LegDevice* device = note_device(leg, input);
  if (device == nullptr) {
    return;
  }
  if (device->answer == LegDevice::Answer::kRefused) {  // a late message takes nothing back
    ++counters.dropped_bad_state;
    return;
  }
  disarm(timer(call, LegTimer::kNotice));
  if (ringing.alert == Alert::kWaiting) {
    if (device->answer == LegDevice::Answer::kNone) {
      device->answer = LegDevice::Answer::kWaiting;
    }
    send_sync(call, input.sender.device, ringing.nonce);
    return;
  }
  disarm(timer(call, LegTimer::kReceipt));
  device->answer = LegDevice::Answer::kRinging;
  if (leg.state < LegState::kRinging) {
    leg.state = LegState::kRinging;
    leg.device = input.sender.device;
    leg.incarnation = input.message->header.incarnation;
    emit(call, CallChange::kRemoteRinging);
  }
  settle_invite(call);
}

bool Core::every_online_answered(const Leg& leg) const noexcept {
  const auto answered = [&leg](const DeviceId& device) {
    for (std::size_t i = 0; i < leg.device_count; ++i) {
      if (leg.devices[i].device == device) {
        return leg.devices[i].answer >= LegDevice::Answer::kRinging;
      }
    }
    return false;
  };
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    const Peer& peer = peers_[s];
    if (peer.account.user == leg.user && peer.online() && !answered(peer.account.device)) {
      return false;
    }
  }
  return leg.device_count > 0;
}

/// Stops repeating the invite once nobody who is there still owes an answer.
void Core::settle_invite(Call& call) noexcept {
  if (!every_online_answered(invited_leg(call))) {
    return;
  }
  const Slot slot = find_outgoing(call.id, MessageKind::kInvite);
  if (slot != kNoSlot) {
    drop_outgoing(slot);
  }
}

/// A device that speaks of a decided leg gets the outcome again (rule 3).
void Core::answer_late(const Account& sender, const Tombstone& tomb) noexcept {
  if (!tomb.outgoing) {
    ++counters.dropped_not_entitled;
  } else if (tomb.winner.empty()) {
    post_cancel(sender, tomb.id, tomb.leg, told_to_callee(tomb.reason));
  } else if (tomb.winner == sender.device) {
    post_end(sender, tomb.id, {settings.self, 0}, tomb.reason);
  } else {
    post_confirm(sender, tomb.id, tomb.leg, tomb.winner);
  }
}

void Core::on_receipt_time(Call& call) noexcept {
  const Leg& leg = invited_leg(call);
  Reason reason = known_offline(leg.user) ? Reason::kOffline : Reason::kNoResponse;
  for (std::size_t i = 0; i < leg.device_count; ++i) {
    if (leg.devices[i].answer == LegDevice::Answer::kRefused) {
      reason = leg.devices[i].reason;  // those who did not answer have dropped out
    }
  }
  end_pending(call, reason);
}

/// If every device of `user` is offline now, what rings there rings for nobody.
void Core::user_offline(const UserId& user) noexcept {
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    Call& call = calls_[s];
    if (call.outgoing && call.state == CallState::kCalling && !call.wait_offline &&
        invited_leg(call).user == user && known_offline(user)) {
      arm(timer(call, LegTimer::kReceipt), now_);  // each in a step of its own
    }
  }
}

}  // namespace doorcall
