// Many worlds in several processes: each takes the next seed from a shared counter, so a crash of
// one is a finding and not the end; counts and findings meet in shared memory.

#include "tests/sim/sim_batch.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <ctime>
#include <new>
#include <vector>

#include "tests/sim/sim_run.hpp"
#include "tests/sim/sim_shrink.hpp"

namespace doorcall::sim {
namespace {

/// What all processes of a batch see.
struct Shared {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> calls{0};
};

Shared* make_shared_memory() {
  void* memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? new Shared : new (memory) Shared;
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

void run_one(std::uint64_t seed, bool twice, const BatchOptions& options, BatchResult& result) {
  const WorldPlan plan = draw_plan(seed, kCallsPerWorld);
  const RunResult run = run_world(plan);
  ++result.worlds;
  result.calls += run.calls;
  result.faulty_calls += plan.swarm.any() ? run.calls : 0U;
  result.connected += run.connected;
  result.packets += run.packets;
  result.virtual_ms += run.virtual_ms;
  result.hash += (run.hash ^ seed) * 0x9fb21c651e98df25U;
  result.faults.add(run.faults);
  result.coverage.add(run.coverage);
  if (run.violation) {
    ++result.failed;
    report(seed, *run.violation);
    if (result.failed == 1) {
      run.violation->name.copy(result.found.data(), result.found.size() - 1);
    }
    if (result.failed == 1 && options.shrink_seconds != 0) {
      shrink_and_print(seed, options.shrink_seconds, {});
    }
  }
  if (twice) {
    ++result.repeated;
    if (run_world(plan).hash != run.hash) {
      ++result.differed;
      std::printf("FAILED seed %llu: the second run differs\n",
                  static_cast<unsigned long long>(seed));
    }
  }
}

void show_progress(const BatchOptions& options, std::uint64_t done, std::uint64_t calls) {
  std::printf(
      "  … %llu of %llu worlds, %llu calls\n", static_cast<unsigned long long>(done * options.jobs),
      static_cast<unsigned long long>(options.worlds), static_cast<unsigned long long>(calls));
  std::fflush(stdout);
}

BatchResult run_share(const BatchOptions& options, unsigned job, Shared& shared) {
  BatchResult result;
  const std::uint64_t start = cpu_us();
  const std::uint64_t budget = options.cpu_minutes * 60'000'000;
  for (std::uint64_t i = job; budget != 0 ? cpu_us() - start < budget : i < options.worlds;
       i += options.jobs) {
    const bool twice = options.repeat_each != 0 && i % options.repeat_each == 0;
    const std::uint64_t calls = result.calls;
    run_one(options.first_seed + i, twice, options, result);
    shared.calls += result.calls - calls;
    if (job == 0 && result.worlds % 5'000 == 0) {
      show_progress(options, result.worlds, shared.calls);
    }
    if (options.stop_at_first && (shared.stop || result.failed != 0)) {
      shared.stop = true;
      break;
    }
  }
  result.cpu_us = cpu_us() - start;
  return result;
}

}  // namespace

std::uint64_t cpu_us() {
  return static_cast<std::uint64_t>(std::clock()) * (1'000'000 / CLOCKS_PER_SEC);
}

void BatchResult::add(const BatchResult& other) {
  found = failed == 0 ? other.found : found;
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
  coverage.add(other.coverage);
}

BatchResult run_batch(const BatchOptions& options) {
  Shared& shared = *make_shared_memory();
  if (options.jobs <= 1) {
    return run_share(options, 0, shared);
  }
  std::fflush(stdout);
  BatchResult total;
  std::vector<int> pipes;
  std::vector<pid_t> children;
  for (unsigned job = 0; job < options.jobs; ++job) {
    int ends[2] = {-1, -1};
    const pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child == 0) {
      const BatchResult share = run_share(options, job, shared);
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
