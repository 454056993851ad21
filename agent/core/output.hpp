#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "agent/core/input.hpp"
#include "agent/core/message.hpp"
#include "doorcall/change.hpp"
#include "doorcall/error.hpp"

// Orders and events that leave the engine. Views are valid until the next handle().

namespace doorcall {

/// Publish a message to a user's inbox, QoS 1, never retained.
struct SendMessage {
  UserId to;
  std::uint32_t expiry_s = 0;  ///< MQTT 5 message expiry, always set
  Message message;
};

/// Publish own presence, QoS 1, retained. Name, kind and software are filled in by the composition
/// root: the engine does not keep them.
struct SendPresence {
  Presence presence;
  std::uint32_t expiry_s = 0;
};

/// Make one attempt to connect, with `will` as the retained will on the own presence topic.
/// Answered by LinkConnected or LinkLost.
struct OpenLink {
  Presence will;
};

/// Close the link after what was published is out.
struct CloseLink {};

/// Publish to a user's push topic, QoS 1, never retained.
struct SendPush {
  UserId to;
  std::uint32_t expiry_s = 0;
  Push push;
};

/// Start sound and picture of a call that is connected now. The offers are not repeated here: the
/// own one was given to InviteUser or AcceptCall, the peer's came with its CallEvent.
struct StartMedia {
  CallId call;
  bool caller = false;
  Account peer;
  MediaKind media = MediaKind::kAudio;
};

struct StopMedia {
  CallId call;
  Reason reason = Reason::kNone;
};

/// What this device does with calls by itself at the moment.
struct Mode {
  bool dnd = false;
  bool ring_to_open = false;
  Instant dnd_until = kNever;  ///< with dnd: when it ends by itself
  Instant ring_to_open_until{};
};

/// Do not disturb or ring-to-open was switched, or has run out.
struct ModeEvent {
  Mode mode;
};

/// Something a listener wants to know of one call.
struct CallEvent {
  CallChange change = CallChange::kCalling;
  CallId call;
  CallState state = CallState::kIdle;
  bool outgoing = false;
  bool waiting = false;  ///< with kIncoming: call waiting, no line is free to answer it
  Account peer;  ///< whom the change is about: the inviter, who answered, kMember's member; device
                 ///< empty while unknown
  Account caller;                      ///< who created the call
  LegState leg = LegState::kInviting;  ///< of `peer`, or of the user who was invited
  std::uint32_t join_number = 0;       ///< with kMember, kConnected: of `peer`
  MediaKind media = MediaKind::kAudio;
  MediaState media_state = MediaState::kNone;
  Reason reason = Reason::kNone;
  Millis ring_left{0};
  std::string_view caller_name;
  std::string_view data;  ///< the other side's extended data that came with this change
  std::string_view line;
  Bytes offer;  ///< the other side's media offer or answer that came with this change
};

/// A member says something beside the call itself.
struct InfoEvent {
  CallId call;
  Account from;
  InfoKind kind = InfoKind::kData;
  MediaKind media = MediaKind::kAudio;
  Bytes bytes;
  std::string_view text;
};

/// A member has got what the SendInfo of that ticket told it; one for each Result::copies, but for
/// members that go before.
struct InfoReceipt {
  CallId call;
  std::uint32_t ticket = 0;
  Account by;
};

/// Drive the lock of this device's door, once; its length is the composition root's. Answered by
/// DoorPulsed with that number.
struct PulseDoor {
  std::uint64_t number = 0;
  Account who;  ///< who has asked; this device itself: a press here
  CallId id;
};

/// Something happened to a door.
struct DoorEvent {
  DoorChange change = DoorChange::kAsked;
  bool here = false;                        ///< this device's door
  Account who;                              ///< here: who has asked; else whose door it is
  CallId id;                                ///< of the call, or of the request
  bool in_call = false;                     ///< it is a call's
  DoorResult result = DoorResult::kOpened;  ///< with kOpened, kRefused
};

struct LinkEvent {
  LinkState state = LinkState::kStopped;
  LinkLost::Cause cause = LinkLost::Cause::kNetwork;  ///< with kReconnecting
  std::uint8_t code = 0;
  std::string_view text;
  Millis retry_in{0};  ///< with kReconnecting: when the next attempt is made
  bool mqtt5 = true;   ///< with kConnected
};

struct PresenceEvent {
  Account account;
  Presence presence;  ///< state kOffline also when it was only believed or has run out
  bool known = true;  ///< false: the record was cleared or has expired
};

/// The goodbye is said, or its time is over: nothing more will come until the next Start.
struct Stopped {};

using Output = std::variant<SendMessage, SendPresence, SendPush, OpenLink, CloseLink, StartMedia,
                            StopMedia, CallEvent, InfoEvent, InfoReceipt, PulseDoor, DoorEvent,
                            ModeEvent, LinkEvent, PresenceEvent, Stopped>;

/// What handle() answers to a command; kOk to every fact.
struct Result {
  Errc code = Errc::kOk;
  CallId call;                                ///< of a new call
  std::array<Errc, kInviteesMax> invitees{};  ///< InviteUsers: of each, in order
  std::uint32_t ticket = 0;                   ///< SendInfo: names it in InfoReceipt
  std::uint32_t copies = 0;                   ///< SendInfo: how many members it goes to
};

}  // namespace doorcall
