// The promises of the protocol that must hold at every moment, checked against the truth that only
// the simulated world knows. What must hold after a while is in sim_liveness.cpp.

#include "tests/sim/sim_checks.hpp"

#include <utility>

namespace doorcall::sim {
namespace {

/// The device of the invited user that this message names as connected, as a confirm does and a
/// heartbeat too; empty if none.
DeviceId named_winner(const Message& message) {
  if (const auto* confirm = std::get_if<Confirm>(&message.body)) {
    return confirm->winner;
  }
  if (const auto* sync = std::get_if<Sync>(&message.body)) {
    for (const LegView& view : sync->legs) {
      if (view.key.number != 0 && view.state == LegState::kConnected) {
        return view.device;
      }
    }
  }
  return {};
}

}  // namespace

void Side::forget() {
  const Side before = *this;
  *this = Side{};
  ever_accepted = before.ever_accepted;
  nonce = before.nonce;
  queried = before.queried;
}

std::string where(std::size_t device, const CallId& call) {
  return "device d" + std::to_string(device) + ", call " +
         std::string(to_text(call).view().substr(0, 8));
}

Checks::Checks(const WorldPlan& plan) : plan_(plan) {}

void Checks::fail(Instant now, std::string name, std::string detail) {
  if (!violation_) {
    violation_ = Violation{std::move(name), std::move(detail), now};
  }
}

CallTruth* Checks::find(const CallId& call) {
  const auto found = index_.find(call);
  return found == index_.end() ? nullptr : &calls_[found->second];
}

std::size_t Checks::device_of(const Account& account) const {
  const std::size_t device = device_of(account.user);
  return device != kNobody && plan_.devices[device].settings.self == account ? device : kNobody;
}

std::size_t Checks::device_of(const UserId& user) const {
  for (std::size_t i = 0; i < plan_.devices.size(); ++i) {
    if (plan_.devices[i].settings.self.user == user) {
      return i;
    }
  }
  return kNobody;
}

void Checks::booted(std::size_t device, const Engine* engine) {
  engines_[device] = engine;
}

void Checks::crashed(Instant now, std::size_t device) {
  engines_[device] = nullptr;
  trigger_ = Trigger{};
  for (CallTruth& call : calls_) {
    Side& side = call.sides[device];
    // Also a call that it had refused: an old invite may reach the next incarnation in time.
    const bool lost = side.was_lost || side.presented || call.callee == device;
    side.forget();
    side.was_lost = lost;
    if (call.caller == device && call.decided == kNever) {
      call.decided = now;
    }
  }
}

void Checks::called(Instant now, std::size_t device, const InviteUser& invite, const CallId& id) {
  if (find(id) != nullptr) {
    return fail(now, "call id drawn twice", where(device, id));
  }
  CallTruth call;
  call.id = id;
  call.caller = device;
  call.callee = device_of(invite.user);
  const Millis ring =
      invite.ring_time.count() != 0 ? invite.ring_time : plan_.devices[device].settings.ring_time;
  call.deadline = now + ring;
  index_.emplace(id, static_cast<std::uint32_t>(calls_.size()));
  calls_.push_back(call);
}

void Checks::commanded(std::size_t device, const Input& input, Errc code) {
  const auto* accept = std::get_if<AcceptCall>(&input);
  CallTruth* call = accept == nullptr || code != Errc::kOk ? nullptr : find(accept->call);
  if (call != nullptr) {
    call->sides[device].person_accepted = true;
  }
}

void Checks::triggered(std::size_t device, const Trigger& trigger) {
  trigger_ = trigger;
  if (trigger.message == nullptr) {
    return;
  }
  CallTruth* call = find(trigger.message->header.call);
  if (call == nullptr || device_of(trigger.sender) != call->caller || device != call->callee) {
    return;
  }
  const MessageKind kind = kind_of(trigger.message->body);
  Side& side = call->sides[device];
  side.end_processed |= kind == MessageKind::kCancel || kind == MessageKind::kEnd;
  side.confirm_handled |=
      named_winner(*trigger.message) == plan_.devices[device].settings.self.device;
}

void Checks::sent(Instant now, std::size_t device, const SendMessage& send) {
  const Message& message = send.message;
  CallTruth* call = find(message.header.call);
  if (call == nullptr) {
    return;
  }
  Side& side = call->sides[device];
  const MessageKind kind = kind_of(message.body);
  if (now >= healed_at_ && kind != MessageKind::kSync && kind != MessageKind::kAck) {
    ++side.messages_after_heal;
  }
  if (kind == MessageKind::kInvite && call->decided != kNever) {
    fail(now, "invited after the end", where(device, call->id));
  }
  if (const DeviceId winner = named_winner(message); !winner.empty() && device == call->caller) {
    call->winner = device_of(Account{winner, send.to});
  }
  if (kind == MessageKind::kAccept) {
    accepted(now, device, *call);
  }
  const auto* ringing = std::get_if<Ringing>(&message.body);
  if (ringing != nullptr && ringing->alert == Alert::kWaiting && side.nonce != ringing->nonce) {
    side.nonce = ringing->nonce;
    side.queried = now;
  }
}

/// Only a person accepts, or a device whose own call to the same user gave way in a glare.
void Checks::accepted(Instant now, std::size_t device, CallTruth& call) {
  Side& side = call.sides[device];
  bool entitled = side.person_accepted;
  for (const CallTruth& other : calls_) {
    entitled =
        entitled ||
        (other.caller == device && other.callee == call.caller &&
         other.sides[device].reason == Reason::kGlare) ||
        (other.caller == device && other.callee == call.caller && !other.sides[device].ended);
  }
  if (!entitled || device != call.callee) {
    fail(now, "accepted by nobody", where(device, call.id));
  }
  side.ever_accepted = true;
}

void Checks::stepped(Instant now, std::size_t device, std::size_t outputs) {
  trigger_ = Trigger{};
  const Counters& counters = engines_[device]->counters();
  cramped_[device] |=
      (counters.tombstones_evicted | counters.dropped_quota | counters.dropped_table_full |
       counters.calls_full | counters.outgoing_full | counters.pool_full) != 0;
  if (outputs > kOutputsMax) {
    fail(now, "too many outputs", "device d" + std::to_string(device));
  }
  if (const char* broken = engines_[device]->broken_invariant(); broken != nullptr) {
    fail(now, "engine invariant", "device d" + std::to_string(device) + ": " + broken);
  }
  live_calls(now, device);
}

/// Status and events say the same; nothing rings too long; no more calls than lines.
void Checks::live_calls(Instant now, std::size_t device) {
  const Engine& engine = *engines_[device];
  std::uint32_t busy = 0;
  bool live = false;
  for (std::size_t i = 0;; ++i) {
    const std::optional<CallInfo> info = engine.call_at(i);
    if (!info || info->state == CallState::kEnded) {
      break;
    }
    live = true;
    if (info->state == CallState::kIdle) {
      continue;
    }
    ++busy;
    const CallTruth* call = find(info->call);
    if (call == nullptr || call->sides[device].state != info->state || call->sides[device].ended) {
      return fail(now, "status differs from events", where(device, info->call));
    }
    if (info->state == CallState::kRinging && now > call->sides[device].ring_end) {
      fail(now, "rings past its ring time", where(device, info->call));
    }
  }
  if (busy > plan_.devices[device].settings.lines) {
    fail(now, "more calls than lines", "device d" + std::to_string(device));
  }
  if (live && engine.next_deadline().when == kNever) {
    fail(now, "live call without a timer", "device d" + std::to_string(device));
  }
}

std::uint64_t Checks::digest(std::size_t device) const {
  const Engine& engine = *engines_[device];
  std::uint64_t digest = static_cast<std::uint64_t>(engine.own_state());
  for (const CallTruth& call : calls_) {
    if (!call.sides[device].presented) {
      continue;
    }
    const std::optional<CallInfo> info = engine.find_call(call.id);
    std::uint64_t word = 1;
    if (info) {
      word = 2 + static_cast<std::uint64_t>(info->state) * 8 +
             static_cast<std::uint64_t>(info->leg) * 64 +
             static_cast<std::uint64_t>(info->media_state) * 512 +
             static_cast<std::uint64_t>(info->reason) * 4096 +
             static_cast<std::uint64_t>(info->since.time_since_epoch().count()) * 1'048'576;
    }
    digest = (digest ^ word) * 0x9fb21c651e98df25U;
  }
  return digest;
}

}  // namespace doorcall::sim
