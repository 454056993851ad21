// Whether the members of a call agree, once all faults are over: who is connected, with whom, and
// whether the reasons that the sides give fit each other.

#include "tests/sim/sim_agreement.hpp"

#include <algorithm>
#include <bit>

#include "tests/sim/reason_pairs.hpp"

namespace doorcall::sim {
namespace {

constexpr std::uint32_t kMessagesAfterHealMax = 30;  // of each device
constexpr std::uint32_t kMessagesForEach = 15;       // other one

bool tiny(const World& world, std::size_t device) {
  return world.plan().devices[device].limits.tombstones_per_sender == 1;
}

std::string status_of(const Side& side) {
  if (!side.presented) {
    return side.was_lost ? "forgotten" : "unknown";
  }
  return side.ended ? std::string(to_string(side.reason)) : std::string(to_string(side.state));
}

/// "call 0123abcd of d0: d0 connected, d3 hang_up".
std::string all_of(const CallTruth& call) {
  std::string text = "call " + std::string(to_text(call.id).view().substr(0, 8)) + " of d" +
                     std::to_string(call.creator) + ":";
  for (std::size_t i = 0; i < call.sides.size(); ++i) {
    if (call.sides[i].presented || call.sides[i].was_lost) {
      text += " d" + std::to_string(i) + " " + status_of(call.sides[i]);
    }
  }
  return text;
}

/// The devices that `device` shows as connected, as a bit set.
std::uint32_t roster_of(World& world, std::size_t device, const CallId& call) {
  std::uint32_t roster = 0;
  for (std::size_t i = 0;; ++i) {
    const auto view = world.device(device).engine->member_at(call, i);
    if (!view) {
      return world.hooks() == nullptr ? roster : world.hooks()->roster(device, roster);
    }
    const std::size_t who = world.checks().truth().device_of({view->device, view->user});
    // Another device of its user is left to the others: it goes by itself, or is lost to them.
    const auto& devices = world.plan().devices;
    const bool shown =
        who == device || (who != kNobody && devices[who].user != devices[device].user);
    if (view->state == LegState::kConnected && shown) {
      roster |= 1U << who;
    }
  }
}

std::string disagreement_on(World& world, const CallTruth& call) {
  std::uint32_t members = 0;
  std::uint32_t users = 0;
  for (std::size_t i = 0; i < call.sides.size(); ++i) {
    if (!call.sides[i].live()) {
      continue;
    }
    const std::uint32_t user = 1U << world.plan().devices[i].user;
    if (!healthy(world, i) || call.sides[i].state != CallState::kConnected || (users & user) != 0) {
      return all_of(call);
    }
    members |= 1U << i;
    users |= user;
  }
  for (std::size_t i = 0; i < call.sides.size(); ++i) {
    if (((members >> i & 1U) != 0) && world.checks().cramped(i)) {
      return {};  // it has no room for all that it is told of the others
    }
  }
  for (std::size_t i = 0; i < call.sides.size(); ++i) {
    if ((members >> i & 1U) != 0 && roster_of(world, i, call.id) != members) {
      return all_of(call) + "; d" + std::to_string(i) + " shows another roster";
    }
  }
  return std::popcount(members) == 1 ? all_of(call) + "; alone" : "";
}

/// Whether this device's view of the call can be compared with what others say.
bool remembers(World& world, const CallTruth& call, std::size_t device) {
  return healthy(world, device) && !call.sides[device].was_lost && !world.checks().cramped(device);
}

/// Whether others were invited by this device.
bool invites(const CallTruth& call, std::size_t device) {
  for (const LegTruth& leg : call.legs) {
    if (leg.owner == device) {
      return true;
    }
  }
  return false;
}

bool ended_fitly(World& world, const CallTruth& call, const LegTruth& leg, std::size_t device) {
  const Side& side = call.sides[device];
  const Reason reason = side.presented ? side.reason : Reason::kNone;
  if (leg.owner_gone || !remembers(world, call, leg.owner) || !remembers(world, call, device)) {
    return may_end_alone(reason) || world.checks().cramped(device);
  }
  const bool was_let_in = leg.winner == device && !side.ever_connected && !side.ever_joined;
  if (side.connected || was_let_in) {
    return may_end_connected(reason) || (invites(call, device) && may_end_inviting(reason));
  }
  if (side.ever_joined || side.ever_connected) {
    return may_end_joining(reason) || may_end_as(leg.outcome, reason);
  }
  return leg.winner != kNobody ? may_end_elsewhere(reason) : may_end_as(leg.outcome, reason);
}

/// What the owners say of the legs of this device's user: its reason must fit one of them.
std::string odd_reason_at(World& world, const CallTruth& call, std::size_t device) {
  std::string legs;
  for (const LegTruth& leg : call.legs) {
    if (leg.user != world.plan().devices[device].user) {
      continue;
    }
    if (ended_fitly(world, call, leg, device)) {
      return {};
    }
    legs += "; leg d" + std::to_string(leg.owner) + "#" + std::to_string(leg.number) + " " +
            std::string(to_string(leg.outcome)) +
            (leg.winner == kNobody ? "" : " won by d" + std::to_string(leg.winner));
  }
  return legs.empty() ? legs : all_of(call) + legs + ", but d" + std::to_string(device);
}

/// A call between two that were both connected all the time.
bool plain_pair(World& world, const CallTruth& call) {
  return call.legs.size() == 1 && call.legs[0].winner != kNobody && !call.legs[0].joined &&
         remembers(world, call, call.creator) && remembers(world, call, call.legs[0].winner) &&
         call.sides[call.creator].outgoing;
}

std::string odd_reasons_of(World& world, const CallTruth& call) {
  for (std::size_t device = 0; device < call.sides.size(); ++device) {
    std::string odd = call.sides[device].outgoing ? "" : odd_reason_at(world, call, device);
    if (!odd.empty()) {
      return odd;
    }
  }
  if (plain_pair(world, call) &&
      !may_end_together(call.sides[call.creator].reason, call.sides[call.legs[0].winner].reason)) {
    return all_of(call) + "; the two do not fit";
  }
  return {};
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

template <typename Judge>
std::string first_of(World& world, Judge&& judge) {
  for (CallTruth& call : world.checks().calls()) {
    std::string wrong = judge(call);
    if (!wrong.empty()) {
      return wrong;
    }
  }
  return {};
}

}  // namespace

bool healthy(const World& world, std::size_t device) {
  const DevicePlan& plan = world.plan().devices[device];
  return plan.fate == Fate::kHealed && !plan.absent;
}

std::string disagreement(World& world) {
  return first_of(world, [&](CallTruth& call) { return disagreement_on(world, call); });
}

std::string endless_call(World& world) {
  return first_of(world, [](CallTruth& call) {
    for (const Side& side : call.sides) {
      if (side.live()) {
        return all_of(call);
      }
    }
    return std::string();
  });
}

std::string odd_reasons(World& world) {
  return first_of(world, [&](CallTruth& call) { return odd_reasons_of(world, call); });
}

std::string forgotten_push(World& world) {
  return first_of(world, [&](CallTruth& call) {
    for (const LegTruth& leg : call.legs) {
      if (leg.pushed && !leg.push_over && !call.sides[leg.owner].was_lost &&
          world.device(leg.owner).running()) {
        return all_of(call) + "; leg d" + std::to_string(leg.owner) + "#" +
               std::to_string(leg.number);
      }
    }
    return std::string();
  });
}

std::string endless_messages(World& world) {
  return first_of(world, [&](CallTruth& call) {
    std::uint32_t bound = kMessagesAfterHealMax;
    for (std::size_t i = 0; i < call.sides.size(); ++i) {
      const bool party = call.has_user(world.plan().devices[i].user);
      if (party && !healthy(world, i)) {
        return std::string();  // what the broken one has to hear is repeated until its tombstone
      }
      bound += party ? kMessagesForEach : 0;
    }
    for (std::size_t i = 0; i < call.sides.size(); ++i) {
      if (call.sides[i].messages_after_heal > bound) {
        return all_of(call) + "; d" + std::to_string(i) + " has sent " +
               std::to_string(call.sides[i].messages_after_heal);
      }
    }
    return std::string();
  });
}

std::string hidden_presence(World& world) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (!healthy(world, i)) {
      continue;
    }
    const Packet& said = world.packets().at(world.device(i).presence);
    const PacketId kept = world.broker().retained(said.topic);
    if (kept == kNoPacket || !std::ranges::equal(world.packets().at(kept).bytes, said.bytes)) {
      return "d" + std::to_string(i);
    }
  }
  return {};
}

std::string wrong_presence(World& world) {
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

}  // namespace doorcall::sim
