#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// A planted fault that the checks must find: proof that they look.
struct Canary {
  std::string_view name;
  std::string_view expected;  ///< the violation's name
  std::unique_ptr<Hooks> (*make)();
};

[[nodiscard]] std::span<const Canary> canaries();

/// The first seed of at most `seeds` in which the canary is found for what it is; 0: in none.
[[nodiscard]] std::uint64_t hunt(const Canary& canary, std::uint64_t seeds);

/// A planted fault in a world full of others shrinks to a few decisions.
[[nodiscard]] bool shrinks_canary();

}  // namespace doorcall::sim
