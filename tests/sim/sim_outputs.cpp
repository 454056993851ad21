#include <string>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// One output on its way out: traced with the bytes that the wire would see, then obeyed.
struct OutputHandler {
  World& world;
  Device& device;

  void operator()(const SendMessage& send) const { world.on_send(device, send); }
  void operator()(const SendPush& send) const { world.on_push(device, send); }
  void operator()(const SendPresence& send) const { world.on_presence(device, send); }
  void operator()(const OpenLink& open) const { world.open_link(device, open.will); }
  void operator()(const CloseLink&) const { world.close_link(device); }
  void operator()(const StartMedia& start) const {
    world.checks_.media_started(world.now_, device.index, start);
    world.start_media(device, start.call);
  }
  void operator()(const StopMedia& stop) const {
    world.checks_.media_stopped(world.now_, device.index, stop);
    const CallTruth* call = world.checks_.find(stop.call);
    if (call != nullptr && !world.struck(Fault::kMediaHangs)) {
      world.plan_media(device, call->number, MediaState::kDisconnected, 500);
    }
  }
  void operator()(const CallEvent& event) const { world.on_call_event(device, event); }
  void operator()(const InfoEvent& event) const { world.on_info(device, event); }
  void operator()(const InfoReceipt& receipt) const {
    world.checks_.info_received(world.now_, device.index, receipt);
  }
  void operator()(const PulseDoor& order) const { world.on_pulse(device, order); }
  void operator()(const DoorEvent& event) const {
    world.checks_.door(world.now_, device.index, event);
    if (world.plan_.calls == 0) {
      world.doors_[device.index].push_back(event);
    }
  }
  void operator()(const ModeEvent&) const {}
  void operator()(const LinkEvent&) const {}
  void operator()(const PresenceEvent&) const {}
  void operator()(const Stopped&) const {
    device.stopping = true;
    world.checks_.stopped(device.index);
    world.restart_later(device, device.down_for);
  }
};

void World::on_output(Device& device, const Output& output) {
  const bool on_wire = std::holds_alternative<SendMessage>(output) ||
                       std::holds_alternative<SendPresence>(output) ||
                       std::holds_alternative<SendPush>(output);
  if (!on_wire) {
    trace_->output(now_, device.index, output, {});
  }
  std::visit(OutputHandler{*this, device}, output);
}

void World::on_send(Device& device, const SendMessage& send) {
  const std::size_t size = transport::encode(send.message, buffer_);
  const Bytes bytes(buffer_.data(), size);
  trace_->output(now_, device.index, send, bytes);
  checks_.sent(now_, device.index, send);
  if (size == 0 || size > kMessageBytesMax) {
    checks_.fail(now_, "message cannot be encoded", "device d" + std::to_string(device.index));
    return;
  }
  const TopicId topic = inbox(send.to, plan_.devices[device.index].settings.self);
  const PacketId packet = packets_.add(
      {topic, bytes, now_, device.index, kind_of(send.message.body), send.message.header.call, 0});
  publish(device, {packet, false, send.expiry_s});
}

void World::on_presence(Device& device, const SendPresence& send) {
  const std::size_t size = transport::encode(send.presence, buffer_);
  const Bytes bytes(buffer_.data(), size);
  trace_->output(now_, device.index, send, bytes);
  if (size == 0) {
    checks_.fail(now_, "presence cannot be encoded", "device d" + std::to_string(device.index));
    return;
  }
  const Account& self = plan_.devices[device.index].settings.self;
  const TopicId topic = topics_.intern(transport::presence_topic(root_, self).view());
  device.presence = packets_.add({topic, bytes, now_, device.index, MessageKind::kMarker, {}, 0});
  publish(device, {device.presence, true, send.expiry_s});
}

/// No device listens to push topics: what counts is what is said there.
void World::on_push(Device& device, const SendPush& send) {
  const std::size_t size = transport::encode(send.push, buffer_);
  const Bytes bytes(buffer_.data(), size);
  trace_->output(now_, device.index, send, bytes);
  if (size == 0) {
    checks_.fail(now_, "push cannot be encoded", "device d" + std::to_string(device.index));
    return;
  }
  if (hooks_ == nullptr || hooks_->pushes(*this, device.index, send)) {
    checks_.pushed(now_, device.index, send);
  }
}

void World::on_info(Device& device, const InfoEvent& event) {
  if (hooks_ == nullptr || hooks_->tells(*this, device.index, event)) {
    checks_.info(now_, device.index, event);
  }
}

void World::on_call_event(Device& device, const CallEvent& event) {
  if (hooks_ != nullptr && !hooks_->shows(*this, device.index, event)) {
    return;
  }
  checks_.event(now_, device.index, event);
  if (plan_.calls == 0) {
    CallEvent copy = event;  // its views end with the outputs
    copy.caller_name = {};
    copy.line = {};
    copy.offer = {};
    const Bytes data(reinterpret_cast<const std::uint8_t*>(event.data.data()), event.data.size());
    const Packet& kept = packets_.at(packets_.add({0, data, now_, kNobody, {}, event.call, 0}));
    copy.data = {reinterpret_cast<const char*>(kept.bytes.data()), kept.bytes.size()};
    logs_[device.index].push_back(copy);
  }
  react(device, event);
}

}  // namespace doorcall::sim
