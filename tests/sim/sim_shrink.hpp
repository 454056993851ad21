#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/sim_run.hpp"

namespace doorcall::sim {

/// What is left of a failing world after everything has been left out that it does not need.
struct Shrunk {
  Script script;
  Violation violation;
  std::size_t items_before = 0;
  std::uint32_t runs = 0;
};

/// Lives through the world of `seed` again and again, each time with fewer devices, deeds and
/// faults, as long as the same promise is broken. Gives up after `cpu_seconds`. nullopt if the seed
/// does not fail, or not when its decisions are replayed.
[[nodiscard]] std::optional<Shrunk> shrink(std::uint64_t seed, std::uint32_t calls,
                                           std::uint64_t cpu_seconds, Hooks* hooks = nullptr);

/// Shrinks, prints the script and a readable trace of it, and saves the script if `path` is not
/// empty. False if there was nothing to shrink.
bool shrink_and_print(std::uint64_t seed, std::uint64_t cpu_seconds, const std::string& path);

/// Replays a saved script; what was wrong, empty: nothing is, any more.
[[nodiscard]] std::string replay_file(const std::string& path, bool text);

}  // namespace doorcall::sim
