#pragma once

#include <cstdint>

namespace doorcall::platform {

/// A span of time on some days of the week, by the clock on the wall. With `to` not after `from` it
/// goes over midnight into the next day.
struct DailyWindow {
  static constexpr std::uint8_t kEveryDay = 0x7F;

  std::uint8_t days = kEveryDay;  ///< on which it begins: bit 0 Monday … bit 6 Sunday
  std::uint16_t from = 0;         ///< minutes since midnight, below 1440
  std::uint16_t to = 0;           ///< up to 1440, not equal to `from`

  bool operator==(const DailyWindow&) const = default;
};

}  // namespace doorcall::platform
