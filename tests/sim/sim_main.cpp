// The simulator's programs. Without arguments: all scenarios, saved scripts, canaries, the golden
// trace hash, races, then faulty worlds; this is what CI runs. See README.md beside this file.

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/sim/scenario.hpp"
#include "tests/sim/sim_alloc.hpp"
#include "tests/sim/sim_batch.hpp"
#include "tests/sim/sim_canary.hpp"
#include "tests/sim/sim_options.hpp"
#include "tests/sim/sim_race.hpp"
#include "tests/sim/sim_run.hpp"
#include "tests/sim/sim_shrink.hpp"

namespace doorcall::sim {
namespace {

#ifdef NDEBUG
constexpr std::uint64_t kShortCalls = 250'000;
constexpr std::uint64_t kShortRaces = 500;
#else
constexpr std::uint64_t kShortCalls = 6'000;
constexpr std::uint64_t kShortRaces = 50;
#endif
constexpr std::uint64_t kLongCalls = 20'500'000;
constexpr std::uint64_t kLongRaces = 10'000;
constexpr std::uint64_t kGoldenWorlds = 32;
constexpr std::uint64_t kCanarySeeds = 600;
constexpr std::uint64_t kOftenStruck = 10'000;
constexpr std::size_t kOftenStruckKinds = 20;

struct Tally {
  int passed = 0;
  int failed = 0;
  std::string first_failed;

  void add(bool ok, const std::string& what) {
    ok ? ++passed : ++failed;
    if (!ok && first_failed.empty()) {
      first_failed = what;
    }
    std::printf("%s %s\n", ok ? "ok    " : "FAILED", what.c_str());
  }
};

int run_seed(const Options& options) {
  const WorldPlan plan = draw_plan(options.seed, kCallsPerWorld);
  std::printf("%s", describe(plan).c_str());
  RunOptions how;
  how.text = options.trace_all ? Detail::kAll : options.trace ? Detail::kCalls : Detail::kNone;
  const RunResult run = run_world(plan, how);
  std::printf("%" PRIu64 " calls, %" PRIu64 " legs connected, trace hash %016" PRIx64 "\n",
              run.calls, run.connected, run.hash);
  if (run.violation) {
    std::printf("FAILED: %s: %s\n", run.violation->name.c_str(), run.violation->detail.c_str());
  }
  std::printf("%d passed, %d failed\n", run.violation ? 0 : 1, run.violation ? 1 : 0);
  return run.violation ? 1 : 0;
}

void run_scenarios(const Options& options, Tally& tally) {
  for (const auto group : all_scenarios()) {
    for (const ScenarioCase& scenario : group) {
      if (options.scenario.empty() || options.scenario == scenario.name) {
        const std::string wrong = run_scenario(scenario, options.trace);
        tally.add(wrong.empty(), "scenario: " + std::string(scenario.name));
        std::printf("%s", wrong.c_str());
      }
    }
  }
}

/// Failures of the past, kept as scripts: none may come back.
void run_scripts(const Options& options, Tally& tally) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(options.found, none)) {
    if (entry.path().extension() == ".txt") {
      files.push_back(entry.path().string());
    }
  }
  if (std::filesystem::is_regular_file(options.scenario, none)) {
    files.push_back(options.scenario);
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    const std::string wrong = replay_file(file, options.trace);
    tally.add(wrong.empty(), "script: " + std::filesystem::path(file).filename().string() +
                                 (wrong.empty() ? "" : ": " + wrong));
  }
}

void run_canaries(const Options& options, Tally& tally) {
  for (const Canary& canary : canaries()) {
    if (options.canary.empty() || options.canary == canary.name) {
      const std::uint64_t seed = hunt(canary, kCanarySeeds);
      tally.add(seed != 0, "canary " + std::string(canary.name) + ": " +
                               (seed != 0 ? "found in seed " + std::to_string(seed)
                                          : "not found as '" + std::string(canary.expected) + "'"));
    }
  }
  if (options.canary.empty()) {
    tally.add(shrinks_canary(), "canary shrinking: to a few decisions that still fail");
    const std::uint64_t before = watched_allocations();
    {
      const AllocationWatch watch;
      const std::string grown(100, 'x');
      std::fprintf(stderr, "%.*s", grown.empty() ? 1 : 0, grown.c_str());
    }
    tally.add(watched_allocations() != before, "canary allocation: counted");
  }
}

/// The same hash in every build: it stands in a committed file.
void check_golden(const Options& options, Tally& tally) {
  BatchOptions batch;
  batch.worlds = kGoldenWorlds;
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016" PRIx64, run_batch(batch).hash);
  std::printf("trace hash of seeds 1-%" PRIu64 ": %s\n", kGoldenWorlds, hash);
  if (options.golden.empty()) {
    return;
  }
  char line[64] = "";
  std::FILE* file = std::fopen(options.golden.c_str(), "r");
  const bool read = file != nullptr && std::fgets(line, sizeof line, file) != nullptr;
  if (file != nullptr) {
    std::fclose(file);
  }
  tally.add(read && std::string_view(line).substr(0, 16) == hash,
            "trace hash is the one in " + options.golden);
}

void check_races(std::uint64_t count, Tally& tally) {
  const RaceResult result = run_races(count);
  tally.add(result.failed == 0, std::to_string(result.races) +
                                    " races of 8 devices in one millisecond: one winner each, the "
                                    "others idle within " +
                                    std::to_string(result.longest_ms) + " ms");
}

void check_faults(const Options& options, const BatchResult& result, Tally& tally) {
  std::size_t struck = 0;
  std::size_t often = 0;
  std::printf("fault                               strikes\n");
  for (std::size_t i = 0; i < kFaults; ++i) {
    std::printf("  %-28s %12" PRIu64 "\n", std::string(to_string(static_cast<Fault>(i))).c_str(),
                result.faults.hits[i]);
    struck += result.faults.hits[i] != 0 ? 1U : 0U;
    often += result.faults.hits[i] >= kOftenStruck ? 1U : 0U;
  }
  std::printf("what happened\n");
  result.coverage.print();
  if (result.calls >= 50'000) {
    const std::string missing = result.coverage.missing();
    tally.add(missing.empty(),
              "everything has happened" + (missing.empty() ? "" : " but: " + missing));
  }
  if (result.calls >= 10'000) {
    tally.add(struck == kFaults, "every kind of fault has struck");
  }
  if (options.is_long) {
    tally.add(often >= kOftenStruckKinds, std::to_string(often) + " kinds of fault have struck " +
                                              std::to_string(kOftenStruck) + " times and more");
  }
}

BatchOptions batch_of(const Options& options) {
  const std::uint64_t calls = options.calls != 0 ? options.calls
                              : options.is_long  ? kLongCalls
                                                 : kShortCalls;
  BatchOptions batch;
  batch.first_seed = options.first;
  batch.worlds = calls / kCallsEachWorldMakes + 1;
  batch.cpu_minutes = options.minutes;
  batch.jobs = static_cast<unsigned>(options.jobs);
  batch.repeat_each = options.is_long ? 1'000 : 50;
  batch.stop_at_first = options.stop_at_first;
  batch.shrink_seconds = options.stop_at_first ? 0 : options.seconds;
  return batch;
}

void check_worlds(const Options& options, Tally& tally) {
  const BatchOptions batch = batch_of(options);
  std::printf("worlds %" PRIu64 " from seed %" PRIu64 ", %u processes\n", batch.worlds,
              batch.first_seed, batch.jobs);
  std::fflush(stdout);
  const BatchResult result = run_batch(batch);
  if (options.stop_at_first && result.failed != 0) {
    std::printf("FOUND by '%s' after %" PRIu64 " calls\n", result.found.data(), result.calls);
    tally.add(false, result.found.data());
    return;
  }
  const std::uint64_t rate = result.cpu_us == 0 ? 0 : result.calls * 1'000'000 / result.cpu_us;
  check_faults(options, result, tally);
  std::printf("%" PRIu64 " calls (%" PRIu64 " in faulty worlds, %" PRIu64
              " legs connected), %" PRIu64 " packets, %" PRIu64 ".%02" PRIu64
              " simulated years, %" PRIu64 " calls a CPU second\n",
              result.calls, result.faulty_calls, result.connected, result.packets,
              result.virtual_ms / 31'557'600'000, result.virtual_ms / 315'576'000 % 100, rate);
  std::printf("trace hash of all worlds: %016" PRIx64 "\n", result.hash);
  tally.passed += static_cast<int>(result.worlds - result.failed);
  tally.failed += static_cast<int>(result.failed);
  tally.add(result.repeated != 0 && result.differed == 0,
            std::to_string(result.repeated) + " worlds run twice give the same trace");
  const std::uint64_t wanted = (batch.worlds - 1) * kCallsEachWorldMakes;
  if (options.minutes == 0) {
    tally.add(result.faulty_calls >= wanted,
              "at least " + std::to_string(wanted) + " faulty calls");
  }
  if (options.min_rate != 0) {
    tally.add(rate >= options.min_rate,
              "at least " + std::to_string(options.min_rate) + " calls a CPU second");
  }
}

int finish(const Options& options, const Tally& tally) {
  if (options.stop_at_first && tally.failed != 0) {
    std::printf("FOUND: %s\n", tally.first_failed.c_str());
  }
  std::printf("%d passed, %d failed\n", tally.passed, tally.failed);
  return tally.failed == 0 && tally.passed != 0 ? 0 : 1;
}

int run_all(const Options& options) {
  Tally tally;
  if (options.worlds_only) {
    check_worlds(options, tally);
    return finish(options, tally);
  }
  const bool all = options.canary.empty() && options.scenario.empty() && options.race == 0;
  if (all || !options.scenario.empty()) {
    run_scenarios(options, tally);
    run_scripts(options, tally);
  }
  if (options.stop_at_first && tally.failed != 0) {
    return finish(options, tally);
  }
  if (!options.stop_at_first && (all || !options.canary.empty())) {
    run_canaries(options, tally);
  }
  if (all && !options.stop_at_first) {
    check_golden(options, tally);
  }
  if (all || options.race != 0) {
    check_races(options.race != 0 ? options.race
                : options.is_long ? kLongRaces
                                  : kShortRaces,
                tally);
  }
  if (all && !(options.stop_at_first && tally.failed != 0)) {
    check_worlds(options, tally);
  }
  return finish(options, tally);
}

}  // namespace
}  // namespace doorcall::sim

int main(int count, char** arguments) {
  namespace sim = doorcall::sim;
  sim::Options options;
  options.found = DOORCALL_SIM_FOUND;
  const int wrong = sim::parse(count, arguments, options);
  if (wrong != 0) {
    return wrong;
  }
  if (options.shrink != 0) {
    return sim::shrink_and_print(options.shrink, options.seconds, options.save) ? 1 : 0;
  }
  return options.seed != 0 ? sim::run_seed(options) : sim::run_all(options);
}
