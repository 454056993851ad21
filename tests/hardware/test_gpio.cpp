// The GPIO adapter that was built in, on the fake kernel. What differs between the two line
// interfaces is told apart by gpio_library().
#include <linux/gpio.h>
#include <poll.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "platform/event_loop.hpp"
#include "platform/gpio.hpp"
#include "tests/hardware/fake_kernel.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using platform::DeviceFault;
using platform::GpioBias;
using platform::GpioEdge;
using platform::GpioInput;

namespace {

constexpr std::int64_t kMs = 1'000'000;

bool second_interface() {
  return platform::gpio_library() == "libgpiod 2";
}

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

TEST_GROUP(Gpio) {
  std::unique_ptr<platform::Gpio> gpio = platform::make_gpio();
  DeviceFault fault;

  void setup() override {
    fake_kernel::reset();
    fake_kernel::add_chip(0, 4);
    fake_kernel::add_chip(2, 8);
    fake_kernel::name_line(2, 3, "bell");
  }
  std::unique_ptr<GpioInput> open(const char* line,
                                  const platform::GpioInputOptions& options = {}) {
    return gpio->open_input({line}, options, fault);
  }
  void refuses(const char* line, bool missing, const char* text) {
    fault = {};
    POINTERS_EQUAL(nullptr, open(line).get());
    CHECK_EQUAL_TEXT(missing, fault.missing, line);
    STRCMP_CONTAINS(text, fault.text.c_str());
  }
  /// The levels that wait, such as "+-".
  static std::string edges(GpioInput & input) {
    std::vector<GpioEdge> all;
    CHECK_TRUE(input.read_edges(all));
    std::string text;
    for (const GpioEdge& edge : all) {
      text += edge.active ? '+' : '-';
    }
    return text;
  }
  static bool readable(const GpioInput& input) {
    pollfd fd{.fd = input.fd(), .events = POLLIN, .revents = 0};
    return ::poll(&fd, 1, 0) > 0;
  }
};

TEST(Gpio, TheAdapterIsTheOneThatWasMeant) {
  const char* const meant = std::getenv("DOORCALL_GPIO_LIBRARY");
  CHECK_EQUAL(std::string(meant == nullptr ? "libgpiod 1" : meant),
              std::string(platform::gpio_library()));
}

TEST(Gpio, FindsALineByNameAndByNumber) {
  const auto by_name = open("bell");
  CHECK_TRUE(by_name != nullptr);
  fake_kernel::set_level(2, 3, true);
  CHECK_EQUAL(std::string("+"), edges(*by_name));
  const auto by_number = open("gpiochip2:4");
  CHECK_TRUE(by_number != nullptr);
  CHECK_TRUE(open("/dev/gpiochip0:0") != nullptr);
}

TEST(Gpio, TellsEdgesWithTheirTimesAndTheLevel) {
  const auto input = open("bell");
  CHECK_FALSE(readable(*input));
  CHECK_EQUAL(std::string(), edges(*input));
  CHECK_FALSE(*input->level());
  const Instant before = platform::read_clock();
  const std::int64_t now = monotonic_ns();
  const Instant after = platform::read_clock();
  fake_kernel::set_level(2, 3, true, now - 500 * kMs);
  fake_kernel::set_level(2, 3, false, now - 200 * kMs);
  fake_kernel::set_level(2, 3, true, now - 100 * kMs);
  CHECK_TRUE(readable(*input));
  std::vector<GpioEdge> all;
  CHECK_TRUE(input->read_edges(all));
  LONGS_EQUAL(3, all.size());
  LONGS_EQUAL(300, (all[1].at - all[0].at).count());
  LONGS_EQUAL(100, (all[2].at - all[1].at).count());
  CHECK_TRUE(all[2].at >= before - Millis{101});
  CHECK_TRUE(all[2].at <= after - Millis{99});
  CHECK_TRUE(all[0].active && !all[1].active && all[2].active);
  CHECK_TRUE(*input->level());
  CHECK_FALSE(readable(*input));
}

TEST(Gpio, ActiveLowTurnsLevelAndEdges) {
  fake_kernel::set_level(2, 3, true);
  const auto input = open("bell", {.active_low = true, .bias = GpioBias::kPullUp});
  CHECK_FALSE(*input->level());
  fake_kernel::set_level(2, 3, false);
  CHECK_TRUE(*input->level());
  CHECK_EQUAL(std::string("+"), edges(*input));
}

TEST(Gpio, BiasIsAskedFor) {
  const auto flag = [this](GpioBias bias) {
    const auto input = open("bell", {.bias = bias});
    return fake_kernel::flags(2, 3) &
           (GPIO_V2_LINE_FLAG_BIAS_PULL_UP | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN |
            GPIO_V2_LINE_FLAG_BIAS_DISABLED);
  };
  CHECK_TRUE(flag(GpioBias::kAsIs) == 0);
  CHECK_TRUE(flag(GpioBias::kPullUp) == GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
  CHECK_TRUE(flag(GpioBias::kPullDown) == GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN);
  CHECK_TRUE(flag(GpioBias::kDisabled) == GPIO_V2_LINE_FLAG_BIAS_DISABLED);
}

TEST(Gpio, OfABurstSixteenEdgesAreLeftAndTheLevelIsTrue) {
  const auto input = open("bell");
  for (int i = 0; i < 99; ++i) {
    fake_kernel::set_level(2, 3, i % 2 == 0);
  }
  const std::string all = edges(*input);
  LONGS_EQUAL(16, all.size());
  CHECK_EQUAL(second_interface() ? '+' : '-', all.back());  // the newest or the oldest are lost
  CHECK_TRUE(*input->level());
  CHECK_FALSE(readable(*input));
}

TEST(Gpio, TheKernelDebouncesWhereItCan) {
  const auto plain = open("gpiochip2:4");
  CHECK_FALSE(plain->debounced());
  const auto input = open("bell", {.debounce = Millis{10}});
  CHECK_EQUAL(second_interface(), input->debounced());
  const std::int64_t now = monotonic_ns() - 1000 * kMs;
  for (int i = 0; i < 5; ++i) {
    fake_kernel::set_level(2, 3, i % 2 == 0, now + i * kMs);
  }
  fake_kernel::pass_time(now + 100 * kMs);
  CHECK_EQUAL(std::string(second_interface() ? "+" : "+-+-+"), edges(*input));
}

TEST(Gpio, AMissingLineSaysWhatToDo) {
  refuses("doorbell", true, "no GPIO line has the name \"doorbell\"; gpioinfo lists");
  refuses("gpiochip7:1", true, "/dev/gpiochip7 is not there");
  refuses("gpiochip2:8", true, "GPIO line \"gpiochip2:8\" is not there; the chip has 8 lines");
}

TEST(Gpio, ABusyLineSaysWhoHasIt) {
  fake_kernel::take_line(2, 3, "backlight");
  refuses("bell", false, "GPIO line \"bell\" is used by \"backlight\"");
  fake_kernel::take_line(2, 3, "");
  const auto first = open("bell");
  refuses("bell", false, "GPIO line \"bell\" is used by \"doorcall\"");
}

TEST(Gpio, WithoutAccessItNamesTheGroup) {
  fake_kernel::deny("/dev/gpiochip2", true);
  refuses("gpiochip2:1", false,
          "/dev/gpiochip2: Permission denied; add the daemon's user to group tty");
  refuses("bell", false, "no GPIO line with the name \"bell\" is seen; /dev/gpiochip2: Permission");
  fake_kernel::deny("/dev/gpiochip2", false);
  fake_kernel::deny("/dev/gpiochip0", true);
  CHECK_TRUE(open("bell") != nullptr);  // one closed chip does not hide another
}

TEST(Gpio, AChipThatIsUnpluggedIsNoticed) {
  const auto input = open("bell");
  fake_kernel::set_level(2, 3, true);
  fake_kernel::remove_chip(2);
  CHECK_TRUE(readable(*input));
  std::vector<GpioEdge> all;
  (void)input->read_edges(all);
  CHECK_FALSE(input->read_edges(all));
  CHECK_FALSE(input->level().has_value());
  refuses("bell", true, "no GPIO line has the name");
  fake_kernel::add_chip(2, 8);
  fake_kernel::name_line(2, 3, "bell");
  CHECK_TRUE(open("bell") != nullptr);
}

TEST(Gpio, ALineIsFreeAgainWhenItIsClosed) {
  open("bell").reset();
  CHECK_TRUE(open("bell") != nullptr);
}

TEST(Gpio, AnOutputIsDrivenFromTheFirstMoment) {
  for (const bool on : {false, true}) {
    auto output = gpio->open_output({"bell"}, {}, on, fault);
    CHECK_TRUE(fake_kernel::driven(2, 3) == on);
    CHECK_TRUE(output->set(!on));
    CHECK_TRUE(fake_kernel::driven(2, 3) == !on);
    output.reset();
    CHECK_TRUE(!fake_kernel::driven(2, 3).has_value());
  }
}

TEST(Gpio, AnOutputHasPolarityAndOpenDrain) {
  auto output = gpio->open_output({"bell"}, {.active_low = true, .open_drain = true}, false, fault);
  CHECK_TRUE(fake_kernel::driven(2, 3) == true);
  CHECK_TRUE((fake_kernel::flags(2, 3) & GPIO_V2_LINE_FLAG_OPEN_DRAIN) != 0);
  CHECK_TRUE(output->set(true));
  CHECK_TRUE(fake_kernel::driven(2, 3) == false);
  fake_kernel::remove_chip(2);
  CHECK_FALSE(output->set(false));
  POINTERS_EQUAL(nullptr, gpio->open_output({"bell"}, {}, false, fault).get());
}
