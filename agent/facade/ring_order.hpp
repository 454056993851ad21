#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/input.hpp"
#include "doorcall/error.hpp"
#include "doorcall/plan.hpp"

namespace doorcall::facade {

/// A plan in the engine's form.
struct RingOrder {
  Errc code = Errc::kOk;  ///< else nothing of the rest counts; errors as of CallPlan
  std::vector<std::string> users;
  std::vector<Invitee> invitees;  ///< in the order of `users`; empty ids for what is none
  RingPlan plan;
};

[[nodiscard]] RingOrder to_order(const CallPlan& plan);

/// What a push text's {caller}, {user} and {line} stand for.
struct PushWords {
  std::string caller;
  std::string user;
  std::string line;
};
/// `text` with the words filled in, cut to `bytes_max` between characters.
[[nodiscard]] std::string fill_in(std::string_view text, const PushWords& words,
                                  std::size_t bytes_max);

}  // namespace doorcall::facade
