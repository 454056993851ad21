#pragma once

#include <cstdint>
#include <optional>

#include "tests/sim/sim_checks.hpp"
#include "tests/sim/sim_faults.hpp"
#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// How a world went.
struct RunResult {
  std::uint64_t hash = 0;
  std::uint64_t calls = 0;
  std::uint64_t connected = 0;  ///< calls that a caller saw connected
  std::uint64_t packets = 0;
  std::uint64_t virtual_ms = 0;
  FaultCounts faults;
  std::optional<Violation> violation;
};

/// Lives through one world: faults until its calls are made, the heal, the convergence, silence.
RunResult run_world(const WorldPlan& plan, bool text, Hooks* hooks = nullptr);

/// Heals `world` and checks what must hold a while after; false: it did not.
bool converge(World& world);

}  // namespace doorcall::sim
