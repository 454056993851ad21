// Who may say what (PROTOCOL §3, rules 3, 11, 16): everything that is not entitled ends here as a
// counted drop, so the verbs see only messages of those who may send them.

#include "agent/core/core.hpp"

namespace doorcall {

Result Core::on(const MessageReceived& input) noexcept {
  ++counters.messages_received;
  const Header& header = input.message->header;
  if (input.retained) {
    ++counters.dropped_retained;
    return {};
  }
  if (link_state == LinkState::kStopped) {
    ++counters.dropped_bad_state;
    return {};
  }
  if (input.sender.user == settings.self.user) {
    if (input.sender == settings.self && std::holds_alternative<Marker>(input.message->body)) {
      on_marker(header);
    } else {
      ++counters.dropped_own_echo;
    }
    return {};
  }
  if (!header.to.empty() && header.to != settings.self.device) {
    ++counters.dropped_not_addressed;
    return {};
  }
  dispatch(input, header);
  stop_if_said();
  return {};
}

void Core::dispatch(const MessageReceived& input, const Header& header) noexcept {
  const Body& body = input.message->body;
  if (const auto* invite = std::get_if<Invite>(&body)) {
    on_invite(input, header, *invite, 0);
  } else if (const auto* sync = std::get_if<Sync>(&body)) {
    on_sync(input, header, *sync);
  } else if (const auto* confirm = std::get_if<Confirm>(&body)) {
    on_confirm(input, header, *confirm);
  } else if (const auto* cancel = std::get_if<Cancel>(&body)) {
    on_cancel(input, header, *cancel);
  } else if (const auto* end = std::get_if<End>(&body)) {
    on_end(input, header, *end);
  } else if (const auto* ack = std::get_if<Ack>(&body)) {
    on_ack(input.sender, *ack);
  } else if (const auto* reject = std::get_if<Reject>(&body)) {
    on_reject(input, header, *reject);
  } else if (std::holds_alternative<Marker>(body)) {
    ++counters.dropped_not_entitled;
  } else {
    // ringing and accept: to the leg's owner, from a device of the invited user
    if (header.leg.owner != settings.self) {
      ++counters.dropped_not_entitled;
      return;
    }
    const Slot slot = find_call(header.call);
    if (slot == kNoSlot) {
      const Slot tomb = find_tombstone(header.call);
      if (tomb == kNoSlot) {
        post_cancel(input.sender, header.call, header.leg, Reason::kCallerLost);
      } else if (tombstones_[tomb].leg == header.leg &&
                 tombstones_[tomb].peer.user == input.sender.user) {
        answer_late(input.sender, tombstones_[tomb]);
      } else {
        ++counters.dropped_not_entitled;
      }
      return;
    }
    Call& call = calls_[slot];
    if (!call.outgoing || invited_leg(call).key != header.leg ||
        invited_leg(call).user != input.sender.user) {
      ++counters.dropped_not_entitled;
      return;
    }
    if (const auto* ringing = std::get_if<Ringing>(&body)) {
      on_ringing(input, call, *ringing);
    } else if (const auto* accept = std::get_if<Accept>(&body)) {
      on_accept(input, call, *accept);
    }
  }
}

Result Core::on(const ForeignVersionReceived& input) noexcept {
  ++counters.messages_received;
  if (input.retained) {
    ++counters.dropped_retained;
    return {};
  }
  if (link_state == LinkState::kStopped || input.kind != MessageKind::kInvite ||
      input.header.leg.owner != input.sender || input.sender.user == settings.self.user ||
      (!input.header.to.empty() && input.header.to != settings.self.device)) {
    ++counters.dropped_bad_state;
    return {};
  }
  post_reject(input.sender, input.header.call, input.header.leg, Reason::kUnsupportedVersion);
  return {};
}

void Core::on_marker(const Header& header) noexcept {
  if (header.incarnation != incarnation || header.connect != connect_ || !link_up()) {
    ++counters.dropped_bad_state;
    return;
  }
  caught_up_ = true;
  disarm(timers_.agent(AgentTimer::kBarrier));
  disarm(timers_.agent(AgentTimer::kMarker));
}

void Core::on_ack(const Account& sender, const Ack& ack) noexcept {
  const Slot slot = outgoing_.find(
      [&](const Outgoing& out) { return out.sequence == ack.sequence && out.to == sender.user; });
  if (slot == kNoSlot || !outgoing_[slot].final_message()) {
    // confirm is the one live message that is acknowledged
    if (slot == kNoSlot || outgoing_[slot].kind != MessageKind::kConfirm) {
      ++counters.dropped_bad_state;
      return;
    }
  }
  Outgoing& out = outgoing_[slot];
  if (out.target_count == 0) {
    out.answered = 1;
  }
  for (std::size_t i = 0; i < out.target_count; ++i) {
    if (out.targets[i] == sender.device) {
      out.answered = static_cast<std::uint8_t>(out.answered | (1U << i));
    }
  }
  if (out.all_answered()) {
    drop_outgoing(slot);
  }
}

}  // namespace doorcall
