#pragma once

#include <functional>
#include <memory>

#include "agent/core/time.hpp"
#include "agent/facade/link_factory.hpp"
#include "doorcall/agent.hpp"
#include "platform/gpio.hpp"

namespace doorcall {

namespace platform {
class EventLoop;
class Log;
}  // namespace platform

/// For doorcalld and for tests, which need more than the public API gives.
struct AgentAccess {
  [[nodiscard]] static std::unique_ptr<Agent> make(
      AgentOptions options, const facade::MakeLink& make_link,
      std::shared_ptr<platform::Gpio> gpio = platform::make_gpio());
  [[nodiscard]] static platform::EventLoop& loop(Agent& agent);
  [[nodiscard]] static platform::Log& log(Agent& agent);
  /// Called at the end of each turn of the loop in which the agent had something to do.
  static void on_turn(Agent& agent, std::function<void()> turned);
  /// Whether all that was due has been done, but for what is kLateMax late at most.
  [[nodiscard]] static bool keeps_up(const Agent& agent);
  static constexpr Millis kLateMax{10'000};
};

}  // namespace doorcall
