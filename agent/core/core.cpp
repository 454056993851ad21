// Dispatch: one switch over the inputs, one over the timers. What is due is handled before an event
// of the same instant (the driver sends TimePassed first, see pump.hpp), and each step's outputs
// fit into the bounded queue: a drain of many timers stops when the queue is nearly full and goes
// on at the next TimePassed, which is due at once.

#include "agent/core/core.hpp"

#include <cassert>

namespace doorcall {

Core::Core(const Settings& chosen, const Limits& limits, const Tables& tables,
           std::span<const std::uint8_t, 32> seed, Instant now) noexcept
    : CoreLookup(chosen, limits, tables, seed, now) {}

Result Core::handle(const Input& input, Instant now) noexcept {
  assert(output_count_ == 0 && "drain the outputs before the next input");
  assert(now >= now_ && "time went back");
  now_ = now;
  view_count_ = 0;
  snapshot_of_ = kNoSlot;
  if (!std::holds_alternative<TimePassed>(input)) {
    [[maybe_unused]] const TimerId due = wheel_.pop_due(tick_of(now));
    assert(due == TimerWheel::kNone && "TimePassed comes first");
  }
  return std::visit([this](const auto& one) { return on(one); }, input);
}

bool Core::next_output(Output& out) noexcept {
  if (output_count_ == 0) {
    return false;
  }
  out = outputs_[output_first_];
  output_first_ = (output_first_ + 1) % outputs_.size();
  --output_count_;
  return true;
}

Deadline Core::next_deadline() const noexcept {
  const Tick due = wheel_.next_due();
  if (due == TimerWheel::kNever) {
    return {};
  }
  return {Instant{Millis{static_cast<std::int64_t>(due)}}, timers_.why(wheel_.first())};
}

Result Core::on(const TimePassed& /*input*/) noexcept {
  while (room_for_step()) {
    const TimerId timer = wheel_.pop_due(tick_of(now_));
    if (timer == TimerWheel::kNone) {
      break;
    }
    fire(timer);
  }
  return {};
}

void Core::fire(TimerId timer) noexcept {
  const TimerName what = timers_.name(timer);
  switch (what.owner) {
    case TimerName::Owner::kAgent: fire_agent(static_cast<AgentTimer>(what.kind)); return;
    case TimerName::Owner::kLeg:
      fire_leg(legs_[what.slot], static_cast<LegTimer>(what.kind));
      return;
    case TimerName::Owner::kOutgoing: on_retry(what.slot); return;
    case TimerName::Owner::kTombstone: tombstones_.give_back(what.slot); return;
    case TimerName::Owner::kDrain: drains_.give_back(what.slot); return;
    case TimerName::Owner::kPeer:
      if (static_cast<PeerTimer>(what.kind) == PeerTimer::kBelief) {
        believe_offline(what.slot);
      } else {
        forget_peer(what.slot);
      }
      return;
    case TimerName::Owner::kCall:
      fire_call(calls_[what.slot], static_cast<CallTimer>(what.kind));
      return;
  }
}

void Core::fire_agent(AgentTimer kind) noexcept {
  switch (kind) {
    case AgentTimer::kPresence: publish_presence(); return;
    case AgentTimer::kRefresh: publish_presence(); return;
    case AgentTimer::kBarrier:
      caught_up_ = true;
      disarm(timers_.agent(AgentTimer::kMarker));
      return;
    case AgentTimer::kMarker: send_marker(); return;
    case AgentTimer::kReconnect: open_link(); return;
    case AgentTimer::kSettled:
      attempts_ = 0;
      kicks_ = 0;
      taken_over_ = false;
      return;
    case AgentTimer::kGoodbye: say_goodbye(); return;
    case AgentTimer::kStop: stopped(); return;
    case AgentTimer::kDnd: on_dnd_time(); return;
    case AgentTimer::kRingToOpen: on_ring_to_open_time(); return;
    case AgentTimer::kDoor: stop_ringing_for_door(); return;
  }
}

void Core::fire_call(Call& call, CallTimer kind) noexcept {
  switch (kind) {
    case CallTimer::kMediaStart: leave_call(call, Reason::kMediaFailed); return;
    case CallTimer::kPlanStep: on_plan_step(call); return;
    case CallTimer::kAlone: leave_call(call, why_alone(call, Reason::kNoAnswer)); return;
    case CallTimer::kLongest: on_longest_time(call); return;
  }
}

void Core::fire_leg(Leg& leg, LegTimer kind) noexcept {
  Call& call = calls_[leg.call];
  switch (kind) {
    case LegTimer::kRing: on_ring_time(call, leg); return;
    case LegTimer::kReceipt: on_receipt_time(call, leg); return;
    case LegTimer::kNotice:
      set_leg(call, leg, LegState::kNotYetReceived);
      emit_of(call, leg, CallChange::kNotYetReceived);
      return;
    case LegTimer::kSettle: on_settle_time(call, leg); return;
    case LegTimer::kConfirm: on_confirm_time(call); return;
    case LegTimer::kLost: on_lost_time(leg); return;
    case LegTimer::kHeartbeat: on_heartbeat(leg); return;
  }
}

/// Of an own invitation, of the ring here, or of somebody else's invitation whose end was not
/// heard.
void Core::on_ring_time(Call& call, Leg& leg) noexcept {
  if (&leg == &own_leg(call)) {
    finish(call, Reason::kNoAnswer);
  } else if (owned(leg)) {
    end_leg(call, leg, Reason::kNoAnswer, {}, {});
  } else {
    forget_leg(call, leg);
    (void)still_alive(call, Reason::kNoAnswer);
  }
}

}  // namespace doorcall
