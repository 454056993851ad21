#include <memory>
#include <string>

#include "platform/contact.hpp"
#include "tests/fakes/fake_gpio.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::Millis;
using doorcall::platform::Contact;
using doorcall::platform::EventLoop;
using doorcall::test::FakeGpio;
using doorcall::test::run_ready;
using doorcall::test::run_until;

TEST_GROUP(Contact) {
  EventLoop loop;
  FakeGpio gpio;
  FakeGpio::Line& line = gpio.lines["door"];
  std::string told;
  std::unique_ptr<Contact> contact;

  void make() {
    contact = std::make_unique<Contact>(
        loop, gpio, doorcall::platform::GpioLine{"door"},
        doorcall::platform::GpioInputOptions{.active_low = true,
                                             .bias = doorcall::platform::GpioBias::kPullUp},
        Contact::Events{.on_level = [this](bool active) { told += active ? "open " : "closed "; },
                        .on_fault = [this] { told += "fault "; }});
    contact->check();
  }
  bool until_told(const std::string& text) {
    return run_until(loop, [&] { return told == text; });
  }
};

TEST(Contact, TellsTheFirstLevelAndEachChange) {
  make();
  STRCMP_EQUAL("closed ", told.c_str());
  CHECK_TRUE(line.input.active_low);
  CHECK_TRUE(line.input.bias == doorcall::platform::GpioBias::kPullUp);
  CHECK_TRUE(line.input.debounce == Contact::kSettleTime);
  gpio.change("door", true);
  CHECK_TRUE(until_told("closed open "));
  CHECK_TRUE(contact->active() == true);
  gpio.change("door", false);
  CHECK_TRUE(until_told("closed open closed "));
}

TEST(Contact, ABouncingContactIsToldOnceItHasSettled) {
  make();
  const Instant began = loop.now();
  gpio.change("door", true, 200);
  CHECK_TRUE(until_told("closed open "));
  CHECK_TRUE(loop.now() >= began + 2 * Contact::kSettleTime);  // one for the edges, one without
  gpio.change("door", false, 9);
  gpio.change("door", true, 9);  // back before it has settled: nothing has happened
  while (loop.run_once(3 * Contact::kSettleTime)) {
  }
  STRCMP_EQUAL("closed open ", told.c_str());
}

TEST(Contact, OneThatNeverSettlesCostsAWakeUpASettleTime) {
  make();
  const Instant end = loop.now() + 4 * Contact::kSettleTime;
  int turns = 0;
  while (loop.now() < end) {
    gpio.change("door", turns % 2 == 0);
    turns += loop.run_once(Millis(1)) ? 1 : 0;
  }
  STRCMP_EQUAL("closed ", told.c_str());
  CHECK_TRUE(turns <= 6);
}

TEST(Contact, TheKernelsDebouncingNeedsNoSecond) {
  gpio.kernel_debounces = true;
  make();
  gpio.change("door", true);
  run_ready(loop);
  STRCMP_EQUAL("closed open ", told.c_str());
}

TEST(Contact, AMissingLineIsToldAndReadWhenItComes) {
  line.there = false;
  line.level = true;
  make();
  STRCMP_EQUAL("fault ", told.c_str());
  STRCMP_EQUAL("no GPIO line has the name \"door\"", contact->fault().c_str());
  CHECK_FALSE(contact->active().has_value());
  line.there = true;
  contact->check();
  STRCMP_EQUAL("fault fault open ", told.c_str());
  STRCMP_EQUAL("", contact->fault().c_str());
}

TEST(Contact, ALineThatGoesIsNoticedAndComesBack) {
  make();
  gpio.unplug("door");
  CHECK_TRUE(until_told("closed fault "));
  STRCMP_EQUAL("GPIO line \"door\" is gone", contact->fault().c_str());
  line.there = true;
  contact->check();
  STRCMP_EQUAL("closed fault fault ", told.c_str());  // and is as it was
  line.there = false;
  contact->check();  // asked, before the kernel said so
  STRCMP_EQUAL("closed fault fault fault ", told.c_str());
}
