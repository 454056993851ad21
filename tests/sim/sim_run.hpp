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
  std::uint64_t calls = 0;      ///< that at least one user was invited to
  std::uint64_t connected = 0;  ///< legs that were answered
  std::uint64_t packets = 0;
  std::uint64_t virtual_ms = 0;
  FaultCounts faults;
  Coverage coverage;
  std::optional<Violation> violation;
};

struct RunOptions {
  Detail text = Detail::kNone;
  Hooks* hooks = nullptr;
  Script* record = nullptr;        ///< gets the decisions and the time of the heal
  const Script* replay = nullptr;  ///< whose decisions are made, instead of drawing any
};

/// Lives through one world: faults until its calls are made, the heal, the convergence, silence.
RunResult run_world(const WorldPlan& plan, const RunOptions& options = {});

/// Heals `world` and checks what must hold a while after; false: it did not.
bool converge(World& world);

}  // namespace doorcall::sim
