// From the broker to the devices: which messages pass the bridge, when they arrive, and what
// happens to them on the way.

#include <algorithm>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// A message from one site to the other while the bridge between them is cut.
bool World::across_cut_bridge(const Packet& packet, const Device& to) const {
  if (bridge_back_ <= now_ || packet.sender >= devices_.size()) {
    return false;
  }
  return plan_.second_site(plan_.devices[packet.sender].user) !=
         plan_.second_site(plan_.devices[to.index].user);
}

void World::route() {
  Delivery delivery;
  while (broker_.take(delivery)) {
    const Packet& packet = packets_.at(delivery.packet);
    const bool cut_off = across_cut_bridge(packet, devices_[delivery.client]);
    const bool passes = hooks_ == nullptr || hooks_->lets_through(*this, packet, delivery.client);
    if (passes && (!cut_off || waits_for_bridge(delivery))) {
      schedule_delivery(delivery);
    } else {
      broker_.acknowledge(delivery.client, delivery.connection, delivery.entry);
    }
  }
}

/// False if the message does not outlive its wait in the bridge.
bool World::waits_for_bridge(Delivery& delivery) const {
  const std::uint32_t wait = ceil_seconds(bridge_back_ - now_);
  if (!bridge_stores_ || (delivery.expiry_left && *delivery.expiry_left <= wait)) {
    return false;
  }
  if (delivery.expiry_left) {
    *delivery.expiry_left -= wait;
  }
  delivery.stamped = bridge_back_;
  return true;
}

void World::schedule_delivery(const Delivery& delivery) {
  Device& device = devices_[delivery.client];
  const Packet& packet = packets_.at(delivery.packet);
  if (device.topic_last.size() < topics_.size()) {
    device.topic_last.resize(topics_.size());
  }
  const std::uint64_t key =
      near_key(Place::kMessage, packet.sender, device.index, delivery.connection, packet.number);
  const std::optional<Fault> fault = message_fault(key);
  const bool bridged = delivery.stamped > now_;
  Instant at = std::max({now_ + travel(key), device.stalled_until, delivery.stamped + travel(key),
                         device.topic_last[packet.topic]});
  const std::int64_t spike = particulars(key).between(0, plan_.network.spike_max);
  // What is late already is not made later: else one delay would come on top of the other.
  const bool late = at > now_ + Millis{plan_.network.spike_max};
  if ((fault == Fault::kDelayed || fault == Fault::kOvertaken) && !late) {
    at += Millis{spike};
  }
  if (fault != Fault::kOvertaken && !bridged) {
    at = std::max(at, device.down_last);
    device.down_last = at;
  }
  device.topic_last[packet.topic] = at;
  deliveries_.push_back(delivery);
  truncated_.push_back(fault == Fault::kTruncated ? 1 : 0);
  if (fault == Fault::kAckLost) {
    deliveries_.back().entry = 0;
  }
  const Event event = {{},
                       0,
                       EventKind::kDownlink,
                       0,
                       static_cast<std::uint8_t>(device.index),
                       delivery.connection,
                       static_cast<std::uint32_t>(deliveries_.size() - 1)};
  push(at, event);
  if (fault == Fault::kDuplicated) {
    push(at + Millis{spike}, event);
  }
}

void World::on_downlink(Device& device, const Event& event) {
  if (device.connection != event.connection || device.cut || !device.running() ||
      device.phase == LinkPhase::kClosed || defer_if_suspended(device, event)) {
    return;
  }
  const Delivery delivery = deliveries_[event.value];
  maybe_strike(device);
  if (!device.running() || device.cut || defer_if_suspended(device, event)) {
    return;
  }
  arrive(device, delivery, truncated_[event.value] != 0);
  broker_.acknowledge(delivery.client, delivery.connection, delivery.entry);
}

}  // namespace doorcall::sim
