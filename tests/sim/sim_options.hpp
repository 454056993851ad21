#pragma once

#include <cstdint>
#include <string>

namespace doorcall::sim {

/// What the command line asks for; see usage() in sim_options.cpp.
struct Options {
  std::uint64_t seed = 0;
  std::uint64_t shrink = 0;
  std::uint64_t calls = 0;  ///< 0: what the build can do in a minute
  std::uint64_t minutes = 0;
  std::uint64_t jobs = 1;
  std::uint64_t min_rate = 0;
  std::uint64_t first = 1;
  std::uint64_t race = 0;
  std::uint64_t seconds = 20;  ///< CPU time for shrinking one failure
  bool trace = false;
  bool trace_all = false;
  bool is_long = false;
  bool stop_at_first = false;
  bool worlds_only = false;
  std::string canary;
  std::string scenario;
  std::string golden;
  std::string save;
  std::string found;
};

/// 0, or what main() returns.
[[nodiscard]] int parse(int count, char** arguments, Options& options);

}  // namespace doorcall::sim
