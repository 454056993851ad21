#pragma once

#include <string>

#include "tests/sim/sim_world.hpp"

// What all devices of a world must agree on, once they have had the time; each function says what
// is wrong in words, nothing if all is well.

namespace doorcall::sim {

[[nodiscard]] bool healthy(const World& world, std::size_t device);

/// Every call is up on all its members, who see the same roster, or over on all.
[[nodiscard]] std::string disagreement(World& world);
/// A call that somebody still has.
[[nodiscard]] std::string endless_call(World& world);
/// Endings that do not fit together.
[[nodiscard]] std::string odd_reasons(World& world);
/// A push gateway that was asked and never told that it is over.
[[nodiscard]] std::string forgotten_push(World& world);
/// Messages that are repeated for ever.
[[nodiscard]] std::string endless_messages(World& world);
/// A device that is there, and whose last word on that is not what the broker holds.
[[nodiscard]] std::string hidden_presence(World& world);
/// A watcher that shows something else than is.
[[nodiscard]] std::string wrong_presence(World& world);

}  // namespace doorcall::sim
