// The second pass over plans and lists of users. Entries of repeated sections are checked
// one by one, each mistake at the line of its key.
#include <algorithm>
#include <array>
#include <string>

#include "platform/config_checks.hpp"
#include "platform/config_table.hpp"

namespace doorcall::platform::detail {
namespace {

bool contains(const std::vector<std::string>& users, const std::string& user) {
  return std::find(users.begin(), users.end(), user) != users.end();
}

/// A key that this kind of plan has no use for.
void refuse_key(ConfigDraft& draft, std::size_t entry, std::string_view key,
                std::string_view kinds) {
  if (draft.has("plans." + std::to_string(entry), key)) {
    draft.error("plans", entry, key,
                std::string("belongs to kind = ").append(kinds).append(" only"));
  }
}

/// The key is there, with a value that is not allowed.
bool refused(const ConfigDraft& draft, std::size_t entry, std::string_view key) {
  const std::string title = shown("plans", draft.config.plans[entry].name).append(" ").append(key);
  return std::any_of(draft.errors.begin(), draft.errors.end(),
                     [&](const ConfigError& error) { return error.key == title; });
}

void check_shape(ConfigDraft& draft, std::size_t entry) {
  const PlanConfig& plan = draft.config.plans[entry];
  const std::string lines = "plans." + std::to_string(entry);
  const bool lists = plan.kind == PlanKind::kEscalation;
  const std::string_view needed = lists ? "steps" : "users";
  if (draft.has(lines, lists ? "users" : "steps")) {
    draft.error("plans", entry, lists ? "users" : "steps",
                lists ? "found for an escalation; it takes steps = [[...], [...]]"
                      : "belongs to kind = \"escalation\" only; this kind takes users = [...]");
  } else if (plan.users.empty() && plan.steps.empty() && !refused(draft, entry, needed)) {
    draft.error("plans", entry, needed, "is missing: whom does this plan call?");
  }
  if (plan.kind != PlanKind::kHunt) {
    refuse_key(draft, entry, "cycles", "\"hunt\"");
  }
  if (plan.kind != PlanKind::kEscalation) {
    refuse_key(draft, entry, "keep", "\"escalation\"");
  }
  if (plan.kind == PlanKind::kParallel || plan.kind == PlanKind::kFirst) {
    refuse_key(draft, entry, "step_time", "\"hunt\" or \"escalation\"");
  }
  if (plan.kind == PlanKind::kHunt) {
    refuse_key(draft, entry, "ring_time", "\"parallel\", \"first\" or \"escalation\"");
  }
}

void check_users(ConfigDraft& draft, std::size_t entry) {
  const PlanConfig& plan = draft.config.plans[entry];
  const std::string_view key = plan.users.empty() ? "steps" : "users";
  std::size_t count = plan.users.size();
  bool own = contains(plan.users, draft.config.device.user);
  for (const std::vector<std::string>& step : plan.steps) {
    count += step.size();
    own = own || contains(step, draft.config.device.user);
  }
  if (own) {
    draft.error("plans", entry, key, "found the own user; a user cannot call itself");
  }
  const std::size_t others = draft.config.call.parties - std::size_t{1};
  if (count > others) {
    draft.error("plans", entry, key,
                "found " + std::to_string(count) + " users, allowed are " + std::to_string(others) +
                    ", because [call] parties is " + std::to_string(draft.config.call.parties));
  }
}

void check_plans(ConfigDraft& draft) {
  constexpr std::array<std::string_view, 4> kTaken{"parallel", "first", "hunt", "escalation"};
  for (std::size_t i = 0; i < draft.config.plans.size(); ++i) {
    const std::string& name = draft.config.plans[i].name;
    if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
      draft.error("plans", i, "", "found the name of a kind of plan; take another name");
    }
    check_shape(draft, i);
    check_users(draft, i);
  }
}

void check_schedule(ConfigDraft& draft) {
  const std::vector<DailyWindow>& schedule = draft.config.dnd.schedule;
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    const std::string lines = "dnd.schedule." + std::to_string(i);
    if (draft.has(lines, "from") && draft.has(lines, "to") && schedule[i].from == schedule[i].to) {
      draft.error("dnd.schedule", i, "to",
                  "found the same time as from; for a whole day take \"00:00\" to \"24:00\"");
    }
  }
}

void check_lists(ConfigDraft& draft) {
  const Config& config = draft.config;
  if (config.contacts.refuse_strangers && config.contacts.users.empty()) {
    draft.error("contacts", "strangers",
                "found \"refuse\" without users; nobody could call this device");
  }
  if (contains(config.ring_to_open.doors, config.device.user)) {
    draft.error("ring_to_open", "doors", "found the own user; a user cannot call itself");
  }
}

}  // namespace

void check_people(ConfigDraft& draft) {
  check_plans(draft);
  check_schedule(draft);
  check_lists(draft);
}

}  // namespace doorcall::platform::detail
