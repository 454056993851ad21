#pragma once

#include "doorcall/reason.hpp"

// Which endings fit together: transport/PROTOCOL.md's table of reasons as functions. kNone for a
// device stands for one that was never told of the call.

namespace doorcall::sim {

/// A leg that ended unanswered: `owner` is why its owner ended it, `device` what a device of the
/// invited user shows.
[[nodiscard]] bool may_end_as(Reason owner, Reason device);

/// Another device of the user has answered the leg.
[[nodiscard]] bool may_end_elsewhere(Reason device);

/// The device was in the call, or was about to be.
[[nodiscard]] bool may_end_connected(Reason device);

/// The device was alone in the call, and nobody came whom it had invited.
[[nodiscard]] bool may_end_inviting(Reason device);

/// The device was in the call before, or has asked to be let in.
[[nodiscard]] bool may_end_joining(Reason device);

/// Both ends of a call between two that was answered.
[[nodiscard]] bool may_end_together(Reason owner, Reason device);

/// The leg's owner, or the device itself, has restarted, stays broken or has forgotten the call.
[[nodiscard]] bool may_end_alone(Reason device);

}  // namespace doorcall::sim
