#include "agent/core/limits.hpp"
#include "agent/facade/options.hpp"
#include "agent/facade/ring_order.hpp"

namespace doorcall::facade {
namespace {

constexpr std::size_t kPlansMax = 16;
constexpr const char* kUserGrammar = "letters, digits, '_' and '-', 1-32 of them";

template <std::size_t N>
void fill(std::string_view option, const std::vector<std::string>& users, UserList<N>& ret_list) {
  ret_list.count = 0;
  for (const std::string& user : users) {
    const auto id = UserId::parse(user);
    if (!id) {
      refuse(option, user, kUserGrammar);
    }
    if (!ret_list.has(*id) && !ret_list.add(*id)) {
      refuse(option, std::to_string(users.size()) + " users", "up to " + std::to_string(N));
    }
  }
}

void fill_allowed(const std::vector<std::string>& names, Settings& settings) {
  settings.door_allow_count = 0;
  for (const std::string& name : names) {
    const auto user = UserId::parse(name);
    const auto account = user ? Account{{}, *user} : Account::parse(name);
    if (!account) {
      refuse("door_allow", name, "users, and devices such as panel@apt1");
    }
    if (settings.door_allow_count == settings.door_allow.size()) {
      refuse("door_allow", std::to_string(names.size()) + " names",
             "up to " + std::to_string(kDoorAllowMax));
    }
    settings.door_allow[settings.door_allow_count++] = *account;
  }
}

void check_plan(const std::string& name, const CallPlan& plan) {
  const std::string option = "plans." + name;
  if (!UserId::parse(name)) {
    refuse("plans", name, kUserGrammar);
  }
  for (const std::string& user : plan.users()) {
    if (!UserId::parse(user)) {
      refuse(option, user, kUserGrammar);
    }
  }
  if (plan.ring_time) {
    check_range(option, *plan.ring_time, kRingTimeMin, kRingTimeMax);
  }
  if (to_order(plan).code != Errc::kOk) {
    refuse(option, std::to_string(plan.users().size()) + " users",
           "steps of users, 1-" + std::to_string(kInviteesMax) + " in all, cycles 1-" +
               std::to_string(kPlanCyclesMax) + ", step_time 1000-600000 ms");
  }
}

}  // namespace

void check_lists(const AgentOptions& options, Settings& settings) {
  fill("contacts", options.contacts, settings.contacts);
  fill("dnd_overrides", options.dnd_overrides, settings.dnd_overrides);
  fill("doors", options.doors, settings.doors);
  fill_allowed(options.door_allow, settings);
  if (options.plans.size() > kPlansMax) {
    refuse("plans", std::to_string(options.plans.size()), "up to " + std::to_string(kPlansMax));
  }
  for (const auto& [name, plan] : options.plans) {
    check_plan(name, plan);
  }
  check_text("push_title", options.push_title, kNameBytesMax);
  check_text("push_content", options.push_content, kPushContentBytesMax);
}

}  // namespace doorcall::facade
