#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>

#include "platform/config_table.hpp"

// The kinds of value that are lists or times of day; the others stand in config_value.cpp.

namespace doorcall::platform::detail {

/// 1 to `bytes_max` of A-Z a-z 0-9 _ -.
[[nodiscard]] bool is_name(std::string_view text, std::size_t bytes_max);

[[nodiscard]] std::optional<Value> hosts_value(const toml::node& node, const Rule& rule);
[[nodiscard]] std::optional<Value> users_value(const toml::node& node, const Rule& rule);
[[nodiscard]] std::optional<Value> accounts_value(const toml::node& node, const Rule& rule);
[[nodiscard]] std::optional<Value> steps_value(const toml::node& node, const Rule& rule);
/// Value::integer: a bit for each day, as in DailyWindow.
[[nodiscard]] std::optional<Value> days_value(const toml::node& node);
/// Value::integer: minutes since midnight.
[[nodiscard]] std::optional<Value> clock_value(std::string_view text, const Rule& rule);

/// "07:05".
[[nodiscard]] std::string clock_text(std::int64_t minutes);

}  // namespace doorcall::platform::detail
