#pragma once

#include <cstddef>

#include "agent/core/message.hpp"
#include "tests/fakes/prng.hpp"
#include "tests/sim/sim_checks.hpp"
#include "tests/sim/sim_faults.hpp"

namespace doorcall::sim {

/// A well-formed message that its sender has no right to send.
struct Forgery {
  Message message;
  std::size_t sender = kNobody;  ///< a device of the world; kNobody: a foreign account
};

/// One about `call`, for `victim`: from a stranger to the call or, as `fault` says, from an insider
/// about a leg that is not its own.
[[nodiscard]] Forgery forge(fakes::Prng& prng, Checks& checks, const CallTruth& call,
                            std::size_t victim, Fault fault);

}  // namespace doorcall::sim
