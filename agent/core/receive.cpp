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
    on_others_mail(input, header);
    return {};
  }
  dispatch(input, header);
  stop_if_said();
  return {};
}

void Core::dispatch(const MessageReceived& input, const Header& header) noexcept {
  switch (kind_of(input.message->body)) {
    case MessageKind::kInvite: on_invite(input, header, body<Invite>(input), 0); return;
    case MessageKind::kRinging:
    case MessageKind::kAccept: to_owner(input, header); return;
    case MessageKind::kConfirm: on_confirm(input, header, body<Confirm>(input)); return;
    case MessageKind::kReject: on_reject(input, header, body<Reject>(input)); return;
    case MessageKind::kCancel: on_cancel(input, header, body<Cancel>(input)); return;
    case MessageKind::kEnd: on_end(input, header, body<End>(input)); return;
    case MessageKind::kLeave: on_leave(input, header, body<Leave>(input)); return;
    case MessageKind::kRoster: on_roster(input, header, body<Roster>(input)); return;
    case MessageKind::kJoin: on_join(input, header, body<Join>(input)); return;
    case MessageKind::kInfo:
      if (const auto* door = std::get_if<Door>(&input.message->body)) {
        on_door(input, header, *door);
      } else {
        on_info(input, header, body<Info>(input));
      }
      return;
    case MessageKind::kSync: on_sync(input, header, body<Sync>(input)); return;
    case MessageKind::kAck: on_ack(input.sender, header, body<Ack>(input)); return;
    case MessageKind::kMarker: ++counters.dropped_not_entitled; return;
  }
}

/// Ringing and accept: to the leg's owner, from a device of the invited user.
void Core::to_owner(const MessageReceived& input, const Header& header) noexcept {
  if (header.leg.owner != settings.self || header.leg.number == 0) {
    ++counters.dropped_not_entitled;
    return;
  }
  const Slot slot = find_call(header.call);
  const Slot found = slot == kNoSlot ? kNoSlot : find_leg(calls_[slot], header.leg);
  if (found == kNoSlot) {
    const Slot tomb = find_tombstone(header.call, header.leg);
    if (tomb == kNoSlot) {
      post_cancel(input.sender, header.call, header.leg, Reason::kCallerLost);
    } else if (tombstones_[tomb].peer.user == input.sender.user) {
      answer_late(input.sender, header.call, header.leg, tombstones_[tomb].winner,
                  tombstones_[tomb].reason);
    } else {
      ++counters.dropped_not_entitled;
    }
    return;
  }
  Call& call = calls_[slot];
  Leg& leg = legs_[found];
  if (leg.user != input.sender.user) {
    ++counters.dropped_not_entitled;
  } else if (kind_of(input.message->body) == MessageKind::kAccept) {
    on_accept(input, call, leg, body<Accept>(input));
  } else if (leg.pending()) {
    on_ringing(input, call, leg, body<Ringing>(input));
  } else if (!leg.connected() || !leg.held_by(input.sender)) {
    answer_late(input.sender, call.id, leg.key, leg.winner(), leg.reason);
  }
}

Result Core::on(const ForeignVersionReceived& input) noexcept {
  ++counters.messages_received;
  if (input.retained) {
    ++counters.dropped_retained;
    return {};
  }
  if (link_state == LinkState::kStopped || input.kind != MessageKind::kInvite ||
      input.header.call.empty() || input.header.leg.owner != input.sender ||
      input.sender.user == settings.self.user ||
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

/// A sequence alone may be that of a message from before a restart.
void Core::on_ack(const Account& sender, const Header& header, const Ack& ack) noexcept {
  const Slot slot = outgoing_.find([&](const Outgoing& out) {
    return out.sequence == ack.sequence && out.to == sender.user && out.call_id == header.call &&
           out.key == header.leg;
  });
  // of the live messages roster and info alone are acknowledged
  const bool acked = slot != kNoSlot && !outgoing_[slot].asks_door();
  const MessageKind kind = acked ? outgoing_[slot].kind : MessageKind::kMarker;
  if (kind == MessageKind::kInfo) {
    info_acked(slot, sender.device);
  } else if (acked && (outgoing_[slot].final_message() || kind == MessageKind::kRoster)) {
    ack_of(slot, sender.device);
  } else {
    ++counters.dropped_bad_state;
  }
}

/// `device` has heard what `slot` says.
void Core::ack_of(Slot slot, const DeviceId& device) noexcept {
  Outgoing& out = outgoing_[slot];
  if (out.target_count == 0) {
    out.answered = 1;
  }
  for (std::size_t i = 0; i < out.target_count; ++i) {
    if (out.targets[i] == device) {
      out.answered = static_cast<std::uint8_t>(out.answered | (1U << i));
    }
  }
  if (out.all_answered()) {
    drop_outgoing(slot);
  }
}

}  // namespace doorcall
