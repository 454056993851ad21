// The promises about what people see and hear: a call begins once and ends once, nothing rings that
// nobody invited just now, nobody is connected and no media starts without an answer.

#include <algorithm>
#include <string>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {
namespace {

// A broker's expiry has whole seconds and may step by one: what was stamped as 2 s old is at most
// this.
constexpr Millis kQueuedMax = kFreshAgeMax + Millis{3'000};

}  // namespace

void Checks::event(Instant now, std::size_t device, const CallEvent& event) {
  ++coverage_.events[static_cast<std::size_t>(event.change)];
  CallTruth* call = find(event.call);
  if (call == nullptr) {
    return fail(now, "event of a call that nobody made", where(device, event.call));
  }
  Side& side = call->sides[device];
  if (event.change == CallChange::kRefusedBusy || event.change == CallChange::kRefusedDnd) {
    return;
  }
  if (side.ended && (cramped_[device] || begins_again(device, event, *call))) {
    if (!cramped_[device] && !crowded(device, *call) && !side.person_joined &&
        stands_for_rung(device, *call, trigger_leg_)) {
      return fail(now, "presented twice", where(device, event.call) + ": for an heir");
    }
    side.forget();
  }
  if (side.ended) {
    return fail(now, "event after the end", where(device, event.call));
  }
  if (!side.presented) {
    presented(now, device, event, *call);
  } else if (event.change == CallChange::kIncoming) {
    fail(now, "presented twice", where(device, event.call));
  }
  side.state = event.state;
  switch (event.change) {
    case CallChange::kIncoming: rings(now, device, event, *call); break;
    case CallChange::kConnected: connected(now, device, event, *call); break;
    case CallChange::kMember: member(now, device, event, *call); break;
    case CallChange::kEnded: ended(now, device, event, *call); break;
    case CallChange::kSilenced:
      if (event.state != CallState::kRinging) {
        fail(now, "silenced what does not ring", where(device, event.call));
      }
      break;
    case CallChange::kMedia:
    case CallChange::kLimitWarning:
    case CallChange::kOpenDoor:
      if (event.change == CallChange::kOpenDoor) {
        door_asked(now, device, event.call);
      }
      if (event.state != CallState::kConnected) {
        fail(now, "event out of place", where(device, event.call));
      }
      break;
    case CallChange::kAccepting:
      if (event.state != CallState::kAccepting) {
        fail(now, "event out of place", where(device, event.call));
      }
      side.opened = engines_[device]->mode().ring_to_open;
      break;
    case CallChange::kCalling:
    case CallChange::kNotYetReceived:
    case CallChange::kRemoteRinging:
      if (event.state != CallState::kCalling && event.state != CallState::kConnected) {
        fail(now, "event out of place", where(device, event.call));
      }
      break;
    case CallChange::kRefusedBusy:
    case CallChange::kRefusedDnd: break;
  }
}

/// After its end a call may come again: as a new leg, or because a person joins it.
bool Checks::begins_again(std::size_t device, const CallEvent& event, const CallTruth& call) const {
  const Side& side = call.sides[device];
  if (event.change == CallChange::kAccepting && side.person_joined) {
    return true;
  }
  const bool rings =
      event.change == CallChange::kIncoming || event.change == CallChange::kAccepting;
  return rings && trigger_leg_ != kNoLeg &&
         (call.legs[trigger_leg_].presented >> device & 1U) == 0 && side.leg != trigger_leg_;
}

/// The leg takes the place of one that has rung here, or of one that was turned away for that.
bool Checks::stands_for_rung(std::size_t device, const CallTruth& call, std::uint32_t leg) const {
  const Invite* invite = trigger_.message == nullptr ? nullptr : invite_of(trigger_.message->body);
  if (invite != nullptr && invite->replaces.number == 0 && crowded(call.legs[leg].owner, call)) {
    return false;  // the heir has had to forget what its leg stands for
  }
  for (std::uint32_t i = leg; i != kNoLeg && call.legs[i].replaces != kNoLeg;) {
    const LegTruth& before = call.legs[call.legs[i].replaces];
    if ((before.presented >> device & 1U) != 0) {
      return true;
    }
    i = (before.turned_away >> device & 1U) != 0 ? call.legs[i].replaces : kNoLeg;
  }
  return false;
}

void Checks::presented(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  Side& side = call.sides[device];
  side.presented = true;
  live_[device].push_back(call.number);
  side.outgoing = event.outgoing;
  side.leg = trigger_leg_;
  if (trigger_leg_ != kNoLeg) {
    call.legs[trigger_leg_].presented |= event.change == CallChange::kAccepting ? 1U << device : 0U;
  }
  const bool starts = event.change == CallChange::kCalling ||
                      event.change == CallChange::kIncoming ||
                      event.change == CallChange::kAccepting;
  const bool by_creator = event.change == CallChange::kCalling;
  const bool asked = call.has_user(plan(device).user) || side.person_joined;
  if (!starts || event.outgoing != by_creator || (by_creator && device != call.creator) || !asked) {
    fail(now, "first event is not a beginning", where(device, event.call));
  }
}

void Checks::rings(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  Side& side = call.sides[device];
  side.ring_end = now + event.ring_left;
  side.overdue = kNever;
  if (event.state != CallState::kRinging || trigger_.message == nullptr || trigger_leg_ == kNoLeg) {
    return fail(now, "rings without an invitation", where(device, call.id));
  }
  LegTruth& leg = call.legs[trigger_leg_];
  if (truth_.device_of(trigger_.sender) != leg.owner || !own_leg(device, leg)) {
    return fail(now, "rings without an invitation", where(device, call.id));
  }
  const std::uint32_t bit = 1U << device;
  if ((leg.presented & bit) != 0 && !cramped_[device]) {
    return fail(now, "presented twice", where(device, call.id));
  }
  if (leg.presented != 0 && (leg.presented & bit) == 0) {
    coverage_.hit(Feat::kHousehold);
  }
  leg.presented |= bit;
  if (event.waiting) {
    coverage_.hit(Feat::kCallWaiting);
  }
  if ((leg.over & bit) != 0 && !cramped_[device]) {
    fail(now, "rings after its end was processed", where(device, call.id));
  }
  if (trigger_.published > leg.decided) {
    fail(now, "ghost ring", where(device, call.id) + ": invited after it was over");
  }
  proven(now, device, event, leg, side);
}

/// An invitation rings if it was under way just now, or its owner has answered a question.
void Checks::proven(Instant now, std::size_t device, const CallEvent& event, const LegTruth& leg,
                    Side& side) {
  const auto* sync = std::get_if<Sync>(&trigger_.message->body);
  const CallId& call = event.call;
  if (sync != nullptr && sync->invite && sync->nonce != 0 && sync->nonce == side.nonce &&
      side.ring_end <= side.queried + sync->invite->ring_left && side.ring_end <= leg.deadline) {
    return;  // proven by the owner's answer, and counted from the question
  }
  const auto* invite = std::get_if<Invite>(&trigger_.message->body);
  if (invite == nullptr && sync != nullptr && sync->invite) {
    invite = &*sync->invite;
  }
  if (invite == nullptr || !trigger_.expiry_left || !plan(device).mqtt5) {
    return fail(now, "ghost ring", where(device, call) + ": nothing proved it fresh");
  }
  if (trigger_.queued > kQueuedMax) {
    fail(now, "ghost ring",
         where(device, call) + ": invite was queued for " +
             std::to_string(trigger_.queued.count()) + " ms");
  }
  if (event.ring_left > invite->ring_left) {
    fail(now, "rings past its ring time", where(device, call) + ": longer than invited for");
  }
}

void Checks::connected(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  Side& side = call.sides[device];
  const std::size_t peer = truth_.device_of(event.peer);
  if (event.state != CallState::kConnected || peer == kNobody || peer == device) {
    return fail(now, "connected with nobody", where(device, call.id));
  }
  side.connected = true;
  side.ever_connected = true;
  roster_shown(device, call);
  if (side.outgoing) {
    const Side& other = call.sides[peer];
    if (!other.ever_accepted && !other.ever_joined) {
      fail(now, "connected with someone who never accepted", where(device, call.id));
    }
    return;
  }
  if (!side.confirm_handled) {
    return fail(now, "connected without a confirm", where(device, call.id));
  }
  side.leg = kNoLeg;
  for (std::uint32_t i = 0; i < call.legs.size(); ++i) {
    side.leg = call.legs[i].winner == device ? i : side.leg;
  }
  if (side.leg == kNoLeg) {
    fail(now, "connected without a confirm", where(device, call.id) + ": nobody named it");
  }
}

/// What the owner of a leg says of it is what becomes of it.
void Checks::member(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  if (event.state != CallState::kConnected && event.state != CallState::kCalling &&
      event.state != CallState::kRinging && event.state != CallState::kAccepting) {
    return fail(now, "event out of place", where(device, call.id));
  }
  const std::size_t user = truth_.user_of(event.peer.user);
  if (user == kNobody || (event.leg == LegState::kEnded) != (event.reason != Reason::kNone)) {
    return fail(now, "member event without sense", where(device, call.id));
  }
  member_shown(now, device, event, call);
  if (event.leg != LegState::kEnded) {
    return;
  }
  // Who was in the call may go because of somebody else's.
  const bool was_in = event.join_number != 0 || truth_.device_of(event.peer) == call.creator;
  if (event.reason == Reason::kAcceptFailed && !answer_failed(call, was_in ? kNobody : user)) {
    return fail(now, "nobody took the answer back", where(device, call.id));
  }
  LegTruth* meant = nullptr;
  for (LegTruth& leg : call.legs) {
    if (leg.user == user && leg.owner != device) {
      return;  // it may be about that one
    }
    if (leg.user == user && leg.winner == kNobody && !leg.told && meant == nullptr) {
      meant = &leg;
    }
  }
  if (meant != nullptr) {
    meant->told = true;
    meant->outcome = meant->outcome == Reason::kNone ? event.reason : meant->outcome;
    meant->decided = std::min(meant->decided, now);
  }
}

void Checks::ended(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  Side& side = call.sides[device];
  ++coverage_.endings[static_cast<std::size_t>(event.reason)];
  side.ended = true;
  std::erase(live_[device], call.number);
  side.reason = event.reason;
  side.person_joined = false;
  if (event.reason == Reason::kNone || event.state != CallState::kEnded) {
    fail(now, "ended without a reason", where(device, event.call));
  }
  if (event.reason == Reason::kAcceptFailed && side.connected && !answer_failed(call, kNobody)) {
    fail(now, "nobody took the answer back", where(device, event.call));
  }
  if (side.media_started && !side.media_stopped) {
    fail(now, "media goes on after the end", where(device, event.call));
  }
  for (LegTruth& leg : call.legs) {
    if (leg.owner == device && leg.decided == kNever) {
      leg.decided = now;  // without a word: somebody else may go on with it
      leg.owner_gone = true;
    }
  }
}

void Checks::media_started(Instant now, std::size_t device, const StartMedia& start) {
  CallTruth* call = find(start.call);
  if (call == nullptr) {
    return fail(now, "media of a call that nobody made", where(device, start.call));
  }
  Side& side = call->sides[device];
  bool answered = side.confirm_handled;
  for (std::size_t i = 0; side.outgoing && i < call->sides.size(); ++i) {
    answered = answered || call->sides[i].ever_accepted || call->sides[i].ever_joined;
  }
  if (!answered || side.state != CallState::kConnected ||
      (side.media_started && !side.media_stopped)) {
    fail(now, "media started without an answer", where(device, start.call));
  }
  side.media_started = true;
  side.media_stopped = false;
}

void Checks::media_stopped(Instant now, std::size_t device, const StopMedia& stop) {
  CallTruth* call = find(stop.call);
  if (call == nullptr || !call->sides[device].media_started || call->sides[device].media_stopped) {
    return fail(now, "media stopped that was not started", where(device, stop.call));
  }
  call->sides[device].media_stopped = true;
}

}  // namespace doorcall::sim
