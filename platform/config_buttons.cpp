// The second pass over buttons: their names, what their presses do, and what they are wired to.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "platform/config_checks.hpp"
#include "platform/config_table.hpp"
#include "platform/evdev.hpp"
#include "platform/gpio.hpp"

namespace doorcall::platform::detail {
namespace {

/// One button while it is checked.
struct Entry {
  ConfigDraft& draft;
  std::size_t number;
  const ButtonConfig& button;

  [[nodiscard]] bool has(std::string_view key) const {
    return draft.has("button." + std::to_string(number), key);
  }
  void error(std::string_view key, const std::string& message) const {
    draft.error("button", number, key, message);
  }
  /// The key has no use without one of the others.
  void needs(std::string_view key, bool there, std::string_view others) const {
    if (has(key) && !there) {
      error(key, std::string("has no use without ").append(others));
    }
  }
};

void check_press(const Entry& entry, std::string_view key, const PressConfig& press) {
  const Config& config = entry.draft.config;
  if (press.action == ButtonAction::kCall && press.target == config.device.user) {
    entry.error(key, "found the own user; a user cannot call itself");
  }
  const bool known = std::any_of(config.plans.begin(), config.plans.end(),
                                 [&](const PlanConfig& plan) { return plan.name == press.target; });
  if (press.action == ButtonAction::kPlan && !known) {
    entry.error(
        key, "found the plan '" + press.target + "'; there is no " + shown("plans", press.target));
  }
}

bool calls(const std::optional<PressConfig>& press) {
  return press && (press->action == ButtonAction::kCall || press->action == ButtonAction::kPlan);
}

void check_presses(const Entry& entry) {
  const ButtonConfig& button = entry.button;
  check_press(entry, "press", button.press);
  if (button.double_press) {
    check_press(entry, "double_press", *button.double_press);
  }
  if (button.long_press) {
    check_press(entry, "long_press", *button.long_press);
  }
  entry.needs("repeat",
              calls(button.press) || calls(button.double_press) || calls(button.long_press),
              "a press that calls");
}

void check_wire(const Entry& entry) {
  const bool gpio = !entry.button.gpio.empty();
  const bool key = !entry.button.key.empty();
  if (gpio && key) {
    entry.error("key", "found beside gpio; a button is wired to one of them");
  }
  if (gpio && gpio_library().empty()) {
    entry.error("gpio", "this build has no GPIO (libgpiod)");
  }
  if (key && evdev_library().empty()) {
    entry.error("key", "this build has no input devices (libevdev)");
  }
  for (const std::string_view each : {"active_low", "bias", "ac"}) {
    entry.needs(each, gpio, "gpio");
  }
  for (const std::string_view each : {"device", "grab"}) {
    entry.needs(each, key, "key");
  }
  for (const std::string_view each : {"debounce", "hold", "stuck_time"}) {
    entry.needs(each, gpio || key, "gpio or key");
  }
  entry.needs("double_time", (gpio || key) && entry.button.double_press.has_value(),
              "double_press and gpio or key");
  entry.needs("long_time", (gpio || key) && entry.button.long_press.has_value(),
              "long_press and gpio or key");
}

void check_times(const Entry& entry) {
  const ButtonConfig& button = entry.button;
  if (button.long_press && button.long_time <= button.hold) {
    entry.error(entry.has("long_time") ? "long_time" : "hold",
                "found long_time " + duration_text(button.long_time) + " and hold " +
                    duration_text(button.hold) + "; long_time must be longer");
  }
}

}  // namespace

void check_buttons(ConfigDraft& draft) {
  std::set<std::string_view> names;
  std::map<std::string, std::string> wires;  // and whose they are
  for (std::size_t i = 0; i < draft.config.buttons.size(); ++i) {
    const ButtonConfig& button = draft.config.buttons[i];
    const Entry entry{.draft = draft, .number = i, .button = button};
    if (!button.name.empty() && !names.insert(button.name).second) {
      entry.error("name", "found '" + button.name + "' a second time");
    }
    check_presses(entry);
    check_wire(entry);
    check_times(entry);
    const std::string wire = button.gpio.empty() ? button.key + ' ' + button.device : button.gpio;
    if (!button.gpio.empty() || !button.key.empty()) {
      const auto [other, is_new] = wires.emplace(wire, button.name);
      if (!is_new) {
        entry.error(button.gpio.empty() ? "key" : "gpio",
                    "found what button '" + other->second + "' is wired to");
      }
    }
  }
}

}  // namespace doorcall::platform::detail
