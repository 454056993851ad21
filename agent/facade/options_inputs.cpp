#include <algorithm>
#include <set>
#include <string>

#include "agent/core/ids.hpp"
#include "agent/facade/options.hpp"
#include "platform/evdev.hpp"
#include "platform/gpio.hpp"

namespace doorcall::facade {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kInputsMax = 32;

void check_wire(const std::string& option, const ButtonInput& input) {
  if (input.gpio.empty() == input.key.empty()) {
    refuse(option, "wired to " + std::string(input.gpio.empty() ? "nothing" : "two things"),
           "gpio or key");
  }
  if (input.gpio.empty()) {
    if (platform::evdev_library().empty()) {
      refuse(option + ".key", input.key, "nothing; this build has no input devices (libevdev)");
    }
    if (!platform::key_code(input.key)) {
      refuse(option + ".key", input.key, "the kernel's name of a key, such as KEY_PHONE");
    }
  } else if (platform::gpio_library().empty()) {
    refuse(option + ".gpio", input.gpio, "nothing; this build has no GPIO (libgpiod)");
  } else if (!platform::is_gpio_line(input.gpio)) {
    refuse(option + ".gpio", input.gpio, std::string(platform::kGpioLineForm));
  }
}

void check_times(const std::string& option, const ButtonInput& input) {
  check_range(option + ".debounce", input.debounce.value_or(0ms), 0ms, 500ms);
  check_range(option + ".hold", input.hold, 1ms, 5s);
  check_range(option + ".double_time", input.double_time, 50ms, 5s);
  check_range(option + ".long_time", input.long_time, 100ms, 30s);
  if (input.stuck_time != 0ms) {
    check_range(option + ".stuck_time", input.stuck_time, 1s, 24h);
  }
}

}  // namespace

platform::GpioBias to_bias(LineBias bias) {
  switch (bias) {
    case LineBias::kAsIs: break;
    case LineBias::kPullUp: return platform::GpioBias::kPullUp;
    case LineBias::kPullDown: return platform::GpioBias::kPullDown;
    case LineBias::kDisabled: return platform::GpioBias::kDisabled;
  }
  return platform::GpioBias::kAsIs;
}

void check_inputs(const AgentOptions& options) {
  if (options.inputs.size() > kInputsMax) {
    refuse("inputs", std::to_string(options.inputs.size()), "up to " + std::to_string(kInputsMax));
  }
  std::set<std::string> lines;
  for (const ButtonInput& input : options.inputs) {
    if (!UserId::parse(input.button)) {
      refuse("inputs.button", input.button, "letters, digits, '_' and '-', 1-32 of them");
    }
    const std::string option = "inputs." + input.button;
    check_wire(option, input);
    check_times(option, input);
    if (!input.gpio.empty() && !lines.insert(input.gpio).second) {
      refuse(option + ".gpio", input.gpio, "each line once");
    }
  }
}

}  // namespace doorcall::facade
