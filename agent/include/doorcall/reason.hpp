#pragma once

#include <cstdint>
#include <string_view>

namespace doorcall {

/// Why a call or a leg ended, or why an invitation was refused.
///
/// One enumeration for events, log entries and the wire, where it is the number below. Numbers are
/// never reused. Where two views of one leg disagree, the leg owner's reason wins, then the lower
/// number.
enum class Reason : std::uint8_t {
  kNone = 0,                 ///< not ended
  kHangUp = 1,               ///< a connected party hung up
  kDeclined = 2,             ///< a person declined on this device only
  kDeclinedEverywhere = 3,   ///< a person declined for all devices of the user
  kBusy = 4,                 ///< every device that answered was in another call
  kDnd = 5,                  ///< do not disturb
  kNoAnswer = 6,             ///< the ring time is over
  kNoResponse = 7,           ///< no device said that it rings within the receipt time
  kOffline = 8,              ///< presence says that no device of the user is there
  kCancelled = 9,            ///< the caller gave up before an answer
  kCallerLost = 10,          ///< the leg's owner vanished before an answer
  kPeerLost = 11,            ///< a connected party vanished
  kAcceptFailed = 12,        ///< the accept was never confirmed
  kAnsweredElsewhere = 13,   ///< another device of the same user has the call
  kDeclinedElsewhere = 14,   ///< another device of the same user declined for all
  kAlreadyHere = 15,         ///< the user is in this call already
  kGlare = 16,               ///< both called each other; this call gave way to the other
  kSuperseded = 17,          ///< the peer restarted and called again
  kMoved = 18,               ///< the call went on at another device of the same user
  kMediaFailed = 19,         ///< sound or picture could not be set up or broke down
  kDurationLimit = 20,       ///< the longest call time is over
  kDoorOpened = 21,          ///< the door was opened
  kNotAllowed = 22,          ///< the callee's own rules refuse this caller
  kUnsupportedVersion = 23,  ///< the peer speaks another major version of the protocol
  kShuttingDown = 24,        ///< the agent was stopped
  kInternalError = 25,       ///< a bound was hit; see the counters
};

inline constexpr std::uint8_t kReasonLast = 25;

/// The reason's name as in the protocol's documentation, for example "no_answer".
/// Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::kNone: return "none";
    case Reason::kHangUp: return "hang_up";
    case Reason::kDeclined: return "declined";
    case Reason::kDeclinedEverywhere: return "declined_everywhere";
    case Reason::kBusy: return "busy";
    case Reason::kDnd: return "dnd";
    case Reason::kNoAnswer: return "no_answer";
    case Reason::kNoResponse: return "no_response";
    case Reason::kOffline: return "offline";
    case Reason::kCancelled: return "cancelled";
    case Reason::kCallerLost: return "caller_lost";
    case Reason::kPeerLost: return "peer_lost";
    case Reason::kAcceptFailed: return "accept_failed";
    case Reason::kAnsweredElsewhere: return "answered_elsewhere";
    case Reason::kDeclinedElsewhere: return "declined_elsewhere";
    case Reason::kAlreadyHere: return "already_here";
    case Reason::kGlare: return "glare";
    case Reason::kSuperseded: return "superseded";
    case Reason::kMoved: return "moved";
    case Reason::kMediaFailed: return "media_failed";
    case Reason::kDurationLimit: return "duration_limit";
    case Reason::kDoorOpened: return "door_opened";
    case Reason::kNotAllowed: return "not_allowed";
    case Reason::kUnsupportedVersion: return "unsupported_version";
    case Reason::kShuttingDown: return "shutting_down";
    case Reason::kInternalError: return "internal_error";
  }
  return "unknown";
}

}  // namespace doorcall
