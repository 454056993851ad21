#include <unistd.h>

#include <memory>
#include <string>

#include "platform/device_watch.hpp"
#include "tests/fakes/run_loop.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::Millis;
using doorcall::platform::DeviceWatch;
using doorcall::platform::EventLoop;
using doorcall::test::run_ready;
using doorcall::test::run_until;
using doorcall::test::TempDir;

TEST_GROUP(DeviceWatch) {
  TempDir dir;
  EventLoop loop;
  int tries = 0;
  std::unique_ptr<DeviceWatch> watch;

  void make(DeviceWatch::When when, const std::string& folder) {
    watch = std::make_unique<DeviceWatch>(
        loop, [this] { ++tries; }, when, std::vector<std::string>{folder});
  }
};

TEST(DeviceWatch, TriesSoonAfterAChangeWhileOneIsMissing) {
  make(DeviceWatch::When::kMissing, dir.path());
  dir.write("gpiochip0", "");
  CHECK_FALSE(loop.run_once(Millis(20)));  // nothing is missing
  watch->missing(true);
  const Instant began = loop.now();
  dir.write("gpiochip1", "");
  CHECK_TRUE(run_until(loop, [this] { return tries > 0; }));
  CHECK_TRUE(loop.now() >= began + DeviceWatch::kSettle);
}

TEST(DeviceWatch, TriesByItselfAtGrowingDistances) {
  make(DeviceWatch::When::kMissing, dir.path());
  const Instant began = loop.now();
  watch->missing(true);
  watch->missing(true);  // said again, it does not begin anew
  CHECK_TRUE(run_until(loop, [this] { return tries == 1; }));
  CHECK_TRUE(loop.now() >= began + DeviceWatch::kFirst);
  watch->missing(false);
  run_ready(loop);
  CHECK_FALSE(loop.run_once(DeviceWatch::kFirst + Millis(100)));
}

TEST(DeviceWatch, TellsEachChangeWhereOutputsMayGo) {
  make(DeviceWatch::When::kAlways, dir.path());
  const std::string chip = dir.write("gpiochip0", "");
  CHECK_TRUE(run_until(loop, [this] { return tries == 1; }));
  ::unlink(chip.c_str());
  CHECK_TRUE(run_until(loop, [this] { return tries == 2; }));
  watch->missing(true);
  watch->missing(false);
  CHECK_FALSE(loop.run_once(Millis(20)));
  dir.write("gpiochip0", "");
  CHECK_TRUE(run_until(loop, [this] { return tries == 3; }));
}

TEST(DeviceWatch, WithoutSuchAFolderTimeDecides) {
  make(DeviceWatch::When::kAlways, dir.file("nowhere"));
  watch->missing(true);
  CHECK_TRUE(run_until(loop, [this] { return tries == 1; }));
}
