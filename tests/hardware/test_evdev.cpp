// The adapter for input devices on the fake kernel.
#include <linux/input-event-codes.h>
#include <poll.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/evdev.hpp"
#include "platform/event_loop.hpp"
#include "tests/hardware/fake_kernel.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using platform::DeviceFault;
using platform::Keyboard;
using platform::KeyEdge;

TEST_GROUP(Evdev) {
  std::unique_ptr<platform::Evdev> evdev = platform::make_evdev();
  DeviceFault fault;

  void setup() override {
    fake_kernel::reset();
    fake_kernel::add_keyboard(0, "Power Button", {KEY_POWER});
    fake_kernel::add_keyboard(3, "gpio-keys", {KEY_PHONE, KEY_A});
  }
  std::unique_ptr<Keyboard> open(const char* device, unsigned code = KEY_PHONE, bool grab = false) {
    return evdev->open({.device = device, .grab = grab, .codes = {code}}, fault);
  }
  void refuses(const char* device, unsigned code, bool missing, const char* text) {
    fault = {};
    POINTERS_EQUAL(nullptr, open(device, code, true).get());
    CHECK_EQUAL_TEXT(missing, fault.missing, device);
    STRCMP_CONTAINS(text, fault.text.c_str());
  }
  /// What waits, such as "+169 -169".
  static std::string edges(Keyboard & keyboard) {
    std::vector<KeyEdge> all;
    CHECK_TRUE(keyboard.read_edges(all));
    std::string text;
    for (const KeyEdge& edge : all) {
      text += (text.empty() ? "" : " ") + std::string(edge.down ? "+" : "-") +
              std::to_string(edge.code);
    }
    return text;
  }
};

TEST(Evdev, FindsADeviceByNamePathAndKey) {
  for (const char* const device : {"gpio-keys", "/dev/input/event3", ""}) {
    const auto keyboard = open(device);
    CHECK_TRUE_TEXT(keyboard != nullptr, device);
    fake_kernel::key(3, KEY_PHONE, 1);
    fake_kernel::key(3, KEY_PHONE, 2);  // autorepeat
    fake_kernel::key(3, KEY_PHONE, 0);
    CHECK_EQUAL(std::string("+169 -169"), edges(*keyboard));
  }
}

TEST(Evdev, StampsAreOfTheLoopsClock) {
  const auto keyboard = open("gpio-keys");
  const Instant before = platform::read_clock();
  fake_kernel::key(3, KEY_PHONE, 1);
  std::vector<KeyEdge> all;
  CHECK_TRUE(keyboard->read_edges(all));
  LONGS_EQUAL(1, all.size());
  CHECK_TRUE(all[0].at >= before && all[0].at <= platform::read_clock());
}

TEST(Evdev, KnowsWhatIsPressedFromTheStart) {
  fake_kernel::key(3, KEY_PHONE, 1);
  const auto keyboard = open("gpio-keys");
  CHECK_TRUE(keyboard->down(KEY_PHONE));
  CHECK_FALSE(keyboard->down(KEY_A));
  fake_kernel::key(3, KEY_PHONE, 0);
  CHECK_EQUAL(std::string("-169"), edges(*keyboard));
  CHECK_FALSE(keyboard->down(KEY_PHONE));
}

TEST(Evdev, DroppedEventsAreMadeGood) {
  const auto keyboard = open("gpio-keys");
  fake_kernel::drop_key(3, KEY_PHONE, 1);
  CHECK_EQUAL(std::string("+169"), edges(*keyboard));
  fake_kernel::key(3, KEY_A, 1);
  CHECK_EQUAL(std::string("+30"), edges(*keyboard));
  fake_kernel::drop_key(3, KEY_PHONE, 0);
  CHECK_EQUAL(std::string("-169"), edges(*keyboard));
  CHECK_TRUE(keyboard->down(KEY_A));
}

TEST(Evdev, GrabsOnlyWhenAsked) {
  const auto shared = open("gpio-keys");
  CHECK_FALSE(fake_kernel::grabbed(3));
  const auto grabbing = open("gpio-keys", KEY_PHONE, true);
  CHECK_TRUE(fake_kernel::grabbed(3));
  fake_kernel::key(3, KEY_PHONE, 1);
  CHECK_EQUAL(std::string(), edges(*shared));
  CHECK_EQUAL(std::string("+169"), edges(*grabbing));
}

TEST(Evdev, RefusalsSayWhatToDo) {
  refuses("no-keys", KEY_PHONE, true, "no input device has the name \"no-keys\"; evtest lists");
  refuses("", KEY_F1, true, "no input device has the key KEY_F1");
  refuses("/dev/input/event9", KEY_PHONE, true, "/dev/input/event9 is not there");
  refuses("gpio-keys", KEY_F1, false, "/dev/input/event3 has no key KEY_F1");
  fake_kernel::grab_by_other(3, true);
  refuses("gpio-keys", KEY_PHONE, false, "/dev/input/event3 is grabbed by another program");
}

TEST(Evdev, WithoutAccessItNamesTheGroup) {
  fake_kernel::deny("/dev/input/event3", true);
  refuses("/dev/input/event3", KEY_PHONE, false,
          "/dev/input/event3: Permission denied; add the daemon's user to group tty");
  refuses("gpio-keys", KEY_PHONE, false,
          "no input device has the name \"gpio-keys\" that this user can see; /dev/input/event3: ");
  CHECK_TRUE(open("Power Button", KEY_POWER) != nullptr);
}

TEST(Evdev, AnUnpluggedDeviceIsNoticed) {
  const auto keyboard = open("gpio-keys");
  fake_kernel::remove_keyboard(3);
  pollfd fd{.fd = keyboard->fd(), .events = POLLIN, .revents = 0};
  LONGS_EQUAL(1, ::poll(&fd, 1, 0));
  std::vector<KeyEdge> all;
  CHECK_FALSE(keyboard->read_edges(all));
}

TEST_GROUP(EvdevKeys){};

TEST(EvdevKeys, KeysHaveTheKernelsNames) {
  CHECK_TRUE(platform::key_code("KEY_PHONE") == unsigned{KEY_PHONE});
  CHECK_TRUE(platform::key_code("BTN_0") == unsigned{BTN_0});
  CHECK_FALSE(platform::key_code("KEY_NONSENSE").has_value());
  CHECK_FALSE(platform::key_code("ABS_X").has_value());
}
