#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "platform/device_fault.hpp"
#include "platform/gpio.hpp"

namespace doorcall::platform {

/// A GpioLine taken apart: by name, or by chip and number.
struct GpioAddress {
  std::string name;  ///< empty: by chip and number
  std::string chip;  ///< path of the chip's device file
  unsigned offset = 0;

  bool operator==(const GpioAddress&) const = default;
};

/// Empty if the text is not of the form.
[[nodiscard]] std::optional<GpioAddress> parse_gpio_line(std::string_view text);

/// Where a line was found.
struct GpioPlace {
  std::string chip;
  unsigned offset = 0;
};

/// What one chip says of a line's name.
struct GpioLookup {
  int error = 0;                   ///< the chip can't be opened: its errno
  std::optional<unsigned> offset;  ///< it has the line
};

/// Finds where the line is. By name, `look` is asked for each chip in the order of their numbers; a
/// chip without access does not hide a line of another. Empty with a reason in `ret_fault`.
[[nodiscard]] std::optional<GpioPlace> find_gpio_line(
    const GpioLine& line,
    const std::function<GpioLookup(const std::string& chip, const std::string& name)>& look,
    DeviceFault& ret_fault);

/// The fault of a number that the chip, which has so many lines, does not have.
[[nodiscard]] DeviceFault gpio_offset_fault(const GpioLine& line, std::size_t lines);
/// The fault of a line that is there and could not be requested with `error`, an errno.
/// `consumer`: who has it; null: nobody that is known.
[[nodiscard]] DeviceFault gpio_request_fault(const GpioLine& line, int error, const char* consumer);

}  // namespace doorcall::platform
