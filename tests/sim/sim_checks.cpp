// The promises of the protocol that must hold at every moment, checked against the truth that only
// the simulated world knows. What must hold after a while is in sim_liveness.cpp.

#include "tests/sim/sim_checks.hpp"

#include <algorithm>
#include <utility>

namespace doorcall::sim {
namespace {

#ifdef NDEBUG
constexpr std::uint64_t kInvariantEach = 16;  // it walks everything
#else
constexpr std::uint64_t kInvariantEach = 1;
#endif

/// The longest that an owner may be silent about an end that not everybody has heard: the longest
/// pause between two repetitions, and some air for late timers.
constexpr Millis kSilenceMax = kRetryMax * (100 + kRetryJitterPercent) / 100 + Millis{1'500};

constexpr std::uint64_t mix(std::uint64_t digest, std::uint64_t word) {
  digest = (digest ^ word) * 0x9fb21c651e98df25U;
  return digest ^ digest >> 29;
}

}  // namespace

void Checks::fail(Instant now, std::string name, std::string detail) {
  if (!violation_) {
    violation_ = Violation{std::move(name), std::move(detail), now};
  }
}

void Checks::booted(std::size_t device, const Engine* engine) {
  engines_[device] = engine;
  linked_[device] = kNever;
}

void Checks::crashed(Instant now, std::size_t device) {
  forgets_legs(device);
  engines_[device] = nullptr;
  forget_doors(device);
  live_[device].clear();
  trigger_ = Trigger{};
  trigger_leg_ = kNoLeg;
  for (CallTruth& call : truth_.calls()) {
    Side& side = call.sides[device];
    // Also a call that it had refused: an old invite may reach the next incarnation in time.
    const bool lost =
        side.was_lost || side.presented || call.has_user(truth_.plan().devices[device].user);
    side.forget();
    side.was_lost = lost;
    for (LegTruth& leg : call.legs) {
      leg.presented &= ~(1U << device);
      leg.turned_away &= ~(1U << device);
      leg.heard &= ~(1U << device);
      leg.over &= ~(1U << device);
      if (leg.owner == device && leg.decided == kNever) {
        leg.decided = now;
        leg.owner_gone = true;
      }
    }
  }
}

/// What it had to repeat about its legs it will not repeat any more.
void Checks::forgets_legs(std::size_t device) {
  for (CallTruth& call : truth_.calls()) {
    for (LegTruth& leg : call.legs) {
      leg.past |= leg.owner == device;
    }
  }
}

void Checks::stepped(Instant now, std::size_t device, std::size_t outputs) {
  trigger_ = Trigger{};
  trigger_leg_ = kNoLeg;
  pressed_ = false;
  roster_told_ |= ++steps_ % kInvariantEach == 0;
  const Engine& engine = *engines_[device];
  const Counters& counters = engine.counters();
  cramped_[device] |=
      (counters.tombstones_evicted | counters.dropped_quota | counters.dropped_table_full |
       counters.calls_full | counters.outgoing_full | counters.pool_full) != 0;
  if (outputs > kOutputsMax) {
    fail(now, "too many outputs", "device d" + std::to_string(device));
  }
  if (steps_ % kInvariantEach == 0) {
    if (const char* broken = engine.broken_invariant(); broken != nullptr) {
      fail(now, "engine invariant", "device d" + std::to_string(device) + ": " + broken);
    }
  }
  live_calls(now, device);
  roster_told_ = false;
  if (steps_ % kInvariantEach == 0) {
    all_calls(now, device);
  }
}

/// Status and events say the same; nothing rings too long; no more calls than lines.
void Checks::live_calls(Instant now, std::size_t device) {
  const Engine& engine = *engines_[device];
  const Settings& settings = plan(device).settings;
  std::uint32_t ringing = 0;
  std::uint32_t on_line = 0;
  for (const std::uint32_t number : live_[device]) {
    CallTruth& call = truth_.calls()[number];
    CallInfo none;
    none.call = call.id;
    const CallInfo info = engine.find_call(call.id).value_or(none);
    (info.state == CallState::kRinging ? ringing : on_line) += 1;
    if (!live_call(now, device, info) ||
        (roster_told_ && info.state == CallState::kConnected && !roster_fits(now, device, call))) {
      return;
    }
  }
  const std::uint32_t waiting = settings.call_waiting ? 1 : 0;
  if (on_line > settings.lines || on_line + ringing > settings.lines + waiting) {
    fail(now, "more calls than lines", "device d" + std::to_string(device));
  }
  if (!live_[device].empty() && engine.next_deadline().when == kNever) {
    fail(now, "live call without a timer", "device d" + std::to_string(device));
  }
}

/// No call lives that nobody was told of.
void Checks::all_calls(Instant now, std::size_t device) {
  for (std::size_t i = 0;; ++i) {
    const std::optional<CallInfo> info = engines_[device]->call_at(i);
    if (!info || info->state == CallState::kEnded) {
      return;
    }
    if (info->state != CallState::kIdle && !live_call(now, device, *info)) {
      return;
    }
  }
}

bool Checks::live_call(Instant now, std::size_t device, const CallInfo& info) {
  CallTruth* call = truth_.find(info.call);
  if (call == nullptr || call->sides[device].state != info.state || call->sides[device].ended) {
    fail(now, "status differs from events", where(device, info.call));
    return false;
  }
  Side& side = call->sides[device];
  if (info.state == CallState::kRinging && now > side.ring_end) {
    side.overdue = std::min(side.overdue, now);
    if (now > side.overdue) {
      fail(now, "rings past its ring time", where(device, info.call));
      return false;
    }
  }
  if (info.state == CallState::kRinging) {
    told_of_end(now, device, *call);
  }
  return true;
}

/// A device rings, its owner has heard that it does, and the leg is over: then it is told again and
/// again.
void Checks::told_of_end(Instant now, std::size_t device, CallTruth& call) {
  if (call.sides[device].leg == kNoLeg || cramped_[device]) {
    return;
  }
  LegTruth& leg = call.legs[call.sides[device].leg];
  const bool knows = leg.decided != kNever && (leg.heard >> device & 1U) != 0 && !leg.past &&
                     !leg.owner_gone && !cramped_[leg.owner] && engines_[leg.owner] != nullptr;
  if (!knows || leg.outcome == Reason::kCallerLost) {  // that may be heard and not obeyed
    return;
  }
  for (const LegTruth& other : call.legs) {
    if (&other != &leg && other.user == leg.user) {
      return;  // it may ring on for that one
    }
  }
  const bool up = engines_[leg.owner]->link_state() == LinkState::kConnected;
  const Instant since =
      std::max({leg.decided, leg.told_all, linked_[leg.owner], awake_[leg.owner]});
  if (up && now - since > kSilenceMax) {
    if (known_away(leg.owner, device)) {
      leg.told_all = now;  // it waits until the device comes back
    } else {
      fail(now, "not told of the end", where(device, call.id));
    }
  }
}

bool Checks::known_away(std::size_t watcher, std::size_t device) const {
  for (std::size_t i = 0;; ++i) {
    const std::optional<PeerInfo> peer = engines_[watcher]->peer_at(i);
    if (!peer || peer->account == truth_.account(device)) {
      return peer && peer->state == PresenceState::kOffline;
    }
  }
}

std::uint64_t Checks::digest(std::size_t device) const {
  const Engine& engine = *engines_[device];
  const Mode mode = engine.mode();
  std::uint64_t digest = static_cast<std::uint64_t>(engine.own_state()) + (mode.dnd ? 64 : 0) +
                         (mode.ring_to_open ? 128 : 0);
  for (std::size_t i = 0;; ++i) {
    const std::optional<CallInfo> info = engine.call_at(i);
    if (!info) {
      return digest;
    }
    digest = mix(digest, static_cast<std::uint64_t>(info->state) |
                             static_cast<std::uint64_t>(info->leg) << 8 |
                             static_cast<std::uint64_t>(info->media_state) << 16 |
                             static_cast<std::uint64_t>(info->reason) << 24 |
                             std::uint64_t{info->call.bytes[0]} << 32 |
                             std::uint64_t{info->call.bytes[1]} << 40);
    digest = mix(digest, static_cast<std::uint64_t>(info->since.time_since_epoch().count()));
    for (std::size_t leg = 0; info->state != CallState::kEnded; ++leg) {
      const std::optional<LegView> view = engine.member_at(info->call, leg);
      if (!view) {
        break;
      }
      digest = mix(digest, static_cast<std::uint64_t>(view->state) |
                               static_cast<std::uint64_t>(view->reason) << 8 |
                               std::uint64_t{view->key.number} << 16 |
                               std::uint64_t{view->join_number} << 40);
    }
  }
}

/// Strangers to a call, and messages that only a leg's owner may send, or only to it.
bool Checks::not_entitled(std::size_t device, const Account& sender, const Message& message) {
  CallTruth* call = truth_.find(message.header.call);
  if (call == nullptr || truth_.device_of(sender) == device) {
    return false;
  }
  const std::size_t user = truth_.user_of(sender.user);
  const MessageKind kind = kind_of(message.body);
  if (user == kNobody || !call->has_user(user)) {
    // An id that this device does not know, or has forgotten, is a new call to it.
    return kind != MessageKind::kInvite || call->sides[device].live();
  }
  const Account& owner = message.header.leg.owner;
  switch (kind) {
    case MessageKind::kInvite:
    case MessageKind::kConfirm:
    case MessageKind::kCancel: return owner != sender;
    case MessageKind::kRinging:
    case MessageKind::kAccept:
    case MessageKind::kReject: return owner != truth_.account(device);
    case MessageKind::kEnd:
    case MessageKind::kLeave:
    case MessageKind::kRoster:
    case MessageKind::kJoin:
    case MessageKind::kInfo:
    case MessageKind::kSync:
    case MessageKind::kAck:
    case MessageKind::kMarker: return false;
  }
  return false;
}

}  // namespace doorcall::sim
