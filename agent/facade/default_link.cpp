#include "agent/facade/default_link.hpp"

#include <utility>

#include "agent/facade/impl.hpp"

// The part of the agent that names the link; everything else is the same for all.

namespace doorcall {

Agent::Agent(AgentOptions options)
    : Agent(std::make_shared<Impl>(std::move(options), facade::make_default_link)) {}

std::string_view Agent::link_library() {
  return facade::kDefaultLinkName;
}

}  // namespace doorcall
