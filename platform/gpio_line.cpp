#include "platform/gpio_line.hpp"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <system_error>
#include <vector>

namespace doorcall::platform {
namespace {

constexpr std::size_t kNameBytesMax = 31;  // the kernel's, without its terminator
constexpr std::string_view kDevices = "/dev/";
constexpr std::string_view kChipName = "gpiochip";

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// The number in "gpiochip12"; empty for any other file name.
std::optional<unsigned> chip_number(std::string_view file) {
  if (!file.starts_with(kChipName)) {
    return {};
  }
  file.remove_prefix(kChipName.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), number);
  if (error != std::errc{} || end != file.data() + file.size()) {
    return {};
  }
  return number;
}

/// The chips that there are, by number.
std::vector<std::string> chips() {
  std::vector<unsigned> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/dev"), ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    if (const auto number = chip_number(entry->d_name)) {
      numbers.push_back(*number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::string> ret;
  ret.reserve(numbers.size());
  for (const unsigned number : numbers) {
    ret.push_back("/dev/gpiochip" + std::to_string(number));
  }
  return ret;
}

}  // namespace

std::optional<GpioAddress> parse_gpio_line(std::string_view text) {
  if (text.empty() || !is_printable(text)) {
    return {};
  }
  if (!text.starts_with(kChipName) && !text.starts_with('/')) {
    return text.size() > kNameBytesMax
               ? std::nullopt
               : std::optional(GpioAddress{.name = std::string(text), .chip = {}});
  }
  const std::size_t colon = text.rfind(':');
  GpioAddress address;
  if (colon == std::string_view::npos) {
    return {};
  }
  std::string_view chip = text.substr(0, colon);
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data() + colon + 1, end, address.offset);
  if (error != std::errc{} || read_to != end) {
    return {};
  }
  if (chip.starts_with('/')) {
    address.chip = chip;
  } else if (chip_number(chip)) {
    address.chip = std::string(kDevices).append(chip);
  } else {
    return {};
  }
  return address;
}

bool is_gpio_line(std::string_view text) {
  return parse_gpio_line(text).has_value();
}

std::optional<GpioPlace> find_gpio_line(
    const GpioLine& line,
    const std::function<GpioLookup(const std::string& chip, const std::string& name)>& look,
    DeviceFault& ret_fault) {
  const auto address = parse_gpio_line(line.text);
  if (!address) {
    ret_fault = {
        .missing = false,
        .text = "\"" + line.text + "\" is no GPIO line; allowed is " + std::string(kGpioLineForm)};
    return {};
  }
  if (address->name.empty()) {
    return GpioPlace{.chip = address->chip, .offset = address->offset};
  }
  ret_fault = {.missing = true,
               .text = "no GPIO line has the name \"" + address->name +
                       "\"; gpioinfo lists those that there are"};
  for (const std::string& chip : chips()) {
    const GpioLookup found = look(chip, address->name);
    if (found.offset) {
      return GpioPlace{.chip = chip, .offset = *found.offset};
    }
    if (found.error != 0 && ret_fault.missing) {
      ret_fault = device_fault(chip, found.error);
      ret_fault.text =
          "no GPIO line with the name \"" + address->name + "\" is seen; " + ret_fault.text;
    }
  }
  return {};
}

DeviceFault gpio_offset_fault(const GpioLine& line, std::size_t lines) {
  return {.missing = true,
          .text = "GPIO line \"" + line.text + "\" is not there; the chip has " +
                  std::to_string(lines) + " lines, from 0 on"};
}

DeviceFault gpio_request_fault(const GpioLine& line, int error, const char* consumer) {
  std::string text = "GPIO line \"" + line.text + "\"";
  if (error == EBUSY) {
    text += consumer != nullptr ? std::string(" is used by \"") + consumer + "\""
                                : std::string(" is in use");
    text += "; end that, or take another line";
  } else if (error == EINVAL || error == ENOTSUP) {
    text += ": the kernel refuses its settings; bias needs hardware that has it and Linux 5.5";
  } else {
    text += ": " + std::generic_category().message(error);
  }
  return {.missing = error == ENODEV, .text = std::move(text)};
}

}  // namespace doorcall::platform
