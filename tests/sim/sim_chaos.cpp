// Faults that strike at events: at a message's arrival, a timer or a person's deed, because that is
// when they hurt. Which of them exist, and how often, is the world's swarm.

#include <algorithm>
#include <array>
#include <string>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {
namespace {

const Account kMallory{*DeviceId::parse("m1"), *UserId::parse("mallory")};

/// A well-formed message about `call` that its sender has no right to send.
Message forge(fakes::Prng& prng, const CallTruth& call, const WorldPlan& plan) {
  constexpr std::array<std::uint32_t, 3> kNumbers = {0, 1, 7};
  Message message;
  message.header.call = call.id;
  message.header.leg = {plan.devices[call.caller].settings.self, kNumbers[prng.below(3)]};
  message.header.incarnation = prng.next() | 1U;
  message.header.connect = 1 + prng.below(3);
  message.header.sequence = 1 + prng.below(20);
  const DeviceId winner = plan.devices[call.callee].settings.self.device;
  const auto reason = static_cast<Reason>(1 + prng.below(kReasonLast));
  switch (prng.below(8)) {
    case 0: message.body = Ringing{}; break;
    case 1: message.body = Accept{}; break;
    case 2: message.body = Confirm{winner, 1}; break;
    case 3: message.body = Reject{reason, "forged"}; break;
    case 4: message.body = Cancel{reason, "forged"}; break;
    case 5: message.body = End{reason, "forged"}; break;
    case 6:
      message.body = Sync{};
      message.header.to = winner;
      break;
    default: message.body = Ack{1 + prng.below(20)}; break;
  }
  return message;
}

Survives survival_of(Fault fault) {
  if (fault == Fault::kBrokerKilledNoStore) {
    return Survives::kNothing;
  }
  if (fault == Fault::kBrokerKilledLastLost) {
    return Survives::kAllButLast;
  }
  if (fault == Fault::kBrokerKilledQueuesLost) {
    return Survives::kSessionsOnly;
  }
  return fault == Fault::kBrokerKilledOldStore ? Survives::kOldSave : Survives::kEverything;
}

}  // namespace

void World::maybe_strike(Device& device) {
  Fault fault = Fault::kReset;
  if (!faulty_ || !acting_ || !plan_.swarm.draw_strike(prng_, fault)) {
    return;
  }
  if (plan_.swarm.rate(Fault::kBrokerKilledOldStore) != 0 && prng_.chance(5'000)) {
    broker_.save();
  }
  strike(device, fault);
}

void World::strike(Device& device, Fault fault) {
  const Millis keep_alive = plan_.devices[device.index].keep_alive;
  const bool linked = device.phase != LinkPhase::kClosed && !device.cut;
  trace_->note(now_, to_string(fault), device.index);
  faults_->hit(fault);
  if (fault >= Fault::kGarbage && fault <= Fault::kForeignVersion) {
    outsider(device, fault);
  } else if (fault >= Fault::kBrokerKilledStoreKept && fault <= Fault::kBrokerKilledOldStore) {
    kill_broker(survival_of(fault), Millis{prng_.between(50, 15'000)});
  } else if (fault == Fault::kReset) {
    reset(device.index);
  } else if (fault == Fault::kPartitioned) {
    const Millis span{prng_.between(300, 40'000)};
    stall(device.index, span, span > keep_alive || prng_.chance(3'000));
  } else if (fault == Fault::kOnlyClientThinksUp && linked) {
    cut(device, Millis{prng_.between(500, 5 * keep_alive.count() / 2)}, Millis{0});
  } else if (fault == Fault::kOnlyBrokerThinksUp && linked) {
    cut(device, Millis{0}, keep_alive * 3 / 2);
  } else if (fault == Fault::kTakenOver && linked) {
    broker_.destroy_session(device.index);
    cut(device, delay(), Millis{0});
  } else if (fault == Fault::kBrokerClockStepped) {
    broker_.step_clock(Millis{prng_.chance(5'000) ? 1'000 : -1'000});
  } else if (fault == Fault::kCrashed) {
    crash_for_a_while(device);
  } else if (fault == Fault::kCrashedMidOutput) {
    device.crash_after = static_cast<int>(prng_.below(4));
  } else if (fault == Fault::kSuspended) {
    device.suspended_until = now_ + Millis{prng_.between(100, 60'000)};
    device.wake = std::max(device.wake, device.suspended_until);
    if (device.suspended_until > now_ + keep_alive * 3 / 2) {
      cut(device, device.suspended_until - now_, keep_alive * 3 / 2);
    }
  } else if (fault == Fault::kStoppedAndStarted && !device.stopping) {
    feed(device, Stop{}, {});
  } else if (fault == Fault::kReplayed || fault == Fault::kRetainedSignal) {
    replay(device, fault == Fault::kRetainedSignal);
  }
}

void World::crash_for_a_while(Device& device) {
  crash(device.index);
  push(now_ + Millis{prng_.between(50, 20'000)},
       {{}, 0, EventKind::kBoot, 0, static_cast<std::uint8_t>(device.index), 0, 0});
}

void World::outsider(Device& device, Fault fault) {
  const UserId& user = plan_.devices[device.index].settings.self.user;
  Packet packet;
  packet.topic = inbox(user, kMallory);
  std::size_t size = 0;
  if (fault == Fault::kGarbage) {
    size = prng_.below(200);
    for (std::size_t i = 0; i < size; ++i) {
      buffer_[i] = static_cast<std::uint8_t>(prng_.below(256));
    }
  } else {
    if (checks_.calls().empty()) {
      return;
    }
    const auto newest = static_cast<std::uint32_t>(checks_.calls().size());
    const CallTruth& call = checks_.calls()[newest - 1 - prng_.below(std::min(newest, 3U))];
    const std::size_t from = prng_.below(static_cast<std::uint32_t>(devices_.size()));
    if (from != call.caller && from != call.callee && from != device.index) {
      packet.topic = inbox(user, plan_.devices[from].settings.self);
    }
    size = transport::encode(forge(prng_, call, plan_), buffer_);
    if (fault == Fault::kForeignVersion) {
      buffer_[2] = 2;  // the value of the header's first key, the version
    } else if (prng_.chance(2'000)) {
      buffer_[prng_.below(static_cast<std::uint32_t>(size))] ^= 0x15;
    }
  }
  packet.bytes = Bytes(buffer_.data(), size);
  inject(device.index, packet, false, 5 + prng_.below(60));
}

/// An old message comes once more, as from a broker that forgot that it was acknowledged.
void World::replay(Device& device, bool retained) {
  const auto count = static_cast<std::uint32_t>(deliveries_.size());
  if (count == 0) {
    return;
  }
  const Delivery& old = deliveries_[count - 1 - prng_.below(std::min(count, 60U))];
  const Packet& packet = packets_.at(old.packet);
  if (old.client == device.index && !(retained && packet.call.empty())) {
    inject(device.index, packet, retained, std::nullopt);
  }
}

void World::inject(std::size_t index, const Packet& packet, bool retained,
                   std::optional<std::uint32_t> expiry_left) {
  Device& device = devices_[index];
  if (!device.running() || device.suspended_until > now_) {
    return;
  }
  Packet copy = packet;
  copy.published = copy.published == Instant{} ? now_ : copy.published;
  Delivery delivery;
  delivery.client = index;
  delivery.packet = packets_.add(copy);
  delivery.retained = retained;
  delivery.expiry_left = expiry_left;
  delivery.arrived = now_;
  delivery.stamped = now_;
  arrive(device, delivery, false);
}

void World::inject_later(std::size_t index, const Packet& packet, std::uint32_t expiry_left,
                         Millis wait) {
  Delivery delivery;
  delivery.client = index;
  delivery.packet = packets_.add(packet);
  delivery.expiry_left = expiry_left;
  delivery.arrived = packet.published;
  delivery.stamped = now_ + wait;
  deliveries_.push_back(delivery);
  truncated_.push_back(0);
  push(now_ + wait, {{},
                     0,
                     EventKind::kInjected,
                     0,
                     static_cast<std::uint8_t>(index),
                     0,
                     static_cast<std::uint32_t>(deliveries_.size() - 1)});
}

void World::reset(std::size_t index) {
  Device& device = devices_[index];
  const Millis client_notices = delay();  // not as arguments: their order is the compiler's choice
  cut(device, client_notices, delay());
}

void World::stall(std::size_t index, Millis span, bool broken) {
  Device& device = devices_[index];
  const Millis keep_alive = plan_.devices[index].keep_alive;
  device.stalled_until = std::max(device.stalled_until, now_ + span);
  if (broken) {
    cut(device, Millis{prng_.between(keep_alive.count(), 5 * keep_alive.count() / 2)},
        keep_alive * 3 / 2);
  }
}

void World::kill_broker(Survives survives, Millis down_for) {
  if (!broker_.up()) {
    return;
  }
  broker_.kill(survives);
  for (Device& device : devices_) {
    cut(device, device.stalled_until > now_ ? plan_.devices[device.index].keep_alive : delay(),
        Millis{0});
  }
  push(now_ + down_for, {{}, 0, EventKind::kBrokerUp, 0, 0, 0, 0});
}

void World::heal() {
  faulty_ = false;
  acting_ = false;
  broker_.restart();
  for (Device& device : devices_) {
    const Fate fate = plan_.devices[device.index].fate;
    device.suspended_until = now_;
    device.stalled_until = now_;
    device.crash_after = -1;
    if (fate == Fate::kDead) {
      crash(device.index);
      faults_->hit(Fault::kNeverHealed);
      continue;
    }
    boot(device.index);
    set_wake(device);
    if (fate == Fate::kHealed) {
      continue;
    }
    faults_->hit(Fault::kNeverHealed);
    if (fate == Fate::kCutOff) {
      stall(device.index, Millis{1'000'000'000'000}, true);
    } else {
      reset(device.index);
    }
  }
}

}  // namespace doorcall::sim
