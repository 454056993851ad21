// Joining by id, coming back, and pulling a call over from another device of the same user
// (PROTOCOL rule 13). The member that is asked makes a new leg of its own for the device that asks,
// connected at once, and confirms it like an accepted one.

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

Result Core::on(const JoinCall& command) noexcept {
  if (link_state == LinkState::kStopped || stopping_) {
    return {Errc::kNotStarted, command.call, {}};
  }
  CallId id = command.call;
  if (id.empty() && command.move) {
    const auto only = pullable_at(0);
    if (only && pullable_at(1)) {
      return {Errc::kInvalidArgument, {}, {}};  // which one?
    }
    id = only.value_or(CallId{});
  }
  if (const Slot known = find_call(id); known != kNoSlot) {
    const bool rings = calls_[known].state == CallState::kRinging;
    return {rings ? Errc::kNotAllowed : Errc::kAlreadyAccepted, id, {}};
  }
  const UserId via = command.via.empty() ? heard_of(id) : command.via;
  if (id.empty() || via.empty()) {
    return {Errc::kUnknownCall, id, {}};
  }
  if (via == settings.self.user) {
    return {Errc::kSelfCall, id, {}};
  }
  if (!link_up()) {
    return {Errc::kNotConnected, id, {}};
  }
  if (settings.chime_only) {
    return {Errc::kNotAllowed, id, {}};
  }
  if (lines_used() >= settings.lines) {
    return {Errc::kBusy, id, {}};
  }
  return {join(id, via, command), id, {}};
}

Errc Core::join(const CallId& id, const UserId& via, const JoinCall& command) noexcept {
  const Slot slot = outgoing_room() ? make_call(id, {settings.self, 0}) : kNoSlot;
  if (slot == kNoSlot) {
    return Errc::kTooManyCalls;
  }
  Call& call = calls_[slot];
  call.joining = true;
  call.pulls = command.move;
  call.inviter.user = via;
  Leg& own = own_leg(call);
  if (const Errc code = pack_answer(own, command.data, command.answer); code != Errc::kOk) {
    release(call);
    return code;
  }
  call.announced = true;
  own.state = LegState::kAccepting;
  own.ring_deadline = after(now_, settings.confirm_time);
  arm(timer(own, LegTimer::kConfirm), own.ring_deadline);
  set_state(call, CallState::kAccepting);
  repeat_live(MessageKind::kJoin, own, {{}, via});
  emit(call, CallChange::kAccepting);
  return Errc::kOk;
}

/// A user who is in the call, as far as this device has heard of it.
UserId Core::heard_of(const CallId& id) const noexcept {
  for (const Elsewhere& each : elsewhere_) {
    if (each.call == id) {
      return each.member.user;
    }
  }
  const Slot tomb = find_tombstone(id);
  return tomb == kNoSlot ? UserId{} : tombstones_[tomb].peer.user;
}

void Core::on_join(const MessageReceived& input, const Header& header, const Join& join) noexcept {
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot ||
      (calls_[slot].state != CallState::kConnected && calls_[slot].state != CallState::kCalling)) {
    const Slot tomb = find_tombstone(header.call);
    const bool was_in = tomb != kNoSlot && !tombstones_[tomb].winner.empty() &&
                        tombstones_[tomb].reason != Reason::kMoved;
    if (slot == kNoSlot && was_in) {
      post_reject(input.sender, header.call, header.leg, tombstones_[tomb].reason);
    } else {  // another device of this user may be the one that is meant
      ++counters.dropped_unknown_call;
    }
    return;
  }
  Call& call = calls_[slot];
  std::size_t parties = 0;
  for (const Slot each : legs_of(call)) {
    parties += legs_[each].live() ? 1U : 0U;
  }
  if (!names_user(call, input.sender.user)) {
    post_reject(input.sender, header.call, header.leg, Reason::kNotAllowed);
    return;
  }
  const Slot live = find_live(call, input.sender.user);
  if (live == kNoSlot) {
    if (parties >= settings.parties) {
      post_reject(input.sender, header.call, header.leg, Reason::kBusy);
    } else {
      admit_joiner(call, input, join);
    }
    return;
  }
  Leg& leg = legs_[live];
  if (leg.pending()) {
    if (owned(leg)) {
      win(call, leg, input, join.data, join.answer);
    } else {
      post_reject(input.sender, header.call, header.leg, Reason::kAlreadyHere);
    }
    return;
  }
  join_again(call, leg, input, join);
}

/// The joiner's user is connected: by the same device, or by another one.
void Core::join_again(Call& call, Leg& leg, const MessageReceived& input,
                      const Join& join) noexcept {
  const Header& header = input.message->header;
  if (leg.held_by(input.sender) && leg.incarnation == header.incarnation && owned(leg)) {
    post_confirm(input.sender, call.id, leg.key, leg.device, leg.join_number);
    return;
  }
  const bool same_device = leg.held_by(input.sender);
  if (same_device && leg.incarnation == header.incarnation && header.sequence < leg.last_heard) {
    ++counters.dropped_bad_state;  // a late copy: another member has let it in since
    return;
  }
  if (!same_device && !join.move) {
    post_reject(input.sender, header.call, header.leg, Reason::kAlreadyHere);
    return;
  }
  make_room(call);  // not at the cost of the leg that the new one follows: others must hear of both
  const Account before = leg.holder();
  set_leg(call, leg, LegState::kEnded, same_device ? Reason::kPeerLost : Reason::kMoved);
  if (!same_device) {
    repeat_final(MessageKind::kEnd, call, own_leg(call).key, {before.user, {&before.device, 1}, {}},
                 {.reason = Reason::kMoved});
  }
  announce(call, leg);
  admit_joiner(call, input, join);
  restart_media(call);
}

void Core::admit_joiner(Call& call, const MessageReceived& input, const Join& join) noexcept {
  // There is room: a leg of the joiner's user has ended, and would give way.
  const Slot slot = add_leg(call, {settings.self, ++call.next_number}, input.sender.user);
  legs_[slot].ring_deadline = now_;
  win(call, legs_[slot], input, join.data, join.answer);
}

void Core::join_refused(const MessageReceived& input, Call& call, const Reject& reject) noexcept {
  if (input.sender.user != call.inviter.user || input.message->header.to != settings.self.device) {
    ++counters.dropped_not_entitled;
    return;
  }
  finish(call, reject.reason, reject.data);
}

/// Another device of this user is in `call` with `member`: it could be pulled over to here.
void Core::overhear(const CallId& call, const Account& member, const DeviceId& device) noexcept {
  Elsewhere* entry = &elsewhere_[0];
  for (Elsewhere& each : elsewhere_) {
    if (each.call == call) {
      entry = &each;
      break;
    }
    entry = each.heard < entry->heard ? &each : entry;
  }
  *entry = {call, member, device, now_};
}

/// The entries that are fresh, in the order of their places.
std::optional<CallId> Core::pullable_at(std::size_t index) const noexcept {
  for (const Elsewhere& each : elsewhere_) {
    const bool fresh = !each.call.empty() && now_ - each.heard < settings.lost_time;
    if (fresh && find_call(each.call) == kNoSlot && index-- == 0) {
      return each.call;
    }
  }
  return std::nullopt;
}

/// A message for another device of this user, in the common inbox.
void Core::on_others_mail(const MessageReceived& input, const Header& header) noexcept {
  ++counters.dropped_not_addressed;
  const Body& body = input.message->body;
  std::span<const LegView> legs;
  if (const auto* sync = std::get_if<Sync>(&body)) {
    legs = sync->legs;
  } else if (const auto* roster = std::get_if<Roster>(&body)) {
    legs = roster->legs;
  } else if (std::holds_alternative<Leave>(body) || std::holds_alternative<End>(body)) {
    for (Elsewhere& each : elsewhere_) {
      if (each.call == header.call && each.member == input.sender) {
        each = {};
      }
    }
  }
  for (const LegView& view : legs) {
    if (view.state == LegState::kConnected && view.user == settings.self.user &&
        view.device == header.to) {
      overhear(header.call, input.sender, header.to);
    }
  }
}

}  // namespace doorcall
