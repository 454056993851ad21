#include "tests/sim/sim_race.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {
namespace {

constexpr Millis kIdleWithin{1'000};
constexpr std::size_t kCaller = 0;

WorldPlan race_plan(std::uint64_t seed) {
  fakes::Prng prng(seed);
  WorldPlan plan = calm_plan({1, kRacers});
  plan.seed = seed;
  plan.network.delay_min = prng.between(0, 10);
  plan.network.delay_max = plan.network.delay_min + prng.between(0, 100);
  plan.network.spike_max = prng.between(1, 150);
  for (const Fault fault : {Fault::kDelayed, Fault::kDuplicated, Fault::kOvertaken}) {
    const auto rate = static_cast<std::uint16_t>(prng.between(0, 2'500));
    plan.swarm.rates[static_cast<std::size_t>(fault)] = rate;
    plan.swarm.message_total += rate;
  }
  for (DevicePlan& device : plan.devices) {
    device.mqtt5 = !prng.chance(2'000);
    device.clock_offset = Millis{prng.between(0, 1'000'000'000)};
  }
  return plan;
}

struct Count {
  std::size_t connected = 0;
  std::size_t idle = 0;
};

Count count(World& world, const CallId& call) {
  Count count;
  for (std::size_t i = 1; i <= kRacers; ++i) {
    const auto info = world.device(i).engine->find_call(call);
    const CallState state = info ? info->state : CallState::kIdle;
    count.connected += state == CallState::kConnected ? 1 : 0;
    count.idle += state == CallState::kEnded ? 1 : 0;
  }
  return count;
}

/// What was wrong; empty: nothing.
std::string race(std::uint64_t seed, std::int64_t& longest_ms) {
  const WorldPlan plan = race_plan(seed);
  Trace trace(Detail::kNone);
  FaultCounts faults;
  World world(plan, trace, faults);
  world.run_for(Millis{5'000});
  const Invitee invitee{user_id(1), 0};
  InviteUsers invite;
  invite.invitees = std::span(&invitee, 1);
  const CallId call = world.command(kCaller, invite).call;
  const Millis travel{plan.network.delay_max + plan.network.spike_max};
  world.run_for(Millis{3'000} + travel * 8);
  std::size_t answers = 0;
  for (std::size_t i = 1; i <= kRacers; ++i) {
    answers += world.command(i, AcceptCall{call, {}, {}}).code == Errc::kOk ? 1U : 0U;
  }
  const Instant answered = world.now();
  while (count(world, call).idle != kRacers - 1 && world.now() < answered + kIdleWithin + travel) {
    world.run_for(Millis{1});
  }
  longest_ms = std::max(longest_ms, (world.now() - answered).count());
  const Count soon = count(world, call);
  world.run_for(Millis{60'000});
  const Count later = count(world, call);
  if (const auto& violation = world.checks().violation(); violation) {
    return violation->name + ": " + violation->detail;
  }
  const auto caller = world.device(kCaller).engine->find_call(call);
  const bool fine = answers == kRacers && soon.connected <= 1 && soon.idle == kRacers - 1 &&
                    later.connected == 1 && later.idle == kRacers - 1 && caller &&
                    caller->state == CallState::kConnected;
  return fine ? ""
              : std::to_string(answers) + " answers, soon " + std::to_string(soon.connected) +
                    " connected and " + std::to_string(soon.idle) + " idle, later " +
                    std::to_string(later.connected) + " and " + std::to_string(later.idle);
}

}  // namespace

RaceResult run_races(std::uint64_t count) {
  RaceResult result;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    const std::string wrong = race(seed, result.longest_ms);
    ++result.races;
    if (!wrong.empty()) {
      ++result.failed;
      std::printf("FAILED race %llu: %s\n", static_cast<unsigned long long>(seed), wrong.c_str());
    }
  }
  return result;
}

}  // namespace doorcall::sim
