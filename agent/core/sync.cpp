// Heartbeat, loss and re-synchronisation (PROTOCOL rules 10, 11). Every live call is synced by the
// heartbeat, after each connect and when its peer comes online; a device that does not know the
// call any more says so, and the call ends on both sides.

#include <algorithm>

#include "agent/core/core.hpp"

namespace doorcall {

void Core::on_heartbeat(Call& call) noexcept {
  arm_in(timer(call, CallTimer::kHeartbeat), settings.heartbeat_time);
  if (call.state == CallState::kConnected) {
    send_sync(call, peer_leg(call).device, 0);
    return;
  }
  const Leg& leg = invited_leg(call);
  for (std::size_t i = 0; i < leg.device_count; ++i) {
    if (leg.devices[i].answer == LegDevice::Answer::kRinging) {
      send_sync(call, leg.devices[i].device, 0);
    }
  }
}

/// For a pending leg the sync is the invite again, so a device that has forgotten the call rings.
void Core::send_sync(Call& call, const DeviceId& to, std::uint64_t nonce) noexcept {
  const Leg& leg = invited_leg(call);
  Sync sync;
  sync.nonce = nonce;
  if (leg.pending()) {
    sync.invite = invite_of(call);
    post(leg.user, header_for(call.id, leg.key, to), sync, sync.invite->ring_left);
    return;
  }
  const std::size_t first = view_count_;
  for (const Slot slot : call.legs) {
    const Leg& each = legs_[slot];
    if (view_count_ < views_.size()) {
      views_[view_count_++] = {each.key, each.user, each.device, each.state, Reason::kNone};
    }
  }
  sync.legs = std::span<const LegView>(views_).subspan(first, view_count_ - first);
  post(peer_leg(call).user, header_for(call.id, own_leg(call).key, to), sync, settings.lost_time);
}

void Core::on_sync(const MessageReceived& input, const Header& header, const Sync& sync) noexcept {
  if (sync.invite) {
    on_invite(input, header, *sync.invite, sync.nonce);
    return;
  }
  const auto mine = std::find_if(sync.legs.begin(), sync.legs.end(), [this](const LegView& view) {
    return view.user == settings.self.user && view.device == settings.self.device &&
           view.state == LegState::kConnected;
  });
  const bool named = mine != sync.legs.end();
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    const Slot tomb = find_tombstone(header.call);
    if (!named) {
      ++counters.dropped_unknown_call;
    } else if (tomb == kNoSlot) {
      post_end(input.sender, header.call, mine->key, Reason::kPeerLost);
    } else if (tombstones_[tomb].peer == input.sender) {
      const bool never = tombstones_[tomb].winner.empty() && !tombstones_[tomb].outgoing;
      if (never) {  // our accept had failed when the owner took it
        post_reject(input.sender, header.call, tombstones_[tomb].leg, Reason::kAcceptFailed);
      } else {
        post_end(input.sender, header.call, mine->key, tombstones_[tomb].reason);
      }
    } else {
      ++counters.dropped_not_entitled;
    }
    return;
  }
  Call& call = calls_[slot];
  if (peer_of(call) != input.sender || peer_leg(call).key != header.leg ||
      peer_leg(call).incarnation != header.incarnation) {
    ++counters.dropped_not_entitled;
    return;
  }
  heard(call);
  if (named && call.state == CallState::kAccepting) {  // the confirm was lost, this says the same
    connect(call, {}, {});
  }
}

void Core::party_lost(Call& call) noexcept {
  if (call.state == CallState::kConnected) {
    end_call(call, Reason::kPeerLost);
  } else {
    finish(call, Reason::kCallerLost);
  }
}

void Core::sync_all_now() noexcept {
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    const TimerId heartbeat = timer(calls_[s], CallTimer::kHeartbeat);
    if (armed(heartbeat)) {
      arm(heartbeat, now_);
    }
  }
}

/// `account` has come online: what it may have missed is said again.
void Core::sync_with(const Account& account, Incarnation life) noexcept {
  repeat_now(account.user);
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    Call& call = calls_[s];
    if (peer_of(call) == account) {
      if (peer_leg(call).incarnation == life) {
        heard(call);
      }
      if (call.state == CallState::kConnected) {
        arm(timer(call, CallTimer::kHeartbeat), now_);
      }
    }
    if (armed(timer(call, LegTimer::kReceipt)) && invited_leg(call).user == account.user) {
      arm_in(timer(call, LegTimer::kReceipt), settings.receipt_time);
    }
    if (call.outgoing && call.state == CallState::kCalling &&
        invited_leg(call).user == account.user &&
        find_outgoing(call.id, MessageKind::kInvite) == kNoSlot) {
      repeat_live(MessageKind::kInvite, call);
    }
  }
}

}  // namespace doorcall
