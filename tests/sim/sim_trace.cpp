// The hash mixes fields and encoded bytes, never the memory of a struct: padding, pointers and byte
// order of the machine must not show. The text is for people and for bug reports.

#include "tests/sim/sim_trace.hpp"

#include <cstdio>
#include <string>

#include "tests/sim/sim_text.hpp"

namespace doorcall::sim {
namespace {

std::string line(Instant now, std::size_t device, const char* arrow, const std::string& text) {
  const std::int64_t ms = now.time_since_epoch().count();
  char head[48];
  std::snprintf(head, sizeof head, "%8lld.%03lld d%zu %s ", static_cast<long long>(ms / 1000),
                static_cast<long long>(ms % 1000), device, arrow);
  return head + text + "\n";
}

bool is_noise(const Message& message) {
  const MessageKind kind = kind_of(message.body);
  return kind == MessageKind::kAck || kind == MessageKind::kMarker;
}

bool is_noise(const Input& input) {
  const auto* received = std::get_if<MessageReceived>(&input);
  return std::holds_alternative<TimePassed>(input) ||
         std::holds_alternative<PresenceReceived>(input) ||
         std::holds_alternative<PresenceCleared>(input) ||
         (received != nullptr && is_noise(*received->message));
}

bool is_noise(const Output& output) {
  const auto* send = std::get_if<SendMessage>(&output);
  return std::holds_alternative<SendPresence>(output) ||
         std::holds_alternative<PresenceEvent>(output) ||
         (send != nullptr && is_noise(send->message));
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
  if (detail_ == Detail::kNone) {
    return;
  }
  pending_ = line(now, device, "<-", text_of(input));
  if (detail_ == Detail::kAll || !is_noise(input)) {
    print_pending();
  }
}

void Trace::result(const Result& result, bool with_invitees) {
  add(static_cast<std::uint64_t>(result.code));
  for (std::size_t i = 0; with_invitees && i < result.invitees.size(); ++i) {
    add(static_cast<std::uint64_t>(result.invitees[i]));
  }
  if (detail_ != Detail::kNone && result.code != Errc::kOk) {
    std::printf("                refused: %s\n", std::string(to_string(result.code)).c_str());
  }
}

void Trace::output(Instant now, std::size_t device, const Output& output, Bytes raw) {
  add(device << 8 | output.index());
  add(raw);
  hash_output(output);
  if (detail_ == Detail::kAll || (detail_ == Detail::kCalls && !is_noise(output))) {
    print_pending();
    std::printf("%s", line(now, device, "   ->", text_of(output)).c_str());
  }
}

void Trace::hash_event(const CallEvent& event) {
  add(Bytes(event.call.bytes));
  add(static_cast<std::uint64_t>(event.change) | static_cast<std::uint64_t>(event.state) << 8 |
      static_cast<std::uint64_t>(event.media_state) << 16 |
      static_cast<std::uint64_t>(event.reason) << 24 | std::uint64_t{event.outgoing} << 32 |
      static_cast<std::uint64_t>(event.leg) << 40 | std::uint64_t{event.waiting} << 48);
  add(event.join_number);
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
  } else if (const auto* push = std::get_if<SendPush>(&output)) {
    add(push->to.view());
    add(push->expiry_s);
  } else if (const auto* mode = std::get_if<ModeEvent>(&output)) {
    add(std::uint64_t{mode->mode.dnd} | std::uint64_t{mode->mode.ring_to_open} << 1);
  } else if (const auto* start = std::get_if<StartMedia>(&output)) {
    add(Bytes(start->call.bytes));
  } else if (const auto* stop = std::get_if<StopMedia>(&output)) {
    add(Bytes(stop->call.bytes));
    add(static_cast<std::uint64_t>(stop->reason));
  }
}

void Trace::print_pending() {
  std::printf("%s", pending_.c_str());
  pending_.clear();
}

void Trace::note(Instant now, std::string_view what, std::size_t device) {
  if (detail_ != Detail::kNone) {
    std::printf("%s", line(now, device, "##", std::string(what)).c_str());
  }
}

}  // namespace doorcall::sim
