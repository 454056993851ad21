#include "tests/sim/sim_batch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <vector>

#include "tests/sim/sim_run.hpp"

namespace doorcall::sim {
namespace {

std::uint64_t cpu_us() {
  return static_cast<std::uint64_t>(std::clock()) * (1'000'000 / CLOCKS_PER_SEC);
}

void report(std::uint64_t seed, const Violation& violation) {
  const std::int64_t ms = violation.at.time_since_epoch().count();
  std::printf(
      "FAILED seed %llu at %lld.%03lld s: %s: %s\n       replay: ./dev sim --seed %llu "
      "--trace\n",
      static_cast<unsigned long long>(seed), static_cast<long long>(ms / 1000),
      static_cast<long long>(ms % 1000), violation.name.c_str(), violation.detail.c_str(),
      static_cast<unsigned long long>(seed));
  std::fflush(stdout);
}

void run_one(std::uint64_t seed, bool twice, BatchResult& result) {
  const WorldPlan plan = draw_plan(seed, kCallsPerWorld);
  const RunResult run = run_world(plan, false);
  ++result.worlds;
  result.calls += run.calls;
  result.faulty_calls += plan.swarm.any() ? run.calls : 0U;
  result.connected += run.connected;
  result.packets += run.packets;
  result.virtual_ms += run.virtual_ms;
  result.hash += (run.hash ^ seed) * 0x9fb21c651e98df25U;
  result.faults.add(run.faults);
  if (run.violation) {
    ++result.failed;
    report(seed, *run.violation);
  }
  if (twice) {
    ++result.repeated;
    if (run_world(plan, false).hash != run.hash) {
      ++result.differed;
      std::printf("FAILED seed %llu: the second run differs\n",
                  static_cast<unsigned long long>(seed));
    }
  }
}

BatchResult run_share(const BatchOptions& options, unsigned job) {
  BatchResult result;
  const std::uint64_t start = cpu_us();
  const std::uint64_t budget = options.cpu_minutes * 60'000'000;
  for (std::uint64_t i = job; budget != 0 ? cpu_us() - start < budget : i < options.worlds;
       i += options.jobs) {
    const bool twice = options.repeat_each != 0 && i % options.repeat_each == 0;
    run_one(options.first_seed + i, twice, result);
    if (job == 0 && result.worlds % 5'000 == 0) {
      std::printf("  … %llu worlds of this process, %llu failed\n",
                  static_cast<unsigned long long>(result.worlds),
                  static_cast<unsigned long long>(result.failed));
      std::fflush(stdout);
    }
  }
  result.cpu_us = cpu_us() - start;
  return result;
}

}  // namespace

void BatchResult::add(const BatchResult& other) {
  worlds += other.worlds;
  failed += other.failed;
  repeated += other.repeated;
  differed += other.differed;
  calls += other.calls;
  faulty_calls += other.faulty_calls;
  connected += other.connected;
  packets += other.packets;
  virtual_ms += other.virtual_ms;
  cpu_us += other.cpu_us;
  hash += other.hash;
  faults.add(other.faults);
}

BatchResult run_batch(const BatchOptions& options) {
  if (options.jobs <= 1) {
    return run_share(options, 0);
  }
  std::fflush(stdout);
  BatchResult total;
  std::vector<int> pipes;
  std::vector<pid_t> children;
  for (unsigned job = 0; job < options.jobs; ++job) {
    int ends[2] = {-1, -1};
    const pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child == 0) {
      const BatchResult share = run_share(options, job);
      std::fflush(stdout);
      const bool sent = write(ends[1], &share, sizeof share) == sizeof share;
      _exit(sent ? 0 : 1);
    }
    close(ends[1]);
    pipes.push_back(ends[0]);
    children.push_back(child);
  }
  for (unsigned job = 0; job < options.jobs; ++job) {
    BatchResult share;
    if (read(pipes[job], &share, sizeof share) == sizeof share) {
      total.add(share);
    } else {
      ++total.failed;
      std::printf("FAILED process %u died: run its worlds with --jobs 1\n", job);
    }
    close(pipes[job]);
    waitpid(children[job], nullptr, 0);
  }
  return total;
}

}  // namespace doorcall::sim
