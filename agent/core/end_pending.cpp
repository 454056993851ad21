// Everything stops at once (PROTOCOL rule 14): the end of a leg that nobody has answered is told to
// every device that may ring, and told again until each of them has said that it heard.

#include "agent/core/core.hpp"

#include <algorithm>

namespace doorcall {

/// What the devices of the invited user are told: their ring was not a call yet.
Reason Core::told_to_callee(Reason reason) noexcept {
  switch (reason) {
    case Reason::kDeclinedEverywhere: return Reason::kDeclinedElsewhere;
    case Reason::kHangUp:
    case Reason::kPeerLost:
    case Reason::kSuperseded:
    case Reason::kMoved:
    case Reason::kMediaFailed:
    case Reason::kDurationLimit:
    case Reason::kShuttingDown: return Reason::kCancelled;
    case Reason::kNone:
    case Reason::kDeclined:
    case Reason::kBusy:
    case Reason::kDnd:
    case Reason::kNoAnswer:
    case Reason::kNoResponse:
    case Reason::kOffline:
    case Reason::kCancelled:
    case Reason::kCallerLost:
    case Reason::kAcceptFailed:
    case Reason::kAnsweredElsewhere:
    case Reason::kDeclinedElsewhere:
    case Reason::kAlreadyHere:
    case Reason::kGlare:
    case Reason::kDoorOpened:
    case Reason::kNotAllowed:
    case Reason::kUnsupportedVersion:
    case Reason::kInternalError: break;
  }
  return reason;
}

/// The devices that may ring: those that were heard from, and those known online.
std::size_t Core::ringing_devices(const Leg& leg, std::span<DeviceId> found) const noexcept {
  std::size_t count = 0;
  const auto add = [&](const DeviceId& device) {
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(count);
    const LegDevice* line = find_device(leg, device);
    const bool refused = line != nullptr && line->answer == LegDevice::Answer::kRefused;
    if (count < found.size() && !refused && std::find(found.begin(), end, device) == end) {
      found[count++] = device;
    }
  };
  const Slot of = slot_of(leg);
  for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
    if (devices_[s].leg == of) {
      add(devices_[s].device);
    }
  }
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    if (peers_[s].account.user == leg.user && peers_[s].online()) {
      add(peers_[s].account.device);
    }
  }
  return count;
}

/// An own leg that nobody has answered is over: `said` goes to the user's devices.
void Core::stop_ringing(Call& call, Leg& leg, Reason reason, std::string_view said) noexcept {
  std::array<DeviceId, kDevicesPerLegMax> targets;
  const std::size_t count = ringing_devices(leg, targets);
  // Nobody was invited, as all were offline, or all who were have refused.
  const bool nobody = count == 0 && (find_outgoing(slot_of(leg), MessageKind::kInvite) == kNoSlot ||
                                     any_device(leg, [](const LegDevice&) { return true; }));
  if (!nobody) {
    // Where no device is known to ring, nothing can ring after the ring time.
    repeat_final(MessageKind::kCancel, call, leg.key,
                 {leg.user, {targets.data(), count}, after(leg.ring_deadline, kRetryFirst)},
                 {.reason = told_to_callee(reason), .data = said});
  }
  take_back_push(call, leg, reason);
  set_leg(call, leg, LegState::kEnded, reason);
  note_outcome(call, reason);
}

/// As above, and what follows for the call. `heard` goes to our listeners.
void Core::end_leg(Call& call, Leg& leg, Reason reason, std::string_view said,
                   std::string_view heard) noexcept {
  stop_ringing(call, leg, reason, said);
  (void)leg_over(call, leg, reason, heard);
}

/// The last word on a user is about the device that is there, of several about the last to join.
void Core::tell_gone(const Call& call, const Leg& leg, std::string_view data) noexcept {
  const Leg* last = last_in(call, leg.user);
  if (last != nullptr && joined_before(leg, *last)) {
    return;
  }
  if (last != nullptr) {
    put(event_of(call, *last));
  } else if (!shown_elsewhere(call, leg)) {
    put(event_of(call, leg, data));
  }
}

/// As above, of a leg that is pending or in.
void Core::tell_there(const Call& call, const Leg& leg) noexcept {
  if (!leg.connected() || last_in(call, leg.user) == &leg) {
    put(event_of(call, leg));
  }
}

/// A leg of somebody else is not there any more, and the listeners hear it, but of the last one:
/// then they hear the end of the call. False if that is so.
bool Core::leg_over(Call& call, const Leg& leg, Reason why, std::string_view data) noexcept {
  const bool calling = call.state == CallState::kCalling;
  const bool news = !leg.lost;  // loss is each member's own view
  const bool others =
      others_pending(call) || (calling ? call.plan != kNoSlot : others_present(call));
  if (others) {
    tell_gone(call, leg, data);
  }
  if (!still_alive(call, why, data)) {
    return false;
  }
  if (news) {
    spread(call);
    tell_ringing(call);
  }
  return true;
}

void Core::note_outcome(Call& call, Reason reason) noexcept {
  call.outcome = stronger(call.outcome, reason);
}

/// The last invitation of a call is over: if somebody was in it who is lost, the call is over for
/// that, and not for who did not come.
Reason Core::why_alone(const Call& call, Reason why) const noexcept {
  const bool of_ring = stronger(Reason::kCancelled, why) != Reason::kCancelled ||
                       why == Reason::kCancelled || why == Reason::kCallerLost;
  for (const Slot slot : others_of(call)) {
    if (of_ring && legs_[slot].lost) {
      return Reason::kPeerLost;
    }
  }
  return why;
}

/// Somebody has gone. False if nobody remains: then the call is over here, too.
bool Core::still_alive(Call& call, Reason why, std::string_view data) noexcept {
  switch (call.state) {
    case CallState::kCalling:
      if (plan_rings(call) || next_step(call) || others_pending(call)) {
        return true;
      }
      finish(call, call.outcome, data);
      return false;
    case CallState::kConnected:
      take_over(call);
      guard_alone(call);
      if (others_present(call) || others_pending(call)) {
        return true;
      }
      leave_call(call, why_alone(call, why), data);
      return false;
    case CallState::kIdle:
    case CallState::kRinging:
    case CallState::kAccepting:
    case CallState::kEnded: break;
  }
  return true;
}

}  // namespace doorcall
