// What must hold between any two inputs (PROTOCOL §7, DESIGN rule 3). Walks all tables: for tests,
// the simulator and debug builds.

#include "agent/core/core.hpp"

namespace doorcall {

const char* Core::broken_invariant() const noexcept {
  std::size_t legs = 0;
  std::size_t plans = 0;
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    const Call& call = calls_[s];
    legs += call.leg_count;
    plans += call.plan != kNoSlot ? 1U : 0U;
    if (const char* broken = broken_call(s, call); broken != nullptr) {
      return broken;
    }
    for (const Slot leg : legs_of(call)) {
      if (const char* broken = broken_leg(call, legs_[leg]); broken != nullptr) {
        return broken;
      }
    }
  }
  if (legs != legs_.count() || plans != plans_.count()) {
    return "no leg and no plan without a call";
  }
  for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
    const Leg& leg = legs_[devices_[s].leg];
    if (!leg.used || !leg.pending() || !owned(leg)) {
      return "answers are kept of own pending invitations only";
    }
  }
  for (Slot s = tombstones_.next(0); s != kNoSlot; s = tombstones_.next(s + 1U)) {
    if (!armed(timers_.tombstone(s))) {
      return "a tombstone has its timer armed";
    }
  }
  return broken_outgoing();
}

const char* Core::broken_call(Slot slot, const Call& call) const noexcept {
  if (call.leg_count == 0 || own_leg(call).call != slot) {
    return "a call has its own leg";
  }
  const Leg& own = own_leg(call);
  if (own.user != settings.self.user || own.device != settings.self.device) {
    return "the own leg is this device's";
  }
  const bool party = call.state == CallState::kCalling || call.state == CallState::kConnected;
  if (call.state == CallState::kEnded) {
    return "an ended call has left the table";
  }
  if (call.outgoing && !party) {
    return "an own call is calling or connected";
  }
  if (!call.outgoing && call.state == CallState::kCalling) {
    return "a foreign call is not calling";
  }
  if (own.connected() != party) {
    return "the own leg fits the call";
  }
  if (call.announced == (call.state == CallState::kIdle)) {
    return "a call is announced if and only if it has left idle";
  }
  const bool rings = call.state == CallState::kIdle || call.state == CallState::kRinging;
  if (armed(timer(own, LegTimer::kRing)) != rings ||
      armed(timer(own, LegTimer::kConfirm)) != (call.state == CallState::kAccepting)) {
    return "the own ring or confirm timer fits the state";
  }
  if (call.state == CallState::kCalling && !others_pending(call)) {
    return "a call that is calling rings somebody";
  }
  if (call.state == CallState::kConnected && !others_present(call) && !others_pending(call)) {
    return "a connected call has somebody else in it";
  }
  return nullptr;
}

const char* Core::broken_leg(const Call& call, const Leg& leg) const noexcept {
  const bool own = &leg == &own_leg(call);
  if (find_leg(call, leg.key) != slot_of(leg)) {
    return "a key names one leg of a call";
  }
  if (leg.lost && !leg.connected()) {
    return "only who is connected can be lost";
  }
  if (!leg.live() && (armed(timer(leg, LegTimer::kRing)) || armed(timer(leg, LegTimer::kLost)) ||
                      armed(timer(leg, LegTimer::kHeartbeat)))) {
    return "an ended leg has no timer";
  }
  if (!own && leg.pending() && !armed(timer(leg, LegTimer::kRing))) {
    return "a pending leg has its ring timer armed";
  }
  const bool watched = !own && leg.connected() && call.state == CallState::kConnected &&
                       leg.user != settings.self.user;
  if (watched && (!armed(timer(leg, LegTimer::kHeartbeat)) ||
                  armed(timer(leg, LegTimer::kLost)) == leg.lost)) {
    return "a member is synced, and taken for lost in time";
  }
  return nullptr;
}

const char* Core::broken_outgoing() const noexcept {
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    const Outgoing& out = outgoing_[s];
    if (!armed(timers_.outgoing(s))) {
      return "an unanswered message has its retry timer armed";
    }
    if (!out.final_message() && (!legs_[out.leg].used || !legs_[out.leg].live())) {
      return "a live message belongs to a live leg";
    }
    if (out.final_message() && out.give_up == kNever) {
      return "a final message is not repeated for ever";
    }
  }
  if (pool_.chunks_used() != 0 && calls_.count() == 0 && outgoing_.count() == 0) {
    return "the pool holds what the tables name";
  }
  return nullptr;
}

}  // namespace doorcall
