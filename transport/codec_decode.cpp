// Bytes to message. The bytes become a bounded list of values first (codec_values); then each kind
// is a plain list of its fields (codec_reader), in the order of the tables in PROTOCOL.md. Header
// before version, version before kind, kind before body: the header means the same in all versions,
// so a foreign version can still be answered.

#include <algorithm>
#include <utility>

#include "transport/codec.hpp"
#include "transport/codec_reader.hpp"

namespace doorcall::transport {

namespace {

LegKey read_leg_key(ArrayReader& array) noexcept {
  LegKey key;
  key.owner = array.next(leg::kOwner).account();
  key.number = array.next(leg::kNumber).as<std::uint32_t>();
  return key;
}

LegView read_leg_view(ArrayReader array) noexcept {
  LegView view;
  view.key = read_leg_key(array);
  view.user = array.next(leg::kUser).user();
  view.device = array.next(leg::kDevice).device();
  view.state = array.next(leg::kState).as<LegState>();
  view.reason = array.next(leg::kReason).as<Reason>();
  view.join_number = array.next_if_any(leg::kJoinNumber).as<std::uint32_t>();
  view.ring_left = array.next_if_any(leg::kRingLeft).as<Millis>();
  return view;
}

/// The legs in `field`, put into `room`; none and an error if there are more than it holds.
std::span<const LegView> read_legs(const MapReader& body, const Field& field,
                                   std::span<LegView> room) noexcept {
  const FieldReader reader = body[field];
  ArrayReader legs = reader.array();
  const std::size_t count = legs.left();
  if (count > room.size()) {
    reader.fail(DecodeError::kTooLong);
    return {};
  }
  for (LegView& view : room.first(count)) {
    view = read_leg_view(legs.next(field).array());
  }
  return room.first(count);
}

void read_header(const MapReader& top, Header& out) noexcept {
  if (const FieldReader call = top[header::kCall]; call.present()) {
    out.call = call.call_id();
  }
  if (const FieldReader leg = top[header::kLeg]; leg.present()) {
    ArrayReader array = leg.array();
    out.leg = read_leg_key(array);
  }
  out.incarnation = top[header::kIncarnation].number();
  out.connect = top[header::kConnect].as<ConnectNumber>();
  out.sequence = top[header::kSequence].as<std::uint32_t>();
  out.to = top[header::kTo].device();
}

/// Every field of an invite but its roster, which stands elsewhere in a sync.
Invite read_invite(const MapReader& body, const Account& owner) noexcept {
  Invite invite;
  invite.caller = body[invite::kCaller].account(owner);
  invite.caller_name = body[invite::kCallerName].text();
  invite.media = body[invite::kMedia].as<MediaKind>();
  invite.ring_left = body[invite::kRingLeft].as<Millis>();
  invite.offer = body[invite::kOffer].bytes();
  invite.data = body[invite::kData].text();
  invite.line = body[invite::kLine].text();
  if (const FieldReader replaces = body[invite::kReplaces]; replaces.present()) {
    ArrayReader key = replaces.array();
    invite.replaces.owner = key.next(invite::kReplacesOwner).account();
    invite.replaces.number = key.next(invite::kReplacesNumber).as<std::uint32_t>();
  }
  return invite;
}

Ringing read_ringing(const MapReader& body) noexcept {
  Ringing ringing;
  ringing.alert = body[ringing::kAlert].as<Alert>();
  const FieldReader nonce = body[ringing::kNonce];
  ringing.nonce = nonce.number();
  if ((ringing.alert == Alert::kWaiting) != (ringing.nonce != 0)) {
    nonce.fail(DecodeError::kOutOfRange);
  }
  return ringing;
}

Accept read_accept(const MapReader& body) noexcept {
  return Accept{body[accept::kAnswer].bytes(), body[accept::kData].text()};
}

Confirm read_confirm(const MapReader& body, std::span<LegView> room) noexcept {
  return Confirm{body[confirm::kWinner].device(), body[confirm::kJoinNumber].as<std::uint32_t>(),
                 read_legs(body, confirm::kLegs, room)};
}

/// Reject, cancel, end and leave have these fields.
template <typename Ending>
Ending read_ending(const MapReader& body) noexcept {
  Ending ending;
  ending.reason = body[ending::kReason].as<Reason>();
  ending.data = body[ending::kData].text();
  return ending;
}

Leave read_leave(const MapReader& body, std::span<LegView> room) noexcept {
  auto leave = read_ending<Leave>(body);
  leave.legs = read_legs(body, leave::kLegs, room);
  return leave;
}

Join read_join(const MapReader& body) noexcept {
  return Join{body[join::kMove].number() != 0, body[join::kAnswer].bytes(),
              body[join::kData].text()};
}

/// Only what its kind carries is taken.
Info read_info(const MapReader& body) noexcept {
  Info info;
  info.kind = body[info::kAbout].as<InfoKind>();
  const MediaKind media = body[info::kMedia].as<MediaKind>();
  const FieldReader bytes = body[info::kBytes];
  const FieldReader text = body[info::kText];
  const Bytes given = bytes.bytes();
  const std::string_view said = text.text();
  switch (info.kind) {
    case InfoKind::kMediaOffer:
    case InfoKind::kMediaAnswer:
    case InfoKind::kMediaCandidate:
      info.bytes = given;
      if (given.empty()) {
        bytes.fail(DecodeError::kMissingField);
      }
      break;
    case InfoKind::kMediaSwitch: info.media = media; break;
    case InfoKind::kKeyPress:
      info.text = said;
      if (!is_keys(said)) {
        text.fail(said.empty() ? DecodeError::kMissingField : DecodeError::kOutOfRange);
      }
      break;
    case InfoKind::kData: info.text = said; break;
  }
  ArrayReader member = body[info::kMember].array();
  info.member = read_leg_key(member);
  return info;
}

/// A nonce goes with the steps that have one, what was asked with those that answer, and with no
/// other.
Door read_door(const MapReader& body) noexcept {
  Door door;
  door.step = body[info::kStep].as<DoorStep>();
  const FieldReader nonce = body[info::kNonce];
  const auto result = body[info::kResult].as<DoorResult>();
  door.nonce = nonce.number();
  door.result = door.step == DoorStep::kResult ? result : DoorResult::kOpened;
  const bool needed = door.step == DoorStep::kNonce || door.step == DoorStep::kOpen;
  if (needed != (door.nonce != 0)) {
    nonce.fail(DecodeError::kOutOfRange);
  }
  const FieldReader asked = body[info::kAsked];
  door.asked = asked.as<std::uint32_t>();
  const bool answers = door.step == DoorStep::kNonce || door.step == DoorStep::kResult;
  if (answers != (door.asked != 0)) {
    asked.fail(DecodeError::kOutOfRange);
  }
  return door;
}

Sync read_sync(const MapReader& body, const Account& owner, std::span<LegView> room) noexcept {
  Sync sync;
  sync.legs = read_legs(body, sync::kLegs, room);
  if (const FieldReader invite = body[sync::kInvite]; invite.present()) {
    sync.invite = read_invite(invite.map(), owner);
    sync.invite->roster = std::exchange(sync.legs, {});
  }
  sync.nonce = body[sync::kNonce].number();
  return sync;
}

Ack read_ack(const MapReader& body) noexcept {
  return Ack{body[ack::kSequence].as<std::uint32_t>()};
}

}  // namespace

class MessageReader {
 public:
  explicit MessageReader(Decoded& out) noexcept : out_(out) {}

  DecodeResult read(std::span<const std::uint8_t> bytes) noexcept {
    out_.has_message_ = false;
    out_.kind_number_ = 0;
    out_.message_.header = Header{};
    DecodeResult& result = state_.result;
    result.error = state_.values.parse(bytes);
    if (!result.ok()) {
      return result;
    }
    const FieldReader whole(state_, kWhole, &state_.values[0]);
    const MapReader top = whole.map();
    const std::uint64_t version = top[header::kVersion].number();
    out_.kind_number_ = top[header::kKind].as<std::uint8_t>();
    read_header(top, out_.message_.header);
    if (result.ok() && version != kProtocolVersion) {
      state_.fail(DecodeError::kUnsupportedVersion, header::kVersion);
    }
    if (result.ok() && !read_body(top)) {
      state_.fail(DecodeError::kUnknownKind, header::kKind);
    }
    out_.has_message_ = result.ok();
    return result;
  }

 private:
  static constexpr Field kWhole{0, "message", Need::kRequired};

  /// Every kind but the marker is about a call, and about one leg of it.
  void require_call_and_leg() noexcept {
    if (out_.message_.header.call.empty()) {
      state_.fail(DecodeError::kMissingField, header::kCall);
    }
    if (out_.message_.header.leg.owner.user.empty()) {
      state_.fail(DecodeError::kMissingField, header::kLeg);
    }
  }

  /// False: no such kind.
  bool read_body(const MapReader& top) noexcept {
    const MapReader body = top[header::kBody].map();
    const Account& owner = out_.message_.header.leg.owner;
    const std::span<LegView> room = out_.legs_;
    const auto kind = static_cast<MessageKind>(out_.kind_number_);
    switch (kind) {
      case MessageKind::kInvite: {
        Invite invite = read_invite(body, owner);
        invite.roster = read_legs(body, invite::kRoster, room);
        take(invite);
        return true;
      }
      case MessageKind::kRinging: take(read_ringing(body)); return true;
      case MessageKind::kAccept: take(read_accept(body)); return true;
      case MessageKind::kConfirm: take(read_confirm(body, room)); return true;
      case MessageKind::kReject: take(read_ending<Reject>(body)); return true;
      case MessageKind::kCancel: take(read_ending<Cancel>(body)); return true;
      case MessageKind::kEnd: take(read_ending<End>(body)); return true;
      case MessageKind::kLeave: take(read_leave(body, room)); return true;
      case MessageKind::kRoster: take(Roster{read_legs(body, roster::kLegs, room)}); return true;
      case MessageKind::kJoin: take(read_join(body)); return true;
      case MessageKind::kInfo:
        if (body[info::kAbout].number() == info::kAboutDoor) {
          take(read_door(body));
        } else {
          take(read_info(body));
        }
        return true;
      case MessageKind::kSync: take(read_sync(body, owner, room)); return true;
      case MessageKind::kAck: take(read_ack(body)); return true;
      case MessageKind::kMarker: out_.message_.body.emplace<Marker>(); return true;
    }
    return false;
  }

  template <typename Kind>
  void take(const Kind& body) noexcept {
    require_call_and_leg();
    out_.message_.body = body;
  }

  Decoded& out_;
  DecodeState state_;
};

DecodeResult decode(std::span<const std::uint8_t> bytes, Decoded& out) noexcept {
  return MessageReader(out).read(bytes);
}

std::string_view to_string(DecodeError error) noexcept {
  switch (error) {
    case DecodeError::kOk: return "ok";
    case DecodeError::kTooLarge: return "too_large";
    case DecodeError::kTruncated: return "truncated";
    case DecodeError::kNotMsgpack: return "not_msgpack";
    case DecodeError::kTrailingBytes: return "trailing_bytes";
    case DecodeError::kTooDeep: return "too_deep";
    case DecodeError::kTooManyValues: return "too_many_values";
    case DecodeError::kBadKey: return "bad_key";
    case DecodeError::kDuplicateKey: return "duplicate_key";
    case DecodeError::kMissingField: return "missing_field";
    case DecodeError::kBadType: return "bad_type";
    case DecodeError::kOutOfRange: return "out_of_range";
    case DecodeError::kTooLong: return "too_long";
    case DecodeError::kBadId: return "bad_id";
    case DecodeError::kNotUtf8: return "not_utf8";
    case DecodeError::kUnknownKind: return "unknown_kind";
    case DecodeError::kUnsupportedVersion: return "unsupported_version";
    case DecodeError::kNoMemory: return "no_memory";
  }
  return "unknown";
}

}  // namespace doorcall::transport
