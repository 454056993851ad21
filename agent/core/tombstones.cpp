// Ended calls are remembered for longer than any ring, so that late and repeated messages get the
// same answer again (PROTOCOL rules 3, 5, 11).

#include "agent/core/core.hpp"

namespace doorcall {

Slot Core::find_tombstone(const CallId& id) const noexcept {
  return tombstones_.find([&](const Tombstone& tomb) { return tomb.id == id && !tomb.early; });
}

Slot Core::find_early_cancel(const Account& sender, const Header& header) const noexcept {
  return tombstones_.find([&](const Tombstone& tomb) {
    return tomb.early && tomb.id == header.call && tomb.peer == sender && tomb.leg == header.leg;
  });
}

Slot Core::take_tombstone() noexcept {
  if (tombstones_.full()) {
    ++counters.tombstones_evicted;
    Slot oldest = tombstones_.next(0);
    for (Slot s = oldest; s != kNoSlot; s = tombstones_.next(s + 1U)) {
      oldest = tombstones_[s].age < tombstones_[oldest].age ? s : oldest;
    }
    tombstones_.give_back(oldest);
  }
  const Slot slot = tombstones_.take();
  tombstones_[slot].age = ++graves_;
  arm_in(timers_.tombstone(slot), kTombstoneTime);
  return slot;
}

void Core::bury(const Call& call, Reason reason) noexcept {
  const Leg& leg = invited_leg(call);
  Tombstone& tomb = tombstones_[take_tombstone()];
  tomb.outgoing = call.outgoing;
  tomb.reason = reason;
  tomb.id = call.id;
  tomb.leg = leg.key;
  tomb.peer = peer_of(call);
  tomb.winner = leg.state == LegState::kConnected ? leg.device : DeviceId{};
}

void Core::bury_early(const Account& sender, const Header& header, Reason reason) noexcept {
  std::size_t of_sender = 0;
  for (Slot s = tombstones_.next(0); s != kNoSlot; s = tombstones_.next(s + 1U)) {
    of_sender += tombstones_[s].early && tombstones_[s].peer == sender ? 1U : 0U;
  }
  if (of_sender >= limits_.tombstones_per_sender) {
    ++counters.dropped_quota;
    return;
  }
  Tombstone& tomb = tombstones_[take_tombstone()];
  tomb.early = true;
  tomb.reason = reason;
  tomb.id = header.call;
  tomb.leg = header.leg;
  tomb.peer = sender;
}

Errc Core::errc_for_ended(const CallId& id) const noexcept {
  return find_tombstone(id) == kNoSlot ? Errc::kUnknownCall : Errc::kAlreadyEnded;
}

}  // namespace doorcall
