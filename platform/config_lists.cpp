// Lists of machines, people, steps and days, and times of day: each is wholly right or not taken.
#include "platform/config_lists.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "platform/daily_window.hpp"

namespace doorcall::platform::detail {
namespace {

constexpr std::size_t kUserBytesMax = 32;
constexpr std::size_t kDeviceBytesMax = 31;
constexpr std::size_t kHostBytesMax = 253;
constexpr std::array<std::string_view, 7> kDayNames{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};

bool is_user(std::string_view text) {
  return is_name(text, kUserBytesMax);
}

/// "apt1" or "panel@apt1".
bool is_user_or_device(std::string_view text) {
  const std::size_t at = text.find('@');
  return at == std::string_view::npos
             ? is_user(text)
             : is_name(text.substr(0, at), kDeviceBytesMax) && is_user(text.substr(at + 1));
}

/// A name or an address: letters, digits and what stands between them.
bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= kHostBytesMax &&
         std::all_of(text.begin(), text.end(), [](const char& c) {
           return c == '.' || c == ':' || c == '%' || is_name({&c, 1}, 1);
         });
}

/// Appends the names in `node` to `ret_names` and `seen`; false if it is not a list of new ones.
bool read_names(const toml::node& node, std::set<std::string, std::less<>>& seen,
                std::vector<std::string>& ret_names, bool (*is_one)(std::string_view) = is_user) {
  const toml::array* const array = node.as_array();
  if (array == nullptr) {
    return false;
  }
  for (const toml::node& element : *array) {
    const std::optional<std::string_view> text = element.value_exact<std::string_view>();
    if (!text || !is_one(*text) || !seen.emplace(*text).second) {
      return false;
    }
    ret_names.emplace_back(*text);
  }
  return true;
}

bool within(std::size_t count, const Rule& rule) {
  return static_cast<std::int64_t>(count) >= rule.low &&
         static_cast<std::int64_t>(count) <= rule.high;
}

std::optional<std::size_t> day_number(std::string_view name) {
  const auto found = std::find(kDayNames.begin(), kDayNames.end(), name);
  if (found == kDayNames.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - kDayNames.begin());
}

/// "sun", or "fri-mon" with the days between; 0 if it is neither.
unsigned days_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = day_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : day_number(text.substr(dash + 1));
  if (!first || !last) {
    return 0;
  }
  unsigned days = 1U << *last;
  for (std::size_t day = *first; day != *last; day = (day + 1) % kDayNames.size()) {
    days |= 1U << day;
  }
  return days;
}

/// Two digits; -1 if they are not.
int two_digits(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !is_digit(text[0]) || !is_digit(text[1])) {
    return -1;
  }
  return (text[0] - '0') * 10 + (text[1] - '0');
}

}  // namespace

bool is_name(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

std::optional<Value> hosts_value(const toml::node& node, const Rule& rule) {
  Value value;
  std::set<std::string, std::less<>> seen;
  if (!read_names(node, seen, value.list, is_host) || !within(value.list.size(), rule)) {
    return std::nullopt;
  }
  return value;
}

std::optional<Value> users_value(const toml::node& node, const Rule& rule) {
  Value value;
  std::set<std::string, std::less<>> seen;
  if (!read_names(node, seen, value.list) || !within(value.list.size(), rule)) {
    return std::nullopt;
  }
  return value;
}

std::optional<Value> accounts_value(const toml::node& node, const Rule& rule) {
  Value value;
  std::set<std::string, std::less<>> seen;
  if (!read_names(node, seen, value.list, is_user_or_device) || !within(value.list.size(), rule)) {
    return std::nullopt;
  }
  return value;
}

std::optional<Value> steps_value(const toml::node& node, const Rule& rule) {
  const toml::array* const array = node.as_array();
  if (array == nullptr) {
    return std::nullopt;
  }
  Value value;
  std::set<std::string, std::less<>> seen;
  for (const toml::node& step : *array) {
    if (!read_names(step, seen, value.lists.emplace_back()) || value.lists.back().empty()) {
      return std::nullopt;
    }
  }
  return within(seen.size(), rule) ? std::optional(value) : std::nullopt;
}

std::optional<Value> days_value(const toml::node& node) {
  const toml::array* const array = node.as_array();
  if (array == nullptr || array->empty()) {
    return std::nullopt;
  }
  Value value;
  for (const toml::node& element : *array) {
    const unsigned days = days_of(element.value_exact<std::string_view>().value_or(""));
    if (days == 0) {
      return std::nullopt;
    }
    value.integer |= days;
  }
  return value;
}

std::optional<Value> clock_value(std::string_view text, const Rule& rule) {
  const std::size_t colon = text.find(':');
  const int hours = two_digits(text.substr(0, colon));
  const int minutes = colon == std::string_view::npos ? -1 : two_digits(text.substr(colon + 1));
  Value value;
  value.integer = std::int64_t{hours} * 60 + minutes;
  if (hours < 0 || minutes < 0 || minutes > 59 || value.integer > rule.high) {
    return std::nullopt;
  }
  return value;
}

std::string clock_text(std::int64_t minutes) {
  const auto digits = [](std::int64_t number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return digits(minutes / 60) + ':' + digits(minutes % 60);
}

}  // namespace doorcall::platform::detail
