#include "agent/core/timers.hpp"

namespace doorcall {

TimerName TimerMap::name(TimerId timer) const noexcept {
  using Owner = TimerName::Owner;
  const auto within = [timer](Owner owner, std::size_t base, std::size_t each) {
    const std::size_t offset = timer - base;
    return TimerName{owner, static_cast<Slot>(offset / each),
                     static_cast<std::uint8_t>(offset % each)};
  };
  if (timer < calls_) {
    return TimerName{Owner::kAgent, 0, static_cast<std::uint8_t>(timer)};
  }
  if (timer < legs_) {
    return within(Owner::kCall, calls_, kCallTimers);
  }
  if (timer < outgoing_) {
    return within(Owner::kLeg, legs_, kLegTimers);
  }
  if (timer < tombstones_) {
    return within(Owner::kOutgoing, outgoing_, 1);
  }
  if (timer < peers_) {
    return within(Owner::kTombstone, tombstones_, 1);
  }
  if (timer < drains_) {
    return within(Owner::kPeer, peers_, kPeerTimers);
  }
  return within(Owner::kDrain, drains_, 1);
}

namespace {

Wake why_leg(LegTimer kind) noexcept {
  switch (kind) {
    case LegTimer::kRing: return Wake::kRing;
    case LegTimer::kReceipt: return Wake::kReceipt;
    case LegTimer::kNotice: return Wake::kNotice;
    case LegTimer::kSettle: return Wake::kSettle;
    case LegTimer::kConfirm: return Wake::kConfirm;
    case LegTimer::kLost: return Wake::kLost;
    case LegTimer::kHeartbeat: return Wake::kHeartbeat;
  }
  return Wake::kNothing;
}

Wake why_agent(AgentTimer kind) noexcept {
  switch (kind) {
    case AgentTimer::kPresence: return Wake::kPresence;
    case AgentTimer::kRefresh: return Wake::kPresence;
    case AgentTimer::kBarrier: return Wake::kBarrier;
    case AgentTimer::kMarker: return Wake::kBarrier;
    case AgentTimer::kReconnect: return Wake::kReconnect;
    case AgentTimer::kSettled: return Wake::kReconnect;
    case AgentTimer::kGoodbye: return Wake::kStop;
    case AgentTimer::kStop: return Wake::kStop;
    case AgentTimer::kDnd: return Wake::kMode;
    case AgentTimer::kRingToOpen: return Wake::kMode;
    case AgentTimer::kDoor: return Wake::kDoor;
  }
  return Wake::kNothing;
}

Wake why_call(CallTimer kind) noexcept {
  switch (kind) {
    case CallTimer::kMediaStart: return Wake::kMediaStart;
    case CallTimer::kPlanStep: return Wake::kPlanStep;
    case CallTimer::kAlone: return Wake::kAlone;
    case CallTimer::kLongest: return Wake::kLongestCall;
  }
  return Wake::kNothing;
}

}  // namespace

Wake TimerMap::why(TimerId timer) const noexcept {
  const TimerName what = name(timer);
  switch (what.owner) {
    case TimerName::Owner::kAgent: return why_agent(static_cast<AgentTimer>(what.kind));
    case TimerName::Owner::kCall: return why_call(static_cast<CallTimer>(what.kind));
    case TimerName::Owner::kLeg: return why_leg(static_cast<LegTimer>(what.kind));
    case TimerName::Owner::kOutgoing: return Wake::kRetry;
    case TimerName::Owner::kTombstone: return Wake::kTombstone;
    case TimerName::Owner::kPeer: return Wake::kPeerPresence;
    case TimerName::Owner::kDrain: return Wake::kMediaDrain;
  }
  return Wake::kNothing;
}

std::string_view to_string(Wake why) noexcept {
  switch (why) {
    case Wake::kNothing: return "nothing";
    case Wake::kRing: return "ring";
    case Wake::kReceipt: return "receipt";
    case Wake::kNotice: return "notice";
    case Wake::kConfirm: return "confirm";
    case Wake::kSettle: return "settle";
    case Wake::kHeartbeat: return "heartbeat";
    case Wake::kLost: return "lost";
    case Wake::kMediaStart: return "media_start";
    case Wake::kMediaDrain: return "media_drain";
    case Wake::kPlanStep: return "plan_step";
    case Wake::kAlone: return "alone";
    case Wake::kLongestCall: return "longest_call";
    case Wake::kMode: return "mode";
    case Wake::kDoor: return "door";
    case Wake::kRetry: return "retry";
    case Wake::kTombstone: return "tombstone";
    case Wake::kPresence: return "presence";
    case Wake::kPeerPresence: return "peer_presence";
    case Wake::kBarrier: return "barrier";
    case Wake::kReconnect: return "reconnect";
    case Wake::kStop: return "stop";
  }
  return "unknown";
}

}  // namespace doorcall
