#include "agent/daemon/verbs.hpp"

namespace doorcall::daemon {

std::string_view explain(Errc code) {
  switch (code) {
    case Errc::kOk: return "done";
    case Errc::kInvalidArgument: return "an argument is not allowed here";
    case Errc::kInvalidUser:
      return "not a user: allowed are letters, digits, '_' and '-', 1 to 32 of them";
    case Errc::kSelfCall: return "a user cannot call itself";
    case Errc::kNotUtf8: return "the data is not UTF-8";
    case Errc::kDataTooLarge: return "the data is too large: up to 8192 bytes are allowed";
    case Errc::kTimeoutOutOfRange: return "the ring time is not within 1 to 600 seconds";
    case Errc::kTooManyInvitees: return "too many invitees";
    case Errc::kTooManyCalls: return "no room for another call; try again when one has ended";
    case Errc::kBusy: return "this device is in another call; end that first";
    case Errc::kNotConnected: return "there is no connection to the broker; see 'doorcall status'";
    case Errc::kUnknownCall: return "there is no such call";
    case Errc::kNotStarted: return "the agent is stopping";
    case Errc::kAlreadySent: return "that was done before";
    case Errc::kAlreadyAccepted: return "the call is answered already";
    case Errc::kAlreadyEnded: return "the call is over";
    case Errc::kNotInvited: return "it is a call from here; it can be cancelled";
    case Errc::kNotAllowed: return "the call is not in a state that allows this";
  }
  return "unknown";
}

}  // namespace doorcall::daemon
