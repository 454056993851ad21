// What a code means to the person who typed a command, and what to do next. The same code has
// another reason after another verb; where the verb is not named the general sentence holds.
#include <algorithm>

#include "agent/daemon/verbs.hpp"

namespace doorcall::daemon {
namespace {

struct Hint {
  std::string_view verb;
  Errc code;
  std::string_view text;
};

constexpr Hint kHints[] = {
    {"call", Errc::kAlreadySent, "that user is in this call already"},
    {"call", Errc::kInvalidArgument,
     "a text is too long, or users are called in turn into a call that is under way"},
    {"add", Errc::kAlreadySent, "that user is in this call already"},
    {"add", Errc::kNotAllowed, "this device is not in that call; 'doorcall calls' shows its calls"},
    {"invitee", Errc::kAlreadySent, "named twice, or in the call already"},
    {"invitee", Errc::kBusy, "that user is calling here; 'doorcall answer' answers"},
    {"answer", Errc::kAlreadySent, "it was answered already; the caller has yet to confirm"},
    {"answer", Errc::kBusy, "no line is free; end the other call first ('doorcall hangup')"},
    {"answer", Errc::kNotAllowed, "this device only chimes; answer at another device of the user"},
    {"cancel", Errc::kNotAllowed, "it is not a call from here; 'doorcall decline' declines it"},
    {"cancel", Errc::kAlreadyAccepted, "it is answered; 'doorcall hangup' ends it"},
    {"cancel", Errc::kNotInvited, "that user is not being called from here"},
    {"hangup", Errc::kNotAllowed, "it rings here; 'doorcall decline' declines it"},
    {"leave", Errc::kNotAllowed, "it rings here; 'doorcall decline' declines it"},
    {"end", Errc::kNotAllowed,
     "only who began the call, or else joined first, ends it for all; 'doorcall leave' leaves it"},
    {"join", Errc::kUnknownCall,
     "this device has not heard of that call; name somebody in it with --via"},
    {"join", Errc::kNotAllowed, "the call does not name this user among its members"},
    {"join", Errc::kAlreadyAccepted, "this device is in that call"},
    {"pull", Errc::kUnknownCall, "no other device of this user is in a call"},
    {"pull", Errc::kInvalidArgument,
     "several calls can be pulled; name one that 'doorcall status' lists"},
    {"door", Errc::kNotAllowed,
     "this device has no door, and is in no call with one; name a user: 'doorcall door USER'"},
    {"door", Errc::kNotInvited, "that user is not in the call"},
    {"door", Errc::kSelfCall, "doors are opened by their own device or by other users"},
    {"door", Errc::kAlreadySent, "that door is being asked already"},
    {"door", Errc::kTooManyCalls, "too many doors are asked at a time; try again in 10 seconds"},
    {"send", Errc::kNotInvited, "that user is not in the call"},
    {"send", Errc::kInvalidArgument,
     "keys are 1 to 32 of 0-9, A-D, * and #; a media offer, answer or candidate needs bytes"},
    {"send", Errc::kAlreadyEnded, "somebody has left the call without it"},
    {"send", Errc::kTooManyCalls, "too much is on its way; try again when it has been received"},
    {"mute", Errc::kNotAllowed, "the call has no media here"},
    {"unmute", Errc::kNotAllowed, "the call has no media here"},
    {"silence", Errc::kAlreadySent, "it is silent already"},
    {"ring_to_open", Errc::kNotAllowed,
     "the config names no doors: set doors in [ring_to_open] and reload"},
    {"ring_to_open", Errc::kTimeoutOutOfRange, "that is longer than [ring_to_open] longest allows"},
    {"dnd", Errc::kTimeoutOutOfRange, "a time of up to 7 days is allowed"},
};

}  // namespace

std::string_view explain(Errc code, std::string_view verb) {
  const auto* const hint =
      std::find_if(std::begin(kHints), std::end(kHints),
                   [&](const Hint& each) { return each.code == code && each.verb == verb; });
  return hint == std::end(kHints) ? explain(code) : hint->text;
}

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
    case Errc::kTooManyInvitees:
      return "the call has no room for more users; [call] parties in the config is the limit";
    case Errc::kTooManyCalls: return "no room for another call; try again when one has ended";
    case Errc::kBusy: return "this device is in another call; end that first";
    case Errc::kNotConnected: return "there is no connection to the broker; see 'doorcall status'";
    case Errc::kUnknownCall: return "there is no such call; 'doorcall calls' lists them";
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
