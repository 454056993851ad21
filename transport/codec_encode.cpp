// Message to bytes, in the order of the tables in PROTOCOL.md, so that the same message is always
// the same bytes. Everything fits by its bounds but the roster of an invite beside the longest data
// and offer: then the message is written once more, without as many legs as it is too long.

#include <bitset>
#include <cstddef>
#include <span>
#include <variant>

#include "transport/codec.hpp"
#include "transport/codec_writer.hpp"

namespace doorcall::transport {

namespace {

void write_leg_key(ValueWriter& out, const LegKey& key) noexcept {
  out.text(to_text(key.owner).view());
  out.number(key.number);
}

void write_leg_view(ValueWriter& out, const LegView& view) noexcept {
  out.array(leg::kElements);
  write_leg_key(out, view.key);
  out.text(view.user.view());
  out.text(view.device.view());
  out.number(static_cast<std::uint64_t>(view.state));
  out.number(static_cast<std::uint64_t>(view.reason));
  out.number(view.join_number);
  out.number(static_cast<std::uint64_t>(view.ring_left.count()));
}

using Legs = std::span<const LegView>;
using LegSet = std::bitset<kLegViewsMax>;  ///< by the position in the roster

void write_legs(MapWriter& map, const Field& field, Legs legs, LegSet left_out = {}) noexcept {
  const std::size_t count = legs.size() - left_out.count();
  if (count == 0 && field.need == Need::kOptional) {
    return;
  }
  ValueWriter& out = map.begin(field);
  out.array(count);
  for (std::size_t i = 0; i < legs.size(); ++i) {
    if (!left_out[i]) {
      write_leg_view(out, legs[i]);
    }
  }
}

void write_header(MapWriter& top, const Header& header, MessageKind kind) noexcept {
  top.number(header::kVersion, kProtocolVersion);
  top.enumerator(header::kKind, kind);
  if (!header.call.empty()) {
    top.bytes(header::kCall, header.call.bytes);
  }
  if (!header.leg.owner.user.empty()) {
    ValueWriter& out = top.begin(header::kLeg);
    out.array(2);
    write_leg_key(out, header.leg);
  }
  top.number(header::kIncarnation, header.incarnation);
  top.number(header::kConnect, header.connect);
  top.number(header::kSequence, header.sequence);
  top.text(header::kTo, header.to.view());
}

/// Writes one kind's fields; `owner` is the owner of the header's leg, `left_out` are the legs of
/// an invite's roster that the message has no room for.
class BodyWriter {
 public:
  BodyWriter(MapWriter& body, const Account& owner, LegSet left_out) noexcept
      : body_(body), owner_(owner), left_out_(left_out) {}

  void operator()(const Invite& invite) noexcept {
    write_invite(body_, invite);
    write_legs(body_, invite::kRoster, invite.roster, left_out_);
    write_replaces(body_, invite.replaces);
  }
  void operator()(const Ringing& ringing) noexcept {
    body_.enumerator(ringing::kAlert, ringing.alert);
    body_.number(ringing::kNonce, ringing.nonce);
  }
  void operator()(const Accept& accept) noexcept {
    body_.bytes(accept::kAnswer, accept.answer);
    body_.text(accept::kData, accept.data);
  }
  void operator()(const Confirm& confirm) noexcept {
    body_.text(confirm::kWinner, confirm.winner.view());
    body_.number(confirm::kJoinNumber, confirm.join_number);
    write_legs(body_, confirm::kLegs, confirm.legs);
  }
  void operator()(const Reject& reject) noexcept { write_ending(reject.reason, reject.data); }
  void operator()(const Cancel& cancel) noexcept { write_ending(cancel.reason, cancel.data); }
  void operator()(const End& end) noexcept { write_ending(end.reason, end.data); }
  void operator()(const Leave& leave) noexcept {
    write_ending(leave.reason, leave.data);
    write_legs(body_, leave::kLegs, leave.legs);
  }
  void operator()(const Roster& roster) noexcept { write_legs(body_, roster::kLegs, roster.legs); }
  void operator()(const Join& join) noexcept {
    body_.number(join::kMove, join.move ? 1U : 0U);
    body_.bytes(join::kAnswer, join.answer);
    body_.text(join::kData, join.data);
  }
  void operator()(const Info& info) noexcept {
    body_.enumerator(info::kAbout, info.kind);
    body_.enumerator(info::kMedia, info.media);
    body_.bytes(info::kBytes, info.bytes);
    body_.text(info::kText, info.text);
    ValueWriter& member = body_.begin(info::kMember);
    member.array(2);
    write_leg_key(member, info.member);
  }
  void operator()(const Door& door) noexcept {
    body_.number(info::kAbout, info::kAboutDoor);
    body_.enumerator(info::kStep, door.step);
    body_.number(info::kNonce, door.nonce);
    body_.enumerator(info::kResult, door.result);
    body_.number(info::kAsked, door.asked);
  }
  void operator()(const Sync& sync) noexcept {
    if (sync.invite) {
      write_legs(body_, sync::kLegs, sync.invite->roster, left_out_);
      body_.map(sync::kInvite, [&](MapWriter& map) {
        write_invite(map, *sync.invite);
        write_replaces(map, sync.invite->replaces);
      });
    } else {
      write_legs(body_, sync::kLegs, sync.legs);
    }
    body_.number(sync::kNonce, sync.nonce);
  }
  void operator()(const Ack& ack) noexcept { body_.number(ack::kSequence, ack.sequence); }
  void operator()(const Marker& /*marker*/) noexcept {}

 private:
  void write_invite(MapWriter& map, const Invite& invite) const noexcept {
    if (invite.caller != owner_) {
      map.text(invite::kCaller, to_text(invite.caller).view());
    }
    map.text(invite::kCallerName, invite.caller_name);
    map.enumerator(invite::kMedia, invite.media);
    map.number(invite::kRingLeft, static_cast<std::uint64_t>(invite.ring_left.count()));
    map.bytes(invite::kOffer, invite.offer);
    map.text(invite::kData, invite.data);
    map.text(invite::kLine, invite.line);
  }

  static void write_replaces(MapWriter& map, const LegKey& replaces) noexcept {
    if (replaces.number != 0) {
      ValueWriter& out = map.begin(invite::kReplaces);
      out.array(2);
      write_leg_key(out, replaces);
    }
  }

  void write_ending(Reason reason, std::string_view data) noexcept {
    body_.enumerator(ending::kReason, reason);
    body_.text(ending::kData, data);
  }

  MapWriter& body_;
  const Account& owner_;
  LegSet left_out_;
};

void write_message(FixedBuffer& buffer, const Message& message, LegSet left_out) noexcept {
  MapWriter top(buffer);
  write_header(top, message.header, kind_of(message.body));
  top.map(header::kBody, [&](MapWriter& body) {
    std::visit(BodyWriter(body, message.header.leg.owner, left_out), message.body);
  });
}

// --- legs

/// The roster that may be cut, and only that: of an invite, alone or in a sync.
Legs roster_of_invite(const Body& body) noexcept {
  if (const auto* invite = std::get_if<Invite>(&body)) {
    return invite->roster;
  }
  if (const auto* sync = std::get_if<Sync>(&body); sync != nullptr && sync->invite) {
    return sync->invite->roster;
  }
  return {};
}

Legs legs_of(const Body& body) noexcept {
  if (const auto* sync = std::get_if<Sync>(&body); sync != nullptr && !sync->invite) {
    return sync->legs;
  }
  if (const auto* confirm = std::get_if<Confirm>(&body)) {
    return confirm->legs;
  }
  if (const auto* leave = std::get_if<Leave>(&body)) {
    return leave->legs;
  }
  if (const auto* roster = std::get_if<Roster>(&body)) {
    return roster->legs;
  }
  return roster_of_invite(body);
}

std::size_t bytes_of(const LegView& view) noexcept {
  FixedBuffer counts({});
  ValueWriter out(counts);
  write_leg_view(out, view);
  return counts.size();
}

/// Which legs to leave out to save `excess` bytes: from the end, those that are over first.
LegSet legs_to_leave_out(Legs roster, std::size_t excess) noexcept {
  LegSet out;
  std::size_t saved = 0;
  for (const bool ended : {true, false}) {
    for (std::size_t i = roster.size(); i > 0 && saved < excess; --i) {
      const LegView& view = roster[i - 1];
      if ((view.state == LegState::kEnded) == ended) {
        out[i - 1] = true;
        saved += bytes_of(view);
      }
    }
  }
  return out;
}

}  // namespace

std::size_t encode(const Message& message, std::span<std::uint8_t> out) noexcept {
  if (legs_of(message.body).size() > kLegViewsMax) {
    return 0;
  }
  FixedBuffer buffer(out);
  write_message(buffer, message, {});
  if (const Legs roster = roster_of_invite(message.body);
      buffer.size() > kMessageBytesMax && !roster.empty()) {
    const LegSet left_out = legs_to_leave_out(roster, buffer.size() - kMessageBytesMax);
    buffer.rewind(0);
    write_message(buffer, message, left_out);
  }
  return buffer.result();
}

}  // namespace doorcall::transport
