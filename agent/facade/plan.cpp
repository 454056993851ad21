#include "doorcall/plan.hpp"

#include <utility>

namespace doorcall {

CallPlan CallPlan::parallel(std::vector<std::string> users) {
  CallPlan plan;
  plan.steps.push_back(std::move(users));
  return plan;
}

CallPlan CallPlan::first_answer(std::vector<std::string> users) {
  CallPlan plan = parallel(std::move(users));
  plan.first_wins = true;
  return plan;
}

CallPlan CallPlan::hunt(std::vector<std::string> users, std::chrono::milliseconds step_time,
                        std::uint8_t cycles) {
  CallPlan plan;
  for (std::string& user : users) {
    plan.steps.push_back({std::move(user)});
  }
  plan.first_wins = true;
  plan.cycles = cycles;
  plan.step_time = step_time;
  return plan;
}

CallPlan CallPlan::escalation(std::vector<std::vector<std::string>> lists,
                              std::chrono::milliseconds step_time, bool keep) {
  CallPlan plan;
  plan.steps = std::move(lists);
  plan.first_wins = true;
  plan.keep = keep;
  plan.step_time = step_time;
  return plan;
}

std::vector<std::string> CallPlan::users() const {
  std::vector<std::string> all;
  for (const std::vector<std::string>& step : steps) {
    all.insert(all.end(), step.begin(), step.end());
  }
  return all;
}

}  // namespace doorcall
