// What an invitation may ask for (PROTOCOL rule 19), before anything is done about it.

#include <algorithm>

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

namespace {

Errc check_plan(const InviteUsers& command) noexcept {
  const RingPlan& plan = command.plan;
  const bool several = std::any_of(command.invitees.begin(), command.invitees.end(),
                                   [](const Invitee& each) { return each.step != 0; });
  if (plan.cycles == 0 || plan.cycles > kPlanCyclesMax || (plan.keep && plan.cycles > 1)) {
    return Errc::kInvalidArgument;
  }
  if ((several || plan.cycles > 1 || plan.step_time.count() != 0) &&
      (plan.step_time < kRingTimeMin || plan.step_time > kRingTimeMax)) {
    return Errc::kTimeoutOutOfRange;
  }
  return Errc::kOk;
}

Errc check_texts(const InviteUsers& command) noexcept {
  if (command.data.size() > kDataBytesMax || command.offer.size() > kOfferBytesMax) {
    return Errc::kDataTooLarge;
  }
  if (command.caller_name.size() > kNameBytesMax || command.line.size() > kLineIdBytesMax ||
      command.push_title.size() > kNameBytesMax ||
      command.push_content.size() > kPushContentBytesMax) {
    return Errc::kInvalidArgument;
  }
  const bool utf8 = is_utf8(command.data) && is_utf8(command.caller_name) &&
                    is_utf8(command.line) && is_utf8(command.push_title) &&
                    is_utf8(command.push_content);
  return utf8 ? Errc::kOk : Errc::kNotUtf8;
}

}  // namespace

/// Extended data of any command.
Errc Core::check_data(std::string_view data) noexcept {
  if (data.size() > kDataBytesMax) {
    return Errc::kDataTooLarge;
  }
  return is_utf8(data) ? Errc::kOk : Errc::kNotUtf8;
}

Errc Core::check(const InviteUsers& command) const noexcept {
  if (link_state == LinkState::kStopped || stopping_) {
    return Errc::kNotStarted;
  }
  if (command.invitees.empty()) {
    return Errc::kInvalidArgument;
  }
  if (command.invitees.size() > kInviteesMax) {
    return Errc::kTooManyInvitees;
  }
  if (command.ring_time.count() != 0 &&
      (command.ring_time < kRingTimeMin || command.ring_time > kRingTimeMax)) {
    return Errc::kTimeoutOutOfRange;
  }
  if (const Errc code = check_plan(command); code != Errc::kOk) {
    return code;
  }
  if (const Errc code = check_texts(command); code != Errc::kOk) {
    return code;
  }
  return link_up() ? Errc::kOk : Errc::kNotConnected;
}

/// `call`: the running call that the user would be added to; kNoSlot for a new one.
Errc Core::check_invitee(const InviteUsers& command, std::size_t index, Slot call,
                         std::size_t parties) const noexcept {
  const UserId& user = command.invitees[index].user;
  if (user.empty()) {
    return Errc::kInvalidUser;
  }
  if (user == settings.self.user) {
    return Errc::kSelfCall;
  }
  for (std::size_t i = 0; i < index; ++i) {
    if (command.invitees[i].user == user) {
      return Errc::kAlreadySent;
    }
  }
  if (call != kNoSlot && find_live(calls_[call], user) != kNoSlot) {
    return Errc::kAlreadySent;
  }
  if (parties >= settings.parties) {
    return Errc::kTooManyInvitees;
  }
  // Who rings here is answered, not called back: a glare after that could not be found any more.
  const bool rings_here = calls_.find([&](const Call& each) {
    return !each.outgoing && each.inviter.user == user &&
           (each.state == CallState::kRinging || each.state == CallState::kAccepting);
  }) != kNoSlot;
  return rings_here ? Errc::kBusy : Errc::kOk;
}

/// Which call the command is for: the named one, the one that is being spoken in, or a new one.
Errc Core::find_target(const InviteUsers& command, Slot& slot) const noexcept {
  if (!command.call.empty()) {
    slot = find_call(command.call);
    if (slot == kNoSlot) {
      return errc_for_ended(command.call);
    }
  } else if (lines_used() >= settings.lines) {
    slot = calls_.find([](const Call& call) { return call.state == CallState::kConnected; });
    if (slot == kNoSlot || settings.lines > 1) {
      slot = kNoSlot;
      return Errc::kBusy;
    }
  }
  if (slot == kNoSlot) {
    return Errc::kOk;
  }
  const bool several =
      command.plan.cycles > 1 || std::any_of(command.invitees.begin(), command.invitees.end(),
                                             [](const Invitee& each) { return each.step != 0; });
  if (several) {
    return Errc::kInvalidArgument;
  }
  switch (calls_[slot].state) {
    case CallState::kCalling:
    case CallState::kConnected: return Errc::kOk;
    case CallState::kRinging:
    case CallState::kAccepting: return Errc::kNotAllowed;
    case CallState::kIdle:
    case CallState::kEnded: break;
  }
  return Errc::kUnknownCall;
}

}  // namespace doorcall
