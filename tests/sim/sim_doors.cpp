// Locks: driven when they are ordered, mostly. Some can't be, and of some nothing is heard.

#include <algorithm>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

void World::on_pulse(Device& device, const PulseDoor& order) {
  checks_.pulse(now_, device.index, order);
  if (hooks_ != nullptr) {
    hooks_->pulses(*this, device.index, order);
  }
  const auto place = static_cast<std::uint32_t>(pulses_.size());
  fakes::Prng prng = particulars(near_key(Place::kNumber, device.index, 3, place, 0));
  const bool trouble = plan_.calls != 0;  // scenarios have locks that work
  pulses_.push_back({device.index, device.boots, order.number, !trouble || !prng.chance(1'000)});
  if (!trouble || !prng.chance(500)) {
    push(now_ + Millis{trouble ? prng.between(0, 400) : 50},
         {{}, 0, EventKind::kPulsed, 0, static_cast<std::uint8_t>(device.index), 0, place});
  }
}

void World::on_pulsed(Device& device, const Event& event) {
  const Pulse pulse = pulses_[event.value];
  if (device.running() && device.boots == pulse.boots && !defer_if_suspended(device, event)) {
    feed(device, DoorPulsed{pulse.number, pulse.ok}, {});
  }
}

std::size_t World::pulses(std::size_t device) const {
  return static_cast<std::size_t>(std::count_if(
      pulses_.begin(), pulses_.end(), [&](const Pulse& each) { return each.device == device; }));
}

}  // namespace doorcall::sim
