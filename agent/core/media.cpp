// The media hook: started when the call is connected, stopped at its end. What it reports drives
// the busy rule and can end the call (FEATURES B1, M1, M2).

#include "agent/core/core.hpp"

namespace doorcall {

namespace {

bool holds_devices(MediaState state) noexcept {
  switch (state) {
    case MediaState::kPreparing:
    case MediaState::kConnecting:
    case MediaState::kConnected:
    case MediaState::kReconnecting: return true;
    case MediaState::kNone:
    case MediaState::kDisconnected:
    case MediaState::kFailed: return false;
  }
  return false;
}

}  // namespace

void Core::start_media(Call& call) noexcept {
  if (!settings.media_hook) {
    return;
  }
  call.media_state = MediaState::kPreparing;
  arm_in(timer(call, CallTimer::kMediaStart), settings.media_start_time);
  put(StartMedia{call.id, call.outgoing, peer_of(call), call.media});
}

/// The user at the other end goes on at another device: the hook has a new peer.
void Core::restart_media(Call& call) noexcept {
  if (call.media_state == MediaState::kNone) {
    return;
  }
  put(StopMedia{call.id, Reason::kMoved});
  disarm(timer(call, CallTimer::kMediaStart));
  start_media(call);
}

/// The line stays busy until the hook has let go of its devices, but never for long.
void Core::stop_media(Call& call, Reason reason) noexcept {
  if (call.media_state == MediaState::kNone) {
    return;
  }
  put(StopMedia{call.id, reason});
  if (!holds_devices(call.media_state)) {
    return;
  }
  const Slot slot = drains_.take();
  if (slot != kNoSlot) {
    drains_[slot].call = call.id;
    arm_in(timers_.drain(slot), kMediaDrainTime);
  }
}

void Core::forget_drain(const CallId& call) noexcept {
  const Slot drain = drains_.find([&](const Drain& each) { return each.call == call; });
  if (drain != kNoSlot) {
    disarm(timers_.drain(drain));
    drains_.give_back(drain);
  }
}

Result Core::on(const MediaReported& input) noexcept {
  const Slot slot = find_call(input.call);
  if (slot == kNoSlot) {
    if (!holds_devices(input.state)) {
      forget_drain(input.call);
    }
    return {};
  }
  Call& call = calls_[slot];
  const bool started = call.media_state != MediaState::kNone;
  if (!started || input.state == call.media_state || input.state == MediaState::kNone ||
      input.state == MediaState::kPreparing) {
    ++counters.dropped_bad_state;
    return {};
  }
  call.media_state = input.state;
  emit(call, CallChange::kMedia);
  if (input.state == MediaState::kConnected) {
    disarm(timer(call, CallTimer::kMediaStart));
  } else if (input.state == MediaState::kFailed) {
    leave_call(call, Reason::kMediaFailed);
  } else if (input.state == MediaState::kDisconnected) {
    leave_call(call, Reason::kHangUp);
  }
  stop_if_said();
  return {};
}

}  // namespace doorcall
