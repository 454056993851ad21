// Faults that strike at events: at a message's arrival, a timer or a person's deed, because that is
// when they hurt. Which of them exist, and how often, is the world's swarm.

#include <algorithm>
#include <array>
#include <string>

#include "tests/sim/sim_forge.hpp"
#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {
namespace {

const Account kMallory{*DeviceId::parse("m1"), *UserId::parse("mallory")};

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
  if (!faulty_ || !acting_) {
    return;
  }
  if (replay_) {
    const Item* item = replay_->next();
    if (item != nullptr && item->kind == ItemKind::kStrike && item->device == device.index &&
        item->at <= now_ && item->turn <= turn_) {
      act_again(*item);
    }
    return;
  }
  Fault fault = Fault::kReset;
  if (!plan_.swarm.draw_strike(prng_, fault)) {
    return;
  }
  const std::uint64_t salt = prng_.next();
  if (record_ != nullptr) {
    const auto index = static_cast<std::uint8_t>(device.index);
    record_->items.push_back({ItemKind::kStrike, now_, turn_, index, fault, salt, {}});
  }
  strike(device, fault, salt);
}

/// `salt`: its particulars are drawn from it.
void World::strike(Device& device, Fault fault, std::uint64_t salt) {
  fakes::Prng prng(salt);
  trace_->note(now_, to_string(fault), device.index);
  faults_->hit(fault);
  if (plan_.swarm.rate(Fault::kBrokerKilledOldStore) != 0 && prng.chance(5'000)) {
    broker_.save();
  }
  if (fault >= Fault::kGarbage && fault <= Fault::kForeignVersion) {
    attack(device, fault, prng);
  } else if (fault >= Fault::kBrokerKilledStoreKept && fault <= Fault::kBrokerKilledOldStore) {
    kill_broker(survival_of(fault), Millis{prng.between(50, 15'000)});
  } else if (fault == Fault::kBrokerClockStepped) {
    broker_.step_clock(Millis{prng.chance(5'000) ? 1'000 : -1'000});
  } else if (fault == Fault::kBridgeCut || fault == Fault::kBridgeStored) {
    cut_bridge(Millis{prng.between(300, 40'000)}, fault == Fault::kBridgeStored);
  } else if (fault == Fault::kReplayed || fault == Fault::kRetainedSignal) {
    come_again(device, fault == Fault::kRetainedSignal, prng);
  } else if (fault >= Fault::kCrashed && fault <= Fault::kStoppedAndStarted) {
    strike_agent(device, fault, prng);
  } else {
    strike_link(device, fault, prng);
  }
}

void World::strike_link(Device& device, Fault fault, fakes::Prng& prng) {
  const Millis keep_alive = plan_.devices[device.index].keep_alive;
  const bool linked = device.phase != LinkPhase::kClosed && !device.cut;
  if (fault == Fault::kReset) {
    reset(device.index);
  } else if (fault == Fault::kPartitioned) {
    const Millis span{prng.between(300, 40'000)};
    stall(device.index, span, span > keep_alive || prng.chance(3'000));
  } else if (fault == Fault::kOnlyClientThinksUp && linked) {
    cut(device, Millis{prng.between(500, 5 * keep_alive.count() / 2)}, Millis{0});
  } else if (fault == Fault::kOnlyBrokerThinksUp && linked) {
    cut(device, Millis{0}, keep_alive * 3 / 2);
  } else if (fault == Fault::kTakenOver && linked) {
    broker_.destroy_session(device.index);
    cut(device, delay(device), Millis{0});
  }
}

void World::strike_agent(Device& device, Fault fault, fakes::Prng& prng) {
  const Millis keep_alive = plan_.devices[device.index].keep_alive;
  const Millis down{prng.between(50, 20'000)};
  if (fault == Fault::kCrashed) {
    crash_for(device, down);
  } else if (fault == Fault::kRecalled) {
    crash_and_call_again(device, prng);
  } else if (fault == Fault::kCrashedMidOutput) {
    device.crash_after = static_cast<int>(prng.below(4));
    device.down_for = down;
  } else if (fault == Fault::kSuspended) {
    device.suspended_until = now_ + Millis{prng.between(100, 60'000)};
    checks_.suspended(device.index, device.suspended_until);
    device.wake = std::max(device.wake, device.suspended_until);
    if (device.suspended_until > now_ + keep_alive * 3 / 2) {
      cut(device, device.suspended_until - now_, keep_alive * 3 / 2);
    }
  } else if (fault == Fault::kStoppedAndStarted && !device.stopping && device.running()) {
    device.down_for = down / 2;
    feed(device, Stop{}, {});
  }
}

/// A reboot in the middle of a call; the person presses the button again at once.
void World::crash_and_call_again(Device& device, fakes::Prng& prng) {
  std::size_t user = kNobody;
  for (const CallTruth& call : checks_.calls()) {
    const Side& side = call.sides[device.index];
    for (const LegTruth& leg : call.legs) {
      const bool other = leg.user != plan_.devices[device.index].user;
      if (side.live() && side.state == CallState::kConnected) {
        user = other ? leg.user : plan_.devices[leg.owner].user;
      }
    }
  }
  crash_for(device, Millis{prng.between(20, 500)});
  if (user != kNobody) {
    plan_at(now_ + Millis{prng.between(600, 3'000)}, device.index, Deed::kCallBack,
            static_cast<std::uint32_t>(user + 1));
  }
}

void World::crash_for(Device& device, Millis span) {
  crash(device.index);
  push(now_ + span, {{}, 0, EventKind::kBoot, 0, static_cast<std::uint8_t>(device.index), 0, 0});
}

void World::restart_later(Device& device, Millis span) {
  push(now_ + std::max(span, Millis{100}),
       {{}, 0, EventKind::kStart, 0, static_cast<std::uint8_t>(device.index), 0, 0});
}

void World::cut_bridge(Millis span, bool stored) {
  bridge_back_ = std::max(bridge_back_, now_ + span);
  bridge_stores_ = stored;
}

/// Somebody says what it has no right to say: garbage, a foreigner, another user of this site, a
/// party of the call about a leg that is not its own.
void World::attack(Device& device, Fault fault, fakes::Prng& prng) {
  const UserId& user = plan_.devices[device.index].settings.self.user;
  Packet packet;
  packet.topic = inbox(user, kMallory);
  std::size_t size = 0;
  if (fault == Fault::kGarbage) {
    size = prng.below(200);
    for (std::size_t i = 0; i < size; ++i) {
      buffer_[i] = static_cast<std::uint8_t>(prng.below(256));
    }
  } else {
    if (checks_.calls().empty()) {
      return;
    }
    const auto newest = static_cast<std::uint32_t>(checks_.calls().size());
    CallTruth& call = checks_.calls()[newest - 1 - prng.below(std::min(newest, 3U))];
    const Forgery forgery = forge(prng, checks_, call, device.index, fault);
    if (forgery.sender != kNobody) {
      packet.topic = inbox(user, checks_.truth().account(forgery.sender));
    }
    size = transport::encode(forgery.message, buffer_);
    if (size != 0 && fault == Fault::kForeignVersion) {
      buffer_[2] = 2;  // the value of the header's first key, the version
    } else if (size != 0 && fault == Fault::kStranger && prng.chance(2'000)) {
      buffer_[prng.below(static_cast<std::uint32_t>(size))] ^= 0x15;
    }
  }
  packet.bytes = Bytes(buffer_.data(), size);
  inject(device.index, packet, false, 5 + prng.below(60));
}

/// An old message comes once more, as from a broker that forgot that it was acknowledged.
void World::come_again(Device& device, bool retained, fakes::Prng& prng) {
  const auto count = static_cast<std::uint32_t>(deliveries_.size());
  if (count == 0) {
    return;
  }
  const Delivery& old = deliveries_[count - 1 - prng.below(std::min(count, 60U))];
  const Packet packet = packets_.at(old.packet);
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
  const Millis client_notices = delay(device);  // not as arguments: they have no order
  cut(device, client_notices, delay(device));
}

void World::stall(std::size_t index, Millis span, bool broken) {
  Device& device = devices_[index];
  const Millis keep_alive = plan_.devices[index].keep_alive;
  device.stalled_until = std::max(device.stalled_until, now_ + span);
  if (broken) {
    const std::uint64_t key = near_key(Place::kNumber, index, 2, device.connection, 0);
    cut(device, Millis{particulars(key).between(keep_alive.count(), 5 * keep_alive.count() / 2)},
        keep_alive * 3 / 2);
  }
}

void World::kill_broker(Survives survives, Millis down_for) {
  if (!broker_.up()) {
    return;
  }
  broker_.kill(survives);
  for (Device& device : devices_) {
    cut(device,
        device.stalled_until > now_ ? plan_.devices[device.index].keep_alive : delay(device),
        Millis{0});
  }
  push(now_ + down_for, {{}, 0, EventKind::kBrokerUp, 0, 0, 0, 0});
}

void World::heal() {
  faulty_ = false;
  acting_ = false;
  broker_.restart();
  bridge_back_ = now_;
  for (Device& device : devices_) {
    const Fate fate = plan_.devices[device.index].fate;
    device.suspended_until = now_;
    device.stalled_until = now_;
    device.crash_after = -1;
    if (fate == Fate::kDead || plan_.devices[device.index].absent) {
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
