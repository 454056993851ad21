#pragma once

#include <string>
#include <vector>

#include "agent/daemon/verb_args.hpp"
#include "doorcall/agent.hpp"

namespace doorcall::daemon {

/// Whom a request calls, and how.
struct CallOrder {
  std::string plan_name;  ///< of the config; empty: `plan`
  CallPlan plan;
};

/// Reads `user`, `users`, `steps` and `plan` with what belongs to it. What is wrong is in `args`.
[[nodiscard]] CallOrder read_order(VerbArgs& args, const Agent& agent);

/// `users`, else `user`; one of them is needed.
[[nodiscard]] std::vector<std::string> read_users(VerbArgs& args);

/// What an invitation carries.
[[nodiscard]] CallOptions read_options(VerbArgs& args);

}  // namespace doorcall::daemon
