#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "agent/core/ids.hpp"
#include "agent/core/time.hpp"
#include "doorcall/reason.hpp"
#include "doorcall/state.hpp"

// The signalling messages as structs. Bytes are made and read by transport/codec; the wire's own
// page is transport/PROTOCOL.md. Text and bytes are views: of the engine's pool (outgoing, valid
// until the next handle()) or of the received packet (incoming, valid until its outputs are
// drained).

namespace doorcall {

inline constexpr std::uint8_t kProtocolVersion = 1;

using Bytes = std::span<const std::uint8_t>;

/// The numbers are the wire's. 8 (leave), 9 (roster), 10 (join) and 11 (info) are kept for later.
enum class MessageKind : std::uint8_t {
  kInvite = 1,
  kRinging = 2,
  kAccept = 3,
  kConfirm = 4,
  kReject = 5,
  kCancel = 6,
  kEnd = 7,
  kSync = 12,
  kAck = 13,
  kMarker = 14,
};

/// The small fixed part of each message. The sender is not in it: it is in the topic, where the
/// broker can prove it.
struct Header {
  CallId call;
  LegKey leg;  ///< invite…cancel: the leg meant; end, sync: see each; marker: none
  Incarnation incarnation = 0;  ///< of the sender
  ConnectNumber connect = 0;    ///< of the sender
  std::uint32_t sequence = 0;   ///< of the sender, from 1; the same again in each repetition
  DeviceId to;                  ///< empty: every device of the inbox's user; else only this one
};

/// One leg as the sender sees it.
struct LegView {
  LegKey key;
  UserId user;
  DeviceId device;  ///< the device that has the leg; empty before connected
  LegState state = LegState::kInviting;
  Reason reason = Reason::kNone;
};

/// Ring. From the leg's owner to every device of the user.
struct Invite {
  Account caller;                ///< who created the call; the inviter is the leg's owner
  std::string_view caller_name;  ///< ≤ kNameBytesMax, may be empty
  MediaKind media = MediaKind::kAudio;
  Millis ring_left{0};    ///< when sent; MQTT 5's message expiry is this, rounded up to seconds
  Bytes offer;            ///< opaque media offer, ≤ kOfferBytesMax
  std::string_view data;  ///< extended data, UTF-8, ≤ kDataBytesMax
  std::string_view line;  ///< the button or line that called, ≤ kLineIdBytesMax, may be empty
};

/// How an invite was taken by one device.
enum class Alert : std::uint8_t {
  kRinging = 0,
  kSilent = 1,   ///< taken, but nobody is alerted here
  kWaiting = 2,  ///< not proven fresh: answer with sync and `nonce`
};

inline constexpr std::uint8_t kAlertLast = 2;

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
};

struct Reject {
  Reason reason = Reason::kNone;
  std::string_view data;
};

struct Cancel {
  Reason reason = Reason::kNone;
  std::string_view data;
};

/// The call is over. header.leg is the sender's own leg.
struct End {
  Reason reason = Reason::kNone;
  std::string_view data;
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

using Body = std::variant<Invite, Ringing, Accept, Confirm, Reject, Cancel, End, Sync, Ack, Marker>;

struct Message {
  Header header;
  Body body;
};

[[nodiscard]] constexpr MessageKind kind_of(const Body& body) noexcept {
  constexpr MessageKind kKinds[] = {
      MessageKind::kInvite, MessageKind::kRinging, MessageKind::kAccept, MessageKind::kConfirm,
      MessageKind::kReject, MessageKind::kCancel,  MessageKind::kEnd,    MessageKind::kSync,
      MessageKind::kAck,    MessageKind::kMarker};
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
    case MessageKind::kSync: return "sync";
    case MessageKind::kAck: return "ack";
    case MessageKind::kMarker: return "marker";
  }
  return "unknown";
}

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
  std::uint32_t capabilities = 0;  ///< bit set, none defined yet: sent as 0, ignored when received
  std::string_view software;       ///< ≤ kSoftwareBytesMax
};

}  // namespace doorcall
