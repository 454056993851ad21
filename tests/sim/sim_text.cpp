// People's view of what goes in and out of engines; used by the trace alone.

#include "tests/sim/sim_text.hpp"

namespace doorcall::sim {
namespace {

std::string brief(const CallId& call) {
  return std::string(to_text(call).view().substr(0, 8));
}

std::string text_of(const Account& account) {
  return std::string(to_text(account).view());
}

std::string text_of(const LegKey& key) {
  return std::string(key.owner.device.view()) + "#" + std::to_string(key.number);
}

std::string text_of(std::span<const LegView> legs) {
  std::string text = " [";
  for (const LegView& leg : legs) {
    text += (text.size() > 2 ? ", " : "") + text_of(leg.key) + " " + std::string(leg.user.view()) +
            "/" + std::string(leg.device.view()) + " " + std::string(to_string(leg.state));
    text += leg.reason == Reason::kNone ? "" : "(" + std::string(to_string(leg.reason)) + ")";
    text += leg.join_number == 0 ? "" : " " + std::to_string(leg.join_number) + ".";
  }
  return text + "]";
}

std::string text_of(const Invite& invite) {
  std::string text = " ring_left " + std::to_string(invite.ring_left.count());
  if (invite.replaces.number != 0) {
    text += " replaces " + text_of(invite.replaces);
  }
  return text + (invite.roster.empty() ? "" : text_of(invite.roster));
}

struct BodyText {
  std::string operator()(const Invite& body) const { return text_of(body); }
  std::string operator()(const Ringing& body) const {
    switch (body.alert) {
      case Alert::kRinging: return "";
      case Alert::kSilent: return " silent";
      case Alert::kWaiting: return " waiting " + std::to_string(body.nonce % 10'000);
      case Alert::kChime: return " chime";
    }
    return " ?";
  }
  std::string operator()(const Accept&) const { return ""; }
  std::string operator()(const Confirm& body) const {
    return " " + std::string(body.winner.view()) + " as " + std::to_string(body.join_number) +
           (body.legs.empty() ? "" : text_of(body.legs));
  }
  std::string operator()(const Reject& body) const { return reason(body.reason); }
  std::string operator()(const Cancel& body) const { return reason(body.reason); }
  std::string operator()(const End& body) const { return reason(body.reason); }
  std::string operator()(const Leave& body) const {
    return reason(body.reason) + text_of(body.legs);
  }
  std::string operator()(const Roster& body) const { return text_of(body.legs); }
  std::string operator()(const Join& body) const { return body.move ? " move" : ""; }
  std::string operator()(const Info& body) const { return " " + std::string(to_string(body.kind)); }
  std::string operator()(const Door& body) const {
    constexpr std::string_view kSteps[] = {"request", "nonce", "open", "result"};
    const std::string step(kSteps[static_cast<std::size_t>(body.step)]);
    return " door " + step +
           (body.step == DoorStep::kResult ? " " + std::string(to_string(body.result))
                                           : " " + std::to_string(body.nonce % 10'000));
  }
  std::string operator()(const Sync& body) const {
    return text_of(body.legs) +
           (body.invite
                ? " with invite " + std::to_string(body.nonce % 10'000) + text_of(*body.invite)
                : "");
  }
  std::string operator()(const Ack& body) const { return " of " + std::to_string(body.sequence); }
  std::string operator()(const Marker&) const { return ""; }

  static std::string reason(Reason reason) { return " " + std::string(to_string(reason)); }
};

std::string text_of(const Message& message) {
  const Header& header = message.header;
  return std::string(to_string(kind_of(message.body))) + " " + brief(header.call) + " leg " +
         text_of(header.leg) + " seq " + std::to_string(header.sequence) +
         (header.to.empty() ? "" : " to " + std::string(header.to.view())) +
         std::visit(BodyText{}, message.body);
}

std::string users_of(const InviteUsers& in) {
  std::string text;
  for (const Invitee& invitee : in.invitees) {
    text += " " + std::string(invitee.user.view()) +
            (invitee.step == 0 ? "" : "@" + std::to_string(invitee.step));
  }
  return text;
}

struct InputText {
  std::string operator()(const TimePassed&) const { return "time passed"; }
  std::string operator()(const LinkConnected& in) const {
    return std::string("link connected") + (in.session_present ? ", session present" : "");
  }
  std::string operator()(const LinkLost& in) const {
    return "link lost, cause " + std::to_string(static_cast<int>(in.cause));
  }
  std::string operator()(const MessageReceived& in) const {
    return text_of(*in.message) + " from " + text_of(in.sender) + " expiry " +
           (in.expiry_left ? std::to_string(*in.expiry_left) : "none") +
           (in.retained ? " retained" : "");
  }
  std::string operator()(const ForeignVersionReceived& in) const {
    return "foreign version from " + text_of(in.sender);
  }
  std::string operator()(const PresenceReceived& in) const {
    return "presence " + text_of(in.account) + " " + std::string(to_string(in.presence.state)) +
           " connect " + std::to_string(in.presence.connect) + (in.retained ? " retained" : "");
  }
  std::string operator()(const PresenceCleared& in) const {
    return "presence cleared " + text_of(in.account);
  }
  std::string operator()(const MediaReported& in) const {
    return "media " + brief(in.call) + " " + std::string(to_string(in.state));
  }
  std::string operator()(const Start&) const { return "START"; }
  std::string operator()(const Stop&) const { return "STOP"; }
  std::string operator()(const InviteUsers& in) const {
    const RingPlan& plan = in.plan;
    std::string text = "INVITE" + users_of(in) + (in.call.empty() ? "" : " to " + brief(in.call));
    text += plan.first_wins ? ", first wins" : "";
    text += plan.keep ? ", keep" : "";
    text += plan.step_time.count() == 0 ? ""
                                        : ", step " + std::to_string(plan.step_time.count()) +
                                              " x " + std::to_string(plan.cycles);
    text += in.ring_time.count() == 0 ? "" : ", ring " + std::to_string(in.ring_time.count());
    return text + (in.wait_offline ? ", wait" : "");
  }
  std::string operator()(const CancelCall& in) const {
    std::string text = "CANCEL " + brief(in.call);
    for (const UserId& user : in.users) {
      text += " " + std::string(user.view());
    }
    return text;
  }
  std::string operator()(const AcceptCall& in) const { return "ACCEPT " + brief(in.call); }
  std::string operator()(const RejectCall& in) const {
    return "REJECT " + brief(in.call) + " " + std::string(to_string(in.reason));
  }
  std::string operator()(const HangUpCall& in) const { return "HANG UP " + brief(in.call); }
  std::string operator()(const EndCall& in) const { return "END " + brief(in.call); }
  std::string operator()(const JoinCall& in) const {
    return std::string(in.move ? "PULL " : "JOIN ") + brief(in.call) + " via " +
           std::string(in.via.view());
  }
  std::string operator()(const SendInfo& in) const {
    return "INFO " + brief(in.call) + " " + std::string(to_string(in.kind));
  }
  std::string operator()(const OfferEarly& in) const { return "EARLY OFFER " + brief(in.call); }
  std::string operator()(const OpenDoor& in) const {
    return "OPEN " + (in.call.empty() ? "" : brief(in.call)) + " " + std::string(in.user.view());
  }
  std::string operator()(const DoorPulsed& in) const {
    return std::string("pulsed ") + (in.ok ? "" : "not ") + std::to_string(in.number % 10'000);
  }
  std::string operator()(const DoorContact& in) const {
    return std::string("door contact ") + (in.open ? "open" : "closed");
  }
  std::string operator()(const SilenceCall& in) const { return "SILENCE " + brief(in.call); }
  std::string operator()(const SetDnd& in) const {
    return std::string("DND ") + (in.on ? "on " : "off ") + std::to_string(in.duration.count());
  }
  std::string operator()(const SetRingToOpen& in) const {
    return "RING TO OPEN " + std::to_string(in.duration.count());
  }
};

std::string text_of(const CallEvent& out) {
  std::string text = "EVENT " + std::string(to_string(out.change)) + " " + brief(out.call) + " (" +
                     std::string(to_string(out.state)) + ")" + (out.outgoing ? " outgoing" : "") +
                     (out.waiting ? " waiting" : "");
  if (!out.peer.user.empty()) {
    text += " peer " + text_of(out.peer);
  }
  if (out.change == CallChange::kMember) {
    text += " " + std::string(to_string(out.leg)) + " " + std::to_string(out.join_number) + ".";
  }
  text += out.reason == Reason::kNone ? "" : " " + std::string(to_string(out.reason));
  text += out.change == CallChange::kMedia ? " " + std::string(to_string(out.media_state)) : "";
  text += out.ring_left.count() == 0 ? "" : " ring_left " + std::to_string(out.ring_left.count());
  return text;
}

struct OutputText {
  std::string operator()(const SendMessage& out) const {
    return "send " + text_of(out.message) + " to " + std::string(out.to.view()) + " expiry " +
           std::to_string(out.expiry_s);
  }
  std::string operator()(const SendPresence& out) const {
    return "send presence " + std::string(to_string(out.presence.state));
  }
  std::string operator()(const SendPush& out) const {
    return std::string("push ") + (out.push.cancel ? "cancel " : "request ") +
           brief(out.push.call) + " leg " + text_of(out.push.leg) + " to " +
           std::string(out.to.view());
  }
  std::string operator()(const OpenLink&) const { return "open link"; }
  std::string operator()(const CloseLink&) const { return "close link"; }
  std::string operator()(const StartMedia& out) const { return "start media " + brief(out.call); }
  std::string operator()(const StopMedia& out) const { return "stop media " + brief(out.call); }
  std::string operator()(const CallEvent& out) const { return text_of(out); }
  std::string operator()(const InfoEvent& out) const {
    return "EVENT info " + std::string(to_string(out.kind)) + " " + brief(out.call) + " from " +
           text_of(out.from);
  }
  std::string operator()(const PulseDoor& out) const {
    return "pulse " + std::to_string(out.number % 10'000) + " for " + text_of(out.who);
  }
  std::string operator()(const DoorEvent& out) const {
    return "EVENT door " + std::string(to_string(out.change)) + (out.here ? " here " : " there ") +
           text_of(out.who) + " " + std::string(to_string(out.result));
  }
  std::string operator()(const InfoReceipt& out) const {
    return "EVENT receipt " + std::to_string(out.ticket) + " by " + text_of(out.by);
  }
  std::string operator()(const ModeEvent& out) const {
    return std::string("EVENT mode") + (out.mode.dnd ? " dnd" : "") +
           (out.mode.ring_to_open ? " ring_to_open" : "");
  }
  std::string operator()(const LinkEvent& out) const {
    return "EVENT link " + std::string(to_string(out.state));
  }
  std::string operator()(const PresenceEvent& out) const {
    return "EVENT presence " + text_of(out.account) + " " +
           (out.known ? std::string(to_string(out.presence.state)) : "unknown");
  }
  std::string operator()(const Stopped&) const { return "stopped"; }
};

}  // namespace

std::string text_of(const Input& input) {
  return std::visit(InputText{}, input);
}

std::string text_of(const Output& output) {
  return std::visit(OutputText{}, output);
}

}  // namespace doorcall::sim
