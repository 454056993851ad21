// A failing world becomes a short one: decisions are left out, half by half and one by one, as long
// as the same check still fails.

#include "tests/sim/sim_shrink.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

#include "tests/sim/sim_batch.hpp"

namespace doorcall::sim {
namespace {

/// Tries smaller scripts against one that fails, and keeps what still fails in the same way.
class Shrinker {
 public:
  Shrinker(Script script, std::uint64_t cpu_seconds, Hooks* hooks)
      : best_(std::move(script)),
        hooks_(hooks),
        until_(std::clock() + static_cast<std::clock_t>(cpu_seconds) * CLOCKS_PER_SEC) {}

  bool works() { return fails(best_); }

  void shrink() {
    std::size_t before = 0;
    do {
      before = best_.items.size() + 1;
      cut_the_end();
      take_out_devices();
      try_even();
      drop_items();
    } while (best_.items.size() + 1 < before && !out_of_time());
  }

  [[nodiscard]] const Script& script() const { return best_; }
  [[nodiscard]] const Violation& violation() const { return violation_; }
  [[nodiscard]] std::uint32_t runs() const { return runs_; }

 private:
  [[nodiscard]] bool out_of_time() const { return std::clock() >= until_; }

  bool fails(const Script& script) {
    ++runs_;
    RunOptions options;
    options.hooks = hooks_;
    options.replay = &script;
    const RunResult result = run_world(script.plan(), options);
    if (!result.violation || result.violation->name != script.finds) {
      return false;
    }
    violation_ = *result.violation;
    return true;
  }

  bool take(Script&& smaller) {
    if (out_of_time() || !fails(smaller)) {
      return false;
    }
    best_ = std::move(smaller);
    return true;
  }

  /// Nothing that comes after the failure matters; and the heal may come soon after the last deed.
  void cut_the_end() {
    Script smaller = best_;
    const Instant end = violation_.at;
    std::erase_if(smaller.items, [end](const Item& item) {
      return item.kind != ItemKind::kNear && item.at > end;
    });
    take(std::move(smaller));
    smaller = best_;
    Instant last{};
    for (const Item& item : smaller.items) {
      last = item.kind == ItemKind::kDeed ? std::max(last, item.at) : last;
    }
    smaller.heal_at = std::min(smaller.heal_at, last + Millis{2'000});
    take(std::move(smaller));
  }

  void take_out_devices() {
    const std::size_t devices = best_.plan().devices.size();
    for (std::size_t device = 0; device < devices; ++device) {
      if ((best_.absent >> device & 1U) == 0) {
        Script smaller = best_;
        smaller.absent |= 1U << device;
        std::erase_if(smaller.items, [device](const Item& item) {
          return item.kind != ItemKind::kNear && item.device == device;
        });
        take(std::move(smaller));
      }
    }
  }

  void try_even() {
    if (!best_.even) {
      Script smaller = best_;
      smaller.even = true;
      take(std::move(smaller));
    }
  }

  /// Delta debugging: halves, quarters, … of the list, down to single items.
  void drop_items() {
    for (std::size_t size = std::max<std::size_t>(best_.items.size() / 2, 1); size != 0;
         size /= 2) {
      for (std::size_t at = 0; at < best_.items.size() && !out_of_time();) {
        Script smaller = best_;
        const auto first = smaller.items.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t count = std::min(size, smaller.items.size() - at);
        smaller.items.erase(first, first + static_cast<std::ptrdiff_t>(count));
        at += take(std::move(smaller)) ? 0 : size;
      }
    }
  }

  Script best_;
  Hooks* hooks_;
  std::clock_t until_;
  Violation violation_;
  std::uint32_t runs_ = 0;
};

std::string text_of(const Violation& violation) {
  const std::int64_t ms = violation.at.time_since_epoch().count();
  char at[32];
  std::snprintf(at, sizeof at, "%lld.%03lld", static_cast<long long>(ms / 1000),
                static_cast<long long>(ms % 1000));
  return "at " + std::string(at) + " s: " + violation.name + ": " + violation.detail;
}

bool save(const std::string& path, const Script& script) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) {
    return false;
  }
  const std::string text = to_text(script);
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && written;
}

std::string read_all(const std::string& path) {
  std::string text;
  std::FILE* file = std::fopen(path.c_str(), "r");
  char buffer[4096];
  for (std::size_t got = 1; file != nullptr && got != 0;) {
    got = std::fread(buffer, 1, sizeof buffer, file);
    text.append(buffer, got);
  }
  if (file != nullptr) {
    std::fclose(file);
  }
  return text;
}

}  // namespace

std::optional<Shrunk> shrink(std::uint64_t seed, std::uint32_t calls, std::uint64_t cpu_seconds,
                             Hooks* hooks) {
  Script script;
  script.seed = seed;
  script.calls = calls;
  RunOptions options;
  options.hooks = hooks;
  options.record = &script;
  const RunResult result = run_world(script.plan(), options);
  if (!result.violation) {
    return std::nullopt;
  }
  script.finds = result.violation->name;
  const std::size_t items = script.items.size();
  Shrinker shrinker(std::move(script), cpu_seconds, hooks);
  if (!shrinker.works()) {
    return std::nullopt;
  }
  shrinker.shrink();
  if (!shrinker.works()) {
    return std::nullopt;
  }
  return Shrunk{shrinker.script(), shrinker.violation(), items, shrinker.runs()};
}

bool shrink_and_print(std::uint64_t seed, std::uint64_t cpu_seconds, const std::string& path) {
  const std::optional<Shrunk> shrunk = shrink(seed, kCallsPerWorld, cpu_seconds);
  if (!shrunk) {
    std::printf("seed %llu does not fail, or not when it is replayed\n",
                static_cast<unsigned long long>(seed));
    return false;
  }
  std::printf("seed %llu: %zu decisions, %zu of them needed (%u runs)\n%s",
              static_cast<unsigned long long>(seed), shrunk->items_before,
              shrunk->script.items.size(), shrunk->runs, to_text(shrunk->script).c_str());
  std::printf("%s", describe(shrunk->script.plan()).c_str());
  RunOptions options;
  options.text = Detail::kCalls;
  options.replay = &shrunk->script;
  run_world(shrunk->script.plan(), options);
  std::printf("FAILED %s\n", text_of(shrunk->violation).c_str());
  if (!path.empty()) {
    const bool saved = save(path, shrunk->script);
    std::printf("%s %s\n", saved ? "saved as" : "could not write", path.c_str());
  }
  std::fflush(stdout);
  return true;
}

std::string replay_file(const std::string& path, bool text) {
  const std::optional<Script> script = parse_script(read_all(path));
  if (!script) {
    return "no script";
  }
  RunOptions options;
  options.text = text ? Detail::kCalls : Detail::kNone;
  options.replay = &*script;
  const RunResult result = run_world(script->plan(), options);
  return result.violation ? text_of(*result.violation) : "";
}

}  // namespace doorcall::sim
