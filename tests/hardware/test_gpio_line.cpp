#include "platform/gpio_line.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using platform::GpioAddress;
using platform::parse_gpio_line;

TEST_GROUP(GpioLine){
    static void refused(const char* text){CHECK_FALSE_TEXT(platform::is_gpio_line(text), text);
}
}
;

TEST(GpioLine, AChipAndANumberOrAName) {
  CHECK(parse_gpio_line("gpiochip0:17") ==
        (GpioAddress{.name = "", .chip = "/dev/gpiochip0", .offset = 17}));
  CHECK(parse_gpio_line("/dev/gpiochip12:0") ==
        (GpioAddress{.name = "", .chip = "/dev/gpiochip12", .offset = 0}));
  CHECK(parse_gpio_line("bell") == (GpioAddress{.name = "bell", .chip = ""}));
  CHECK(parse_gpio_line("BELL PUSH: left") == (GpioAddress{.name = "BELL PUSH: left", .chip = ""}));
  CHECK_TRUE(platform::is_gpio_line(std::string(31, 'x')));
}

TEST(GpioLine, WhatIsNeitherIsRefused) {
  for (const char* const text :
       {"", "gpiochip0", "gpiochip:1", "gpiochipX:1", "gpiochip0:", "gpiochip0:-1", "gpiochip0:1x",
        "/dev/gpiochip0", "a\nb", "gpiochip0:99999999999"}) {
    refused(text);
  }
  refused(std::string(32, 'x').c_str());
}
