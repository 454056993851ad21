// Asking for a door (PROTOCOL rule 15): request, nonce, open, result. What is asked is one own
// message that is repeated until it is answered, first the request and then the order with the
// nonce; nothing of it outlives kDoorNonceTime.

#include "agent/core/core.hpp"

namespace doorcall {

Result Core::on(const OpenDoor& command) noexcept {
  if (link_state == LinkState::kStopped || stopping_) {
    return {Errc::kNotStarted, {}, {}};
  }
  const bool own = command.user.empty() || command.user == settings.self.user;
  if (command.call.empty() && own) {
    return open_own_door(command);
  }
  if (!link_up()) {
    return {Errc::kNotConnected, command.call, {}};
  }
  if (command.call.empty()) {
    return ask_door(random_id(), {device_with_door(command.user), command.user});
  }
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  const Call& call = calls_[slot];
  const bool rings = call.state == CallState::kRinging || call.state == CallState::kAccepting;
  if (rings && !call.joining && command.user.empty()) {
    return ask_door(call.id, call.inviter);
  }
  if (call.state != CallState::kConnected) {
    return {Errc::kNotAllowed, command.call, {}};
  }
  const Account door = door_in(call, command.user);
  return door.user.empty() ? Result{Errc::kNotInvited, command.call, {}} : ask_door(call.id, door);
}

/// The exit button: no message, but the same order and the same log.
Result Core::open_own_door(const OpenDoor& command) noexcept {
  if (!settings.has_door) {
    return {command.user.empty() ? Errc::kNotAllowed : Errc::kSelfCall, {}, {}};
  }
  const CallId id = random_id();
  DoorNonce* nonce = nonces_.issue(settings.self, incarnation, id, prng_.next64() | 1U, now_);
  if (nonce == nullptr) {
    return {Errc::kTooManyCalls, {}, {}};
  }
  order_pulse(*nonce);
  return {Errc::kOk, id, {}};
}

/// The device of `user` that shows a door; empty: none does, and any that has one may answer.
DeviceId CoreLookup::device_with_door(const UserId& user) const noexcept {
  const Slot found = peers_.find(
      [&](const Peer& peer) { return peer.door && peer.online() && peer.account.user == user; });
  return found == kNoSlot ? DeviceId{} : peers_[found].account.device;
}

/// Whose door is meant in a connected call: `user`'s, else who shows one, else whom it is with.
Account CoreLookup::door_in(const Call& call, const UserId& user) const noexcept {
  Account first;
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    if (!leg.connected() || leg.user == settings.self.user || (!user.empty() && leg.user != user)) {
      continue;
    }
    const Slot peer = find_peer(leg.holder());
    if (peer != kNoSlot && peers_[peer].door) {
      return leg.holder();
    }
    if (first.user.empty() || leg.holder() == peer_of(call)) {
      first = leg.holder();
    }
  }
  return first;
}

Result Core::ask_door(const CallId& id, const Account& door) noexcept {
  std::size_t asked = 0;
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    const Outgoing& out = outgoing_[s];
    asked += out.asks_door() ? 1U : 0U;
    if (out.asks_door() && (out.call_id == id || out.to == door.user)) {
      return {Errc::kAlreadySent, id, {}};
    }
  }
  if (asked >= kDoorsAskedMax || outgoing_.full()) {
    ++counters.outgoing_full;
    return {Errc::kTooManyCalls, id, {}};
  }
  const Slot slot = outgoing_.take();
  Outgoing& out = outgoing_[slot];
  out.kind = MessageKind::kInfo;
  out.sequence = ++sequence_;
  out.call_id = id;
  out.key = {settings.self, 0};
  out.to = door.user;
  out.give_up = after(now_, kDoorNonceTime);
  if (!door.device.empty()) {
    out.targets[out.target_count++] = door.device;
  }
  transmit(slot);
  return {Errc::kOk, id, {}};
}

/// Ring-to-open has answered: the door that rang is to be opened.
void Core::open_after_answer(const CallId& id, const Account& door) noexcept {
  const bool asked = outgoing_.find([&](const Outgoing& out) {
    return out.asks_door() && out.call_id == id;
  }) != kNoSlot;
  if (!asked && ask_door(id, door).code != Errc::kOk) {
    tell_door(DoorChange::kRefused, false, door, id, DoorResult::kBusy);
  }
}

Door Core::door_body(const Outgoing& out) noexcept {
  return {out.nonce == 0 ? DoorStep::kRequest : DoorStep::kOpen, out.nonce, DoorResult::kOpened, 0};
}

/// A nonce or a result: of what this device asks just now, and from whom it asks it. A late copy of
/// an earlier answer is none.
void Core::door_answered(const Account& from, const Header& header, const Door& door) noexcept {
  const Slot slot = outgoing_.find([&](const Outgoing& out) {
    return out.asks_door() && out.call_id == header.call && out.to == from.user &&
           out.sequence == door.asked && (out.target_count == 0 || out.addressed() == from.device);
  });
  if (slot == kNoSlot || header.to != settings.self.device) {
    ++counters.dropped_bad_state;
    return;
  }
  Outgoing& out = outgoing_[slot];
  if (door.step == DoorStep::kResult) {
    drop_outgoing(slot);
    const bool opened = door.result == DoorResult::kOpened;
    tell_door(opened ? DoorChange::kOpened : DoorChange::kRefused, false, from, header.call,
              door.result);
  } else {
    out.nonce = door.nonce;
    out.targets[0] = from.device;
    out.target_count = 1;
    out.sequence = ++sequence_;
    out.attempts = 0;
    transmit(slot);
  }
}

/// Its time is over.
void Core::door_unanswered(const Outgoing& out) noexcept {
  tell_door(DoorChange::kRefused, false, {out.addressed(), out.to}, out.call_id,
            DoorResult::kNoResponse);
}

/// Nothing is asked any more.
void Core::drop_door_asks() noexcept {
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    if (outgoing_[s].asks_door()) {
      drop_outgoing(s);
    }
  }
}

}  // namespace doorcall
