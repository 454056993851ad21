// One row for each line of transport/PROTOCOL.md's table, or for several that read alike.

#include "tests/sim/reason_pairs.hpp"

#include <cstdint>

namespace doorcall::sim {
namespace {

using R = Reason;

template <typename... Reasons>
constexpr std::uint64_t set(Reasons... reasons) {
  return ((std::uint64_t{1} << static_cast<unsigned>(reasons)) | ...);
}

constexpr bool has(std::uint64_t reasons, Reason reason) {
  return (reasons & set(reason)) != 0;
}

struct Row {
  std::uint64_t owner;
  std::uint64_t device;
};

/// The owner stopped ringing by itself.
constexpr std::uint64_t kGaveUp =
    set(R::kNoAnswer, R::kNoResponse, R::kOffline, R::kCancelled, R::kGlare, R::kShuttingDown,
        R::kHangUp, R::kPeerLost, R::kDoorOpened);
/// Somebody of the invited user refused; which of several devices, decides the owner.
constexpr std::uint64_t kRefused = set(R::kDeclined, R::kDeclinedEverywhere, R::kBusy, R::kDnd,
                                       R::kNotAllowed, R::kUnsupportedVersion, R::kNoAnswer);
/// What a device's own person or rules say.
constexpr std::uint64_t kOwnAnswer =
    set(R::kDeclined, R::kDeclinedEverywhere, R::kBusy, R::kDnd, R::kNotAllowed, R::kNoAnswer,
        R::kShuttingDown, R::kGlare, R::kNone);
/// The owner was not heard in time.
constexpr std::uint64_t kOnItsOwn = set(R::kNone, R::kNoAnswer, R::kCallerLost, R::kAcceptFailed);
constexpr std::uint64_t kEndedConnected =
    set(R::kHangUp, R::kMediaFailed, R::kDurationLimit, R::kShuttingDown, R::kPeerLost);

constexpr Row kRows[] = {
    {kRefused, kOwnAnswer | kOnItsOwn},
    {kGaveUp, kOwnAnswer | kOnItsOwn},
    {set(R::kDeclinedEverywhere), set(R::kDeclinedElsewhere)},
    {set(R::kAcceptFailed), kOwnAnswer | kOnItsOwn | set(R::kHangUp)},
    {set(R::kInternalError), set(R::kInternalError, R::kNone)},
    {set(R::kAnsweredElsewhere), kOwnAnswer | kOnItsOwn},  // first wins
    {set(R::kAlreadyHere), kOwnAnswer | kOnItsOwn | set(R::kAlreadyHere)},
    {set(R::kCallerLost), kOwnAnswer | kOnItsOwn},
    // a person hung up while the answer was on its way
    {kGaveUp | kRefused | set(R::kAnsweredElsewhere, R::kAlreadyHere, R::kCallerLost),
     set(R::kHangUp)},
};

/// What a device of the invited user shows when the owner has told it.
constexpr Reason as_told(Reason owner) {
  return owner == R::kShuttingDown || owner == R::kHangUp || owner == R::kPeerLost ? R::kCancelled
                                                                                   : owner;
}

}  // namespace

bool may_end_as(Reason owner, Reason device) {
  if (device == owner || device == as_told(owner)) {
    return true;
  }
  for (const Row& row : kRows) {
    if (has(row.owner, owner) && has(row.device, device)) {
      return true;
    }
  }
  return false;
}

bool may_end_elsewhere(Reason device) {
  return has(
      kOwnAnswer | kOnItsOwn | set(R::kAnsweredElsewhere, R::kAlreadyHere, R::kMoved, R::kHangUp),
      device);
}

bool may_end_connected(Reason device) {
  // kDoorOpened: what was left to it was ringing on for a member that is lost
  return has(kEndedConnected | kOwnAnswer | kOnItsOwn |
                 set(R::kMoved, R::kAcceptFailed, R::kAlreadyHere, R::kAnsweredElsewhere,
                     R::kCancelled, R::kSuperseded, R::kDoorOpened),
             device);
}

bool may_end_inviting(Reason device) {
  return has(kGaveUp | kRefused | set(R::kAcceptFailed, R::kAlreadyHere), device);
}

bool may_end_joining(Reason device) {
  return may_end_connected(device) || may_end_inviting(device) || may_end_elsewhere(device) ||
         device == R::kDeclinedElsewhere;
}

bool may_end_together(Reason owner, Reason device) {
  // The answer was taken, and the call ended before its confirm came.
  constexpr std::uint64_t kHalf =
      set(R::kAcceptFailed, R::kNoAnswer, R::kCallerLost, R::kCancelled);
  return (has(kEndedConnected, owner) && has(kEndedConnected | kHalf, device)) ||
         (has(set(R::kAcceptFailed), owner) && has(kHalf | kEndedConnected, device)) ||
         (owner == R::kMoved || device == R::kMoved) || owner == device;
}

bool may_end_alone(Reason device) {
  return !has(set(R::kInternalError, R::kUnsupportedVersion), device);
}

}  // namespace doorcall::sim
