#include <array>
#include <charconv>

#include "platform/config_table.hpp"

namespace doorcall::platform::detail {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 4> kUnits{{{"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kDurationMax = 365LL * 24 * 3'600'000;

}  // namespace

std::string duration_text(Millis value) {
  for (const Unit& unit : kUnits) {
    // 90s, not 1.5min; and 10min, but 0s.
    if (value.count() % unit.milliseconds == 0 && (value.count() != 0 || unit.name == "s")) {
      return std::to_string(value.count() / unit.milliseconds).append(unit.name);
    }
  }
  return {};
}

std::optional<Millis> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number < 0) {
    return std::nullopt;
  }
  const std::string_view unit_name(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : kUnits) {
    if (unit.name == unit_name && number <= kDurationMax / unit.milliseconds) {
      return Millis(number * unit.milliseconds);
    }
  }
  return std::nullopt;
}

}  // namespace doorcall::platform::detail
