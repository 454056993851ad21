#include "tests/sim/sim_options.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace doorcall::sim {
namespace {

template <typename Value>
struct Named {
  std::string_view name;
  Value* field;
};

bool read_number(const char* text, std::uint64_t& out) {
  const char* end = text + std::strlen(text);
  const auto result = std::from_chars(text, end, out);
  return result.ec == std::errc() && result.ptr == end && end != text;
}

int usage(const char* wrong) {
  std::printf(
      "doorcall_sim: '%s' is not understood\n"
      "usage: doorcall_sim [--calls N | --long | --minutes M] [--first SEED] [--jobs N]\n"
      "                    [--min-rate CALLS_PER_CPU_SECOND] [--golden FILE] [--found DIR]\n"
      "                    [--worlds-only] [--stop-at-first] [--seconds CPU_SECONDS]\n"
      "       doorcall_sim --seed N [--trace | --trace-all]\n"
      "       doorcall_sim --shrink SEED [--save FILE]\n"
      "       doorcall_sim --scenario NAME_OR_FILE [--trace]\n"
      "       doorcall_sim --race COUNT\n"
      "       doorcall_sim --canary NAME\n",
      wrong);
  return 2;
}

bool read_flag(std::string_view name, Options& options) {
  for (const Named<bool>& flag :
       {Named<bool>{"--trace", &options.trace}, Named<bool>{"--trace-all", &options.trace_all},
        Named<bool>{"--long", &options.is_long},
        Named<bool>{"--stop-at-first", &options.stop_at_first},
        Named<bool>{"--worlds-only", &options.worlds_only}}) {
    if (flag.name == name) {
      return *flag.field = true;
    }
  }
  return false;
}

bool read_value(std::string_view name, const char* value, Options& options) {
  using Number = Named<std::uint64_t>;
  using Text = Named<std::string>;
  for (const Number& number :
       {Number{"--seed", &options.seed}, Number{"--shrink", &options.shrink},
        Number{"--calls", &options.calls}, Number{"--minutes", &options.minutes},
        Number{"--first", &options.first}, Number{"--jobs", &options.jobs},
        Number{"--min-rate", &options.min_rate}, Number{"--race", &options.race},
        Number{"--seconds", &options.seconds}}) {
    if (number.name == name) {
      return read_number(value, *number.field);
    }
  }
  for (const Text& text : {Text{"--canary", &options.canary}, Text{"--golden", &options.golden},
                           Text{"--scenario", &options.scenario}, Text{"--save", &options.save},
                           Text{"--found", &options.found}}) {
    if (text.name == name && *value != '\0') {
      *text.field = value;
      return true;
    }
  }
  return false;
}

}  // namespace

int parse(int count, char** arguments, Options& options) {
  for (int i = 1; i < count; ++i) {
    if (read_flag(arguments[i], options)) {
      continue;
    }
    if (!read_value(arguments[i], i + 1 < count ? arguments[i + 1] : "", options)) {
      return usage(arguments[i]);
    }
    ++i;
  }
  options.jobs = options.jobs == 0 ? 1 : options.jobs;
  return 0;
}

}  // namespace doorcall::sim
