// Buttons in the config: their presses, and what they are wired to.
#include <string>

#include "platform/config_table.hpp"
#include "platform/evdev.hpp"
#include "platform/gpio.hpp"
#include "tests/fakes/config_fixture.hpp"

using doorcall::Millis;
using doorcall::platform::ButtonAction;
using doorcall::platform::ButtonConfig;
using doorcall::platform::GpioBias;

TEST_GROUP_BASE(ConfigButtons, doorcall::test::ConfigFixture){
    static std::string button(const std::string& keys, const char* press = "call:apt1"){
        return std::string("[[button]]\nname = \"b\"\npress = \"") + press + "\"\n" + keys;
}
void refuses_wire(const std::string& keys, const char* words) {
  refuses(button(keys), words);
}
static bool built() {
  return !doorcall::platform::gpio_library().empty() &&
         !doorcall::platform::evdev_library().empty();
}
}
;

TEST(ConfigButtons, APressOfEachKindDoesWhatItSays) {
  const auto config =
      with(button("double_press = \"hang_up\"\nlong_press = \"dnd\"\n"
                  "repeat = \"cancel\"\n"));
  STRCMP_EQUAL("", report().c_str());
  const ButtonConfig& read = config.buttons.at(0);
  CHECK_TRUE(read.press.action == ButtonAction::kCall && read.press.target == "apt1");
  CHECK_TRUE(read.double_press->action == ButtonAction::kHangUp);
  CHECK_TRUE(read.long_press->action == ButtonAction::kDnd);
  CHECK_TRUE(read.repeat_cancels);
  CHECK_FALSE(with(button("")).buttons.at(0).double_press.has_value());
}

TEST(ConfigButtons, EachPressIsCheckedAsTheFirst) {
  refuses(button("double_press = \"call:door\"\n"), "[[button]] double_press: found the own user");
  refuses(button("long_press = \"plan:x\"\n"), "[[button]] long_press: found the plan 'x'");
  refuses(button("long_press = \"\"\n"), "[[button]] long_press: found \"\", allowed is");
  refuses(button("repeat = \"refuse\"\n", "toggle"),
          "repeat: has no use without a press that calls");
  refuses(button("repeat = \"ring\"\n"), "allowed is \"refuse\", \"cancel\"");
}

TEST(ConfigButtons, ALineHasAllItsSettings) {
  const auto config = with(button(R"(gpio = "gpiochip0:17"
active_low = true
bias = "pull_up"
ac = true
debounce = "20ms"
hold = "50ms"
stuck_time = "off"
double_press = "dnd"
double_time = "300ms"
long_press = "hang_up"
long_time = 2
)"));
  if (!built()) {
    STRCMP_CONTAINS("[[button]] gpio: this build has no GPIO (libgpiod)", report().c_str());
    return;
  }
  STRCMP_EQUAL("", report().c_str());
  const ButtonConfig& read = config.buttons.at(0);
  STRCMP_EQUAL("gpiochip0:17", read.gpio.c_str());
  CHECK_TRUE(read.active_low && read.ac && read.bias == GpioBias::kPullUp);
  CHECK_TRUE(read.debounce == Millis{20} && read.hold == Millis{50});
  CHECK_TRUE(read.double_time == Millis{300} && read.long_time == Millis{2'000});
  CHECK_FALSE(read.stuck_time.has_value());
}

TEST(ConfigButtons, TheDocumentedDefaultsAreTheRealOnes) {
  if (!built()) {
    return;
  }
  const std::string presses = "double_press = \"dnd\"\nlong_press = \"dnd\"\n";
  std::string defaults;
  for (const auto& setting : doorcall::platform::detail::settings()) {
    if (setting.section == "button" && !setting.initial.empty() && setting.key != "grab") {
      defaults += std::string(setting.key) + " = " + std::string(setting.initial) + '\n';
    }
  }
  const auto told = with(button(presses + defaults + "gpio = \"bell\"\n"));
  STRCMP_EQUAL("", report().c_str());
  const auto silent = with(button(presses + "gpio = \"bell\"\n"));
  CHECK_TRUE(told == silent);
  CHECK_TRUE(with(button("key = \"KEY_A\"\n")) == with(button("key = \"KEY_A\"\ngrab = false\n")));
}

TEST(ConfigButtons, AKeyHasADevice) {
  const auto config = with(button("key = \"KEY_PHONE\"\ndevice = \"gpio-keys\"\ngrab = true\n"));
  if (!built()) {
    STRCMP_CONTAINS("[[button]] key: this build has no input devices", report().c_str());
    return;
  }
  STRCMP_EQUAL("", report().c_str());
  const ButtonConfig& read = config.buttons.at(0);
  CHECK_TRUE(read.key == "KEY_PHONE" && read.device == "gpio-keys" && read.grab);
  refuses_wire("key = \"KEY_NONSENSE\"\n", "the kernel's name of a key, such as \"KEY_PHONE\"");
}

TEST(ConfigButtons, SettingsWithoutTheirWireAreRefused) {
  for (const char* const key : {"active_low = true", "bias = \"pull_up\"", "ac = true"}) {
    refuses_wire(std::string(key) + "\n", "has no use without gpio");
  }
  for (const char* const key : {"device = \"x\"", "grab = true"}) {
    refuses_wire(std::string(key) + "\n", "has no use without key");
  }
  for (const char* const key : {"hold = \"50ms\"", "debounce = 0", "stuck_time = 60"}) {
    refuses_wire(std::string(key) + "\n", "has no use without gpio or key");
  }
  refuses_wire("double_time = \"300ms\"\n", "has no use without double_press and gpio or key");
  refuses_wire("long_time = \"900ms\"\n", "has no use without long_press and gpio or key");
}

TEST(ConfigButtons, WhatIsNoLineIsRefused) {
  refuses_wire("gpio = \"gpiochip0\"\n",
               "[[button]] gpio: found \"gpiochip0\", allowed is a line's");
  refuses_wire("key = \"phone\"\n",
               "[[button]] key: found \"phone\", allowed is the kernel's name");
}

TEST(ConfigButtons, AWireIsOneButtons) {
  if (!built()) {
    return;
  }
  refuses_wire("gpio = \"bell\"\n[[button]]\nname = \"c\"\npress = \"dnd\"\ngpio = \"bell\"\n",
               "[[button]] gpio: found what button 'b' is wired to");
  refuses_wire("key = \"KEY_A\"\n[[button]]\nname = \"c\"\npress = \"dnd\"\nkey = \"KEY_A\"\n",
               "[[button]] key: found what button 'b' is wired to");
  refuses_wire("gpio = \"bell\"\nkey = \"KEY_A\"\n", "a button is wired to one of them");
  refuses_wire("gpio = \"bell\"\nlong_press = \"dnd\"\nlong_time = \"100ms\"\nhold = \"200ms\"\n",
               "found long_time 100ms and hold 200ms; long_time must be longer");
  accepts(button("gpio = \"bell\"\n[[button]]\nname = \"c\"\npress = \"dnd\"\ngpio = \"bell2\"\n"));
}
