// What a seed decides before its world begins: users, devices, settings, table sizes, which faults
// exist at all and how strong, and how the people are.

#include "tests/sim/sim_plan.hpp"

#include <algorithm>
#include <string>

namespace doorcall::sim {
namespace {

using fakes::Prng;

Millis draw(Prng& prng, std::int64_t low, std::int64_t high) {
  return Millis{prng.between(low, high)};
}

std::uint16_t rate(Prng& prng, std::int64_t low, std::int64_t high) {
  return static_cast<std::uint16_t>(prng.between(low, high));
}

/// A rate that is 0 in every other world.
std::uint16_t perhaps(Prng& prng, std::int64_t high) {
  const std::uint16_t drawn = rate(prng, 1, high);
  return prng.chance(5'000) ? drawn : std::uint16_t{0};
}

Account account_of(std::size_t device, std::size_t user) {
  return {*DeviceId::parse("d" + std::to_string(device)), user_id(user)};
}

Limits tiny_limits(Prng& prng) {
  Limits limits;
  limits.calls = rate(prng, 1, 3);
  limits.legs = rate(prng, 2, 8);
  limits.outgoing = rate(prng, 2, 8);
  limits.tombstones = rate(prng, 1, 4);
  limits.tombstones_per_sender = 1;
  limits.peers = rate(prng, 1, 4);
  limits.pool_bytes = static_cast<std::uint32_t>(prng.between(64, 1024));
  return limits;
}

Limits roomy_limits(Prng& prng, const Settings& settings) {
  Limits limits;
  limits.calls = static_cast<std::uint16_t>(settings.lines + prng.between(2, 4));
  limits.legs = static_cast<std::uint16_t>(10 * limits.calls);
  limits.outgoing = 80;
  limits.tombstones = 96;
  limits.tombstones_per_sender = 32;
  limits.peers = 20;
  limits.pool_bytes = 16 * 1024;
  return limits;
}

template <typename List>
void fill(Prng& prng, List& list, std::size_t users, std::uint32_t chance) {
  for (std::size_t user = 0; user < users; ++user) {
    if (prng.chance(chance)) {
      (void)list.add(user_id(user));
    }
  }
}

void draw_times(Prng& prng, Settings& settings) {
  settings.ring_time = draw(prng, 1, 40) * 1000;
  settings.notice_time = prng.chance(5'000) ? draw(prng, 1, 10) * 1000 : Millis{0};
  settings.receipt_time = draw(prng, 1'000, 20'000);
  settings.confirm_time = draw(prng, 2'000, 12'000);
  settings.media_start_time = draw(prng, 1'000, 15'000);
  settings.offline_belief_time = draw(prng, 0, 8'000);
  settings.busy_settle_time = draw(prng, 0, 4'000);
  settings.alone_time = prng.chance(5'000) ? draw(prng, 1'000, 30'000) : Millis{0};
  settings.longest_call = prng.chance(2'000) ? draw(prng, 60'000, 120'000) : Millis{0};
}

void draw_rules(Prng& prng, Settings& settings, std::size_t users) {
  settings.lines = static_cast<std::uint16_t>(prng.chance(7'000) ? 1 : prng.between(2, 3));
  settings.parties = static_cast<std::uint16_t>(prng.between(prng.chance(1'500) ? 2 : 4, 16));
  settings.call_waiting = prng.chance(2'500);
  settings.chime_only = prng.chance(800);
  settings.decline_here = prng.chance(3'000);
  settings.refuse_strangers = prng.chance(700);
  settings.hide_busy = prng.chance(1'500);
  settings.media_hook = prng.chance(5'000);
  fill(prng, settings.contacts, users, 7'000);
  fill(prng, settings.dnd_overrides, users, 2'000);
  fill(prng, settings.doors, users, 4'000);
}

DevicePlan draw_device(Prng& prng, const WorldPlan& plan, const Settings& common,
                       std::size_t user) {
  DevicePlan device;
  device.user = user;
  device.settings = common;
  device.settings.self = account_of(plan.devices.size(), user);
  draw_times(prng, device.settings);
  draw_rules(prng, device.settings, plan.users);
  device.limits = roomy_limits(prng, device.settings);
  if (prng.chance(plan.swarm.rate(Fault::kTinyTables))) {
    device.limits = tiny_limits(prng);
  }
  device.mqtt5 = !prng.chance(plan.swarm.rate(Fault::kMqtt311));
  device.keep_alive = draw(prng, 2'000, 20'000);
  device.will_delay = draw(prng, 0, 8'000);
  device.clock_offset = draw(prng, 0, 1'000'000'000);
  if (prng.chance(plan.swarm.rate(Fault::kNeverHealed))) {
    device.fate = static_cast<Fate>(1 + prng.below(3));
  }
  return device;
}

/// A world where people like to talk with many.
void make_sociable(Prng& prng, PeoplePlan& people) {
  people.answer = rate(prng, 7'000, 9'800);
  people.several = rate(prng, 4'000, 9'500);
  people.add = rate(prng, 3'000, 9'000);
  people.cancel = rate(prng, 0, 1'500);
  people.hang_up = rate(prng, 0, 4'000);
  people.talk_ms = prng.between(20'000, 90'000);
  people.pause_ms = prng.between(10'000, 40'000);
}

PeoplePlan draw_people(Prng& prng) {
  PeoplePlan people;
  people.answer = rate(prng, 2'000, 9'000);
  people.decline = rate(prng, 0, 8'000);
  people.silence = perhaps(prng, 3'000);
  people.cancel = rate(prng, 0, 5'000);
  people.hang_up = rate(prng, 0, 9'000);
  people.end_for_all = perhaps(prng, 5'000);
  people.wait_offline = rate(prng, 0, 8'000);
  people.several = perhaps(prng, 8'000);
  people.ring_plan = perhaps(prng, 7'000);
  people.add = perhaps(prng, 5'000);
  people.rejoin = perhaps(prng, 3'000);
  people.pull = perhaps(prng, 4'000);
  people.modes = perhaps(prng, 3'000);
  people.pause_ms = prng.between(500, 40'000);
  people.talk_ms = prng.between(500, 60'000);
  if (prng.chance(3'500)) {
    make_sociable(prng, people);
  }
  return people;
}

NetworkPlan draw_network(Prng& prng) {
  NetworkPlan network;
  network.delay_min = prng.between(0, 20);
  network.delay_max = network.delay_min + prng.between(0, prng.chance(3'000) ? 800 : 30);
  network.spike_max = prng.between(100, 6'000);
  network.arrivals_before_up = prng.chance(5'000);
  network.second_site = prng.below(1U << kUsersMax);
  return network;
}

/// Mostly one device, now and then a household.
std::size_t draw_device_count(Prng& prng) {
  const std::uint32_t drawn = prng.below(100);
  return drawn < 50 ? 1 : drawn < 90 ? 2 + drawn % 2 : 4 + drawn % 5;
}

/// From numbers of its own: what is added here leaves the worlds as they were.
void draw_more(WorldPlan& plan) {
  Prng prng(plan.seed * 2 + 0x5eed'0000'0001U);
  plan.people.infos = perhaps(prng, 8'000);
  plan.people.doors = perhaps(prng, 8'000);
  for (DevicePlan& device : plan.devices) {
    Settings& settings = device.settings;
    settings.has_door = prng.chance(4'000);
    for (std::size_t i = 0; i < 2 && prng.chance(5'000); ++i) {
      const DevicePlan& allowed =
          plan.devices[prng.below(static_cast<std::uint32_t>(plan.devices.size()))];
      Account& entry = settings.door_allow[settings.door_allow_count++];
      entry = allowed.settings.self;
      entry.device = prng.chance(5'000) ? entry.device : DeviceId{};
    }
  }
}

}  // namespace

UserId user_id(std::size_t number) {
  return *UserId::parse("u" + std::to_string(number));
}

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
  plan.network = draw_network(prng);
  plan.people = draw_people(prng);
  Settings common;
  common.heartbeat_time = draw(prng, 2'000, 15'000);
  common.lost_time = 3 * common.heartbeat_time + draw(prng, 0, 20'000);
  const std::uint32_t crowd = prng.below(100);
  const std::uint64_t many = crowd < 96 ? 4 + crowd % 3 : 8 + seed % 5;
  plan.users = crowd < 40 ? 2 : crowd < 70 ? 3 : static_cast<std::size_t>(many);
  for (std::size_t user = 0; user < plan.users; ++user) {
    const std::size_t rest = kDevicesMax - plan.devices.size() - (plan.users - user - 1);
    const std::size_t count = std::min(draw_device_count(prng), rest);
    for (std::size_t i = 0; i < count; ++i) {
      plan.devices.push_back(draw_device(prng, plan, common, user));
    }
  }
  draw_more(plan);
  return plan;
}

WorldPlan calm_plan(const std::vector<std::size_t>& devices_of_users) {
  WorldPlan plan;
  plan.users = devices_of_users.size();
  for (std::size_t user = 0; user < plan.users; ++user) {
    for (std::size_t i = 0; i < devices_of_users[user]; ++i) {
      DevicePlan device;
      device.user = user;
      device.settings.self = account_of(plan.devices.size(), user);
      device.limits.peers = 20;
      plan.devices.push_back(device);
    }
  }
  return plan;
}

}  // namespace doorcall::sim
