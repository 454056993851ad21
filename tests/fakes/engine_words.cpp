// Output to words, by kind; and copies that share nothing with the engine that wrote them.

#include "tests/fakes/engine_words.hpp"

#include <variant>

namespace doorcall::fakes {

namespace {

std::string_view to_word(Alert alert) {
  switch (alert) {
    case Alert::kRinging: return "";
    case Alert::kSilent: return "silent";
    case Alert::kWaiting: return "waiting";
    case Alert::kChime: return "chime";
  }
  return "?";
}

}  // namespace

Account account_of(std::string_view text) {
  return Account::parse(text).value();
}

std::string word(std::string_view name, std::string_view detail) {
  return detail.empty() ? std::string(name) : std::string(name) + "(" + std::string(detail) + ")";
}

std::string describe(const Body& body) {
  const std::string_view name = to_string(kind_of(body));
  if (const auto* ringing = std::get_if<Ringing>(&body)) {
    return word(name, to_word(ringing->alert));
  }
  if (const auto* confirm = std::get_if<Confirm>(&body)) {
    return word(name, confirm->winner.view());
  }
  if (const auto* reject = std::get_if<Reject>(&body)) {
    return word(name, to_string(reject->reason));
  }
  if (const auto* cancel = std::get_if<Cancel>(&body)) {
    return word(name, to_string(cancel->reason));
  }
  if (const auto* end = std::get_if<End>(&body)) {
    return word(name, to_string(end->reason));
  }
  if (const auto* leave = std::get_if<Leave>(&body)) {
    return word(name, to_string(leave->reason));
  }
  if (const auto* join = std::get_if<Join>(&body)) {
    return word(name, join->move ? "move" : "");
  }
  if (const auto* door = std::get_if<Door>(&body)) {
    constexpr std::string_view kSteps[] = {"request", "nonce", "open", ""};
    const std::string_view step = kSteps[static_cast<std::size_t>(door->step)];
    return word("door", step.empty() ? to_string(door->result) : step);
  }
  if (const auto* info = std::get_if<Info>(&body)) {
    return word(name, to_string(info->kind));
  }
  if (const auto* sync = std::get_if<Sync>(&body)) {
    return word(name, sync->invite ? "invite" : "");
  }
  return std::string(name);
}

std::string describe(const CallEvent& event) {
  const std::string change = "event:" + std::string(to_string(event.change));
  if (event.change == CallChange::kMedia) {
    return word(change, to_string(event.media_state));
  }
  if (event.change == CallChange::kMember) {
    const std::string leg(to_string(event.leg));
    const std::string_view why = event.reason == Reason::kNone ? "" : to_string(event.reason);
    return word(change, word(std::string(event.peer.user.view()) + " " + leg, why));
  }
  return word(change, event.reason == Reason::kNone ? "" : to_string(event.reason));
}

std::string describe(const Mode& mode) {
  return std::string(mode.dnd ? "dnd" : "no dnd") + (mode.ring_to_open ? ", ring to open" : "");
}

std::string describe(const Output& output) {
  struct Visitor {
    std::string operator()(const SendMessage& out) const { return describe(out.message.body); }
    std::string operator()(const SendPresence& out) const {
      return "presence:" + std::string(to_string(out.presence.state));
    }
    std::string operator()(const SendPush& out) const {
      return word("push:" + std::string(out.push.cancel ? "cancel" : "request"),
                  out.push.cancel ? to_string(out.push.reason) : "");
    }
    std::string operator()(const OpenLink&) const { return "open"; }
    std::string operator()(const CloseLink&) const { return "close"; }
    std::string operator()(const StartMedia&) const { return "start_media"; }
    std::string operator()(const StopMedia&) const { return "stop_media"; }
    std::string operator()(const CallEvent& event) const { return describe(event); }
    std::string operator()(const InfoEvent& event) const {
      return word("info", to_string(event.kind));
    }
    std::string operator()(const PulseDoor&) const { return "pulse"; }
    std::string operator()(const DoorEvent& event) const {
      const bool result = event.change == DoorChange::kRefused;
      return (event.here ? "door:" : "other door:") +
             word(to_string(event.change), result ? to_string(event.result) : "");
    }
    std::string operator()(const InfoReceipt&) const { return "receipt"; }
    std::string operator()(const ModeEvent& event) const { return "mode:" + describe(event.mode); }
    std::string operator()(const LinkEvent& event) const {
      return "link:" + std::string(to_string(event.state));
    }
    std::string operator()(const PresenceEvent& event) const {
      return "peer:" + std::string(event.known ? to_string(event.presence.state) : "unknown");
    }
    std::string operator()(const Stopped&) const { return "stopped"; }
  };
  return std::visit(Visitor{}, output);
}

Attic::Attic() = default;
Attic::~Attic() = default;

std::string_view Attic::copy(std::string_view text) {
  return texts_.emplace_back(text);
}
Bytes Attic::copy(Bytes bytes) {
  return bytes_.emplace_back(bytes.begin(), bytes.end());
}
std::span<const LegView> Attic::copy(std::span<const LegView> legs) {
  return views_.emplace_back(legs.begin(), legs.end());
}

Push Attic::copy(const Push& push) {
  Push kept = push;
  kept.caller_name = copy(push.caller_name);
  kept.title = copy(push.title);
  kept.content = copy(push.content);
  kept.data = copy(push.data);
  return kept;
}

Message Attic::copy(const Message& message) {
  Message kept = message;
  if (auto* invite = std::get_if<Invite>(&kept.body)) {
    rebind(*invite);
  } else if (auto* accept = std::get_if<Accept>(&kept.body)) {
    accept->answer = copy(accept->answer);
    accept->data = copy(accept->data);
  } else if (auto* reject = std::get_if<Reject>(&kept.body)) {
    reject->data = copy(reject->data);
  } else if (auto* cancel = std::get_if<Cancel>(&kept.body)) {
    cancel->data = copy(cancel->data);
  } else if (auto* end = std::get_if<End>(&kept.body)) {
    end->data = copy(end->data);
  } else if (auto* confirm = std::get_if<Confirm>(&kept.body)) {
    confirm->legs = copy(confirm->legs);
  } else if (auto* leave = std::get_if<Leave>(&kept.body)) {
    leave->data = copy(leave->data);
    leave->legs = copy(leave->legs);
  } else if (auto* roster = std::get_if<Roster>(&kept.body)) {
    roster->legs = copy(roster->legs);
  } else if (auto* join = std::get_if<Join>(&kept.body)) {
    join->answer = copy(join->answer);
    join->data = copy(join->data);
  } else if (auto* info = std::get_if<Info>(&kept.body)) {
    info->bytes = copy(info->bytes);
    info->text = copy(info->text);
  } else if (auto* sync = std::get_if<Sync>(&kept.body)) {
    sync->legs = copy(sync->legs);
    if (sync->invite) {
      rebind(*sync->invite);
    }
  }
  return kept;
}

void Attic::rebind(Invite& invite) {
  invite.caller_name = copy(invite.caller_name);
  invite.data = copy(invite.data);
  invite.line = copy(invite.line);
  invite.offer = copy(invite.offer);
  invite.roster = copy(invite.roster);
}

}  // namespace doorcall::fakes
