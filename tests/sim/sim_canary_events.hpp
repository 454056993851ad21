#pragma once

#include <memory>

#include "tests/sim/sim_world.hpp"

// Planted faults of what listeners are told of members.

namespace doorcall::sim {

/// They hear of the device that a call has moved to before they hear that it has moved.
[[nodiscard]] std::unique_ptr<Hooks> make_late_move();
/// They do not hear that somebody has gone.
[[nodiscard]] std::unique_ptr<Hooks> make_untold_leave();
/// Members come without a number.
[[nodiscard]] std::unique_ptr<Hooks> make_unnumbered();
/// Whoever hangs up is said to have taken an answer back.
[[nodiscard]] std::unique_ptr<Hooks> make_wronged_winner();

}  // namespace doorcall::sim
