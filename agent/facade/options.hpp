#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/settings.hpp"
#include "doorcall/options.hpp"
#include "platform/gpio.hpp"
#include "transport/link.hpp"
#include "transport/topic.hpp"

namespace doorcall::facade {

/// AgentOptions in the form that each room takes.
struct CheckedOptions {
  Settings settings;
  transport::TopicRoot root;
  transport::LinkOptions link;
  std::vector<UserId> followed;  ///< empty: everybody
};

/// Errors: throws std::invalid_argument naming the option, what it is and what is allowed.
[[nodiscard]] CheckedOptions check(const AgentOptions& options,
                                   bool has_gpio = !platform::gpio_library().empty());

/// Checks lamps, relay, contact and sounds. Errors: as check().
void check_outputs(const AgentOptions& options, bool has_gpio);

[[nodiscard]] platform::GpioBias to_bias(LineBias bias);

/// Checks what buttons are wired to. Errors: as check().
void check_inputs(const AgentOptions& options);
/// Fills in the lists of users, and checks plans and push texts. Errors: as check().
void check_lists(const AgentOptions& options, Settings& settings);

/// Throws std::invalid_argument with these words.
[[noreturn]] void refuse(std::string_view option, const std::string& value,
                         const std::string& allowed);
void check_range(std::string_view option, Millis value, Millis low, Millis high);
/// UTF-8 of up to `bytes_max`.
void check_text(std::string_view option, const std::string& value, std::size_t bytes_max);

/// The names of the options that differ and need a new agent.
[[nodiscard]] std::vector<std::string> fixed_differences(const AgentOptions& before,
                                                         const AgentOptions& after);

}  // namespace doorcall::facade
