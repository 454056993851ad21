#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "agent/core/message.hpp"

// Facts and commands that enter the engine. Views must stay valid until the outputs of the handle()
// that takes them are drained.

namespace doorcall {

// --- facts
// ----------------------------------------------------------------------------------------

/// Time has passed: handle what is due. Also sent before each other input of the same instant.
struct TimePassed {};

/// The link is connected and every subscription is granted.
struct LinkConnected {
  bool mqtt5 = true;  ///< message expiry and will delay work on this connection
  bool session_present = false;
};

/// The link is gone, or an attempt failed. One for each OpenLink, at most.
struct LinkLost {
  enum class Cause : std::uint8_t { kNetwork, kRefused, kTakenOver };
  Cause cause = Cause::kNetwork;
  std::uint8_t code = 0;  ///< MQTT reason code where there is one
  std::string_view text;  ///< for people
};

struct MessageReceived {
  Account sender;  ///< from the topic
  bool retained = false;
  std::optional<std::uint32_t> expiry_left;  ///< MQTT 5 message expiry on delivery, seconds
  const Message* message = nullptr;
};

/// A message of another major version; its header is the same in all versions.
struct ForeignVersionReceived {
  Account sender;
  bool retained = false;
  MessageKind kind = MessageKind::kInvite;
  Header header;
};

/// `expiry_left` none: the broker has no message expiry (or it ran out this very second).
struct PresenceReceived {
  Account account;  ///< from the topic
  bool retained = false;
  std::optional<std::uint32_t> expiry_left;
  Presence presence;
};

/// A retained presence was deleted: the device is unknown now.
struct PresenceCleared {
  Account account;
};

struct MediaReported {
  CallId call;
  MediaState state = MediaState::kNone;
};

// --- commands: each has a Result
// -------------------------------------------------------------------

struct Start {};

/// Says goodbye: cancels own invitations, ends calls, publishes offline, closes the link. The
/// output Stopped follows within kStopTime.
struct Stop {};

struct InviteUser {
  UserId user;
  Millis ring_time{0};  ///< 0: the setting's
  MediaKind media = MediaKind::kAudio;
  bool wait_offline = false;  ///< ring on while the user is offline, instead of failing at once
  std::string_view caller_name;
  std::string_view data;
  std::string_view line;
  Bytes offer;
};

struct CancelCall {
  CallId call;
  std::string_view data;
};

struct AcceptCall {
  CallId call;
  std::string_view data;
  Bytes answer;
};

struct RejectCall {
  CallId call;
  Reason reason = Reason::kDeclinedEverywhere;  ///< or kDeclined (this device only), kBusy, kDnd
  std::string_view data;
};

struct HangUpCall {
  CallId call;
  std::string_view data;
};

using Input = std::variant<TimePassed, LinkConnected, LinkLost, MessageReceived,
                           ForeignVersionReceived, PresenceReceived, PresenceCleared, MediaReported,
                           Start, Stop, InviteUser, CancelCall, AcceptCall, RejectCall, HangUpCall>;

}  // namespace doorcall
