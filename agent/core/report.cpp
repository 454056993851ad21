#include <algorithm>

#include "agent/core/core.hpp"

namespace doorcall {

namespace {

CallInfo info_of(const Tombstone& tomb) noexcept {
  CallInfo info;
  info.call = tomb.id;
  info.state = CallState::kEnded;
  info.leg = LegState::kEnded;
  info.outgoing = tomb.outgoing;
  info.peer = tomb.peer;
  info.reason = tomb.reason;
  info.since = tomb.ended;
  return info;
}

}  // namespace

std::optional<CallInfo> CoreLookup::call_at(std::size_t index) const noexcept {
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    if (index-- == 0) {
      const Call& call = calls_[s];
      CallInfo info;
      info.call = call.id;
      info.state = call.state;
      info.leg = shown_leg(call);
      info.media_state = call.media_state;
      info.media = call.media;
      info.outgoing = call.outgoing;
      info.peer = peer_of(call);
      info.caller = call.caller;
      info.since = call.since;
      info.members = call.leg_count;
      return info;
    }
  }
  for (Slot s = tombstones_.next(0); s != kNoSlot; s = tombstones_.next(s + 1U)) {
    if (tombstones_[s].shown && find_call(tombstones_[s].id) == kNoSlot && index-- == 0) {
      return info_of(tombstones_[s]);
    }
  }
  return std::nullopt;
}

/// The index-th in order, without sorting the table: connected ones as they joined, then the rest.
std::optional<LegView> CoreLookup::member_at(const CallId& id, std::size_t index) const noexcept {
  const Slot slot = find_call(id);
  if (slot == kNoSlot || index >= calls_[slot].leg_count) {
    return std::nullopt;
  }
  const auto before = [](const Leg& a, const Leg& b) {
    if (a.present() != b.present()) {
      return a.present();
    }
    if (a.live() != b.live()) {
      return a.live();
    }
    return a.present() ? joined_before(a, b) : key_before(a.key, b.key);
  };
  const std::span<const Slot> legs = legs_of(calls_[slot]);
  const auto is_there = [&](Slot each) {
    const auto place = std::count_if(legs.begin(), legs.end(), [&](Slot other) {
      return other != each && before(legs_[other], legs_[each]);
    });
    return static_cast<std::size_t>(place) == index;
  };
  const Leg& leg = legs_[*std::find_if(legs.begin(), legs.end(), is_there)];
  LegView view = view_of(leg);
  if (leg.lost) {
    view.state = LegState::kEnded;
    view.reason = Reason::kPeerLost;
  }
  return view;
}

std::optional<CallInfo> CoreLookup::find_info(const CallId& id) const noexcept {
  for (std::size_t i = 0;; ++i) {
    const auto info = call_at(i);
    if (!info || info->call == id) {
      return info;
    }
  }
}

std::optional<PeerInfo> CoreLookup::peer_at(std::size_t index) const noexcept {
  // the index-th in account order, without sorting the table
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    std::size_t before = 0;
    for (Slot t = peers_.next(0); t != kNoSlot; t = peers_.next(t + 1U)) {
      before += peers_[t].account < peers_[s].account ? 1U : 0U;
    }
    if (before == index) {
      const Peer& peer = peers_[s];
      return PeerInfo{peer.account, peer.state, peer.door, peer.incarnation, peer.since};
    }
  }
  return std::nullopt;
}

PresenceState CoreLookup::own_state() const noexcept {
  const auto rank = [](CallState state) {
    switch (state) {
      case CallState::kAccepting:
      case CallState::kConnected: return 3;
      case CallState::kRinging: return 2;
      case CallState::kCalling: return 1;
      case CallState::kIdle:
      case CallState::kEnded: return 0;
    }
    return 0;
  };
  constexpr PresenceState kStates[] = {PresenceState::kIdle, PresenceState::kCalling,
                                       PresenceState::kRinging, PresenceState::kInCall};
  int most = 0;
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    most = std::max(most, rank(calls_[s].state));
  }
  return most == 0 && mode.dnd ? PresenceState::kDnd : kStates[most];
}

bool CoreLookup::quiet() const noexcept {
  return calls_.count() == 0 && outgoing_.count() == 0 && tombstones_.count() == 0 &&
         drains_.count() == 0 && output_count_ == 0;
}

}  // namespace doorcall
