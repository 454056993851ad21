// Own invitations: a new call, or more users for a running one (PROTOCOL rules 9, 12, 19). Each
// user gets a leg of its own with its own timers; the invite is repeated until every device known
// online has answered.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

Result Core::on(const InviteUsers& command) noexcept {
  Result result{check(command), command.call, {}};
  Slot slot = kNoSlot;
  if (result.code == Errc::kOk) {
    result.code = find_target(command, slot);
  }
  if (result.code != Errc::kOk) {
    return result;
  }
  std::size_t parties = 1;
  if (slot != kNoSlot) {
    for (const Slot leg : others_of(calls_[slot])) {
      parties += legs_[leg].live() ? 1U : 0U;
    }
  }
  std::size_t good = 0;
  for (std::size_t i = 0; i < command.invitees.size(); ++i) {
    result.invitees[i] = check_invitee(command, i, slot, parties);
    good += result.invitees[i] == Errc::kOk ? 1U : 0U;
    parties += result.invitees[i] == Errc::kOk ? 1U : 0U;
  }
  if (good == 0) {
    result.code = result.invitees[0];
    return result;
  }
  Parcel parcel;
  if (!outgoing_room() || !pack(command, parcel)) {
    result.code = Errc::kTooManyCalls;
    return result;
  }
  if (slot == kNoSlot) {
    start_call(command, parcel, result);
  } else {
    invite_all(calls_[slot], command, parcel, result);
    result.call = calls_[slot].id;
    spread(calls_[slot]);
  }
  pool_.drop(parcel.blob);
  return result;
}

bool Core::pack(const InviteUsers& command, Parcel& parcel) noexcept {
  if (!pool_.put(
          {as_bytes(command.caller_name), as_bytes(command.line), as_bytes(command.push_title),
           as_bytes(command.push_content), as_bytes(command.data), command.offer},
          parcel.blob)) {
    ++counters.pool_full;
    return false;
  }
  parcel.name_size = static_cast<std::uint16_t>(command.caller_name.size());
  parcel.line_size = static_cast<std::uint16_t>(command.line.size());
  parcel.title_size = static_cast<std::uint16_t>(command.push_title.size());
  parcel.content_size = static_cast<std::uint16_t>(command.push_content.size());
  parcel.data_size = static_cast<std::uint16_t>(command.data.size());
  return true;
}

Core::Texts Core::texts_of(const Parcel& parcel) const noexcept {
  auto rest = pool_.bytes(parcel.blob);
  const auto cut = [&rest](std::size_t size) {
    const auto piece = rest.first(size);
    rest = rest.subspan(size);
    return as_text(piece);
  };
  Texts texts;
  texts.name = cut(parcel.name_size);
  texts.line = cut(parcel.line_size);
  texts.push_title = cut(parcel.title_size);
  texts.push_content = cut(parcel.content_size);
  texts.data = cut(parcel.data_size);
  texts.offer = rest;
  return texts;
}

void Core::start_call(const InviteUsers& command, const Parcel& parcel, Result& result) noexcept {
  const CallId id = random_id();
  const Slot slot = make_call(id, {settings.self, 0});
  if (slot == kNoSlot) {
    result.code = Errc::kTooManyCalls;
    return;
  }
  Call& call = calls_[slot];
  call.outgoing = true;
  call.next_number = 0;
  call.media = command.media;
  call.caller = settings.self;
  call.inviter = settings.self;
  own_leg(call).state = LegState::kConnected;
  if (!make_plan(call, command, parcel, result)) {
    result.code = Errc::kTooManyCalls;
    release(call);
    return;
  }
  set_state(call, CallState::kCalling);
  if (call.plan == kNoSlot) {
    // The invites go out before the events: nothing is quicker than the ring.
    invite_all(call, command, parcel, result);
  }
  if (call.leg_count == 1 && call.plan == kNoSlot) {
    result.code = Errc::kTooManyCalls;  // not one invitation found room
    set_state(call, CallState::kIdle);
    release(call);
    return;
  }
  result.call = id;
  ++counters.calls_out;
  call.announced = true;
  CallEvent event = event_of(call, CallChange::kCalling);
  if (call.leg_count > 1) {
    const Leg& first = legs_[call.legs[1]];
    event.ring_left = first.ring_deadline - now_;
    event.peer = first.holder();
  } else {
    event.ring_left = plans_[call.plan].step_time;
    event.peer = {{}, plans_[call.plan].users[0].user};
  }
  put(event);
  if (call.plan != kNoSlot) {
    first_step(call);
    return;
  }
  report_invited(call);
}

/// Who is known to be offline has ended already; the rest is told to the listeners.
void Core::report_invited(Call& call) noexcept {
  const bool alone = call.leg_count == 2;
  for (std::size_t i = 1; i < call.leg_count; ++i) {
    Leg& leg = legs_[call.legs[i]];
    if (!leg.waits && known_offline(leg.user)) {
      set_leg(call, leg, LegState::kEnded, Reason::kOffline);
      note_outcome(call, Reason::kOffline);
    }
    if (!alone) {
      put(event_of(call, leg));
    }
  }
  (void)still_alive(call, Reason::kOffline);
}

/// The users of step 0 of a call without plan, or those who are added.
void Core::invite_all(Call& call, const InviteUsers& command, const Parcel& parcel,
                      Result& result) noexcept {
  const bool adding = call.announced;
  const Millis ring_time = command.ring_time.count() != 0 ? command.ring_time : settings.ring_time;
  for (std::size_t i = 0; i < command.invitees.size(); ++i) {
    if (result.invitees[i] != Errc::kOk) {
      continue;
    }
    const Invitation invitation{.user = command.invitees[i].user,
                                .ring_time = ring_time,
                                .parcel = parcel,
                                .waits = command.wait_offline,
                                .first_wins = command.plan.first_wins};
    Leg* leg = begin_leg(call, invitation);
    if (leg == nullptr) {
      result.invitees[i] = Errc::kTooManyCalls;
    } else if (adding) {
      added(call, *leg);
    }
  }
}

void Core::added(Call& call, Leg& leg) noexcept {
  if (!leg.waits && known_offline(leg.user)) {
    set_leg(call, leg, LegState::kEnded, Reason::kOffline);
  }
  put(event_of(call, leg));
}

/// One more leg of ours: its timers run and its invite goes out, unless nobody is there to hear it.
Leg* Core::begin_leg(Call& call, const Invitation& invitation) noexcept {
  if (!outgoing_room()) {
    ++counters.outgoing_full;
    return nullptr;
  }
  const Slot slot = add_leg(call, {settings.self, call.next_number + 1}, invitation.user);
  if (slot == kNoSlot) {
    return nullptr;
  }
  ++call.next_number;
  Leg& leg = legs_[slot];
  leg.waits = invitation.waits;
  leg.inherits = invitation.stands_for != kNoSlot;
  leg.stands_for = invitation.stands_for;
  leg.first_wins = invitation.first_wins;
  leg.ring_deadline = after(now_, invitation.ring_time);
  leg.parcel = invitation.parcel;
  leg.parcel.blob = pool_.share(invitation.parcel.blob);
  arm(timer(leg, LegTimer::kRing), leg.ring_deadline);
  if (!leg.waits && known_offline(leg.user)) {
    return &leg;  // whoever asked for it ends it at once
  }
  repeat_live(MessageKind::kInvite, leg, {{}, leg.user});
  arm_in(timer(leg, LegTimer::kHeartbeat), settings.heartbeat_time);
  if (!leg.waits) {
    arm_in(timer(leg, LegTimer::kReceipt), settings.receipt_time);
  }
  if (settings.notice_time.count() > 0) {
    arm_in(timer(leg, LegTimer::kNotice), settings.notice_time);
  }
  ask_push(call, leg);
  return &leg;
}

Invite Core::invite_of(const Leg& leg) noexcept {
  const Call& call = calls_[leg.call];
  const Texts texts = texts_of(leg.parcel);
  Invite invite;
  invite.caller = caller_of(call);
  invite.caller_name = texts.name;
  invite.media = call.media;
  invite.ring_left = std::max(leg.ring_deadline - now_, Millis{0});
  invite.line = texts.line;
  invite.data = texts.data;
  invite.offer = texts.offer;
  invite.roster = needed_roster(leg.call);
  // Also once it is heard that somebody had taken that leg, and even that it is over since: who
  // hung up must not be rung for what it has answered.
  if (leg.stands_for != kNoSlot && !legs_[leg.stands_for].pending()) {
    invite.replaces = legs_[leg.stands_for].key;
  }
  return invite;
}

}  // namespace doorcall
