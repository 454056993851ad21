// Presence, own and others' (PROTOCOL rule 9). Deaths count only for the very life that they name,
// a first sign of another life replaces what was held, and an offline that the broker has not
// delayed is doubted for a while, so that a blip is no loss.

#include "agent/core/core.hpp"

namespace doorcall {

Slot CoreLookup::find_peer(const Account& account) const noexcept {
  return peers_.find([&](const Peer& peer) { return peer.account == account; });
}

Slot Core::take_peer(const Account& account) noexcept {
  if (peers_.full()) {
    const Slot gone = peers_.find([](const Peer& peer) { return !peer.online(); });
    if (gone == kNoSlot) {
      ++counters.peers_full;
      return kNoSlot;
    }
    forget_peer(gone);
  }
  const Slot slot = peers_.take();
  peers_[slot].account = account;
  peers_[slot].since = now_;
  return slot;
}

bool CoreLookup::known_offline(const UserId& user) const noexcept {
  bool known = false;
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    if (peers_[s].account.user == user) {
      known = true;
      if (peers_[s].online()) {
        return false;
      }
    }
  }
  return known;
}

Result Core::on(const PresenceReceived& input) noexcept {
  if (input.account == settings.self) {
    // A retained copy was there before our own birth: only later ones can hide it. It is of an
    // earlier life of ours, maybe of an older one than was there before, where the broker has lost
    // what it had not stored yet; unless it has connected since, as only somebody alive does.
    const Presence& seen = input.presence;
    if (!input.retained) {
      own_presence_seen(seen);
    } else if (seen.incarnation != incarnation) {
      if (seen.incarnation == other_incarnation_ && seen.connect > other_connect_) {
        taken_over_ = true;
        arm_in(timers_.agent(AgentTimer::kSettled), kTakenOverMemory);
      }
      other_incarnation_ = seen.incarnation;
      other_connect_ = seen.connect;
    }
    return {};
  }
  if (link_state == LinkState::kStopped) {
    return {};
  }
  Slot slot = find_peer(input.account);
  const bool unknown = slot == kNoSlot;
  if (unknown) {
    slot = take_peer(input.account);
    if (slot == kNoSlot) {
      return {};
    }
  }
  const bool offline = input.presence.state == PresenceState::kOffline;
  if (offline && !unknown) {
    peer_offline(slot, input);
    return {};
  }
  Peer& peer = peers_[slot];
  if (!unknown && peer.incarnation == input.presence.incarnation &&
      input.presence.connect < peer.connect) {
    ++counters.dropped_bad_state;
    return {};
  }
  arm_in(timers_.peer(slot, PeerTimer::kExpiry),
         input.expiry_left ? Millis{Seconds{*input.expiry_left}} + Millis{1000} : kPresenceExpiry);
  if (offline) {
    peer.incarnation = input.presence.incarnation;
    peer.connect = input.presence.connect;
    put(PresenceEvent{input.account, input.presence, true});
  } else {
    disarm(timers_.peer(slot, PeerTimer::kBelief));
    if (!unknown && peer.incarnation != input.presence.incarnation && !input.retained) {
      incarnation_seen(input.account, input.presence.incarnation);
    }
    peer_online(peer, input.presence);
  }
  return {};
}

void Core::peer_online(Peer& peer, const Presence& presence) noexcept {
  const bool back = !peer.online() || peer.doubted || peer.incarnation != presence.incarnation ||
                    peer.connect != presence.connect;
  if (back || peer.state != presence.state) {
    peer.since = now_;
  }
  peer.doubted = false;
  peer.state = presence.state;
  peer.incarnation = presence.incarnation;
  peer.connect = presence.connect;
  peer.door = (presence.capabilities & kHasDoor) != 0;
  put(PresenceEvent{peer.account, presence, true});
  if (back) {
    sync_with(peer.account, peer.incarnation);
  }
}

/// A retained copy is what the broker holds now, whatever was missed in between.
void Core::peer_offline(Slot slot, const PresenceReceived& input) noexcept {
  Peer& peer = peers_[slot];
  const bool same_life =
      peer.incarnation == input.presence.incarnation && peer.connect == input.presence.connect;
  if ((!same_life && !input.retained) || !peer.online()) {
    ++counters.dropped_bad_state;
    return;
  }
  peer.incarnation = input.presence.incarnation;
  peer.connect = input.presence.connect;
  if (input.presence.settled) {
    believe_offline(slot);
  } else if (!peer.doubted) {
    peer.doubted = true;
    arm_in(timers_.peer(slot, PeerTimer::kBelief), settings.offline_belief_time);
  }
}

void Core::believe_offline(Slot slot) noexcept {
  Peer& peer = peers_[slot];
  disarm(timers_.peer(slot, PeerTimer::kBelief));
  peer.doubted = false;
  peer.state = PresenceState::kOffline;
  peer.since = now_;
  PresenceEvent event{peer.account, {}, true};
  event.presence.incarnation = peer.incarnation;
  event.presence.connect = peer.connect;
  put(event);
  lose_account(peer.account, 0);
  user_offline(peer.account.user);
}

void Core::forget_peer(Slot slot) noexcept {
  PresenceEvent event;
  event.account = peers_[slot].account;
  event.known = false;
  disarm(timers_.peer(slot, PeerTimer::kBelief));
  disarm(timers_.peer(slot, PeerTimer::kExpiry));
  peers_.give_back(slot);
  put(event);
}

Result Core::on(const PresenceCleared& input) noexcept {
  const Slot slot = find_peer(input.account);
  if (slot != kNoSlot) {
    forget_peer(slot);
  } else if (input.account == settings.self) {
    own_presence_seen({});
  }
  return {};
}

/// The device has forgotten its calls: those with it are lost, and what it rings has to be said
/// anew.
void Core::incarnation_seen(const Account& account, Incarnation seen) noexcept {
  for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
    LegDevice& device = devices_[s];
    if (device.device == account.device && legs_[device.leg].user == account.user &&
        device.incarnation != seen) {
      device.answer = LegDevice::Answer::kNone;
    }
  }
  lose_account(account, seen);
}

/// Somebody, a late will or an impostor, has hidden our presence: say it again, once in a while.
void Core::own_presence_seen(const Presence& presence) noexcept {
  const bool ours = presence.incarnation == incarnation && presence.connect == connect_ &&
                    presence.state != PresenceState::kOffline;
  if (ours || !link_up() || stopping_) {
    return;
  }
  ++counters.presence_healed;
  shown_ = PresenceState::kOffline;
  presence_changed();
}

/// Coalesces: what changes within kPresenceCoalesce is published once, after the signalling.
void Core::presence_changed() noexcept {
  const TimerId publish = timers_.agent(AgentTimer::kPresence);
  if (link_up() && !stopping_ && !armed(publish) && own_state() != shown_) {
    arm_in(publish, kPresenceCoalesce);
  }
}

void Core::publish_presence() noexcept {
  if (!link_up()) {
    return;
  }
  Presence presence;
  presence.incarnation = incarnation;
  presence.connect = connect_;
  presence.state = stopping_ ? PresenceState::kOffline : own_state();
  presence.settled = stopping_;
  presence.capabilities = settings.has_door ? kHasDoor : 0;
  shown_ = presence.state;
  disarm(timers_.agent(AgentTimer::kPresence));
  arm_in(timers_.agent(AgentTimer::kRefresh), kPresenceRefresh);
  put(SendPresence{presence, ceil_seconds(kPresenceExpiry)});
}

}  // namespace doorcall
