#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "doorcall/change.hpp"
#include "doorcall/error.hpp"
#include "doorcall/reason.hpp"
#include "doorcall/state.hpp"

namespace doorcall {

/// What a new call carries. Data is delivered verbatim.
struct CallOptions {
  std::optional<std::chrono::milliseconds> ring_time;  ///< 1–600 s; none: the agent's
  MediaKind media = MediaKind::kAudio;
  std::optional<bool> wait_offline;  ///< ring on while the user is offline; none: the agent's
  std::string caller_name;  ///< shown to the callee, up to 64 bytes; empty: the agent's name
  std::string data;         ///< extended data, UTF-8, up to 8 KiB
  std::string line;         ///< the button or line that calls, up to 32 bytes
  std::vector<std::uint8_t> offer;  ///< media offer, opaque, up to 6 KiB
};

/// One invitee who is not called, and why.
struct InviteeError {
  std::string user;
  Errc code = Errc::kOk;
};

/// The immediate answer to Agent::call().
struct CallResult {
  Errc code = Errc::kOk;
  std::string call;  ///< the call's id, 32 hexadecimal digits; empty unless ok
  std::chrono::milliseconds ring_time{0};
  std::vector<InviteeError> errors;  ///< the invitees who are not called, and why
};

/// What an answer carries to the caller, verbatim.
struct AnswerOptions {
  std::string data;                  ///< UTF-8, up to 8 KiB
  std::vector<std::uint8_t> answer;  ///< media answer, opaque, up to 6 KiB
};

/// How far a decline reaches, and what it carries to the caller.
struct DeclineOptions {
  /// For this device only (true) or for all devices of the user (false); none: the agent's.
  std::optional<bool> here_only;
  std::string data;  ///< UTF-8, up to 8 KiB
};

/// How an operation ended.
///
/// Errors: kAlreadyEnded: the call ended before the operation had its effect; `reason` says why.
///         kNotConnected: start: the first attempt failed; the agent goes on trying.
///         kNotStarted: the agent was stopped.
struct Outcome {
  Errc code = Errc::kOk;
  Reason reason = Reason::kNone;
};

/// Called exactly once, from the loop and never from inside the call that took it, unless that call
/// returned an error or the agent is destroyed first: then never.
using Completion = std::function<void(const Outcome& outcome)>;

/// One call as it stands.
struct CallView {
  std::string call;
  CallState state = CallState::kIdle;
  LegState leg = LegState::kInviting;  ///< of the invited user
  bool outgoing = false;
  std::string peer_user;
  std::string peer_device;  ///< empty while unknown
  MediaKind media = MediaKind::kAudio;
  MediaState media_state = MediaState::kNone;
  Reason reason = Reason::kNone;
  std::chrono::milliseconds age{0};  ///< of the present state
};

/// One change of one call.
struct CallUpdate {
  double at_ms = 0;  ///< when the agent took in what caused it; see Agent::clock_ms()
  CallChange change = CallChange::kCalling;
  std::string call;
  CallState state = CallState::kIdle;
  bool outgoing = false;
  std::string peer_user;
  std::string peer_device;  ///< empty while unknown
  std::string caller_user;  ///< who created the call
  std::string caller_device;
  std::string caller_name;
  MediaKind media = MediaKind::kAudio;
  MediaState media_state = MediaState::kNone;
  Reason reason = Reason::kNone;
  std::chrono::milliseconds ring_left{0};  ///< with kIncoming
  std::string data;                        ///< the other side's, that came with this change
  std::string line;
  std::vector<std::uint8_t> offer;  ///< the other side's media offer or answer
};

/// What is known of one device.
struct DevicePresence {
  double at_ms = 0;  ///< in an update: when it was taken in; see Agent::clock_ms()
  std::string user;
  std::string device;
  PresenceState state = PresenceState::kOffline;
  bool known = true;  ///< false: its record was deleted or has expired
  std::string name;
  std::string kind;
  std::string software;
};

/// Why there is no connection to the broker.
enum class LinkTrouble : std::uint8_t {
  kNone,
  kNetwork,    ///< no connection, or it broke
  kRefused,    ///< the broker said no; `code` and `text` say why
  kTakenOver,  ///< another client came with the same id
};

/// The trouble's name, for example "taken_over". Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(LinkTrouble trouble) noexcept {
  switch (trouble) {
    case LinkTrouble::kNone: return "none";
    case LinkTrouble::kNetwork: return "network";
    case LinkTrouble::kRefused: return "refused";
    case LinkTrouble::kTakenOver: return "taken_over";
  }
  return "unknown";
}

/// A change of the connection to the broker.
struct LinkUpdate {
  double at_ms = 0;  ///< see Agent::clock_ms()
  LinkState state = LinkState::kStopped;
  LinkTrouble trouble = LinkTrouble::kNone;
  std::uint8_t code = 0;                  ///< MQTT reason code where there is one
  std::string text;                       ///< for people: what failed and where
  std::chrono::milliseconds retry_in{0};  ///< with kReconnecting
  bool mqtt5 = true;                      ///< with kConnected
};

/// Who wants to know what; each may be empty. An exception that leaves one is caught, logged and
/// counted, and touches nobody else.
struct Listener {
  std::function<void(const CallUpdate&)> on_call;
  std::function<void(const DevicePresence&)> on_presence;
  std::function<void(const LinkUpdate&)> on_link;
};

/// 0 is no token.
using ListenerToken = std::uint64_t;

}  // namespace doorcall
