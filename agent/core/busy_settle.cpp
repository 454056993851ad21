// "Here" is not "everywhere" (PROTOCOL rule 2): busy, do not disturb and a decline on one device
// are that device's own. They end the leg only when no other device of the user could still answer.

#include "agent/core/core.hpp"

namespace doorcall {

namespace {

/// What counts most among several refusals.
int weight(Reason reason) noexcept {
  switch (reason) {
    case Reason::kDeclinedEverywhere: return 9;
    case Reason::kDeclined: return 8;
    case Reason::kNotAllowed: return 7;
    case Reason::kDnd: return 6;
    case Reason::kBusy: return 5;
    case Reason::kAlreadyHere: return 4;
    case Reason::kNoAnswer: return 3;
    case Reason::kNoResponse: return 2;
    case Reason::kOffline: return 1;
    case Reason::kNone: return -1;
    case Reason::kHangUp:
    case Reason::kCancelled:
    case Reason::kCallerLost:
    case Reason::kPeerLost:
    case Reason::kAcceptFailed:
    case Reason::kAnsweredElsewhere:
    case Reason::kDeclinedElsewhere:
    case Reason::kGlare:
    case Reason::kSuperseded:
    case Reason::kMoved:
    case Reason::kMediaFailed:
    case Reason::kDurationLimit:
    case Reason::kDoorOpened:
    case Reason::kUnsupportedVersion:
    case Reason::kShuttingDown:
    case Reason::kInternalError: break;
  }
  return 0;
}

}  // namespace

Reason Core::stronger(Reason a, Reason b) noexcept {
  return weight(b) > weight(a) ? b : a;
}

/// The strongest refusal so far, kNone without one.
Reason Core::refusal_of(const Leg& leg) const noexcept {
  Reason strongest = Reason::kNone;
  const Slot of = slot_of(leg);
  for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
    if (devices_[s].leg == of && devices_[s].answer == LegDevice::Answer::kRefused) {
      strongest = stronger(strongest, devices_[s].reason);
    }
  }
  return strongest;
}

/// True while a device rings, or is about to, on which somebody could answer.
bool Core::could_be_answered(const Leg& leg) const noexcept {
  return any_device(leg, [](const LegDevice& each) { return each.could_answer(); });
}

/// A device has refused: does anybody remain?
void Core::settle_refused(Call& call, Leg& leg, std::string_view data) noexcept {
  settle_invite(leg);
  if (could_be_answered(leg)) {
    return;
  }
  bool known = false;
  bool all_refused = true;
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    if (peers_[s].account.user == leg.user) {
      const LegDevice* device = find_device(leg, peers_[s].account.device);
      known = true;
      all_refused =
          all_refused && device != nullptr && device->answer == LegDevice::Answer::kRefused;
    }
  }
  if (known && all_refused) {
    end_leg(call, leg, refusal_of(leg), {}, data);
  } else if (known && every_online_answered(leg)) {
    arm_in(timer(leg, LegTimer::kSettle), settings.busy_settle_time);
  } else if (!armed(timer(leg, LegTimer::kReceipt))) {
    arm_in(timer(leg, LegTimer::kReceipt), settings.receipt_time);
  }
}

/// Who was offline had the time to come back and ring.
void Core::on_settle_time(Call& call, Leg& leg) noexcept {
  const Reason refused = refusal_of(leg);
  if (refused == Reason::kNone || could_be_answered(leg)) {
    return;
  }
  if (every_online_answered(leg)) {
    end_leg(call, leg, refused, {}, {});
  } else if (!armed(timer(leg, LegTimer::kReceipt))) {
    arm_in(timer(leg, LegTimer::kReceipt), settings.receipt_time);
  }
}

/// Those who have not answered by now drop out.
void Core::on_receipt_time(Call& call, Leg& leg) noexcept {
  const Reason refused = refusal_of(leg);
  if (refused != Reason::kNone) {
    if (!could_be_answered(leg)) {
      end_leg(call, leg, refused, {}, {});
    }
    return;
  }
  const bool offline = known_offline(leg.user);
  const bool chimes = any_device(
      leg, [](const LegDevice& each) { return each.answer == LegDevice::Answer::kChime; });
  if (offline || !chimes) {
    end_leg(call, leg, offline ? Reason::kOffline : Reason::kNoResponse, {}, {});
  }
}

}  // namespace doorcall
