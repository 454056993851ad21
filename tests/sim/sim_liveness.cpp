// What must become true once the faults have stopped: everyone is connected again, every call is
// either up on both sides or over on both sides for reasons that fit, nobody repeats a message for
// ever, and when all have hung up nothing is left but presence.

#include <algorithm>
#include <string>

#include "tests/sim/reason_pairs.hpp"
#include "tests/sim/sim_run.hpp"

namespace doorcall::sim {
namespace {

constexpr std::uint32_t kMessagesAfterHealMax = 40;
// Noticing a dead connection, a late CONNACK, the longest back-off, and some air.
constexpr Millis kReconnectMax = Millis{50'000} + Millis{25'000} + kReconnectIdleMax * 2;
constexpr Millis kSlack{3'000};

bool healthy(const World& world, std::size_t device) {
  return world.plan().devices[device].fate == Fate::kHealed;
}

bool tiny(const World& world, std::size_t device) {
  return world.plan().devices[device].limits.tombstones_per_sender == 1;
}

std::string name_of(const CallTruth& call) {
  return "call " + std::string(to_text(call.id).view().substr(0, 8)) + " of d" +
         std::to_string(call.caller) + " to d" + std::to_string(call.callee);
}

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

std::string status_of(const Side& side) {
  if (!side.presented) {
    return side.was_lost ? "forgotten" : "unknown";
  }
  return side.ended ? std::string(to_string(side.reason)) : std::string(to_string(side.state));
}

bool live(const Side& side) {
  return side.presented && !side.ended;
}

/// Up on both sides or over on both.
void check_settled(World& world, CallTruth& call) {
  const Side& caller = call.caller_side();
  const Side& callee = call.callee_side();
  const bool both = live(caller) && live(callee) && caller.state == CallState::kConnected &&
                    callee.state == CallState::kConnected && caller.peer == call.callee &&
                    callee.peer == call.caller;
  if (live(caller) || live(callee)) {
    if (!both || !healthy(world, call.caller) || !healthy(world, call.callee)) {
      world.checks().fail(
          world.now(), "sides do not agree",
          name_of(call) + ": caller " + status_of(caller) + ", callee " + status_of(callee));
    }
  }
}

void check_messages(World& world, CallTruth& call) {
  if (!healthy(world, call.caller) || !healthy(world, call.callee)) {
    return;  // what the broken one has to hear is repeated until its tombstone ends
  }
  const std::uint32_t messages =
      call.caller_side().messages_after_heal + call.callee_side().messages_after_heal;
  if (messages > kMessagesAfterHealMax) {
    world.checks().fail(world.now(), "messages without end",
                        name_of(call) + ": " + std::to_string(messages));
  }
}

void check_reasons(World& world, CallTruth& call) {
  const Side& caller = call.caller_side();
  const Side& callee = call.callee_side();
  if (live(caller) || live(callee)) {
    world.checks().fail(
        world.now(), "does not end",
        name_of(call) + ": caller " + status_of(caller) + ", callee " + status_of(callee));
    return;
  }
  const bool caller_knows = caller.presented;
  const bool alone = call.callee_side().was_lost || !healthy(world, call.callee);
  bool fits = true;
  if (!caller_knows) {
    fits = !callee.presented || may_end_alone(callee.reason, false) ||
           world.checks().cramped(call.callee);
  } else if (alone) {
    fits = may_end_alone(caller.reason, true);
  } else {
    fits = may_end_as(caller.reason, callee.presented ? callee.reason : Reason::kNone) ||
           world.checks().cramped(call.callee) || world.checks().cramped(call.caller);
  }
  if (!fits) {
    world.checks().fail(
        world.now(), "reasons do not fit",
        name_of(call) + ": caller " + status_of(caller) + ", callee " + status_of(callee));
  }
}

Millis settle_time(const WorldPlan& plan) {
  const Millis ring = std::max(plan.longest(&Settings::ring_time), Millis{40'000});
  return ring + plan.longest(&Settings::receipt_time) + plan.longest(&Settings::confirm_time) +
         plan.longest(&Settings::lost_time) + plan.longest(&Settings::heartbeat_time) + kSlack;
}

/// What `watcher` shows of `device` is how it is.
bool sees_truth(World& world, std::size_t watcher, std::size_t device) {
  const Engine& engine = *world.device(watcher).engine;
  const Account& account = world.plan().devices[device].settings.self;
  for (std::size_t i = 0;; ++i) {
    const std::optional<PeerInfo> peer = engine.peer_at(i);
    if (!peer) {
      return !healthy(world, device);
    }
    if (peer->account == account) {
      return healthy(world, device)
                 ? peer->state == world.device(device).engine->own_state() &&
                       peer->incarnation == world.device(device).engine->incarnation()
                 : peer->state == PresenceState::kOffline;
    }
  }
}

std::string presence_error(World& world) {
  for (std::size_t watcher = 0; watcher < world.size(); ++watcher) {
    for (std::size_t device = 0; device < world.size(); ++device) {
      if (device != watcher && healthy(world, watcher) && !tiny(world, watcher) &&
          !sees_truth(world, watcher, device)) {
        return "d" + std::to_string(watcher) + " of d" + std::to_string(device);
      }
    }
  }
  return {};
}

void check_quiet(World& world) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (!world.device(i).running()) {
      continue;
    }
    const Engine& engine = *world.device(i).engine;
    const Wake why = engine.next_deadline().why;
    const bool idle_timer = why == Wake::kNothing || why == Wake::kPresence ||
                            why == Wake::kPeerPresence ||
                            (why == Wake::kReconnect && !healthy(world, i));
    if (!engine.quiet() || !idle_timer) {
      world.checks().fail(world.now(), "not quiet",
                          "d" + std::to_string(i) + ", next: " + std::string(to_string(why)));
    }
    if (healthy(world, i) && engine.own_state() != PresenceState::kIdle) {
      world.checks().fail(world.now(), "busy for ever", "d" + std::to_string(i));
    }
  }
}

}  // namespace

bool converge(World& world) {
  world.heal();
  if (!reconnect(world)) {
    return false;
  }
  world.checks().healed(world.now());
  if (!world.run_for(settle_time(world.plan()))) {
    return false;
  }
  for (CallTruth& call : world.checks().calls()) {
    check_settled(world, call);
  }
  world.end_all_calls();
  if (!world.run_for(world.plan().longest(&Settings::lost_time) + kSlack)) {
    return false;
  }
  for (CallTruth& call : world.checks().calls()) {
    check_reasons(world, call);
  }
  if (!world.run_for(kTombstoneTime + kSlack)) {
    return false;
  }
  check_quiet(world);
  for (CallTruth& call : world.checks().calls()) {
    check_messages(world, call);
  }
  if (!presence_error(world).empty() && world.run_for(kPresenceExpiry + kPresenceRefresh)) {
    const std::string error = presence_error(world);
    if (!error.empty()) {
      world.checks().fail(world.now(), "presence differs from the truth", error);
    }
  }
  return !world.checks().violation();
}

RunResult run_world(const WorldPlan& plan, bool text, Hooks* hooks) {
  RunResult result;
  Trace trace(text);
  World world(plan, trace, result.faults, hooks);
  const Instant start = world.now();
  const Instant limit = start + Millis{60'000} * plan.calls;
  while (world.calls_made() < plan.calls && world.now() < limit && world.run_for(Millis{1'000})) {
  }
  if (!world.checks().violation() &&
      world.run_for(Millis{world.prng().between(0, plan.people.talk_ms)})) {
    converge(world);
  }
  for (CallTruth& call : world.checks().calls()) {
    result.connected += call.winner != kNobody ? 1U : 0U;
  }
  result.hash = trace.hash();
  result.calls = world.calls_made();
  result.packets = world.packets().size();
  result.virtual_ms = static_cast<std::uint64_t>((world.now() - start).count());
  result.violation = world.checks().violation();
  return result;
}

}  // namespace doorcall::sim
