// What must become true once the faults have stopped: everyone is connected again, every call is
// either up on all its members or over on all for reasons that fit, nobody repeats a message for
// ever, and when all have hung up nothing is left but presence.

#include <algorithm>
#include <string>

#include "tests/sim/sim_agreement.hpp"
#include "tests/sim/sim_run.hpp"

namespace doorcall::sim {
namespace {

// Noticing a dead connection, a late CONNACK, the longest back-off, and some air.
constexpr Millis kReconnectMax = Millis{50'000} + Millis{25'000} + kReconnectIdleMax * 2;
constexpr Millis kSlack{3'000};
constexpr Millis kHeirWait{10'000};
constexpr int kPatience = 3;

bool all_linked(World& world) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (healthy(world, i) && !world.device(i).link_up()) {
      return false;
    }
  }
  return true;
}

bool reconnect(World& world) {
  const Instant limit = world.now() + kReconnectMax;
  while (!all_linked(world)) {
    if (world.now() > limit) {
      world.checks().fail(world.now(), "does not reconnect", "after the heal");
      return false;
    }
    if (!world.run_for(Millis{500})) {
      return false;
    }
  }
  return true;
}

Millis settle_time(const WorldPlan& plan) {
  const Millis ring = std::max(plan.longest(&Settings::ring_time), kInvitationMax);
  return ring + plan.longest(&Settings::receipt_time) + plan.longest(&Settings::confirm_time) +
         plan.longest(&Settings::media_start_time) + plan.longest(&Settings::lost_time) +
         plan.longest(&Settings::heartbeat_time) + kHeirWait + kSlack;
}

/// `judge` has no objection, or has none any more after `pause`: what people or limits do in this
/// very moment is no disagreement.
template <typename Judge>
bool agreed(World& world, const char* name, Millis pause, Judge&& judge) {
  std::string wrong = judge(world);
  for (int i = 0; i < kPatience && !wrong.empty(); ++i) {
    if (!world.run_for(pause)) {
      return false;
    }
    wrong = judge(world);
  }
  if (!wrong.empty()) {
    world.checks().fail(world.now(), name, wrong);
  }
  return wrong.empty();
}

void check_quiet(World& world) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (!world.device(i).running()) {
      continue;
    }
    const Engine& engine = *world.device(i).engine;
    const Wake why = engine.next_deadline().why;
    const bool idle_timer = why == Wake::kNothing || why == Wake::kPresence ||
                            why == Wake::kPeerPresence || why == Wake::kMode ||
                            (why == Wake::kReconnect && !healthy(world, i));
    if (!engine.quiet() || !idle_timer) {
      world.checks().fail(world.now(), "not quiet",
                          "d" + std::to_string(i) + ", next: " + std::string(to_string(why)));
    }
    const PresenceState state = engine.own_state();
    if (healthy(world, i) && state != PresenceState::kIdle && state != PresenceState::kDnd) {
      world.checks().fail(world.now(), "busy for ever", "d" + std::to_string(i));
    }
  }
}

bool all_healthy(const World& world) {
  for (std::size_t i = 0; i < world.plan().devices.size(); ++i) {
    if (!healthy(world, i)) {
      return false;
    }
  }
  return true;
}

/// Nobody wants anything any more. What is repeated for one that stays away until the tombstone is
/// over may make others remember it anew.
bool wind_up(World& world) {
  world.end_all_calls();
  const Millis lost = world.plan().longest(&Settings::lost_time);
  if (!world.run_for(lost + world.plan().longest(&Settings::confirm_time) + kSlack) ||
      !agreed(world, "does not end", kSlack, endless_call) ||
      !agreed(world, "reasons do not fit", Millis{0}, odd_reasons) ||
      !agreed(world, "push not taken back", Millis{0}, forgotten_push) ||
      !world.run_for(kTombstoneTime * (all_healthy(world) ? 1 : 2) + kReconnectMax)) {
    return false;
  }
  check_quiet(world);
  return !world.checks().violation() &&
         agreed(world, "messages without end", Millis{0}, endless_messages);
}

}  // namespace

bool converge(World& world) {
  world.heal();
  if (!reconnect(world)) {
    return false;
  }
  world.checks().healed(world.now());
  const Millis pause = world.plan().longest(&Settings::heartbeat_time) + kSlack;
  if (!world.run_for(settle_time(world.plan())) ||
      !agreed(world, "members do not agree", pause, disagreement) || !wind_up(world)) {
    return false;
  }
  world.checks().doors_answered(world.now());
  if (!agreed(world, "presence is hidden", pause, hidden_presence)) {
    return false;
  }
  if (!wrong_presence(world).empty() && world.run_for(kPresenceExpiry + kPresenceRefresh)) {
    return agreed(world, "presence differs from the truth", Millis{0}, wrong_presence);
  }
  return !world.checks().violation();
}

RunResult run_world(const WorldPlan& plan, const RunOptions& options) {
  RunResult result;
  Trace trace(options.text);
  World world(plan, trace, result.faults, options.hooks, options.record, options.replay);
  const Instant start = world.now();
  Instant heal_at = start + Millis{60'000} * plan.calls;
  if (options.replay != nullptr) {
    heal_at = options.replay->heal_at;
    world.run(heal_at);
  } else {
    while (world.calls_made() < plan.calls && world.now() < heal_at &&
           world.run_for(Millis{1'000})) {
    }
    world.run_for(Millis{world.prng().between(0, plan.people.talk_ms)});
  }
  if (options.record != nullptr) {
    options.record->heal_at = world.now();
  }
  if (!world.checks().violation()) {
    converge(world);
  }
  for (const CallTruth& call : world.checks().calls()) {
    result.calls += call.invited ? 1U : 0U;
    for (const LegTruth& leg : call.legs) {
      result.connected += leg.winner != kNobody ? 1U : 0U;
    }
  }
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (world.checks().cramped(i)) {
      world.checks().coverage().hit(Feat::kTableFull);
    }
  }
  result.coverage = world.checks().coverage();
  result.hash = trace.hash();
  result.packets = world.packets().size();
  result.virtual_ms = static_cast<std::uint64_t>((world.now() - start).count());
  result.violation = world.checks().violation();
  return result;
}

}  // namespace doorcall::sim
