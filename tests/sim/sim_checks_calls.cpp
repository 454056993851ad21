// The promises about what people see and hear: a call begins once and ends once, nothing rings that
// nobody invited just now, nobody is connected and no media starts without an answer.

#include <string>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {
namespace {

// A broker's expiry has whole seconds and may step by one: what was stamped as 2 s old is at most
// this.
constexpr Millis kQueuedMax = kFreshAgeMax + Millis{3'000};

}  // namespace

void Checks::event(Instant now, std::size_t device, const CallEvent& event) {
  CallTruth* call = find(event.call);
  if (call == nullptr) {
    return fail(now, "event of a call that nobody made", where(device, event.call));
  }
  Side& side = call->sides[device];
  if (event.change == CallChange::kRefusedBusy) {
    return;
  }
  if (side.ended && cramped_[device]) {
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
  if (event.change == CallChange::kIncoming) {
    rings(now, device, event, *call);
  }
  if (event.change == CallChange::kConnected) {
    connected(now, device, event, *call);
  }
  if (event.change == CallChange::kEnded) {
    side.ended = true;
    side.reason = event.reason;
    if (device == call->caller) {
      call->decided = now;
    }
    if (event.reason == Reason::kNone || event.state != CallState::kEnded) {
      fail(now, "ended without a reason", where(device, event.call));
    }
  }
}

void Checks::presented(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  Side& side = call.sides[device];
  side.presented = true;
  const bool starts = event.change == CallChange::kCalling ||
                      event.change == CallChange::kIncoming ||
                      event.change == CallChange::kAccepting;
  if (!starts || event.outgoing != (device == call.caller) ||
      (device != call.caller && device != call.callee)) {
    fail(now, "first event is not a beginning", where(device, event.call));
  }
}

void Checks::rings(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  Side& side = call.sides[device];
  side.ring_end = now + event.ring_left;
  if (trigger_.message == nullptr || device_of(trigger_.sender) != call.caller) {
    return fail(now, "rings without an invitation", where(device, call.id));
  }
  if (side.end_processed && !cramped_[device]) {
    fail(now, "rings after its end was processed", where(device, call.id));
  }
  if (trigger_.published > call.decided) {
    fail(now, "ghost ring", where(device, call.id) + ": invited after it was over");
  }
  const auto* sync = std::get_if<Sync>(&trigger_.message->body);
  if (sync != nullptr && sync->invite && sync->nonce != 0 && sync->nonce == side.nonce &&
      side.ring_end <= side.queried + sync->invite->ring_left && side.ring_end <= call.deadline) {
    return;  // proven by the owner's answer, and counted from the question
  }
  const auto* invite = std::get_if<Invite>(&trigger_.message->body);
  if (invite == nullptr && sync != nullptr && sync->invite) {
    invite = &*sync->invite;
  }
  if (invite == nullptr || !trigger_.expiry_left || !plan_.devices[device].mqtt5) {
    return fail(now, "ghost ring", where(device, call.id) + ": nothing proved it fresh");
  }
  if (trigger_.queued > kQueuedMax) {
    fail(now, "ghost ring",
         where(device, call.id) + ": invite was queued for " +
             std::to_string(trigger_.queued.count()) + " ms");
  }
  if (event.ring_left > invite->ring_left) {
    fail(now, "rings past its ring time", where(device, call.id) + ": longer than invited for");
  }
}

void Checks::connected(Instant now, std::size_t device, const CallEvent& event, CallTruth& call) {
  Side& side = call.sides[device];
  side.peer = device_of(event.peer);
  const std::size_t other = device == call.caller ? call.callee : call.caller;
  if (side.peer != other) {
    return fail(now, "connected with the wrong device", where(device, call.id));
  }
  if (device == call.caller && !call.callee_side().ever_accepted) {
    fail(now, "connected with someone who never accepted", where(device, call.id));
  }
  if (device == call.callee && (call.winner != device || !side.confirm_handled)) {
    fail(now, "connected without a confirm", where(device, call.id));
  }
}

void Checks::media_started(Instant now, std::size_t device, const StartMedia& start) {
  CallTruth* call = find(start.call);
  if (call == nullptr) {
    return fail(now, "media of a call that nobody made", where(device, start.call));
  }
  Side& side = call->sides[device];
  const bool answered = device == call->caller ? call->callee_side().ever_accepted
                                               : side.confirm_handled && call->winner == device;
  if (!answered || side.state != CallState::kConnected || side.media_started) {
    fail(now, "media started without an answer", where(device, start.call));
  }
  side.media_started = true;
}

void Checks::media_stopped(Instant now, std::size_t device, const StopMedia& stop) {
  CallTruth* call = find(stop.call);
  if (call == nullptr || !call->sides[device].media_started || call->sides[device].media_stopped) {
    return fail(now, "media stopped that was not started", where(device, stop.call));
  }
  call->sides[device].media_stopped = true;
}

}  // namespace doorcall::sim
