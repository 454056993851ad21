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

/// How long something takes that is named by `key`.
Millis World::travel(std::uint64_t key) const {
  const auto span =
      static_cast<std::uint64_t>(plan_.network.delay_max - plan_.network.delay_min + 1);
  return Millis{plan_.network.delay_min + static_cast<std::int64_t>(drawn(plan_.seed, key) % span)};
}

Millis World::delay(Device& device) {
  return travel(near_key(Place::kNumber, device.index, 1, device.connection, ++device.delays));
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
                              {},
                              0});
  ++device.connection;
  device.phase = LinkPhase::kOpening;
  device.cut = false;
  if (shut_out(device) ||
      strikes_near(Fault::kConnectRefused,
                   near_key(Place::kRefused, device.index, 0, device.connection, 0))) {
    push(now_ + delay(device), link_event(EventKind::kLinkLost, device, kRefused));
    return;
  }
  const Instant arrives = std::max(now_ + delay(device), device.stalled_until);
  if (!broker_.up() && device.stalled_until <= now_) {
    push(now_ + delay(device), link_event(EventKind::kLinkLost, device, kNetwork));
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
    const Instant seen = std::max(now_ + delay(device), device.stalled_until);
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
    push(std::max({now_ + delay(device), device.up_last, device.stalled_until}), event);
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
    push(now_ + delay(device), link_event(EventKind::kLinkLost, device, kRefused));
    return;
  }
  if (!broker_.up()) {
    push(now_ + delay(device), link_event(EventKind::kLinkLost, device, kNetwork));
    return;
  }
  const DevicePlan& plan = plan_.devices[device.index];
  device.down_last = now_ + delay(device);
  device.up_last = now_;
  device.topic_last.clear();
  const std::uint64_t key = near_key(Place::kConnack, device.index, 0, device.connection, 0);
  if (strikes_near(Fault::kConnackLate, key)) {
    device.down_last = device.down_last + Millis{particulars(key).between(1'000, 15'000)};
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
  const std::uint64_t key = near_key(Place::kWill, device.index, 0, event.connection, 0);
  if (strikes_near(Fault::kWillLate, key)) {
    const Event late = link_event(EventKind::kWillLate, device, device.will);
    push(now_ + Millis{particulars(key).between(0, 12'000)}, late);
  }
}

void World::publish(Device& device, const Publication& publication) {
  if (device.phase != LinkPhase::kUp) {
    return;
  }
  if (device.cut) {
    return publish_lost(device, publication);
  }
  const Packet& packet = packets_.at(publication.packet);
  const Millis up =
      travel(near_key(Place::kPublish, device.index, 1, device.connection, packet.number));
  device.up_last = std::max({device.up_last, now_ + up, device.stalled_until});
  uplinks_.push_back(publication);
  push(device.up_last,
       link_event(EventKind::kUplink, device, static_cast<std::uint32_t>(uplinks_.size() - 1)));
}

/// The client's library may send it again at the next connect.
void World::publish_lost(Device& device, const Publication& publication) {
  faults_->hit(Fault::kPublishLost);
  const std::uint64_t key = near_key(Place::kPublish, device.index, 0, device.connection,
                                     packets_.at(publication.packet).number);
  if (device.running() && strikes_near(Fault::kResent, key)) {
    device.resend.push_back(publication);
  }
}

void World::on_uplink(Device& device, const Event& event) {
  const Publication publication = uplinks_[event.value];
  if (!broker_.is_connected(device.index, event.connection) ||
      (device.connection == event.connection && device.cut)) {
    return publish_lost(device, publication);
  }
  const bool mqtt5 = plan_.devices[device.index].mqtt5;
  broker_.publish(now_, publication.packet, publication.retain,
                  mqtt5 ? publication.expiry_s : std::nullopt);
  route();
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
