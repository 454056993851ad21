// Connections, and what travels on them. Each connection has a number; whatever was on its way when
// it broke is lost (the client's library may send a publication again at the next connect, the
// broker's session delivers again what was not acknowledged). Both ways keep the order of a
// connection; a message that is "overtaken" keeps only the order of its topic.

#include <algorithm>
#include <utility>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {
namespace {

constexpr Millis kConnectTimeout{10'000};

Event link_event(EventKind kind, const Device& device, std::uint32_t value = 0) {
  return {{}, 0, kind, 0, static_cast<std::uint8_t>(device.index), device.connection, value};
}

constexpr auto kRefused = static_cast<std::uint32_t>(LinkLost::Cause::kRefused);
constexpr auto kNetwork = static_cast<std::uint32_t>(LinkLost::Cause::kNetwork);

}  // namespace

Millis World::delay() {
  return Millis{prng_.between(plan_.network.delay_min, plan_.network.delay_max)};
}

/// The broker knows this account no more.
bool World::shut_out(const Device& device) const {
  return plan_.devices[device.index].fate == Fate::kRefused && !acting_;
}

void World::open_link(Device& device, const Presence& will) {
  abandon_link(device);
  const std::size_t size = transport::encode(will, buffer_);
  const Account& self = plan_.devices[device.index].settings.self;
  device.will = packets_.add({topics_.intern(transport::presence_topic(root_, self).view()),
                              Bytes(buffer_.data(), size),
                              now_,
                              device.index,
                              MessageKind::kMarker,
                              {}});
  ++device.connection;
  device.phase = LinkPhase::kOpening;
  device.cut = false;
  if (shut_out(device) || (faulty_ && prng_.chance(plan_.swarm.rate(Fault::kConnectRefused)))) {
    faults_->hit(Fault::kConnectRefused);
    push(now_ + delay(), link_event(EventKind::kLinkLost, device, kRefused));
    return;
  }
  const Instant arrives = std::max(now_ + delay(), device.stalled_until);
  if (!broker_.up() && device.stalled_until <= now_) {
    push(now_ + delay(), link_event(EventKind::kLinkLost, device, kNetwork));
    return;
  }
  if (arrives < now_ + kConnectTimeout) {
    push(arrives, link_event(EventKind::kConnect, device));
  }
  Event timeout = link_event(EventKind::kLinkLost, device, kNetwork);
  timeout.what = 1;  // counts only while the link is not up
  push(now_ + kConnectTimeout, timeout);
}

/// The client closes its socket: what was not sent yet is gone, the broker sees the end.
void World::abandon_link(Device& device) {
  if (device.phase != LinkPhase::kClosed && !device.cut) {
    const Instant seen = std::max(now_ + delay(), device.stalled_until);
    const Instant keep_alive = now_ + plan_.devices[device.index].keep_alive * 3 / 2;
    push(std::min(seen, keep_alive), link_event(EventKind::kBrokerLoses, device));
  }
  device.phase = LinkPhase::kClosed;
  device.cut = true;
}

/// What was published goes out, then DISCONNECT.
void World::close_link(Device& device) {
  if (device.phase == LinkPhase::kUp && !device.cut) {
    Event event = link_event(EventKind::kBrokerLoses, device);
    event.what = 1;  // with a DISCONNECT
    push(std::max({now_ + delay(), device.up_last, device.stalled_until}), event);
    device.phase = LinkPhase::kClosed;
    return;
  }
  abandon_link(device);
}

void World::on_connect(Device& device, const Event& event) {
  if (device.connection != event.connection || device.phase != LinkPhase::kOpening || device.cut ||
      device.stalled_until > now_) {
    return;
  }
  if (shut_out(device)) {
    push(now_ + delay(), link_event(EventKind::kLinkLost, device, kRefused));
    return;
  }
  if (!broker_.up()) {
    push(now_ + delay(), link_event(EventKind::kLinkLost, device, kNetwork));
    return;
  }
  const DevicePlan& plan = plan_.devices[device.index];
  device.down_last = now_ + delay();
  device.up_last = now_;
  device.topic_last.clear();
  if (faulty_ && prng_.chance(plan_.swarm.rate(Fault::kConnackLate))) {
    faults_->hit(Fault::kConnackLate);
    device.down_last = device.down_last + Millis{prng_.between(1'000, 15'000)};
  }
  const Event up = link_event(EventKind::kLinkUp, device);
  device.session_present = broker_.connect(now_, {device.index, device.connection, plan.mqtt5,
                                                  Millis{3'600'000}, device.will, plan.will_delay});
  if (!plan_.network.arrivals_before_up) {
    push(device.down_last, up);
  }
  route();
  const Account& self = plan.settings.self;
  broker_.subscribe(now_, device.index,
                    topics_.intern_filter(transport::inbox_filter(root_, self.user).view()), 2);
  broker_.subscribe(now_, device.index,
                    topics_.intern_filter(transport::presence_filter(root_).view()), 0);
  if (plan_.network.arrivals_before_up) {
    push(device.down_last, up);
  }
  route();
  for (const Publication& again : std::exchange(device.resend, {})) {
    faults_->hit(Fault::kResent);
    broker_.publish(now_, again.packet, again.retain, plan.mqtt5 ? again.expiry_s : std::nullopt);
  }
  route();
}

void World::on_link_up(Device& device, const Event& event) {
  if (device.connection != event.connection || device.cut || !device.running() ||
      device.phase != LinkPhase::kOpening || defer_if_suspended(device, event)) {
    return;
  }
  device.phase = LinkPhase::kUp;
  feed(device, LinkConnected{plan_.devices[device.index].mqtt5, device.session_present}, {});
}

void World::on_link_lost(Device& device, const Event& event) {
  const bool timeout = event.what == 1;
  if (device.connection != event.connection || device.phase == LinkPhase::kClosed ||
      (timeout && device.phase == LinkPhase::kUp) || defer_if_suspended(device, event)) {
    return;
  }
  abandon_link(device);
  if (device.running()) {
    feed(device, LinkLost{static_cast<LinkLost::Cause>(event.value), 0, {}}, {});
  }
}

void World::on_broker_loses(Device& device, const Event& event) {
  if (!broker_.is_connected(device.index, event.connection)) {
    return;
  }
  if (device.connection == event.connection) {
    device.cut = true;
  }
  if (event.what == 1) {
    broker_.disconnect(now_, device.index, event.connection);
    return;
  }
  broker_.lose(now_, device.index, event.connection);
  route();
  if (faulty_ && prng_.chance(plan_.swarm.rate(Fault::kWillLate))) {
    faults_->hit(Fault::kWillLate);
    Event late = link_event(EventKind::kWillLate, device, device.will);
    push(now_ + Millis{prng_.between(0, 12'000)}, late);
  }
}

void World::publish(Device& device, const Publication& publication) {
  if (device.phase != LinkPhase::kUp) {
    return;
  }
  if (device.cut) {
    faults_->hit(Fault::kPublishLost);
    if (prng_.chance(plan_.swarm.rate(Fault::kResent)) && faulty_) {
      device.resend.push_back(publication);
    }
    return;
  }
  device.up_last = std::max({device.up_last, now_ + delay(), device.stalled_until});
  uplinks_.push_back(publication);
  push(device.up_last,
       link_event(EventKind::kUplink, device, static_cast<std::uint32_t>(uplinks_.size() - 1)));
}

void World::on_uplink(Device& device, const Event& event) {
  const Publication publication = uplinks_[event.value];
  if (!broker_.is_connected(device.index, event.connection) ||
      (device.connection == event.connection && device.cut)) {
    faults_->hit(Fault::kPublishLost);
    if (faulty_ && device.running() && prng_.chance(plan_.swarm.rate(Fault::kResent))) {
      device.resend.push_back(publication);
    }
    return;
  }
  const bool mqtt5 = plan_.devices[device.index].mqtt5;
  broker_.publish(now_, publication.packet, publication.retain,
                  mqtt5 ? publication.expiry_s : std::nullopt);
  route();
}

void World::route() {
  Delivery delivery;
  while (broker_.take(delivery)) {
    const Packet& packet = packets_.at(delivery.packet);
    if (hooks_ == nullptr || hooks_->lets_through(*this, packet, delivery.client)) {
      schedule_delivery(delivery);
    } else {
      broker_.acknowledge(delivery.client, delivery.connection, delivery.entry);
    }
  }
}

void World::schedule_delivery(const Delivery& delivery) {
  Device& device = devices_[delivery.client];
  const TopicId topic = packets_.at(delivery.packet).topic;
  if (device.topic_last.size() < topics_.size()) {
    device.topic_last.resize(topics_.size());
  }
  Fault fault = Fault::kMqtt311;
  const bool faulty = faulty_ && plan_.swarm.draw_message_fault(prng_, fault);
  Instant at = std::max({now_ + delay(), device.stalled_until, device.topic_last[topic]});
  if (faulty) {
    faults_->hit(fault);
    const bool slow = fault == Fault::kDelayed || fault == Fault::kOvertaken;
    at += Millis{slow ? prng_.between(0, plan_.network.spike_max) : 0};
  }
  if (!faulty || fault != Fault::kOvertaken) {
    at = std::max(at, device.down_last);
    device.down_last = at;
  }
  device.topic_last[topic] = at;
  deliveries_.push_back(delivery);
  truncated_.push_back(faulty && fault == Fault::kTruncated ? 1 : 0);
  if (faulty && fault == Fault::kAckLost) {
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
  if (faulty && fault == Fault::kDuplicated) {
    push(at + Millis{prng_.between(0, plan_.network.spike_max)}, event);
  }
}

void World::on_downlink(Device& device, const Event& event) {
  if (device.connection != event.connection || device.cut || !device.running() ||
      device.phase == LinkPhase::kClosed || defer_if_suspended(device, event)) {
    return;
  }
  const Delivery delivery = deliveries_[event.value];
  maybe_strike(device);
  if (!device.running() || device.cut || device.suspended_until > now_) {
    return;
  }
  arrive(device, delivery, truncated_[event.value] != 0);
  broker_.acknowledge(delivery.client, delivery.connection, delivery.entry);
}

/// The connection is dead from now on; each side notices in its own time.
void World::cut(Device& device, Millis client_notices, Millis broker_notices) {
  if (device.phase == LinkPhase::kClosed || device.cut) {
    return;
  }
  device.cut = true;
  push(now_ + client_notices, link_event(EventKind::kLinkLost, device, kNetwork));
  push(now_ + broker_notices, link_event(EventKind::kBrokerLoses, device));
}

}  // namespace doorcall::sim
