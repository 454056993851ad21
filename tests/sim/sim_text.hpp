#pragma once

#include <string>

#include "agent/core/input.hpp"
#include "agent/core/output.hpp"

namespace doorcall::sim {

/// One line of a readable trace. What a person commands is in capitals, and so is what one is told.
[[nodiscard]] std::string text_of(const Input& input);
[[nodiscard]] std::string text_of(const Output& output);

}  // namespace doorcall::sim
