#include "tests/sim/sim_plan.hpp"

#include <algorithm>
#include <string>

namespace doorcall::sim {
namespace {

using fakes::Prng;

Millis draw(Prng& prng, std::int64_t low, std::int64_t high) {
  return Millis{prng.between(low, high)};
}

Account account_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  return {*DeviceId::parse("d" + digits), *UserId::parse("u" + digits)};
}

Limits tiny_limits(Prng& prng) {
  Limits limits;
  limits.calls = static_cast<std::uint16_t>(prng.between(1, 3));
  limits.legs = static_cast<std::uint16_t>(prng.between(2, 6));
  limits.outgoing = static_cast<std::uint16_t>(prng.between(2, 6));
  limits.tombstones = static_cast<std::uint16_t>(prng.between(1, 4));
  limits.tombstones_per_sender = 1;
  limits.peers = static_cast<std::uint16_t>(prng.between(1, 4));
  limits.pool_bytes = static_cast<std::uint32_t>(prng.between(64, 1024));
  return limits;
}

DevicePlan draw_device(Prng& prng, const Swarm& swarm, const Settings& common, std::size_t index) {
  DevicePlan device;
  device.settings = common;
  device.settings.self = account_of(index);
  device.settings.ring_time = draw(prng, 1, 40) * 1000;
  device.settings.notice_time = prng.chance(5'000) ? draw(prng, 1, 10) * 1000 : Millis{0};
  device.settings.receipt_time = draw(prng, 1'000, 20'000);
  device.settings.confirm_time = draw(prng, 2'000, 12'000);
  device.settings.media_start_time = draw(prng, 1'000, 15'000);
  device.settings.offline_belief_time = draw(prng, 0, 8'000);
  device.settings.lines = static_cast<std::uint16_t>(prng.chance(7'000) ? 1 : prng.between(2, 3));
  device.settings.media_hook = prng.chance(6'000);
  device.limits.calls = static_cast<std::uint16_t>(device.settings.lines + prng.between(1, 4));
  device.limits.legs = static_cast<std::uint16_t>(2 * device.limits.calls);
  device.limits.outgoing = static_cast<std::uint16_t>(prng.between(16, 48));
  device.limits.tombstones = static_cast<std::uint16_t>(prng.between(32, 64));
  device.limits.peers = 16;
  device.limits.pool_bytes = 8 * 1024;
  if (prng.chance(swarm.rate(Fault::kTinyTables))) {
    device.limits = tiny_limits(prng);
  }
  device.mqtt5 = !prng.chance(swarm.rate(Fault::kMqtt311));
  device.keep_alive = draw(prng, 2'000, 20'000);
  device.will_delay = draw(prng, 0, 8'000);
  device.clock_offset = draw(prng, 0, 1'000'000'000);
  if (prng.chance(swarm.rate(Fault::kNeverHealed))) {
    device.fate = static_cast<Fate>(1 + prng.below(3));
  }
  return device;
}

}  // namespace

Millis WorldPlan::longest(Millis Settings::*field) const {
  Millis longest{0};
  for (const DevicePlan& device : devices) {
    longest = std::max(longest, device.settings.*field);
  }
  return longest;
}

WorldPlan draw_plan(std::uint64_t seed, std::uint32_t calls) {
  Prng prng(seed * 2 + 1);
  WorldPlan plan;
  plan.seed = seed;
  plan.calls = calls;
  plan.swarm = draw_swarm(prng);
  plan.network.delay_min = prng.between(0, 20);
  plan.network.delay_max = plan.network.delay_min + prng.between(0, prng.chance(3'000) ? 800 : 30);
  plan.network.spike_max = prng.between(100, 6'000);
  plan.network.arrivals_before_up = prng.chance(5'000);
  plan.people.answer = static_cast<std::uint16_t>(prng.between(2'000, 9'000));
  plan.people.decline = static_cast<std::uint16_t>(prng.between(0, 8'000));
  plan.people.cancel = static_cast<std::uint16_t>(prng.between(0, 6'000));
  plan.people.hang_up = static_cast<std::uint16_t>(prng.between(0, 9'000));
  plan.people.wait_offline = static_cast<std::uint16_t>(prng.between(0, 8'000));
  plan.people.pause_ms = prng.between(500, 40'000);
  plan.people.talk_ms = prng.between(500, 60'000);
  Settings common;
  common.heartbeat_time = draw(prng, 2'000, 15'000);
  common.lost_time = 3 * common.heartbeat_time + draw(prng, 0, 20'000);
  const std::size_t count = 2 + prng.below(4);
  for (std::size_t i = 0; i < count; ++i) {
    plan.devices.push_back(draw_device(prng, plan.swarm, common, i));
  }
  return plan;
}

WorldPlan calm_plan(std::size_t devices) {
  WorldPlan plan;
  plan.people = {0, 0, 0, 0, 0, 1'000, 1'000};
  for (std::size_t i = 0; i < devices; ++i) {
    DevicePlan device;
    device.settings.self = account_of(i);
    device.limits.peers = 16;
    plan.devices.push_back(device);
  }
  return plan;
}

std::string describe(const WorldPlan& plan) {
  std::string text = "seed " + std::to_string(plan.seed) + ": " +
                     std::to_string(plan.devices.size()) + " devices, " +
                     std::to_string(plan.calls) + " calls, delay " +
                     std::to_string(plan.network.delay_min) + "-" +
                     std::to_string(plan.network.delay_max) + " ms\n";
  for (const DevicePlan& device : plan.devices) {
    const Settings& s = device.settings;
    text += "  " + std::string(to_text(s.self).view()) + (device.mqtt5 ? " mqtt 5" : " mqtt 3.1.1");
    text += ", lines " + std::to_string(s.lines) + (s.media_hook ? ", media hook" : "");
    text += ", ring " + std::to_string(s.ring_time.count());
    text += ", receipt " + std::to_string(s.receipt_time.count());
    text += ", confirm " + std::to_string(s.confirm_time.count());
    text += ", heartbeat " + std::to_string(s.heartbeat_time.count());
    text += ", lost " + std::to_string(s.lost_time.count());
    text += ", calls " + std::to_string(device.limits.calls);
    text += device.fate == Fate::kHealed ? "\n" : ", never healed\n";
  }
  text += "  faults:";
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (plan.swarm.rates[i] != 0) {
      text += " [" + std::string(to_string(static_cast<Fault>(i))) + " " +
              std::to_string(plan.swarm.rates[i]) + "]";
    }
  }
  return text + "\n";
}

}  // namespace doorcall::sim
