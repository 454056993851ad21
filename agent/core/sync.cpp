// Heartbeat and re-synchronisation (PROTOCOL rule 11). Every live leg is synced by its heartbeat,
// after each connect and when its device comes online; a device that does not know the call any
// more says so, and the leg ends on both sides.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

void Core::on_heartbeat(Leg& leg) noexcept {
  Call& call = calls_[leg.call];
  arm_in(timer(leg, LegTimer::kHeartbeat), settings.heartbeat_time);
  if (leg.connected()) {
    const Header header = header_for(call.id, own_leg(call).key, leg.device);
    post(leg.user, header, Sync{snapshot(call), {}, 0}, settings.lost_time);
    return;
  }
  const Slot of = slot_of(leg);
  const bool over = leg.ring_deadline <= now_;  // its ring timer is due, too
  for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
    const LegDevice& device = devices_[s];
    if (!over && device.leg == of &&
        (device.answer == LegDevice::Answer::kRinging ||
         device.answer == LegDevice::Answer::kChime)) {
      sync_pending(leg, device.device, 0);
    }
  }
}

/// For a pending leg the sync is the invite again, so a device that has forgotten the call rings.
void Core::sync_pending(const Leg& leg, const DeviceId& to, std::uint64_t nonce) noexcept {
  Sync sync;
  sync.nonce = nonce;
  sync.invite = invite_of(leg);
  post(leg.user, header_for(calls_[leg.call].id, leg.key, to), sync, sync.invite->ring_left);
}

void Core::on_sync(const MessageReceived& input, const Header& header, const Sync& sync) noexcept {
  if (sync.invite) {
    on_invite(input, header, *sync.invite, sync.nonce);
    return;
  }
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    if (!unknown_view(input, header, sync.legs)) {
      ++counters.dropped_unknown_call;
    }
    return;
  }
  (void)view_received(input, calls_[slot], sync.legs);
}

/// Somebody takes this device for connected in a call that it does not know, or knows no more: it
/// is told. False if the view does not name this device.
bool Core::unknown_view(const MessageReceived& input, const Header& header,
                        std::span<const LegView> legs) noexcept {
  const auto mine = std::find_if(legs.begin(), legs.end(), [this](const LegView& view) {
    return view.user == settings.self.user && view.device == settings.self.device &&
           view.state == LegState::kConnected;
  });
  if (mine == legs.end()) {
    return false;
  }
  const Slot tomb = find_tombstone(header.call, mine->key);
  if (tomb == kNoSlot) {
    post_leave(input.sender, header.call, mine->key, Reason::kPeerLost);
  } else if (tombstones_[tomb].winner.empty() && mine->key.owner == input.sender) {
    // our accept had failed when the owner took it
    post_reject(input.sender, header.call, mine->key, Reason::kAcceptFailed);
  } else {
    post_leave(input.sender, header.call, mine->key, tombstones_[tomb].reason);
  }
  return true;
}

void Core::sync_all_now() noexcept {
  for (Slot s = legs_.next(0); s != kNoSlot; s = legs_.next(s + 1U)) {
    const TimerId heartbeat = timers_.leg(s, LegTimer::kHeartbeat);
    if (armed(heartbeat)) {
      arm(heartbeat, now_);
    }
  }
}

/// `account` has come online: what it may have missed is said again.
void Core::sync_with(const Account& account, Incarnation life) noexcept {
  repeat_now(account.user);
  for (Slot s = legs_.next(0); s != kNoSlot; s = legs_.next(s + 1U)) {
    const Leg& leg = legs_[s];
    if (leg.user == account.user && leg.pending() && owned(leg)) {
      ring_again(leg);
    } else if (leg.connected() && leg.held_by(account) && armed(timer(leg, LegTimer::kHeartbeat))) {
      if (leg.incarnation == life && !leg.lost) {
        arm_in(timer(leg, LegTimer::kLost), settings.lost_time);
      }
      arm(timer(leg, LegTimer::kHeartbeat), now_);
    }
  }
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    if (own_leg(calls_[s]).key.owner == account && calls_[s].owner_life == life) {
      owner_heard(calls_[s]);
    }
  }
}

/// A device of the invited user is back: it has the receipt time to say that it rings.
void Core::ring_again(const Leg& leg) noexcept {
  if (armed(timer(leg, LegTimer::kReceipt))) {
    arm_in(timer(leg, LegTimer::kReceipt), settings.receipt_time);
  }
  if (find_outgoing(slot_of(leg), MessageKind::kInvite) == kNoSlot) {
    repeat_live(MessageKind::kInvite, leg, {{}, leg.user});
  }
}

}  // namespace doorcall
