#pragma once

#include <string>
#include <vector>

#include "agent/core/settings.hpp"
#include "doorcall/options.hpp"
#include "transport/link.hpp"
#include "transport/topic.hpp"

namespace doorcall::facade {

/// AgentOptions in the form that each room takes.
struct CheckedOptions {
  Settings settings;
  transport::TopicRoot root;
  transport::LinkOptions link;
};

/// Errors: throws std::invalid_argument naming the option, what it is and what is allowed.
[[nodiscard]] CheckedOptions check(const AgentOptions& options);

/// The names of the options that differ and need a new agent.
[[nodiscard]] std::vector<std::string> fixed_differences(const AgentOptions& before,
                                                         const AgentOptions& after);

}  // namespace doorcall::facade
