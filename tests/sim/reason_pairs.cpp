// The table "What each side logs" of transport/PROTOCOL.md as data, one row for each of its lines
// or for several that read alike.

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

constexpr std::uint64_t kGaveUp =
    set(R::kNoAnswer, R::kNoResponse, R::kOffline, R::kCancelled, R::kGlare, R::kShuttingDown);
constexpr std::uint64_t kEndedConnected =
    set(R::kHangUp, R::kMediaFailed, R::kDurationLimit, R::kShuttingDown, R::kPeerLost);

constexpr Row kRows[] = {
    {set(R::kDeclined), set(R::kDeclined)},
    {set(R::kDeclinedEverywhere), set(R::kDeclinedEverywhere)},
    {set(R::kBusy, R::kNotAllowed, R::kUnsupportedVersion), set(R::kNone)},
    {set(R::kDnd), set(R::kNone, R::kDnd)},
    {set(R::kAcceptFailed), set(R::kAcceptFailed, R::kHangUp, R::kShuttingDown)},
    {set(R::kInternalError), set(R::kInternalError)},
    // messages were lost, or nothing ever came
    {kGaveUp, set(R::kNone, R::kNoAnswer, R::kCallerLost)},
    {kGaveUp, set(R::kDeclined, R::kDeclinedEverywhere, R::kBusy, R::kDnd, R::kShuttingDown)},
    {kGaveUp, set(R::kAcceptFailed, R::kHangUp, R::kCallerLost)},
    {set(R::kAcceptFailed, R::kPeerLost, R::kHangUp, R::kMediaFailed, R::kShuttingDown),
     set(R::kAcceptFailed, R::kHangUp, R::kCallerLost, R::kShuttingDown)},
    {kEndedConnected, kEndedConnected},
};

/// What the device of the invited user says when the owner has told it.
constexpr Reason as_told(Reason owner) {
  return owner == R::kShuttingDown ? R::kCancelled : owner;
}

}  // namespace

bool may_end_as(Reason caller, Reason callee) {
  if (has(kGaveUp, caller) && callee == as_told(caller)) {
    return true;
  }
  for (const Row& row : kRows) {
    if (has(row.owner, caller) && has(row.device, callee)) {
      return true;
    }
  }
  return false;
}

bool may_end_alone(Reason reason, bool caller) {
  constexpr std::uint64_t kEither =
      kGaveUp | kEndedConnected |
      set(R::kSuperseded, R::kAcceptFailed, R::kDeclined, R::kDeclinedEverywhere, R::kDnd);
  return has(kEither | (caller ? set(R::kBusy) : set(R::kNone, R::kCallerLost)), reason);
}

}  // namespace doorcall::sim
