#pragma once

#include <memory>

#include "agent/facade/link_factory.hpp"
#include "doorcall/agent.hpp"

namespace doorcall {

namespace platform {
class EventLoop;
class Log;
}  // namespace platform

/// For doorcalld and for tests, which need more than the public API gives.
struct AgentAccess {
  [[nodiscard]] static std::unique_ptr<Agent> make(AgentOptions options,
                                                   const facade::MakeLink& make_link);
  [[nodiscard]] static platform::EventLoop& loop(Agent& agent);
  [[nodiscard]] static platform::Log& log(Agent& agent);
};

}  // namespace doorcall
