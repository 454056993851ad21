#include <string>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// What the composition root does with an arrival: topic and bytes are read by the real transport
/// code, and what it refuses never reaches the engine.
void World::arrive(Device& device, const Delivery& delivery, bool truncated) {
  const Packet& packet = packets_.at(delivery.packet);
  const transport::ParsedTopic topic = transport::parse_topic(root_, topics_.text(packet.topic));
  Bytes bytes = packet.bytes;
  if (truncated && !bytes.empty()) {
    const std::uint64_t left = drawn(plan_.seed, packet.number) % bytes.size();
    bytes = bytes.first(static_cast<std::size_t>(left));
  }
  // Cut down to nothing, another's presence would seem to be deleted.
  const bool nothing = truncated && bytes.empty();
  const bool own = topic.account == plan_.devices[device.index].settings.self;
  if (topic.kind == transport::TopicKind::kInbox) {
    arrive_message(device, delivery, topic.account, bytes);
  } else if (topic.kind == transport::TopicKind::kPresence && (own || !nothing)) {
    arrive_presence(device, delivery, topic.account, bytes);
  }
}

void World::arrive_message(Device& device, const Delivery& delivery, const Account& sender,
                           Bytes bytes) {
  const transport::DecodeResult result = transport::decode(bytes, decoded_);
  if (!result.ok() && result.error != transport::DecodeError::kUnsupportedVersion) {
    trace_->note(now_, "bytes refused", device.index);
    return;
  }
  if (!run_due(device)) {
    return;
  }
  const Packet& packet = packets_.at(delivery.packet);
  const bool inert = delivery.retained || !result.ok() ||
                     checks_.not_entitled(device.index, sender, decoded_.message());
  if (inert) {
    checks_.coverage().hit(Feat::kForbidden);
  }
  const std::uint64_t before = inert ? checks_.digest(device.index) : 0;
  const Account speaker =
      hooks_ == nullptr ? sender : hooks_->speaker(*this, sender, decoded_.header());
  if (result.ok()) {
    checks_.triggered(device.index, {delivery.retained ? nullptr : &decoded_.message(), sender,
                                     delivery.expiry_left, delivery.stamped - delivery.arrived,
                                     packet.published});
    handle(device,
           MessageReceived{speaker, delivery.retained, delivery.expiry_left, &decoded_.message()},
           bytes);
  } else {
    handle(
        device,
        ForeignVersionReceived{sender, delivery.retained,
                               static_cast<MessageKind>(decoded_.kind_number()), decoded_.header()},
        bytes);
  }
  if (inert && device.running() && checks_.digest(device.index) != before) {
    checks_.fail(now_, "changed by someone not entitled",
                 "device d" + std::to_string(device.index));
  }
}

void World::arrive_presence(Device& device, const Delivery& delivery, const Account& account,
                            Bytes bytes) {
  if (bytes.empty()) {
    feed(device, PresenceCleared{account}, {});
    return;
  }
  if (!transport::decode(bytes, decoded_presence_).ok()) {
    trace_->note(now_, "presence refused", device.index);
    if (account == plan_.devices[device.index].settings.self && !delivery.retained) {
      feed(device, PresenceCleared{account}, {});
    }
    return;
  }
  feed(device,
       PresenceReceived{account, delivery.retained, delivery.expiry_left,
                        decoded_presence_.presence()},
       bytes);
}

}  // namespace doorcall::sim
