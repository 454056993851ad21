#include "agent/facade/ring_order.hpp"

#include <array>
#include <utility>

#include "agent/core/limits.hpp"

namespace doorcall::facade {
namespace {

Errc check_shape(const CallPlan& plan) {
  if (plan.steps.empty() || plan.cycles < 1 || plan.cycles > kPlanCyclesMax) {
    return Errc::kInvalidArgument;
  }
  std::size_t count = 0;
  for (const std::vector<std::string>& step : plan.steps) {
    if (step.empty()) {
      return Errc::kInvalidArgument;
    }
    count += step.size();
  }
  const bool in_turn = plan.steps.size() > 1 || plan.cycles > 1;
  if (in_turn && (plan.step_time < kRingTimeMin || plan.step_time > kRingTimeMax)) {
    return Errc::kTimeoutOutOfRange;
  }
  return count > kInviteesMax ? Errc::kTooManyInvitees : Errc::kOk;
}

/// The longest beginning of `text` within `bytes_max` that does not split a character.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return text;
  }
  std::size_t size = bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace

RingOrder to_order(const CallPlan& plan) {
  RingOrder order;
  order.code = check_shape(plan);
  if (order.code != Errc::kOk) {
    return order;
  }
  order.users = plan.users();
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    for (const std::string& user : plan.steps[i]) {
      order.invitees.push_back(
          {.user = UserId::parse(user).value_or(UserId{}), .step = static_cast<std::uint8_t>(i)});
    }
  }
  order.plan = {.first_wins = plan.first_wins,
                .keep = plan.keep,
                .cycles = plan.cycles,
                .step_time = plan.step_time};
  return order;
}

std::string fill_in(std::string_view text, const PushWords& words, std::size_t bytes_max) {
  const std::array<std::pair<std::string_view, const std::string*>, 3> fields{
      {{"{caller}", &words.caller}, {"{user}", &words.user}, {"{line}", &words.line}}};
  std::string filled;
  while (!text.empty()) {
    std::size_t taken = 1;
    std::string_view put = text.substr(0, 1);
    for (const auto& [name, value] : fields) {
      if (text.substr(0, name.size()) == name) {
        taken = name.size();
        put = *value;
      }
    }
    filled += put;
    text.remove_prefix(taken);
  }
  return std::string(cut(filled, bytes_max));
}

}  // namespace doorcall::facade
