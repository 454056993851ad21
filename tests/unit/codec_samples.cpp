// Reads the examples of the protocol page, and checks messages against its limits, kind by kind.

#include "tests/unit/codec_samples.hpp"

#include <fstream>
#include <span>
#include <sstream>
#include <variant>

#include "agent/core/utf8.hpp"
#include "tests/fakes/source_file.hpp"

namespace doorcall::samples {

std::vector<Example> read_examples() {
  std::ifstream page(fakes::source_file("transport/PROTOCOL.md"));
  std::vector<Example> examples;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```hex ")) {
      examples.push_back({line.substr(7), {}});
      inside = true;
    } else if (line.starts_with("```")) {
      inside = false;
    } else if (inside) {
      std::istringstream words(line.substr(0, line.find('#')));
      for (std::string word; words >> word;) {
        examples.back().bytes.push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
      }
    }
  }
  return examples;
}

Packet example(std::string_view name) {
  for (Example& each : read_examples()) {
    if (each.name == name) {
      return each.bytes;
    }
  }
  return {};
}

namespace {

bool within(std::span<const LegView> legs) {
  bool ok = legs.size() <= kLegViewsMax;
  for (const LegView& view : legs) {
    ok = ok && !view.key.owner.user.empty() && !view.user.empty() &&
         static_cast<std::uint8_t>(view.state) <= kLegStateLast &&
         static_cast<std::uint8_t>(view.reason) <= kReasonLast && view.ring_left >= Millis{0} &&
         view.ring_left <= kRingTimeMax;
  }
  return ok;
}

bool within(const Invite& invite) {
  return within(invite.roster) &&
         (invite.replaces.number == 0 || !invite.replaces.owner.user.empty()) &&
         !invite.caller.user.empty() && !invite.caller.device.empty() &&
         invite.caller_name.size() <= kNameBytesMax && is_utf8(invite.caller_name) &&
         static_cast<std::uint8_t>(invite.media) <= kMediaKindLast &&
         invite.ring_left >= Millis{0} && invite.ring_left <= kRingTimeMax &&
         invite.offer.size() <= kOfferBytesMax && invite.data.size() <= kDataBytesMax &&
         is_utf8(invite.data) && invite.line.size() <= kLineIdBytesMax && is_utf8(invite.line);
}

bool within(const Ringing& ringing) {
  return static_cast<std::uint8_t>(ringing.alert) <= kAlertLast &&
         (ringing.alert == Alert::kWaiting) == (ringing.nonce != 0);
}

bool within(const Accept& accept) {
  return accept.answer.size() <= kOfferBytesMax && accept.data.size() <= kDataBytesMax &&
         is_utf8(accept.data);
}

bool within(const Confirm& confirm) {
  return !confirm.winner.empty() && within(confirm.legs);
}

bool within_ending(Reason reason, std::string_view data) {
  return reason != Reason::kNone && static_cast<std::uint8_t>(reason) <= kReasonLast &&
         data.size() <= kDataBytesMax && is_utf8(data);
}

bool within(const Reject& reject) {
  return within_ending(reject.reason, reject.data);
}

bool within(const Cancel& cancel) {
  return within_ending(cancel.reason, cancel.data);
}

bool within(const End& end) {
  return within_ending(end.reason, end.data);
}

bool within(const Leave& leave) {
  return within_ending(leave.reason, leave.data) && within(leave.legs);
}

bool within(const Roster& roster) {
  return within(roster.legs);
}

bool within(const Join& join) {
  return join.answer.size() <= kOfferBytesMax && join.data.size() <= kDataBytesMax &&
         is_utf8(join.data);
}

bool within(const Info& info) {
  const bool media = info.kind <= InfoKind::kMediaCandidate;
  const bool keys = info.kind == InfoKind::kKeyPress;
  return static_cast<std::uint8_t>(info.kind) <= kInfoKindLast &&
         static_cast<std::uint8_t>(info.media) <= kMediaKindLast && media != info.bytes.empty() &&
         info.bytes.size() <= kOfferBytesMax && info.text.size() <= kDataBytesMax &&
         is_utf8(info.text) && (!keys || is_keys(info.text));
}

bool within(const Door& door) {
  const bool nonce = door.step == DoorStep::kNonce || door.step == DoorStep::kOpen;
  const bool answers = door.step == DoorStep::kNonce || door.step == DoorStep::kResult;
  return static_cast<std::uint8_t>(door.step) <= kDoorStepLast && nonce == (door.nonce != 0) &&
         answers == (door.asked != 0) && static_cast<std::uint8_t>(door.result) <= kDoorResultLast;
}

bool within(const Sync& sync) {
  return sync.invite ? within(*sync.invite) && sync.legs.empty() : within(sync.legs);
}

bool within(const Ack& ack) {
  return ack.sequence >= 1;
}

bool within(const Marker& /*marker*/) {
  return true;
}

}  // namespace

bool within(const Message& message) {
  const Header& header = message.header;
  const bool marker = std::holds_alternative<Marker>(message.body);
  const bool call_ok = marker || (!header.call.empty() && !header.leg.owner.user.empty() &&
                                  !header.leg.owner.device.empty());
  return call_ok && header.connect >= 1 && header.sequence >= 1 &&
         std::visit([](const auto& body) { return within(body); }, message.body);
}

bool within(const Presence& presence) {
  return presence.connect >= 1 && static_cast<std::uint8_t>(presence.state) <= kPresenceStateLast &&
         presence.name.size() <= kNameBytesMax && is_utf8(presence.name) &&
         presence.device_kind.size() <= kLineIdBytesMax && is_utf8(presence.device_kind) &&
         presence.software.size() <= kSoftwareBytesMax && is_utf8(presence.software);
}

}  // namespace doorcall::samples
