// The simulator's command line. Without arguments: all scenarios, all canaries, the golden trace
// hash, then faulty worlds; this is what CI runs. See README.md beside this file.

#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>

#include "tests/sim/scenario.hpp"
#include "tests/sim/sim_alloc.hpp"
#include "tests/sim/sim_batch.hpp"
#include "tests/sim/sim_canary.hpp"
#include "tests/sim/sim_run.hpp"

namespace doorcall::sim {
namespace {

constexpr std::uint64_t kGoldenWorlds = 64;
constexpr std::uint64_t kCanarySeeds = 400;
constexpr std::uint64_t kShortCalls = 25'000;
constexpr std::uint64_t kLongCalls = 1'050'000;

struct Options {
  std::uint64_t seed = 0;
  std::uint64_t calls = kShortCalls;
  std::uint64_t minutes = 0;
  std::uint64_t jobs = 1;
  std::uint64_t min_rate = 0;
  std::uint64_t first = 1;
  bool trace = false;
  std::string canary;
  std::string scenario;
  std::string golden;
};

struct Tally {
  int passed = 0;
  int failed = 0;

  void add(bool ok, const std::string& what) {
    ok ? ++passed : ++failed;
    std::printf("%s %s\n", ok ? "ok    " : "FAILED", what.c_str());
  }
};

bool read_number(const char* text, std::uint64_t& out) {
  const char* end = text + std::strlen(text);
  const auto result = std::from_chars(text, end, out);
  return result.ec == std::errc() && result.ptr == end;
}

int usage(const char* wrong) {
  std::printf(
      "doorcall_sim: '%s' is not understood\n"
      "usage: doorcall_sim [--seed N [--trace]] [--calls N | --long | --minutes M] [--first SEED]\n"
      "                    [--jobs N] [--min-rate CALLS_PER_CPU_SECOND] [--golden FILE]\n"
      "                    [--canary NAME] [--scenario NAME [--trace]]\n",
      wrong);
  return 2;
}

/// 0, or what main() returns.
int parse(int count, char** arguments, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    const char* value = i + 1 < count ? arguments[i + 1] : "";
    struct Number {
      std::string_view name;
      std::uint64_t* field;
    };
    struct Text {
      std::string_view name;
      std::string* field;
    };
    bool known = false;
    for (const Number& one :
         {Number{"--seed", &options.seed}, Number{"--calls", &options.calls},
          Number{"--minutes", &options.minutes}, Number{"--jobs", &options.jobs},
          Number{"--first", &options.first}, Number{"--min-rate", &options.min_rate}}) {
      if (one.name == name) {
        known = read_number(value, *one.field);
      }
    }
    for (const Text& one : {Text{"--canary", &options.canary}, Text{"--golden", &options.golden},
                            Text{"--scenario", &options.scenario}}) {
      if (one.name == name && *value != '\0') {
        *one.field = value;
        known = true;
      }
    }
    i += known ? 1 : 0;
    if (name == "--trace" || name == "--long") {
      known = true;
      options.trace = options.trace || name == "--trace";
      options.calls = name == "--long" ? kLongCalls : options.calls;
    }
    if (!known) {
      return usage(arguments[i]);
    }
  }
  return 0;
}

int run_seed(const Options& options) {
  const WorldPlan plan = draw_plan(options.seed, kCallsPerWorld);
  std::printf("%s", describe(plan).c_str());
  const RunResult run = run_world(plan, options.trace);
  std::printf("%" PRIu64 " calls, %" PRIu64 " connected, trace hash %016" PRIx64 "\n", run.calls,
              run.connected, run.hash);
  if (run.violation) {
    std::printf("FAILED: %s: %s\n", run.violation->name.c_str(), run.violation->detail.c_str());
  }
  std::printf("%d passed, %d failed\n", run.violation ? 0 : 1, run.violation ? 1 : 0);
  return run.violation ? 1 : 0;
}

void run_scenarios(const Options& options, Tally& tally) {
  for (const auto group :
       {outcome_scenarios(), crossing_scenarios(), loss_scenarios(), ghost_scenarios()}) {
    for (const ScenarioCase& scenario : group) {
      if (options.scenario.empty() || options.scenario == scenario.name) {
        const std::string wrong = run_scenario(scenario, options.trace);
        tally.add(wrong.empty(), "scenario: " + std::string(scenario.name));
        std::printf("%s", wrong.c_str());
      }
    }
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

void print_faults(const FaultCounts& faults, bool enough, Tally& tally) {
  bool all = true;
  std::printf("fault                          strikes\n");
  for (std::size_t i = 0; i < kFaults; ++i) {
    std::printf("  %-24s %12" PRIu64 "\n", std::string(to_string(static_cast<Fault>(i))).c_str(),
                faults.hits[i]);
    all = all && faults.hits[i] != 0;
  }
  if (enough) {
    tally.add(all, "every kind of fault has struck");
  }
}

void run_worlds(const Options& options, Tally& tally) {
  BatchOptions batch;
  batch.first_seed = options.first;
  batch.worlds = (options.calls + kCallsPerWorld - 1) / kCallsPerWorld * 11 / 10;
  batch.cpu_minutes = options.minutes;
  batch.jobs = static_cast<unsigned>(options.jobs);
  batch.repeat_each = 20;
  std::printf("worlds %" PRIu64 " from seed %" PRIu64 ", %u calls each, %u processes\n",
              batch.worlds, batch.first_seed, kCallsPerWorld, batch.jobs);
  std::fflush(stdout);
  const BatchResult result = run_batch(batch);
  const std::uint64_t rate = result.cpu_us == 0 ? 0 : result.calls * 1'000'000 / result.cpu_us;
  print_faults(result.faults, result.calls >= 10'000, tally);
  std::printf("%" PRIu64 " calls (%" PRIu64 " in faulty worlds, %" PRIu64 " connected), %" PRIu64
              " packets, %" PRIu64 " virtual days, %" PRIu64 " calls a CPU second\n",
              result.calls, result.faulty_calls, result.connected, result.packets,
              result.virtual_ms / 86'400'000, rate);
  std::printf("trace hash of all worlds: %016" PRIx64 "\n", result.hash);
  tally.passed += static_cast<int>(result.worlds - result.failed);
  tally.failed += static_cast<int>(result.failed);
  tally.add(result.repeated != 0 && result.differed == 0,
            std::to_string(result.repeated) + " worlds run twice give the same trace");
  if (options.minutes == 0) {
    tally.add(result.faulty_calls >= options.calls,
              "at least " + std::to_string(options.calls) + " faulty calls");
  }
  if (options.min_rate != 0) {
    tally.add(rate >= options.min_rate,
              "at least " + std::to_string(options.min_rate) + " calls a CPU second");
  }
}

int run_all(const Options& options) {
  Tally tally;
  const bool all = options.canary.empty() && options.scenario.empty();
  if (all || !options.scenario.empty()) {
    run_scenarios(options, tally);
  }
  if (all || !options.canary.empty()) {
    run_canaries(options, tally);
  }
  if (all) {
    check_golden(options, tally);
    run_worlds(options, tally);
  }
  std::printf("%d passed, %d failed\n", tally.passed, tally.failed);
  return tally.failed == 0 && tally.passed != 0 ? 0 : 1;
}

}  // namespace
}  // namespace doorcall::sim

int main(int count, char** arguments) {
  doorcall::sim::Options options;
  const int wrong = doorcall::sim::parse(count, arguments, options);
  if (wrong != 0) {
    return wrong;
  }
  return options.seed != 0 ? doorcall::sim::run_seed(options) : doorcall::sim::run_all(options);
}
