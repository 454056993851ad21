// Legs of ended calls are remembered for longer than any ring, so that late and repeated messages
// get the same answer again (PROTOCOL rules 3, 5, 11).

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

/// The own leg of the ended call, the last one if there were several.
Slot CoreLookup::find_tombstone(const CallId& id) const noexcept {
  Slot last = kNoSlot;
  for (Slot s = tombstones_.next(id, 0); s != kNoSlot; s = tombstones_.next(id, s + 1U)) {
    const bool later = last == kNoSlot || tombstones_.age(s) > tombstones_.age(last);
    last = tombstones_[s].own && later ? s : last;
  }
  return last;
}

Slot CoreLookup::find_tombstone(const CallId& id, const LegKey& key) const noexcept {
  return tombstones_.find(id, [&](const Tombstone& tomb) { return !tomb.early && tomb.of(key); });
}

Slot CoreLookup::find_early_end(const Header& header) const noexcept {
  return tombstones_.find(header.call,
                          [&](const Tombstone& tomb) { return tomb.early && tomb.of(header.leg); });
}

Tombstone& Core::take_tombstone(const CallId& id) noexcept {
  if (tombstones_.full()) {
    ++counters.tombstones_evicted;
    tombstones_.give_back(tombstones_.oldest());
  }
  const Slot slot = tombstones_.take(id, ++graves_);
  tombstones_[slot].ended = now_;
  arm_in(timers_.tombstone(slot), kTombstoneTime);
  return tombstones_[slot];
}

/// The own leg, those that it was before, and all that this device owned.
void Core::bury(const Call& call, Reason reason) noexcept {
  for (Slot s = tombstones_.next(call.id, 0); s != kNoSlot; s = tombstones_.next(call.id, s + 1U)) {
    tombstones_[s].shown = false;
  }
  for (const Slot slot : others_of(call)) {
    const bool before = legs_[slot].user == settings.self.user && !legs_[slot].live();
    if (owned(legs_[slot]) || before) {
      bury(call, legs_[slot]);
      if (legs_[slot].live()) {  // it was connected: what became of it is what became of the call
        tombstones_[find_tombstone(call.id, legs_[slot].key)].reason = reason;
      }
    }
  }
  const Leg& own = own_leg(call);
  Tombstone& tomb = take_tombstone(call.id);
  tomb.own = true;
  tomb.shown = true;
  tomb.told = call.announced;
  tomb.outgoing = call.outgoing;
  tomb.reason = reason;
  tomb.number = own.key.number;
  tomb.owner = own.key.owner;
  tomb.peer = peer_of(call);
  tomb.winner = own.connected() ? settings.self.device : DeviceId{};
}

void Core::bury(const Call& call, const Leg& leg) noexcept {
  Tombstone& tomb = take_tombstone(call.id);
  tomb.told = leg.user == settings.self.user;
  tomb.reason = leg.reason;
  tomb.number = leg.key.number;
  tomb.owner = leg.key.owner;
  tomb.peer.user = leg.user;
  tomb.winner = leg.winner();
}

/// An heir's leg that will not ring here: the one that it stands for, `before`, is over. An heir of
/// that heir may follow.
void Core::bury_again(const Header& header, Slot before) noexcept {
  const Reason reason = tombstones_[before].reason;
  Tombstone& tomb = take_tombstone(header.call);
  tomb.told = true;
  tomb.again = true;
  // Another device has declined for all: so it is for the heir, too.
  tomb.reason = reason == Reason::kDeclinedElsewhere ? Reason::kDeclinedEverywhere : reason;
  tomb.number = header.leg.number;
  tomb.owner = header.leg.owner;
}

/// What ends a leg has come before its invite, which must not ring then (rule 5).
void Core::bury_early(const Account& sender, const Header& header, Reason reason) noexcept {
  if (find_early_end(header) != kNoSlot) {
    return;
  }
  std::size_t of_sender = 0;
  for (Slot s = tombstones_.next(0); s != kNoSlot; s = tombstones_.next(s + 1U)) {
    of_sender += tombstones_[s].early && tombstones_[s].owner == sender ? 1U : 0U;
  }
  if (of_sender >= limits_.tombstones_per_sender) {
    ++counters.dropped_quota;
    return;
  }
  Tombstone& tomb = take_tombstone(header.call);
  tomb.early = true;
  tomb.reason = reason;
  tomb.number = header.leg.number;
  tomb.owner = sender;
}

Errc Core::errc_for_ended(const CallId& id) const noexcept {
  return find_tombstone(id) == kNoSlot ? Errc::kUnknownCall : Errc::kAlreadyEnded;
}

/// The outcome is still repeated for other devices of the user: so it is for this one, too.
bool Core::tell_also(const Account& sender, const CallId& call, const LegKey& leg) noexcept {
  const Slot slot = outgoing_.find([&](const Outgoing& out) {
    return (out.kind == MessageKind::kConfirm || out.kind == MessageKind::kCancel) &&
           out.call_id == call && out.key == leg;
  });
  if (slot == kNoSlot) {
    return false;
  }
  Outgoing& out = outgoing_[slot];
  const auto end = out.targets.begin() + out.target_count;
  if (out.target_count == 0 || out.target_count == out.targets.size() ||
      std::find(out.targets.begin(), end, sender.device) != end) {
    return false;
  }
  out.targets[out.target_count++] = sender.device;
  transmit(slot);
  return true;
}

/// A device that speaks of a decided leg gets the outcome again (rule 3).
void Core::answer_late(const Account& sender, const CallId& call, const LegKey& leg,
                       const DeviceId& winner, Reason reason) noexcept {
  if (tell_also(sender, call, leg)) {
    return;
  }
  if (winner.empty() || winner == sender.device) {
    post_cancel(sender, call, leg, winner.empty() ? told_to_callee(reason) : reason);
  } else {
    post_confirm(sender, call, leg, winner, 0);
  }
}

}  // namespace doorcall
