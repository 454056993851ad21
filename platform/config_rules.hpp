#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "platform/config_table.hpp"

// The rules of the settings, in few words. Included by the tables only.

namespace doorcall::platform::detail {

constexpr Rule text(std::int64_t low, std::int64_t high) {
  return {.type = Rule::Type::kText, .low = low, .high = high};
}
constexpr Rule name(std::int64_t high) {
  return {.type = Rule::Type::kName, .low = 1, .high = high};
}
constexpr Rule integer(std::int64_t low, std::int64_t high) {
  return {.type = Rule::Type::kInteger, .low = low, .high = high};
}
constexpr Rule duration(Millis low, Millis high) {
  return {.type = Rule::Type::kDuration, .low = low.count(), .high = high.count()};
}
constexpr Rule duration_or_off(Millis low, Millis high) {
  Rule rule = duration(low, high);
  rule.off = true;
  return rule;
}
constexpr Rule choice(std::span<const std::string_view> choices) {
  return {.type = Rule::Type::kChoice, .choices = choices};
}
constexpr Rule hosts(std::int64_t high) {
  return {.type = Rule::Type::kHosts, .high = high};
}
constexpr Rule users(Rule::Type type, std::int64_t low, std::int64_t high) {
  return {.type = type, .low = low, .high = high};
}
constexpr Rule clock_up_to(std::int64_t minutes) {
  return {.type = Rule::Type::kClock, .high = minutes};
}
constexpr Rule plain(Rule::Type type) {
  return {.type = type};
}

inline constexpr std::array<std::string_view, 4> kBiases{"as_is", "pull_up", "pull_down",
                                                         "disabled"};

constexpr Rule kFile = text(1, 4096);
constexpr Rule kFlag = plain(Rule::Type::kBoolean);

}  // namespace doorcall::platform::detail
