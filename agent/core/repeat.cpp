// End-to-end receipts (PROTOCOL rule 17): brokers acknowledge before they store, so each message
// that changes a state is repeated, with the same sequence number, until its answer has come from
// each device it is meant for. Live messages (invite, ringing(waiting), accept, join, roster, info)
// belong to a leg and go with it; final ones (confirm, reject, cancel, leave, end) outlive it, at
// most as long as its tombstone.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

namespace {

/// The others go to all of the user's devices, whoever has to answer.
bool for_one_device(MessageKind kind) noexcept {
  return kind != MessageKind::kInvite && kind != MessageKind::kConfirm &&
         kind != MessageKind::kCancel;
}

}  // namespace

Millis Core::retry_delay(std::uint8_t attempts) noexcept {
  const std::int64_t base =
      std::min(kRetryMax.count(), kRetryFirst.count() << std::min<std::uint8_t>(attempts, 10));
  const std::int64_t spread = base * kRetryJitterPercent / 100;
  return Millis{base - spread +
                static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(2 * spread + 1)))};
}

Slot Core::take_outgoing() noexcept {
  Slot slot = outgoing_.take();
  if (slot != kNoSlot) {
    return slot;
  }
  // The oldest final message gives way: its loss is covered by the other side's own timers.
  ++counters.outgoing_full;
  Slot oldest = kNoSlot;
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    const bool older = oldest == kNoSlot || outgoing_[s].sequence < outgoing_[oldest].sequence;
    oldest = outgoing_[s].may_give_way() && older ? s : oldest;
  }
  if (oldest != kNoSlot) {
    drop_outgoing(oldest);
    slot = outgoing_.take();
  }
  return slot;
}

/// True if the next take_outgoing() will find room.
bool CoreLookup::outgoing_room() const noexcept {
  return !outgoing_.full() ||
         outgoing_.find([](const Outgoing& out) { return out.may_give_way(); }) != kNoSlot;
}

/// Every device that still owes an answer is known to be offline. The broker holds the first copy
/// for it; more would only pile up there.
bool CoreLookup::away(const Outgoing& out) const noexcept {
  if (out.target_count == 0) {
    return known_offline(out.to);
  }
  for (std::size_t i = 0; i < out.target_count; ++i) {
    const Slot peer = find_peer({out.targets[i], out.to});
    const bool owes = (out.answered & (1U << i)) == 0;
    if (owes && (peer == kNoSlot || peers_[peer].online())) {
      return false;
    }
  }
  return true;
}

/// A message that lives with `leg`, for one device of `to` or, with none, for any.
void Core::repeat_live(MessageKind kind, const Leg& leg, const Account& to) noexcept {
  const Slot slot = take_outgoing();
  if (slot == kNoSlot) {
    return;
  }
  const Call& call = calls_[leg.call];
  Outgoing& out = outgoing_[slot];
  out.kind = kind;
  out.leg = slot_of(leg);
  out.sequence = ++sequence_;
  out.call_id = call.id;
  out.key = kind == MessageKind::kRoster ? own_leg(call).key : leg.key;
  out.give_up = kNever;
  out.nonce = call.nonce;
  out.to = to.user;
  if (!to.device.empty()) {
    out.targets[out.target_count++] = to.device;
  }
  transmit(slot);
}

/// A message that outlives what it is about. `legs` go with its first copy.
void Core::repeat_final(MessageKind kind, const Call& call, const LegKey& key, const Recipients& to,
                        const Final& what) noexcept {
  const Slot slot = take_outgoing();
  if (slot == kNoSlot) {
    return;
  }
  Outgoing& out = outgoing_[slot];
  out.kind = kind;
  out.reason = what.reason;
  out.winner = what.winner;
  out.join_number = what.join_number;
  out.sequence = ++sequence_;
  out.call_id = call.id;
  out.key = key;
  out.to = to.user;
  for (const DeviceId& device : to.devices) {
    out.targets[out.target_count++] = device;
  }
  out.give_up = to.devices.empty() ? to.give_up : after(now_, kTombstoneTime);
  if (!pool_.put({as_bytes(what.data)}, out.data)) {
    ++counters.pool_full;  // the message matters more than its text
  }
  transmit(slot, what.legs);
}

Body Core::body_of(const Outgoing& out, std::span<const LegView> legs) noexcept {
  const std::string_view data = as_text(pool_.bytes(out.data));
  switch (out.kind) {
    case MessageKind::kInvite: return invite_of(legs_[out.leg]);
    case MessageKind::kRinging: return Ringing{Alert::kWaiting, out.nonce};
    case MessageKind::kAccept: {
      const Texts own = texts_of(legs_[out.leg].parcel);
      return Accept{own.offer, own.data};
    }
    case MessageKind::kJoin: {
      const Texts own = texts_of(legs_[out.leg].parcel);
      return Join{calls_[legs_[out.leg].call].pulls, own.offer, own.data};
    }
    case MessageKind::kRoster: return Roster{snapshot(calls_[legs_[out.leg].call])};
    case MessageKind::kInfo: return out.asks_door() ? Body{door_body(out)} : Body{info_body(out)};
    case MessageKind::kConfirm:
      return Confirm{out.winner, out.join_number, needed_roster(find_call(out.call_id))};
    case MessageKind::kReject: return Reject{out.reason, data};
    case MessageKind::kCancel: return Cancel{out.reason, data};
    case MessageKind::kEnd: return End{out.reason, data};
    case MessageKind::kLeave: return Leave{out.reason, data, legs};
    case MessageKind::kSync:
    case MessageKind::kAck:
    case MessageKind::kMarker: break;  // never repeated
  }
  return Marker{};
}

/// Where the outputs of this step are many, the message goes with the next one.
void Core::transmit(Slot slot, std::span<const LegView> legs) noexcept {
  Outgoing& out = outgoing_[slot];
  if (out.kind == MessageKind::kInvite && legs_[out.leg].ring_deadline <= now_) {
    arm_in(timers_.outgoing(slot), kRetryFirst);  // its ring timer is due, too
    return;
  }
  out.unsent = output_count_ + kEventsPerStepMax >= kOutputsMax || !views_left();
  if (out.unsent) {
    arm(timers_.outgoing(slot), now_);
    return;
  }
  const bool of_leg =
      out.kind == MessageKind::kRoster || (out.kind == MessageKind::kInfo && !out.asks_door());
  if (of_leg) {
    out.key = own_leg(calls_[legs_[out.leg].call]).key;  // an heir may have given it a new leg
  }
  Header header{out.call_id, out.key, incarnation, connect_, out.sequence, {}};
  if (for_one_device(out.kind)) {
    header.to = out.addressed();
  }
  Millis expiry = kTombstoneTime;
  if (out.kind == MessageKind::kInvite) {
    expiry = legs_[out.leg].ring_deadline - now_;
  } else if (out.asks_door()) {
    expiry = out.give_up - now_;
  }
  post(out.to, header, body_of(out, legs), expiry);
  out.sent_at = link_up() ? now_ : Instant{};
  arm(timers_.outgoing(slot), std::min(after(now_, retry_delay(out.attempts)), out.give_up));
}

void Core::on_retry(Slot slot) noexcept {
  Outgoing& out = outgoing_[slot];
  if (now_ >= out.give_up) {
    if (out.asks_door()) {
      door_unanswered(out);
    }
    drop_outgoing(slot);
    stop_if_said();
    return;
  }
  if (out.unsent) {
    transmit(slot);
    return;
  }
  if (away(out) || waits_its_turn(slot)) {
    arm(timers_.outgoing(slot), std::min(after(now_, kRetryMax), out.give_up));
    return;
  }
  out.attempts = static_cast<std::uint8_t>(std::min(out.attempts + 1, 255));
  counters.messages_repeated += link_up() ? 1U : 0U;
  transmit(slot);
}

void Core::drop_outgoing(Slot slot) noexcept {
  pool_.drop(outgoing_[slot].data);
  disarm(timers_.outgoing(slot));
  outgoing_.give_back(slot);
}

void Core::drop_live_outgoing(Slot leg) noexcept {
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    if (outgoing_[s].leg == leg) {
      drop_outgoing(s);
    }
  }
}

void Core::repeat_at_once(Slot slot) noexcept {
  Outgoing& out = outgoing_[slot];
  if (now_ - out.sent_at < kPresenceCoalesce) {
    return;  // several signs of one return
  }
  if (out.kind == MessageKind::kRinging) {
    // The ring is counted from the question, and there was no asking for a while: ask anew.
    Call& call = calls_[legs_[out.leg].call];
    call.nonce = out.nonce = prng_.next64() | 1U;
    call.queried = now_;
  }
  out.attempts = 0;
  arm(timers_.outgoing(slot), now_);
}

void Core::repeat_all_now() noexcept {
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    repeat_at_once(s);
  }
}

void Core::repeat_now(const UserId& to) noexcept {
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    if (outgoing_[s].to == to) {
      repeat_at_once(s);
    }
  }
}

Slot CoreLookup::find_outgoing(Slot leg, MessageKind kind) const noexcept {
  return outgoing_.find([&](const Outgoing& out) { return out.kind == kind && out.leg == leg; });
}

/// The confirm of this leg that somebody has not acked yet.
Slot CoreLookup::find_confirm(const CallId& call, const LegKey& leg) const noexcept {
  return outgoing_.find([&](const Outgoing& out) {
    return out.kind == MessageKind::kConfirm && out.call_id == call && out.key == leg;
  });
}

}  // namespace doorcall
