// Everything stops at once (PROTOCOL rule 14): the end of a leg that nobody has answered is told to
// every device that may ring, and told again until each of them has said that it heard.

#include <algorithm>

#include "agent/core/core.hpp"

namespace doorcall {

/// What the devices of the invited user are told.
Reason Core::told_to_callee(Reason reason) noexcept {
  if (reason == Reason::kShuttingDown) {
    return Reason::kCancelled;
  }
  return reason == Reason::kDeclinedEverywhere ? Reason::kDeclinedElsewhere : reason;
}

namespace {

bool has_refused(const Leg& leg, const DeviceId& device) noexcept {
  const auto* end = leg.devices.begin() + leg.device_count;
  return std::any_of(leg.devices.begin(), end, [&](const LegDevice& each) {
    return each.device == device && each.answer == LegDevice::Answer::kRefused;
  });
}

}  // namespace

/// The devices that may ring: those that were heard from, and those known online.
std::size_t Core::ringing_devices(const Leg& leg, std::span<DeviceId> found) const noexcept {
  std::size_t count = 0;
  const auto add = [&](const DeviceId& device) {
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(count);
    if (count < found.size() && !has_refused(leg, device) &&
        std::find(found.begin(), end, device) == end) {
      found[count++] = device;
    }
  };
  for (std::size_t i = 0; i < leg.device_count; ++i) {
    add(leg.devices[i].device);
  }
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    if (peers_[s].account.user == leg.user && peers_[s].online()) {
      add(peers_[s].account.device);
    }
  }
  return count;
}

/// `said` goes to the callee's devices, `heard` to our listeners.
void Core::end_pending(Call& call, Reason reason, std::string_view said,
                       std::string_view heard) noexcept {
  const Leg& leg = invited_leg(call);
  std::array<DeviceId, kDevicesPerLegMax> targets;
  const std::size_t count = ringing_devices(leg, targets);
  drop_live_outgoing(call);
  if (count > 0 || leg.device_count == 0) {
    repeat_final(MessageKind::kCancel, call, told_to_callee(reason), said, {targets.data(), count});
  }
  finish(call, reason, heard);
}

}  // namespace doorcall
