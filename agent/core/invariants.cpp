// What must hold between any two inputs (PROTOCOL §7, DESIGN rule 3). Walks all tables: for tests,
// the simulator and debug builds.

#include "agent/core/core.hpp"

namespace doorcall {

const char* Core::broken_invariant() const noexcept {
  std::size_t legs = 0;
  std::size_t chunks = 0;
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    const Call& call = calls_[s];
    legs += 2;
    chunks += BlobPool::chunks(call.own.size);
    if (slot_of(call) != s || legs_[call.legs[1]].call != s) {
      return "a leg belongs to its call";
    }
    if (call.state == CallState::kEnded) {
      return "an ended call has left the table";
    }
    if (call.outgoing && call.state != CallState::kCalling && call.state != CallState::kConnected) {
      return "an own call is calling or connected";
    }
    if (!call.outgoing && call.state == CallState::kCalling) {
      return "a foreign call is not calling";
    }
    const bool ring = armed(timer(call, LegTimer::kRing));
    const bool confirm = armed(timer(call, LegTimer::kConfirm));
    const bool lost = armed(timer(call, LegTimer::kLost));
    const bool unanswered = call.state == CallState::kIdle || call.state == CallState::kCalling ||
                            call.state == CallState::kRinging;
    if (ring != unanswered || confirm != (call.state == CallState::kAccepting)) {
      return "the ring or confirm timer fits the state";
    }
    if (call.state == CallState::kConnected && !lost) {
      return "a connected call has its lost timer armed";
    }
    if (invited_leg(call).pending() == (call.state == CallState::kConnected)) {
      return "the leg fits the call";
    }
    if (call.announced == (call.state == CallState::kIdle)) {
      return "a call is announced if and only if it has left idle";
    }
    if (find_tombstone(call.id) != kNoSlot) {
      return "a live call has no tombstone";
    }
  }
  if (legs != legs_.count()) {
    return "no leg without a call";
  }
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    const Outgoing& out = outgoing_[s];
    chunks += BlobPool::chunks(out.data.size);
    if (!armed(timers_.outgoing(s))) {
      return "an unanswered message has its retry timer armed";
    }
    if (!out.final_message() && (!calls_[out.call].used || calls_[out.call].id != out.call_id)) {
      return "a live message belongs to a live call";
    }
    if (out.final_message() && out.give_up == kNever) {
      return "a final message is not repeated for ever";
    }
  }
  if (chunks != pool_.chunks_used()) {
    return "the pool holds what the tables name";
  }
  for (Slot s = tombstones_.next(0); s != kNoSlot; s = tombstones_.next(s + 1U)) {
    if (!armed(timers_.tombstone(s))) {
      return "a tombstone has its timer armed";
    }
  }
  return nullptr;
}

}  // namespace doorcall
