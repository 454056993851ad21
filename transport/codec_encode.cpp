#include <type_traits>

#include "transport/codec.hpp"
#include "transport/codec_writer.hpp"

namespace doorcall::transport {

namespace {

void write_leg_key(ValueWriter& out, const LegKey& key) noexcept {
  out.text(to_text(key.owner).view());
  out.number(key.number);
}

void write_leg_view(ValueWriter& out, const LegView& view) noexcept {
  out.array(6);
  write_leg_key(out, view.key);
  out.text(view.user.view());
  out.text(view.device.view());
  out.number(static_cast<std::uint64_t>(view.state));
  out.number(static_cast<std::uint64_t>(view.reason));
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

/// Writes one kind's fields; `owner` is the owner of the header's leg.
class BodyWriter {
 public:
  BodyWriter(MapWriter& body, const Account& owner) noexcept : body_(body), owner_(owner) {}

  void operator()(const Invite& invite) noexcept { write_invite(body_, invite); }
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
  }
  void operator()(const Reject& reject) noexcept { write_ending(reject.reason, reject.data); }
  void operator()(const Cancel& cancel) noexcept { write_ending(cancel.reason, cancel.data); }
  void operator()(const End& end) noexcept { write_ending(end.reason, end.data); }
  void operator()(const Sync& sync) noexcept {
    if (!sync.legs.empty()) {
      ValueWriter& out = body_.begin(sync::kLegs);
      out.array(sync.legs.size());
      for (const LegView& view : sync.legs) {
        write_leg_view(out, view);
      }
    }
    if (sync.invite) {
      body_.map(sync::kInvite, [&](MapWriter& map) { write_invite(map, *sync.invite); });
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

  void write_ending(Reason reason, std::string_view data) noexcept {
    body_.enumerator(ending::kReason, reason);
    body_.text(ending::kData, data);
  }

  MapWriter& body_;
  const Account& owner_;
};

bool too_many_legs(const Message& message) noexcept {
  const Sync* sync = std::get_if<Sync>(&message.body);
  return sync != nullptr && sync->legs.size() > kLegViewsMax;
}

}  // namespace

std::size_t encode(const Message& message, std::span<std::uint8_t> out) noexcept {
  if (too_many_legs(message)) {
    return 0;
  }
  FixedBuffer buffer(out);
  MapWriter top(buffer);
  write_header(top, message.header, kind_of(message.body));
  top.map(header::kBody, [&](MapWriter& body) {
    std::visit(BodyWriter(body, message.header.leg.owner), message.body);
  });
  return buffer.result();
}

}  // namespace doorcall::transport
