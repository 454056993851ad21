// Who is in the call (PROTOCOL §4, rule 12). A connected leg is written by its member only, a
// pending one by its owner only, a new one is learned from any member; the higher state wins, so
// all views become the same in whatever order they meet. Changes go out as roster messages, the
// whole view again with each heartbeat.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

/// The legs of the call for the messages of this step.
std::span<const LegView> Core::snapshot(const Call& call) noexcept {
  const Slot slot = slot_of(call);
  if (snapshot_of_ == slot && snapshot_version_ == call.version) {
    return snapshot_;
  }
  if (!views_left()) {
    return {};
  }
  const std::size_t first = view_count_;
  for (const Slot each : legs_of(call)) {
    views_[view_count_++] = view_of(legs_[each]);
  }
  snapshot_of_ = slot;
  snapshot_version_ = call.version;
  snapshot_ = std::span<const LegView>(views_).subspan(first, call.leg_count);
  return snapshot_;
}

/// For who is let in. Without one it takes the call for one of two, which its inviter has made.
std::span<const LegView> Core::needed_roster(Slot call) noexcept {
  if (call == kNoSlot) {
    return {};
  }
  const bool goes_without_saying =
      calls_[call].leg_count <= 2 && own_leg(calls_[call]).key == LegKey{settings.self, 0};
  return goes_without_saying ? std::span<const LegView>{} : snapshot(calls_[call]);
}

LegView CoreLookup::view_of(const Leg& leg) const noexcept {
  LegView view{leg.key, leg.user, {}, leg.state, leg.reason, leg.join_number, Millis{0}};
  if (!leg.pending() || leg.key.number == 0) {
    view.device = leg.device;
  } else if (leg.ring_deadline > now_) {
    view.ring_left = leg.ring_deadline - now_;
  }
  return view;
}

/// Tells every other member what has changed here; `except` knows already.
void Core::spread(const Call& call, Slot except) noexcept {
  if (call.state != CallState::kConnected || call.leg_count <= 2) {
    return;
  }
  for (const Slot slot : others_of(call)) {
    const Leg& leg = legs_[slot];
    if (slot != except && leg.present() && leg.user != settings.self.user) {
      tell_roster(leg);
    }
  }
}

/// Who rings hears at once who is in the call, too: should the owner be lost, it waits for an heir.
void Core::tell_ringing(const Call& call) noexcept {
  for (const Slot slot : others_of(call)) {
    const TimerId heartbeat = timers_.leg(slot, LegTimer::kHeartbeat);
    if (legs_[slot].pending() && armed(heartbeat)) {
      arm(heartbeat, now_);
    }
  }
}

/// One roster a member is under way: a newer one takes its place.
void Core::tell_roster(const Leg& member) noexcept {
  const Slot slot = find_outgoing(slot_of(member), MessageKind::kRoster);
  if (slot == kNoSlot) {
    repeat_live(MessageKind::kRoster, member, member.holder());
    return;
  }
  outgoing_[slot].sequence = ++sequence_;
  outgoing_[slot].attempts = 0;
  transmit(slot);
}

void Core::on_roster(const MessageReceived& input, const Header& header,
                     const Roster& roster) noexcept {
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    if (!unknown_view(input, header, roster.legs)) {
      post_ack(input.sender, header);
    }
    return;
  }
  if (view_received(input, calls_[slot], roster.legs)) {
    post_ack(input.sender, header);
  }
}

/// What a member, or the owner of the own leg, sees; false if the sender is neither.
bool Core::view_received(const MessageReceived& input, Call& call,
                         std::span<const LegView> legs) noexcept {
  const Header& header = input.message->header;
  Slot found = find_leg(call, header.leg);
  if (found == kNoSlot && says_it_is_in(call, input.sender, header.leg, legs)) {
    const Slot owner = find_member(call, header.leg.owner);
    if (owner == kNoSlot || !legs_[owner].present()) {
      found = add_leg(call, header.leg, input.sender.user);
    } else {
      tell_roster(legs_[owner]);  // it has not said so: it may not know that this device is in
    }
  }
  const LegView* claim = found == kNoSlot ? nullptr : claims_leg(call, legs_[found], input, legs);
  const bool member = is_member(found, input.sender);
  if (claim != nullptr) {
    join_view(call, legs_[found], claim->device, claim->join_number);
    note_heard(legs_[found], header);
    tell_there(call, legs_[found]);
  } else if (!member || !heard(call, legs_[found], header)) {
    ++counters.dropped_not_entitled;
    return false;
  }
  const LegView* own = connected_view(legs, own_leg(call).key, settings.self.device);
  if (call.state == CallState::kAccepting && own != nullptr) {
    own_leg(call).join_number = own->join_number;
    connect(call, legs);  // the confirm was lost, this says the same
    return true;
  }
  one_leg_each(call, legs_[found]);
  merge(call, input.sender, legs);
  if (!yield_place(call)) {
    (void)still_alive(call, Reason::kPeerLost);
  }
  return true;
}

/// Two owners may have confirmed one device, an heir has taken its leg over, or it came back: it
/// says itself which leg it has. A late message of the leg before does not end a later one.
void Core::one_leg_each(Call& call, const Leg& leg) noexcept {
  for (const Slot slot : others_of(call)) {
    Leg& other = legs_[slot];
    if (&other != &leg && other.connected() && other.held_by(leg.holder()) &&
        other.join_number <= leg.join_number) {
      set_leg(call, other, LegState::kEnded, Reason::kMoved);
    }
  }
}

/// Where `legs` show this leg as connected with that device; nullptr: nowhere.
const LegView* CoreLookup::connected_view(std::span<const LegView> legs, const LegKey& key,
                                          const DeviceId& device) noexcept {
  const auto found = std::find_if(legs.begin(), legs.end(), [&](const LegView& view) {
    return view.key == key && view.state == LegState::kConnected && view.device == device;
  });
  return found == legs.end() ? nullptr : &*found;
}

/// The owner of a pending leg is gone, and the invited device says that it was confirmed: there is
/// nobody else to ask, also where an heir has ended the leg for want of its owner. Or a member was
/// taken for gone, when a late copy of its join or of its refusal came, and has not left. Or this
/// heir rang for one that was in, and its answer did not come. The view that says so, nullptr if it
/// is not so.
const LegView* CoreLookup::claims_leg(const Call& call, const Leg& leg,
                                      const MessageReceived& input,
                                      std::span<const LegView> legs) const noexcept {
  const Account& sender = input.sender;
  const Header& header = input.message->header;
  const bool same_life = leg.incarnation == 0 || leg.incarnation == header.incarnation;
  const bool lost = leg.reason == Reason::kPeerLost || leg.reason == Reason::kAcceptFailed;
  const bool given_up =
      lost && leg.held_by(sender) && same_life && header.sequence > leg.last_heard;
  const bool invited = sender.user == leg.user;
  const bool orphan = leg.undecided() && !owned(leg) && invited && !owner_present(call, leg.key);
  const bool was_in = owned(leg) && leg.inherits && !leg.live() && leg.winner().empty() && invited;
  return call.state == CallState::kConnected && (orphan || was_in || given_up)
             ? connected_view(legs, leg.key, sender.device)
             : nullptr;
}

/// Of what the one that let it in has told, nothing has come here. The device says so itself, of a
/// user of this call: so it could join anyway.
bool CoreLookup::says_it_is_in(const Call& call, const Account& sender, const LegKey& leg,
                               std::span<const LegView> legs) const noexcept {
  return call.state == CallState::kConnected && leg.owner != settings.self &&
         names_user(call, sender.user) && was_in(call, leg.owner, legs) &&
         connected_view(legs, leg, sender.device) != nullptr;
}

/// As known here; or as `legs` show it, let in by somebody who was, and so on: several may have
/// come and gone where nothing came here from.
bool CoreLookup::was_in(const Call& call, const Account& account,
                        std::span<const LegView> legs) const noexcept {
  const Account* who = &account;
  for (std::size_t tries = 0; tries <= legs.size(); ++tries) {
    for (const Slot slot : legs_of(call)) {
      if (legs_[slot].held_by(*who)) {
        return true;
      }
    }
    const auto shown = std::find_if(legs.begin(), legs.end(), [&](const LegView& view) {
      return Account{view.device, view.user} == *who;
    });
    if (shown == legs.end()) {
      return false;
    }
    who = &shown->key.owner;
  }
  return false;
}

bool CoreLookup::owner_present(const Call& call, const LegKey& leg) const noexcept {
  const Slot owner = find_member(call, leg.owner);
  return owner != kNoSlot && legs_[owner].present();
}

/// Leg 0 is its owner's own, from the start.
static bool creators_own(const LegView& view) noexcept {
  return Account{view.device, view.user} == view.key.owner && view.state >= LegState::kConnected;
}

void Core::merge(Call& call, const Account& from, std::span<const LegView> legs) noexcept {
  for (const LegView& view : legs) {
    const bool creators = view.key.number == 0;
    if (creators && call.caller.user.empty() && creators_own(view)) {
      call.caller = view.key.owner;
    }
    if (creators && (view.key.owner != call.caller || !creators_own(view))) {
      continue;  // a call has one creator, who was in it from the start
    }
    const Slot found = find_leg(call, view.key);
    if (found == kNoSlot) {
      learn_leg(call, view);
    } else if (found != call.legs[0] && may_write(call, legs_[found], from, view, legs)) {
      take_view(call, legs_[found], view);
    }
  }
}

bool CoreLookup::may_write(const Call& call, const Leg& leg, const Account& from,
                           const LegView& view, std::span<const LegView> legs) const noexcept {
  const bool mine = call.state != CallState::kConnected && from == call.inviter;
  if (mine || (leg.connected() && leg.held_by(from))) {
    return true;  // whoever rings here knows best; a member writes its own leg
  }
  const auto owner_says = [&](const LegKey& key) {
    return key.owner == from || !owner_present(call, key);  // of who has left, anybody
  };
  // Another device of this user says nothing to this one: its owner speaks for it.
  if (leg.undecided() || leg.user == settings.self.user) {
    return !owned(leg) && owner_says(leg.key);
  }
  if (leg.unanswered() && leg.key.owner == from) {
    return true;  // an heir that rang in vain has heard that the device was in
  }
  // moved: the same view shows where the user has gone to, and whoever let it go there says so
  return view.reason == Reason::kMoved &&
         std::any_of(legs.begin(), legs.end(), [&](const LegView& next) {
           return next.user == leg.user && next.state == LegState::kConnected &&
                  next.join_number > leg.join_number && owner_says(next.key);
         });
}

/// Higher states only, and who is in after all.
void Core::take_view(Call& call, Leg& leg, const LegView& view) noexcept {
  if (leg.pending() && view.state < LegState::kConnected) {  // the quickest view is the truest
    leg.ring_deadline = std::min(leg.ring_deadline, after(now_, view.ring_left));
  }
  const bool own_device = leg.user == settings.self.user && view.device == settings.self.device;
  const bool in_after_all = view.state == LegState::kConnected && leg.unanswered() && !own_device;
  if (view.state <= leg.state && !in_after_all) {
    return;
  }
  if (view.state == LegState::kConnected) {
    join_view(call, leg, view.device, view.join_number);
  } else {
    if (leg.join_number == 0 && view.join_number != 0) {  // it was in, and that was missed here
      leg.device = view.device;
      leg.join_number = view.join_number;
    }
    set_leg(call, leg, view.state, view.reason);
  }
  announce(call, leg);
}

void Core::learn_leg(Call& call, const LegView& view) noexcept {
  const bool own_user = view.user == settings.self.user;
  const bool own_device = own_user && view.device == settings.self.device;
  const bool own_invitation = own_user || view.key.owner == settings.self;
  if (own_device || (view.state == LegState::kEnded && !own_user) ||
      (own_invitation && view.state < LegState::kConnected)) {
    return;
  }
  const Slot slot = add_leg(call, view.key, view.user);
  if (slot == kNoSlot) {
    return;
  }
  Leg& leg = legs_[slot];
  leg.device = view.device;
  if (view.state == LegState::kConnected) {
    join_view(call, leg, view.device, view.join_number);
  } else {
    set_leg(call, leg, view.state, view.reason);
    leg.ring_deadline = after(now_, view.ring_left);
    if (leg.pending()) {  // should its end never be heard
      arm(timer(leg, LegTimer::kRing), after(leg.ring_deadline, kHeirTime));
    }
  }
  if (leg.live()) {  // of this user an ended one is remembered, but no news
    announce(call, leg);
  }
}

/// A member has joined: it is synced from now on, and hears what this device knows.
void Core::join_view(Call& call, Leg& leg, const DeviceId& device, std::uint32_t number) noexcept {
  leg.device = device;
  leg.incarnation = 0;
  leg.join_number = number;
  set_leg(call, leg, LegState::kConnected);
  if (call.state == CallState::kConnected && leg.user != settings.self.user) {
    watch_member(leg);
    tell_roster(leg);
    tell_ringing(call);
  }
}

void Core::announce(const Call& call, const Leg& leg) noexcept {
  if (!call.announced || call.state == CallState::kAccepting) {
    return;
  }
  if (!leg.live()) {
    tell_gone(call, leg, {});
  } else {
    tell_there(call, leg);
  }
}

}  // namespace doorcall
