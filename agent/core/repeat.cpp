// End-to-end receipts (PROTOCOL rule 17): brokers acknowledge before they store, so each message
// that changes a state is repeated, with the same sequence number, until its answer has come from
// each device it is meant for. Live messages (invite, ringing(waiting), accept, confirm) belong to
// a call and go with it; final ones (reject, cancel, end) outlive it, at most as long as its
// tombstone.

#include <algorithm>

#include "agent/core/core.hpp"

namespace doorcall {

namespace {

/// Final messages go to one device where only one can have the call, else to all of the user's.
bool for_one_device(MessageKind kind) noexcept {
  return kind == MessageKind::kRinging || kind == MessageKind::kAccept ||
         kind == MessageKind::kReject || kind == MessageKind::kEnd;
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
    oldest = outgoing_[s].final_message() && older ? s : oldest;
  }
  if (oldest != kNoSlot) {
    drop_outgoing(oldest);
    slot = outgoing_.take();
  }
  return slot;
}

/// True if the next take_outgoing() will find room.
bool Core::outgoing_room() const noexcept {
  return !outgoing_.full() ||
         outgoing_.find([](const Outgoing& out) { return out.final_message(); }) != kNoSlot;
}

/// Every device that still owes an answer is known to be offline. The broker holds the first copy
/// for it; more would only pile up there.
bool Core::away(const Outgoing& out) const noexcept {
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

Outgoing* Core::repeat_live(MessageKind kind, const Call& call) noexcept {
  const Slot slot = take_outgoing();
  if (slot == kNoSlot) {
    return nullptr;
  }
  const Leg& leg = invited_leg(call);
  Outgoing& out = outgoing_[slot];
  out.kind = kind;
  out.call = slot_of(call);
  out.sequence = ++sequence_;
  out.call_id = call.id;
  out.leg = leg.key;
  out.give_up = kNever;
  out.nonce = call.nonce;
  const Account peer = peer_of(call);
  out.to = peer.user;
  if (kind != MessageKind::kInvite) {
    out.targets[out.target_count++] = peer.device;
    out.winner = leg.device;
  }
  transmit(slot);
  return &out;
}

void Core::repeat_final(MessageKind kind, const Call& call, Reason reason, std::string_view data,
                        std::span<const DeviceId> targets) noexcept {
  const Slot slot = take_outgoing();
  if (slot == kNoSlot) {
    return;
  }
  Outgoing& out = outgoing_[slot];
  out.kind = kind;
  out.reason = reason;
  out.sequence = ++sequence_;
  out.call_id = call.id;
  out.leg = kind == MessageKind::kEnd ? own_leg(call).key : invited_leg(call).key;
  out.to = peer_of(call).user;
  for (const DeviceId& device : targets) {
    out.targets[out.target_count++] = device;
  }
  // Where no device is known to ring, nothing can ring after the ring time.
  out.give_up = targets.empty() ? after(invited_leg(call).ring_deadline, kRetryFirst)
                                : after(now_, kTombstoneTime);
  if (!pool_.put({as_bytes(data)}, out.data)) {
    ++counters.pool_full;  // the message matters more than its text
  }
  transmit(slot);
}

Body Core::body_of(const Outgoing& out) const noexcept {
  const std::string_view data = as_text(pool_.bytes(out.data));
  switch (out.kind) {
    case MessageKind::kInvite: return invite_of(calls_[out.call]);
    case MessageKind::kRinging: return Ringing{Alert::kWaiting, out.nonce};
    case MessageKind::kAccept: {
      const Call& call = calls_[out.call];
      const auto own = pool_.bytes(call.own);
      return Accept{own.subspan(call.data_size), as_text(own.first(call.data_size))};
    }
    case MessageKind::kConfirm: return Confirm{out.winner, 1};
    case MessageKind::kReject: return Reject{out.reason, data};
    case MessageKind::kCancel: return Cancel{out.reason, data};
    case MessageKind::kEnd: return End{out.reason, data};
    case MessageKind::kSync:
    case MessageKind::kAck:
    case MessageKind::kMarker: break;  // never repeated
  }
  return Marker{};
}

void Core::transmit(Slot slot) noexcept {
  Outgoing& out = outgoing_[slot];
  Header header{out.call_id, out.leg, incarnation, connect_, out.sequence, {}};
  if (for_one_device(out.kind)) {
    header.to = out.addressed();
  }
  Millis expiry = kTombstoneTime;
  if (out.kind == MessageKind::kInvite) {
    expiry = invited_leg(calls_[out.call]).ring_deadline - now_;
  }
  post(out.to, header, body_of(out), expiry);
  arm_in(timers_.outgoing(slot), retry_delay(out.attempts));
}

void Core::on_retry(Slot slot) noexcept {
  Outgoing& out = outgoing_[slot];
  if (now_ >= out.give_up) {
    drop_outgoing(slot);
    stop_if_said();
    return;
  }
  if (away(out)) {
    arm_in(timers_.outgoing(slot), kRetryMax);
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

void Core::drop_live_outgoing(const Call& call) noexcept {
  const Slot owner = slot_of(call);
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    if (outgoing_[s].call == owner) {
      drop_outgoing(s);
    }
  }
}

void Core::repeat_at_once(Slot slot) noexcept {
  Outgoing& out = outgoing_[slot];
  if (out.kind == MessageKind::kRinging) {
    // The ring is counted from the question, and there was no asking for a while: ask anew.
    Call& call = calls_[out.call];
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

Slot Core::find_outgoing(const CallId& call, MessageKind kind) const noexcept {
  return outgoing_.find(
      [&](const Outgoing& out) { return out.kind == kind && out.call_id == call; });
}

}  // namespace doorcall
