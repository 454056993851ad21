#pragma once

#include "doorcall/button.hpp"
#include "doorcall/options.hpp"
#include "platform/config.hpp"

namespace doorcall::daemon {

/// The agent's part of the config. The log is left to the caller.
[[nodiscard]] AgentOptions to_options(const platform::Config& config);

/// The part of it for lamps, sounds and the door.
[[nodiscard]] OutputOptions to_outputs(const platform::Config& config);

[[nodiscard]] LineBias to_bias(platform::GpioBias bias);

[[nodiscard]] ButtonAction to_action(const platform::PressConfig& press, bool repeat_cancels);

}  // namespace doorcall::daemon
