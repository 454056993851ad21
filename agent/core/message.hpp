#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "agent/core/ids.hpp"
#include "agent/core/time.hpp"
#include "doorcall/door_change.hpp"
#include "doorcall/info_kind.hpp"
#include "doorcall/reason.hpp"
#include "doorcall/state.hpp"

// The signalling messages as structs. Bytes are made and read by transport/codec; the wire's own
// page is transport/PROTOCOL.md. Text and bytes are views: of the engine's pool (outgoing, valid
// until the next handle()) or of the received packet (incoming, valid until its outputs are
// drained).

namespace doorcall {

inline constexpr std::uint8_t kProtocolVersion = 1;

using Bytes = std::span<const std::uint8_t>;

/// The numbers are the wire's.
enum class MessageKind : std::uint8_t {
  kInvite = 1,
  kRinging = 2,
  kAccept = 3,
  kConfirm = 4,
  kReject = 5,
  kCancel = 6,
  kEnd = 7,
  kLeave = 8,
  kRoster = 9,
  kJoin = 10,
  kInfo = 11,
  kSync = 12,
  kAck = 13,
  kMarker = 14,
};

/// The small fixed part of each message. The sender is not in it: it is in the topic, where the
/// broker can prove it.
struct Header {
  CallId call;
  LegKey leg;  ///< invite…cancel: the leg meant; leave, end, roster, sync: see each; marker: none
  Incarnation incarnation = 0;  ///< of the sender
  ConnectNumber connect = 0;    ///< of the sender
  std::uint32_t sequence = 0;   ///< of the sender, from 1; the same again in each repetition
  DeviceId to;                  ///< empty: every device of the inbox's user; else only this one
};

/// One leg as the sender sees it. `device` is the one that has the leg, empty before connected.
struct LegView {
  LegKey key;
  UserId user;
  DeviceId device;
  LegState state = LegState::kInviting;
  Reason reason = Reason::kNone;
  std::uint32_t join_number = 0;  ///< order of joining: 0 the creator, else from 1
  Millis ring_left{0};            ///< of a leg that is not connected yet, when sent
};

/// Ring. From the leg's owner to every device of the user.
struct Invite {
  Account caller;                ///< who created the call; the inviter is the leg's owner
  std::string_view caller_name;  ///< the inviter's display name, ≤ kNameBytesMax, may be empty
  MediaKind media = MediaKind::kAudio;
  Millis ring_left{0};    ///< when sent; MQTT 5's message expiry is this, rounded up to seconds
  Bytes offer;            ///< opaque media offer, ≤ kOfferBytesMax
  std::string_view data;  ///< extended data, UTF-8, ≤ kDataBytesMax
  std::string_view line;  ///< the button or line that called, ≤ kLineIdBytesMax, may be empty
  std::span<const LegView> roster;  ///< who is in the call; empty: the owner and this leg alone
  LegKey replaces;  ///< of the same user in the same call: the leg of a lost owner; number 0: none
};

/// Keys of a telephone: 1–kKeysMax of 0–9, A–D, '*' and '#'.
[[nodiscard]] constexpr bool is_keys(std::string_view text) noexcept {
  constexpr std::string_view kKeys = "0123456789ABCD*#";
  return !text.empty() && text.size() <= kKeysMax &&
         text.find_first_not_of(kKeys) == std::string_view::npos;
}

/// How an invite was taken by one device.
enum class Alert : std::uint8_t {
  kRinging = 0,
  kSilent = 1,   ///< taken, but nobody is alerted here
  kWaiting = 2,  ///< not proven fresh: answer with sync and `nonce`
  kChime = 3,    ///< it rings, but this device can't answer
};

inline constexpr std::uint8_t kAlertLast = 3;

struct Ringing {
  Alert alert = Alert::kRinging;
  std::uint64_t nonce = 0;  ///< with kWaiting: random, not 0; else 0
};

struct Accept {
  Bytes answer;  ///< opaque media answer, ≤ kOfferBytesMax
  std::string_view data;
};

struct Confirm {
  DeviceId winner;
  std::uint32_t join_number = 0;  ///< order of joining, from 1; the creator is 0
  std::span<const LegView> legs;  ///< who is in the call, as in a roster; empty: as in the invite
};

struct Reject {
  Reason reason = Reason::kNone;
  std::string_view data;
};

struct Cancel {
  Reason reason = Reason::kNone;
  std::string_view data;
};

/// The call is over for all. header.leg is the sender's own leg. With kMoved: the addressed device
/// alone is out, its user goes on at another one.
struct End {
  Reason reason = Reason::kNone;
  std::string_view data;
};

/// The sender goes, the others stay. header.leg is the sender's own leg; `legs` is its last view of
/// the call, so that somebody can take over the legs it owned.
struct Leave {
  Reason reason = Reason::kNone;
  std::string_view data;
  std::span<const LegView> legs;
};

/// The legs have changed. header.leg is the sender's own leg.
struct Roster {
  std::span<const LegView> legs;
};

/// Let this device into the call. header.leg is without meaning. Answered by confirm or reject.
struct Join {
  bool move = false;  ///< from the device of the same user that is in the call now
  Bytes answer;       ///< opaque media answer, ≤ kOfferBytesMax
  std::string_view data;
};

/// What members tell each other beside the call itself. header.leg is the sender's own leg;
/// addressed to one device, which acks it.
struct Info {
  InfoKind kind = InfoKind::kData;
  MediaKind media = MediaKind::kAudio;  ///< kMediaSwitch
  Bytes bytes;                          ///< media: opaque, 1–kOfferBytesMax
  std::string_view text;                ///< kKeyPress: is_keys(); kData: ≤ kDataBytesMax
  LegKey member;                        ///< the leg of the device that is meant
};

/// The steps by which a door is opened.
enum class DoorStep : std::uint8_t {
  kRequest = 0,  ///< to a door: a nonce, please
  kNonce = 1,    ///< from the door, to who asked: good once, and not for long
  kOpen = 2,     ///< to the door that issued the nonce
  kResult = 3,   ///< from the door: of the request or the order
};

inline constexpr std::uint8_t kDoorStepLast = 3;

/// Door release; on the wire a kind of info. header.call names the live call, or is any id that who
/// asks has drawn; header.leg is the sender's leg 0 and not looked at.
struct Door {
  DoorStep step = DoorStep::kRequest;
  std::uint64_t nonce = 0;                  ///< kNonce, kOpen: not 0
  DoorResult result = DoorResult::kOpened;  ///< kResult
  std::uint32_t asked = 0;  ///< kNonce, kResult: the sequence of the message that this answers
};

/// Heartbeat and re-synchronisation, always addressed to one device.
///
/// From a connected party: header.leg is the sender's own leg, `legs` its view of the call.
/// From the owner of a pending leg: header.leg is that leg, and `invite` is the invite again, with
/// the ring time left now; `nonce` repeats the one of a waiting device (0: none).
struct Sync {
  std::span<const LegView> legs;
  std::optional<Invite> invite;
  std::uint64_t nonce = 0;
};

/// End-to-end receipt for a message that has no other answer.
struct Ack {
  std::uint32_t sequence = 0;  ///< of the message received
};

/// Catch-up barrier: from a device to its own inbox.
struct Marker {};

using Body = std::variant<Invite, Ringing, Accept, Confirm, Reject, Cancel, End, Leave, Roster,
                          Join, Info, Door, Sync, Ack, Marker>;

struct Message {
  Header header;
  Body body;
};

[[nodiscard]] constexpr MessageKind kind_of(const Body& body) noexcept {
  constexpr MessageKind kKinds[] = {
      MessageKind::kInvite, MessageKind::kRinging, MessageKind::kAccept, MessageKind::kConfirm,
      MessageKind::kReject, MessageKind::kCancel,  MessageKind::kEnd,    MessageKind::kLeave,
      MessageKind::kRoster, MessageKind::kJoin,    MessageKind::kInfo,   MessageKind::kInfo,
      MessageKind::kSync,   MessageKind::kAck,     MessageKind::kMarker};
  static_assert(std::size(kKinds) == std::variant_size_v<Body>);
  return kKinds[body.index()];
}

[[nodiscard]] constexpr std::string_view to_string(MessageKind kind) noexcept {
  switch (kind) {
    case MessageKind::kInvite: return "invite";
    case MessageKind::kRinging: return "ringing";
    case MessageKind::kAccept: return "accept";
    case MessageKind::kConfirm: return "confirm";
    case MessageKind::kReject: return "reject";
    case MessageKind::kCancel: return "cancel";
    case MessageKind::kEnd: return "end";
    case MessageKind::kLeave: return "leave";
    case MessageKind::kRoster: return "roster";
    case MessageKind::kJoin: return "join";
    case MessageKind::kInfo: return "info";
    case MessageKind::kSync: return "sync";
    case MessageKind::kAck: return "ack";
    case MessageKind::kMarker: return "marker";
  }
  return "unknown";
}

/// Presence::capabilities: the device can open a door.
inline constexpr std::uint32_t kHasDoor = 1;

/// What a device publishes of itself, retained; also its will, with state offline.
struct Presence {
  Incarnation incarnation = 0;
  ConnectNumber connect = 0;
  PresenceState state = PresenceState::kOffline;
  /// With offline: true for a goodbye, and for a will that the broker has delayed already; watchers
  /// believe it at once.
  bool settled = false;
  std::string_view name;           ///< display name, ≤ kNameBytesMax
  std::string_view device_kind;    ///< "door_station", "panel", …, ≤ kLineIdBytesMax
  std::uint32_t capabilities = 0;  ///< bit set of kHasDoor; others are ignored
  std::string_view software;       ///< ≤ kSoftwareBytesMax
};

/// Asks a push gateway to wake a user's telephones, or takes that back. Published on the user's
/// push topic, not on an inbox; nothing answers it.
struct Push {
  CallId call;
  LegKey leg;
  bool cancel = false;
  Reason reason = Reason::kNone;  ///< with cancel: what became of the leg
  Account caller;
  std::string_view caller_name;
  MediaKind media = MediaKind::kAudio;
  Millis ring_left{0};
  std::string_view title;    ///< ≤ kNameBytesMax
  std::string_view content;  ///< ≤ kPushContentBytesMax
  std::string_view data;     ///< the invitation's extended data
};

}  // namespace doorcall
