#include <memory>
#include <string>

#include "platform/lamp.hpp"
#include "tests/fakes/fake_gpio.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::Millis;
using doorcall::platform::BlinkCode;
using doorcall::platform::EventLoop;
using doorcall::platform::Lamp;
using doorcall::test::FakeGpio;
using doorcall::test::run_ready;
using doorcall::test::run_until;

TEST_GROUP(Lamp) {
  EventLoop loop;
  FakeGpio gpio;
  FakeGpio::Line& line = gpio.lines["led"];
  int changes = 0;
  std::unique_ptr<Lamp> lamp;

  void make() {
    lamp = std::make_unique<Lamp>(loop, gpio, doorcall::platform::GpioLine{"led"},
                                  doorcall::platform::GpioOutputOptions{.active_low = true},
                                  [this] { ++changes; });
  }
  void show(const char* code) const {
    lamp->show(*BlinkCode::parse(code));
  }
};

TEST(Lamp, IsOffAtItsBeginningAndAtItsEnd) {
  line.on = true;
  make();
  CHECK_FALSE(line.on);
  CHECK_TRUE(line.output.active_low);
  show("on");
  CHECK_TRUE(line.on);
  CHECK_TRUE(lamp->lit());
  lamp.reset();
  CHECK_FALSE(line.on);
  CHECK_FALSE(line.open);
}

TEST(Lamp, BlinksForAsLongAsTheCodeIsShown) {
  make();
  const Instant began = loop.now();
  show("20ms 30ms");
  CHECK_TRUE(line.on);
  CHECK_TRUE(run_until(loop, [this] { return line.sets >= 10; }));
  CHECK_TRUE(loop.now() >= began + Millis(4 * 50));  // 2 at its beginning, 8 changes
  show("off");
  CHECK_FALSE(line.on);
  const int sets = line.sets;
  run_ready(loop);
  CHECK_FALSE(loop.run_once(Millis(60)));  // nothing wakes it any more
  CHECK_EQUAL(sets, line.sets);
}

TEST(Lamp, TheSameCodeAgainDoesNotBeginAnew) {
  make();
  show("50ms 1min");
  CHECK_TRUE(run_until(loop, [this] { return !line.on; }));
  show("50ms 1min");
  CHECK_FALSE(line.on);
  show("20ms 1min");
  CHECK_TRUE(line.on);
}

TEST(Lamp, AMissingLineIsToldAndTakenWhenItComes) {
  line.there = false;
  make();
  STRCMP_EQUAL("no GPIO line has the name \"led\"", lamp->fault().c_str());
  show("on");
  CHECK_FALSE(lamp->lit());
  lamp->check();
  CHECK_EQUAL(0, changes);
  line.there = true;
  lamp->check();
  STRCMP_EQUAL("", lamp->fault().c_str());
  CHECK_TRUE(line.on);
  CHECK_EQUAL(1, changes);
}

TEST(Lamp, ALineThatGoesIsToldOnceAndComesBack) {
  make();
  show("20ms 20ms");
  gpio.unplug("led");
  CHECK_TRUE(run_until(loop, [this] { return changes > 0; }));
  STRCMP_EQUAL("GPIO line \"led\" is gone", lamp->fault().c_str());
  run_ready(loop);
  CHECK_FALSE(loop.run_once(Millis(60)));
  line.there = true;
  lamp->check();
  CHECK_TRUE(run_until(loop, [this] { return line.on; }));
}
