#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>

#include "platform/config_table.hpp"

namespace doorcall::platform::detail {

/// What stands in the file, for an error message: `"90x"`, `true`, `a list`.
[[nodiscard]] std::string found_text(const toml::node& node);

/// The node's value if its rule allows it, else nothing.
[[nodiscard]] std::optional<Value> convert(const toml::node& node, const Rule& rule);

}  // namespace doorcall::platform::detail
