#pragma once

#include "doorcall/reason.hpp"

namespace doorcall::sim {

/// True if transport/PROTOCOL.md lets one call end with these two reasons: `caller` at the leg's
/// owner, `callee` at a device of the invited user. kNone: that side was never told of the call.
[[nodiscard]] bool may_end_as(Reason caller, Reason callee);

/// True if a call may end as `reason` on one side while the other side's device restarted or stays
/// broken, and has forgotten it.
[[nodiscard]] bool may_end_alone(Reason reason, bool caller);

}  // namespace doorcall::sim
