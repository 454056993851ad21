// An MQTT broker as a plain state machine, for the simulator.
//
// Each client has a session with a queue; a message stays in it from its arrival until the client
// acknowledges it, so a broken connection leads to redelivery and the loss of a queue to the loss
// of acknowledged messages. The network between client and broker is not modelled here: whoever
// drives this decides when a packet arrives, is lost, comes twice or is overtaken.

#include "tests/sim/sim_broker.hpp"

#include <algorithm>
#include <utility>

namespace doorcall::sim {

SimBroker::SimBroker(const Packets& packets, const Topics& topics, std::size_t clients)
    : packets_(&packets), topics_(&topics) {
  store_.sessions.resize(clients);
  saved_ = store_;
}

std::int64_t SimBroker::seconds(Instant now) const {
  return (now.time_since_epoch() + clock_offset_).count() / 1000;
}

bool SimBroker::is_connected(std::size_t client, std::uint32_t connection) const {
  const Session& session = store_.sessions[client];
  return up_ && session.connected && session.connection == connection;
}

bool SimBroker::connect(Instant now, const ConnectSpec& spec) {
  Session& session = store_.sessions[spec.client];
  const bool present = session.exists;
  session.exists = true;
  session.connected = true;
  session.mqtt5 = spec.mqtt5;
  session.connection = spec.connection;
  session.expiry = spec.mqtt5 ? spec.session_expiry : Millis{-1};
  session.will = spec.will;
  session.will_delay = spec.mqtt5 ? spec.will_delay : Millis{0};
  session.will_due = kNever;
  session.ends = kNever;
  std::vector<Queued> waiting = std::exchange(session.queue, {});
  for (const Queued& message : waiting) {
    enqueue(now, spec.client, message);
  }
  return present;
}

void SimBroker::subscribe(Instant now, std::size_t client, std::size_t filter,
                          std::uint8_t retain_handling) {
  Session& session = store_.sessions[client];
  const bool known =
      std::any_of(session.subscriptions.begin(), session.subscriptions.end(),
                  [filter](const Subscription& held) { return held.filter == filter; });
  if (!known) {
    session.subscriptions.push_back({filter});
  }
  if (retain_handling == 2 || (retain_handling == 1 && known)) {
    return;
  }
  for (TopicId topic = 0; topic < store_.retained.size(); ++topic) {
    const Retained& kept = store_.retained[topic];
    if (kept.packet != kNoPacket && topics_->takes(filter, topic)) {
      enqueue(now, client, {0, kept.packet, true, kept.expires_s, kept.arrived});
    }
  }
}

PacketId SimBroker::retained(TopicId topic) const {
  return topic < store_.retained.size() ? store_.retained[topic].packet : kNoPacket;
}

void SimBroker::publish(Instant now, PacketId packet, bool retain,
                        std::optional<std::uint32_t> expiry_s) {
  const TopicId topic = packets_->at(packet).topic;
  std::optional<std::int64_t> expires;
  if (expiry_s) {
    expires = seconds(now) + std::int64_t{*expiry_s};
  }
  if (retain) {
    if (store_.retained.size() <= topic) {
      store_.retained.resize(topic + std::size_t{1});
    }
    const bool clears = packets_->at(packet).bytes.empty();
    store_.retained[topic] = {clears ? kNoPacket : packet, expires, now};
    store_.last_retained = topic;
  }
  for (std::size_t client = 0; client < store_.sessions.size(); ++client) {
    for (const Subscription& held : store_.sessions[client].subscriptions) {
      if (topics_->takes(held.filter, topic)) {
        enqueue(now, client, {0, packet, false, expires, now});
      }
    }
  }
}

void SimBroker::enqueue(Instant now, std::size_t client, const Queued& message) {
  Session& session = store_.sessions[client];
  if (message.expires_s && seconds(now) > *message.expires_s) {
    return;
  }
  session.queue.push_back(message);
  session.queue.back().entry = ++entries_;
  if (session.connected) {
    send(now, client, session.queue.back());
  }
}

void SimBroker::send(Instant now, std::size_t client, const Queued& message) {
  const Session& session = store_.sessions[client];
  Delivery delivery{client,           session.connection, message.entry,   message.packet,
                    message.retained, std::nullopt,       message.arrived, now};
  if (message.expires_s && session.mqtt5) {
    const std::int64_t left = *message.expires_s - seconds(now);
    if (left > 0) {
      delivery.expiry_left = static_cast<std::uint32_t>(left);
    }
  }
  out_.push_back(delivery);
}

bool SimBroker::take(Delivery& out) {
  if (out_next_ == out_.size()) {
    out_.clear();
    out_next_ = 0;
    return false;
  }
  out = out_[out_next_++];
  return true;
}

void SimBroker::acknowledge(std::size_t client, std::uint32_t connection, std::uint64_t entry) {
  if (!is_connected(client, connection)) {
    return;
  }
  std::vector<Queued>& queue = store_.sessions[client].queue;
  const auto found = std::find_if(queue.begin(), queue.end(),
                                  [entry](const Queued& held) { return held.entry == entry; });
  if (found != queue.end()) {
    queue.erase(found);
  }
}

void SimBroker::disconnect(Instant now, std::size_t client, std::uint32_t connection) {
  if (!is_connected(client, connection)) {
    return;
  }
  store_.sessions[client].will = kNoPacket;
  lose(now, client, connection);
}

void SimBroker::lose(Instant now, std::size_t client, std::uint32_t connection) {
  if (!is_connected(client, connection)) {
    return;
  }
  Session& session = store_.sessions[client];
  session.connected = false;
  session.ends = session.expiry.count() < 0 ? kNever : after(now, session.expiry);
  if (session.will == kNoPacket) {
    return;
  }
  session.will_due = std::min(after(now, session.will_delay), session.ends);
  if (session.will_due <= now) {
    send_will(now, client);
  }
}

void SimBroker::send_will(Instant now, std::size_t client) {
  Session& session = store_.sessions[client];
  session.will_due = kNever;
  publish(now, std::exchange(session.will, kNoPacket), true, std::nullopt);
}

void SimBroker::destroy_session(std::size_t client) {
  store_.sessions[client] = Session{};
}

Instant SimBroker::next_deadline() const {
  Instant next = kNever;
  if (up_) {
    for (const Session& session : store_.sessions) {
      next = std::min(next, std::min(session.will_due, session.ends));
    }
  }
  return next;
}

void SimBroker::pass_time(Instant now) {
  for (std::size_t client = 0; up_ && client < store_.sessions.size(); ++client) {
    if (store_.sessions[client].will_due <= now) {
      send_will(now, client);
    }
    if (store_.sessions[client].ends <= now) {
      destroy_session(client);
    }
  }
}

void SimBroker::save() {
  saved_ = store_;
}

void SimBroker::kill(Survives survives) {
  up_ = false;
  out_.clear();
  out_next_ = 0;
  switch (survives) {
    case Survives::kEverything: break;
    case Survives::kNothing: {
      const std::size_t clients = store_.sessions.size();
      store_ = Store{};
      store_.sessions.resize(clients);
      break;
    }
    case Survives::kAllButLast: {
      for (Session& session : store_.sessions) {
        if (!session.queue.empty()) {
          session.queue.pop_back();
        }
      }
      if (store_.last_retained < store_.retained.size()) {
        store_.retained[store_.last_retained] = Retained{};
      }
      break;
    }
    case Survives::kSessionsOnly: {
      for (Session& session : store_.sessions) {
        session.queue.clear();
      }
      break;
    }
    case Survives::kOldSave: store_ = saved_; break;
  }
  for (Session& session : store_.sessions) {
    session.connected = false;
    session.will = kNoPacket;
    session.will_due = kNever;
  }
}

}  // namespace doorcall::sim
