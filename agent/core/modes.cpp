// What the device does with calls by itself: do not disturb, ring-to-open, and silence for one call
// (FEATURES B5, D5). Times of day are the composition root's: here only durations are known.

#include "agent/core/core.hpp"

namespace doorcall {

Result Core::on(const SetDnd& command) noexcept {
  if (link_state == LinkState::kStopped) {
    return {Errc::kNotStarted, {}, {}};
  }
  if (command.duration.count() < 0 || command.duration > kModeTimeMax) {
    return {Errc::kTimeoutOutOfRange, {}, {}};
  }
  const TimerId ends = timers_.agent(AgentTimer::kDnd);
  disarm(ends);
  mode.dnd = command.on;
  mode.dnd_until = kNever;
  if (command.on && command.duration.count() > 0) {
    mode.dnd_until = after(now_, command.duration);
    arm(ends, mode.dnd_until);
  }
  mode_changed();
  return {};
}

Result Core::on(const SetRingToOpen& command) noexcept {
  if (link_state == LinkState::kStopped) {
    return {Errc::kNotStarted, {}, {}};
  }
  if (command.duration.count() < 0 || command.duration > kModeTimeMax) {
    return {Errc::kTimeoutOutOfRange, {}, {}};
  }
  const bool on = command.duration.count() > 0;
  if (on && (settings.doors.count == 0 || settings.chime_only)) {
    return {Errc::kNotAllowed, {}, {}};
  }
  const TimerId ends = timers_.agent(AgentTimer::kRingToOpen);
  disarm(ends);
  mode.ring_to_open = on;
  mode.ring_to_open_until = after(now_, command.duration);
  if (on) {
    arm(ends, mode.ring_to_open_until);
  }
  mode_changed();
  return {};
}

void Core::on_dnd_time() noexcept {
  mode.dnd = false;
  mode_changed();
}

void Core::on_ring_to_open_time() noexcept {
  mode.ring_to_open = false;
  mode_changed();
}

void Core::mode_changed() noexcept {
  put(ModeEvent{mode});
  presence_changed();
}

Result Core::on(const SilenceCall& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  Call& call = calls_[slot];
  switch (call.state) {
    case CallState::kRinging: break;
    case CallState::kAccepting:
    case CallState::kConnected:
      return {call.outgoing || call.joining ? Errc::kNotInvited : Errc::kAlreadyAccepted,
              command.call,
              {}};
    case CallState::kCalling: return {Errc::kNotInvited, command.call, {}};
    case CallState::kIdle:
    case CallState::kEnded: return {Errc::kUnknownCall, command.call, {}};
  }
  if (call.silenced) {
    return {Errc::kAlreadySent, command.call, {}};
  }
  call.silenced = true;
  post_ringing(call, alert_of(call));
  emit(call, CallChange::kSilenced);
  return {Errc::kOk, command.call, {}};
}

}  // namespace doorcall
