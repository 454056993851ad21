// `plan` is one of four words, which need users, or the name of a plan in the config, which has its
// own. The config refuses plans with these names, so that a word is never both.
#include "agent/daemon/call_args.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "agent/core/limits.hpp"

namespace doorcall::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 4> kKinds{"parallel", "first", "hunt", "escalation"};
constexpr std::chrono::milliseconds kStepTime = 20s;

/// The users as lists: `steps`, or each of the users in a list of its own.
std::vector<std::vector<std::string>> lists_of(VerbArgs& args) {
  if (auto steps = args.lists("steps")) {
    return std::move(*steps);
  }
  std::vector<std::vector<std::string>> lists;
  for (std::string& user : read_users(args)) {
    lists.push_back({std::move(user)});
  }
  return lists;
}

void refuse_key(VerbArgs& args, const char* key, const char* kinds) {
  if (args.has(key)) {
    args.fail("invalid_argument", std::string("'") + key + "' belongs to " + kinds);
  }
}

CallPlan read_plan(VerbArgs& args, std::string_view kind) {
  const auto step_time = args.milliseconds("step_time_ms").value_or(kStepTime);
  const auto cycles = args.integer("cycles", 1, kPlanCyclesMax).value_or(1);
  const bool keep = args.flag("keep").value_or(true);
  if (kind != "escalation") {
    refuse_key(args, "keep", "plan escalation");
    refuse_key(args, "steps", "plan escalation");
  }
  if (kind != "hunt") {
    refuse_key(args, "cycles", "plan hunt");
  }
  if (kind != "hunt" && kind != "escalation") {
    refuse_key(args, "step_time_ms", "the plans hunt and escalation");
  }
  if (kind == "hunt") {
    return CallPlan::hunt(read_users(args), step_time, static_cast<std::uint8_t>(cycles));
  }
  if (kind == "escalation") {
    return CallPlan::escalation(lists_of(args), step_time, keep);
  }
  return kind == "first" ? CallPlan::first_answer(read_users(args))
                         : CallPlan::parallel(read_users(args));
}

void check_name(VerbArgs& args, const std::string& name, const Agent& agent) {
  if (agent.options().plans.count(name) == 0) {
    std::string known;
    for (const auto& [each, plan] : agent.options().plans) {
      known += (known.empty() ? ": " : ", ") + each;
    }
    args.fail("invalid_argument", "there is no plan '" + name + "'; the config has " +
                                      (known.empty() ? "none" : "these" + known));
  }
  for (const char* key : {"user", "users", "steps", "step_time_ms", "cycles", "keep"}) {
    if (args.has(key)) {
      args.fail("invalid_argument",
                "the plan '" + name + "' has its own users and steps; leave '" + key + "' out");
    }
  }
}

}  // namespace

std::vector<std::string> read_users(VerbArgs& args) {
  if (auto users = args.texts("users")) {
    if (users->empty()) {
      args.fail("invalid_argument", "'users' is empty");
    }
    return std::move(*users);
  }
  return {args.needed_text("user")};
}

CallOrder read_order(VerbArgs& args, const Agent& agent) {
  CallOrder order;
  const std::string plan = args.text("plan").value_or("parallel");
  if (!args.ok()) {
    return order;
  }
  if (std::find(kKinds.begin(), kKinds.end(), plan) == kKinds.end()) {
    order.plan_name = plan;
    check_name(args, plan, agent);
  } else {
    order.plan = read_plan(args, plan);
  }
  return order;
}

CallOptions read_options(VerbArgs& args) {
  CallOptions options;
  options.ring_time = args.milliseconds("ring_time_ms");
  options.media = args.media("media").value_or(MediaKind::kAudio);
  options.wait_offline = args.flag("wait_offline");
  options.caller_name = args.text("name").value_or("");
  options.data = args.text("data").value_or("");
  options.line = args.text("line").value_or("");
  options.push_title = args.text("push_title");
  options.push_content = args.text("push_content");
  return options;
}

}  // namespace doorcall::daemon
