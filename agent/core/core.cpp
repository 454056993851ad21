// Dispatch: one switch over the inputs, one over the timers. What is due is handled before an event
// of the same instant (the driver sends TimePassed first, see pump.hpp), and each step's outputs
// fit into the bounded queue: a drain of many timers stops when the queue is nearly full and goes
// on at the next TimePassed, which is due at once.

#include "agent/core/core.hpp"

#include <cassert>

namespace doorcall {

namespace {

Tick tick_of(Instant when) noexcept {
  return static_cast<Tick>(when.time_since_epoch().count());
}

}  // namespace

Core::Tables Core::take_tables(const Limits& limits, Arena& arena) noexcept {
  const std::size_t chunks = BlobPool::chunks(limits.pool_bytes);
  Tables tables;
  tables.timers = arena.take<TimerNode>(TimerMap(limits).count());
  tables.calls = arena.take<Call>(limits.calls);
  tables.legs = arena.take<Leg>(limits.legs);
  tables.outgoing = arena.take<Outgoing>(limits.outgoing);
  tables.tombstones = arena.take<Tombstone>(limits.tombstones);
  tables.peers = arena.take<Peer>(limits.peers);
  tables.drains = arena.take<Drain>(limits.calls);
  tables.outputs = arena.take<Output>(kOutputsMax);
  tables.pool_map = arena.take<std::uint8_t>(chunks);
  tables.pool = arena.take<std::uint8_t>(chunks * BlobPool::kChunkBytes);
  return tables;
}

Core::Core(const Settings& chosen, const Limits& limits, const Tables& tables,
           std::span<const std::uint8_t, 32> seed, Instant now) noexcept
    : settings(chosen),
      limits_(limits),
      timers_(limits),
      now_(now),
      prng_(seed),
      wheel_(tables.timers, tick_of(now)),
      pool_(tables.pool, tables.pool_map),
      calls_(tables.calls),
      legs_(tables.legs),
      outgoing_(tables.outgoing),
      tombstones_(tables.tombstones),
      peers_(tables.peers),
      drains_(tables.drains),
      outputs_(tables.outputs) {
  incarnation = prng_.next64() | 1U;
}

Result Core::handle(const Input& input, Instant now) noexcept {
  assert(output_count_ == 0 && "drain the outputs before the next input");
  assert(now >= now_ && "time went back");
  now_ = now;
  view_count_ = 0;
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

void Core::put(const Output& output) noexcept {
  assert(output_count_ < outputs_.size() && "kOutputsPerStepMax is too small");
  outputs_[(output_first_ + output_count_) % outputs_.size()] = output;
  ++output_count_;
}

void Core::arm(TimerId timer, Instant when) noexcept {
  wheel_.arm(timer, tick_of(when));
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
    case TimerName::Owner::kLeg: fire_leg(what.slot, static_cast<LegTimer>(what.kind)); return;
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
      if (static_cast<CallTimer>(what.kind) == CallTimer::kHeartbeat) {
        on_heartbeat(calls_[what.slot]);
      } else {
        end_call(calls_[what.slot], Reason::kMediaFailed);
      }
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
    case AgentTimer::kSettled: attempts_ = 0; return;
    case AgentTimer::kGoodbye: say_goodbye(); return;
    case AgentTimer::kStop: stopped(); return;
  }
}

void Core::fire_leg(Slot slot, LegTimer kind) noexcept {
  Call& call = calls_[legs_[slot].call];
  switch (kind) {
    case LegTimer::kRing:
      if (call.outgoing) {
        end_pending(call, Reason::kNoAnswer);
      } else {
        finish(call, Reason::kNoAnswer);
      }
      return;
    case LegTimer::kReceipt: on_receipt_time(call); return;
    case LegTimer::kNotice:
      invited_leg(call).state = LegState::kNotYetReceived;
      emit(call, CallChange::kNotYetReceived);
      return;
    case LegTimer::kConfirm: on_confirm_time(call); return;
    case LegTimer::kLost: party_lost(call); return;
  }
}

}  // namespace doorcall
