// The hash mixes fields and encoded bytes, never the memory of a struct: padding, pointers and byte
// order of the machine must not show. The text is for people and for bug reports.

#include "tests/sim/sim_trace.hpp"

#include <cstdio>
#include <string>

namespace doorcall::sim {
namespace {

std::string brief(const CallId& call) {
  return std::string(to_text(call).view().substr(0, 8));
}

std::string text_of(const Account& account) {
  return std::string(to_text(account).view());
}

std::string text_of(const Message& message) {
  const Header& header = message.header;
  std::string text = std::string(to_string(kind_of(message.body))) + " " + brief(header.call) +
                     " leg " + std::string(header.leg.owner.user.view()) + "#" +
                     std::to_string(header.leg.number) + " seq " + std::to_string(header.sequence);
  if (!header.to.empty()) {
    text += " to " + std::string(header.to.view());
  }
  if (const auto* invite = std::get_if<Invite>(&message.body)) {
    text += " ring_left " + std::to_string(invite->ring_left.count());
  } else if (const auto* ringing = std::get_if<Ringing>(&message.body)) {
    text += ringing->alert == Alert::kWaiting
                ? " waiting " + std::to_string(ringing->nonce % 10'000)
                : " ringing";
  } else if (const auto* reject = std::get_if<Reject>(&message.body)) {
    text += " " + std::string(to_string(reject->reason));
  } else if (const auto* cancel = std::get_if<Cancel>(&message.body)) {
    text += " " + std::string(to_string(cancel->reason));
  } else if (const auto* end = std::get_if<End>(&message.body)) {
    text += " " + std::string(to_string(end->reason));
  } else if (const auto* ack = std::get_if<Ack>(&message.body)) {
    text += " of " + std::to_string(ack->sequence);
  } else if (const auto* sync = std::get_if<Sync>(&message.body)) {
    text += " legs " + std::to_string(sync->legs.size()) +
            (sync->invite ? " with invite " + std::to_string(sync->nonce % 10'000) : "");
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
  std::string operator()(const Start&) const { return "start"; }
  std::string operator()(const Stop&) const { return "stop"; }
  std::string operator()(const InviteUser& in) const {
    return "invite user " + std::string(in.user.view()) + (in.wait_offline ? ", wait" : "");
  }
  std::string operator()(const CancelCall& in) const { return "cancel " + brief(in.call); }
  std::string operator()(const AcceptCall& in) const { return "accept " + brief(in.call); }
  std::string operator()(const RejectCall& in) const {
    return "reject " + brief(in.call) + " " + std::string(to_string(in.reason));
  }
  std::string operator()(const HangUpCall& in) const { return "hang up " + brief(in.call); }
};

struct OutputText {
  std::string operator()(const SendMessage& out) const {
    return "send " + text_of(out.message) + " to " + std::string(out.to.view()) + " expiry " +
           std::to_string(out.expiry_s);
  }
  std::string operator()(const SendPresence& out) const {
    return "send presence " + std::string(to_string(out.presence.state));
  }
  std::string operator()(const OpenLink&) const { return "open link"; }
  std::string operator()(const CloseLink&) const { return "close link"; }
  std::string operator()(const StartMedia& out) const { return "start media " + brief(out.call); }
  std::string operator()(const StopMedia& out) const { return "stop media " + brief(out.call); }
  std::string operator()(const CallEvent& out) const {
    return "EVENT " + std::string(to_string(out.change)) + " " + brief(out.call) +
           (out.outgoing ? " outgoing" : "") + " peer " + std::string(out.peer.user.view()) + " " +
           (out.reason == Reason::kNone ? "" : std::string(to_string(out.reason))) +
           (out.change == CallChange::kMedia ? std::string(to_string(out.media_state)) : "") +
           (out.ring_left.count() != 0 ? " ring_left " + std::to_string(out.ring_left.count())
                                       : "");
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

void print(Instant now, std::size_t device, const char* arrow, const std::string& text) {
  const std::int64_t ms = now.time_since_epoch().count();
  std::printf("%8lld.%03lld d%zu %s %s\n", static_cast<long long>(ms / 1000),
              static_cast<long long>(ms % 1000), device, arrow, text.c_str());
}

}  // namespace

void Trace::add(Bytes bytes) {
  add(bytes.size());
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      word |= std::uint64_t{bytes[at + i]} << (8 * i);
    }
    add(word);
  }
  for (; at < bytes.size(); ++at) {
    add(std::uint64_t{bytes[at]});
  }
}

void Trace::add(std::string_view text) {
  add(text.size());
  for (const char c : text) {
    add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  }
}

void Trace::input(Instant now, std::size_t device, const Input& input, Bytes raw) {
  add(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  add(device << 8 | input.index());
  add(raw);
  if (text_) {
    print(now, device, "<-", std::visit(InputText{}, input));
  }
}

void Trace::result(const Result& result) {
  add(static_cast<std::uint64_t>(result.code));
  if (text_ && result.code != Errc::kOk) {
    std::printf("                refused: %s\n", std::string(to_string(result.code)).c_str());
  }
}

void Trace::output(Instant now, std::size_t device, const Output& output, Bytes raw) {
  add(device << 8 | output.index());
  add(raw);
  hash_output(output);
  if (text_) {
    print(now, device, "   ->", std::visit(OutputText{}, output));
  }
}

void Trace::hash_event(const CallEvent& event) {
  add(Bytes(event.call.bytes));
  add(static_cast<std::uint64_t>(event.change) | static_cast<std::uint64_t>(event.state) << 8 |
      static_cast<std::uint64_t>(event.media_state) << 16 |
      static_cast<std::uint64_t>(event.reason) << 24 | std::uint64_t{event.outgoing} << 32);
  add(static_cast<std::uint64_t>(event.ring_left.count()));
  add(event.peer.user.view());
  add(event.peer.device.view());
  add(event.data);
  add(event.offer);
}

void Trace::hash_output(const Output& output) {
  if (const auto* event = std::get_if<CallEvent>(&output)) {
    hash_event(*event);
  } else if (const auto* link = std::get_if<LinkEvent>(&output)) {
    add(static_cast<std::uint64_t>(link->state));
    add(static_cast<std::uint64_t>(link->retry_in.count()));
  } else if (const auto* presence = std::get_if<PresenceEvent>(&output)) {
    add(presence->account.user.view());
    add(static_cast<std::uint64_t>(presence->presence.state) | std::uint64_t{presence->known} << 8);
  } else if (const auto* send = std::get_if<SendMessage>(&output)) {
    add(send->to.view());
    add(send->expiry_s);
  } else if (const auto* start = std::get_if<StartMedia>(&output)) {
    add(Bytes(start->call.bytes));
  } else if (const auto* stop = std::get_if<StopMedia>(&output)) {
    add(Bytes(stop->call.bytes));
    add(static_cast<std::uint64_t>(stop->reason));
  }
}

void Trace::note(Instant now, std::string_view what, std::size_t device) {
  if (text_) {
    print(now, device, "##", std::string(what));
  }
}

}  // namespace doorcall::sim
