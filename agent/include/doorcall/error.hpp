#pragma once

#include <cstdint>
#include <string_view>

namespace doorcall {

/// The result of an operation. Every operation of the API answers with exactly one of these.
enum class Errc : std::uint8_t {
  kOk = 0,
  kInvalidArgument,    ///< an argument is outside its documented form
  kInvalidUser,        ///< not a user id: [A-Za-z0-9_-]{1,32}
  kSelfCall,           ///< a user can't call itself
  kNotUtf8,            ///< extended data or a name is not valid UTF-8
  kDataTooLarge,       ///< extended data over 8 KiB or an offer over 6 KiB
  kTimeoutOutOfRange,  ///< ring time outside 1–600 s
  kTooManyInvitees,    ///< more invitees than one call may have
  kTooManyCalls,       ///< no room for another call or its messages
  kBusy,               ///< this device is in another call and has no free line
  kNotConnected,       ///< no connection to the broker
  kUnknownCall,        ///< no call of that id is known
  kNotStarted,         ///< the agent is not started
  kAlreadySent,        ///< the same answer was given before
  kAlreadyAccepted,    ///< the call is answered
  kAlreadyEnded,       ///< the call is over
  kNotInvited,         ///< this device is not the one that is asked
  kNotAllowed,         ///< the call's rules do not let this device do that
};

inline constexpr std::uint8_t kErrcLast = 17;

/// The code's name as used by the command line, for example "unknown_call".
/// Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::kOk: return "ok";
    case Errc::kInvalidArgument: return "invalid_argument";
    case Errc::kInvalidUser: return "invalid_user";
    case Errc::kSelfCall: return "self_call";
    case Errc::kNotUtf8: return "not_utf8";
    case Errc::kDataTooLarge: return "data_too_large";
    case Errc::kTimeoutOutOfRange: return "timeout_out_of_range";
    case Errc::kTooManyInvitees: return "too_many_invitees";
    case Errc::kTooManyCalls: return "too_many_calls";
    case Errc::kBusy: return "busy";
    case Errc::kNotConnected: return "not_connected";
    case Errc::kUnknownCall: return "unknown_call";
    case Errc::kNotStarted: return "not_started";
    case Errc::kAlreadySent: return "already_sent";
    case Errc::kAlreadyAccepted: return "already_accepted";
    case Errc::kAlreadyEnded: return "already_ended";
    case Errc::kNotInvited: return "not_invited";
    case Errc::kNotAllowed: return "not_allowed";
  }
  return "unknown";
}

}  // namespace doorcall
