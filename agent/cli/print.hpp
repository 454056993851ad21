#pragma once

#include <string>
#include <string_view>

#include "platform/json.hpp"

// The daemon's objects as text for people.

namespace doorcall::cli {

/// The result of `verb`; may be several lines.
[[nodiscard]] std::string result_text(std::string_view verb, platform::JsonView result);

/// One event on one line, with the time of day.
[[nodiscard]] std::string event_text(platform::JsonView event);

}  // namespace doorcall::cli
