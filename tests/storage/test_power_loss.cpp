// A cut, a full disk or a bad block at each single call that writes, and all that a power loss may
// leave of it.
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

#include "tests/storage/disk.hpp"
#include "tests/storage/stored_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::daemon::DndWord;
using doorcall::storage::Disk;
using doorcall::storage::Files;
using doorcall::storage::read_files;
using doorcall::storage::Store;
using doorcall::storage::write_files;

namespace {

const std::optional<DndWord> kNone;
const std::optional<DndWord> kOld = DndWord{.on = true, .to_edge = true, .until = {}};
const std::optional<DndWord> kNew = DndWord{.on = false, .to_edge = false, .until = 1'900'000'000};
constexpr std::size_t kCallsMax = 20;

}  // namespace

TEST_GROUP(PowerLoss) {
  Store store;

  void put(const Files& files) {
    write_files(store.dir.path(), files);
  }

  /// Each state that may be left has the old word or the new one, is quietly understood, and can be
  /// written over. Returns in how many the new one was.
  std::size_t only_old_or_new(const std::vector<Files>& states,
                              const std::optional<DndWord>& before) {
    std::size_t news = 0;
    for (const Files& files : states) {
      put(files);
      store.logged.clear();
      const std::optional<DndWord> word = store.load();
      CHECK(word == before || word == kNew);
      CHECK_EQUAL(std::string(), store.logged);
      news += static_cast<std::size_t>(word == kNew);
      const std::optional<DndWord> next = DndWord{.on = true, .to_edge = false, .until = 7};
      CHECK_TRUE(store.store(next));
      CHECK(store.load() == next);
    }
    return news;
  }

  /// Cuts a change from `before` to kNew at each call in turn.
  void cut_everywhere(const std::optional<DndWord>& before, const Files& left_over) {
    std::size_t cuts = 0;
    for (bool stored = false; !stored; ++cuts) {
      CHECK(cuts < kCallsMax);
      put(left_over);
      CHECK_TRUE(!before || store.store(before));
      std::vector<Files> lost;
      Files killed;
      {
        Disk disk(store.dir.path());
        disk.plan(Disk::Mishap::kCut, cuts);
        stored = store.store(kNew);
        lost = disk.after_power_loss();
        killed = read_files(store.dir.path());
      }
      only_old_or_new({killed}, before);
      const std::size_t news = only_old_or_new(lost, before);
      CHECK(!stored || news == lost.size());  // what was said to be stored is
    }
    CHECK(cuts > 5);  // open, write, fsync, rename, open, fsync, and once without a cut
  }
};

TEST(PowerLoss, ACutLeavesTheOldOrTheNew) {
  cut_everywhere(kOld, {});
}

TEST(PowerLoss, ACutOfTheFirstFileLeavesNoneOrTheNew) {
  cut_everywhere(kNone, {});
}

TEST(PowerLoss, WhatAnEarlierCutLeftDoesNotHinder) {
  cut_everywhere(kNone, {{"modes.json.new", "{\"form"}});
  cut_everywhere(kOld, {{"modes.json.new", std::string(9000, '\0')}});
}

TEST(PowerLoss, AnErrorLeavesTheOldOrTheNewAndIsTold) {
  std::size_t failures = 0;
  for (std::size_t at = 0;; ++at) {
    put({});
    CHECK_TRUE(store.store(kOld));
    Disk disk(store.dir.path());
    disk.plan(Disk::Mishap::kError, at);
    store.logged.clear();
    if (store.store(kNew)) {
      break;
    }
    CHECK_TRUE(store.said("modes.json: "));
    CHECK(store.load() == kOld || store.load() == kNew);
    CHECK_TRUE(store.store(kNew));
    CHECK(store.load() == kNew);
    CHECK(++failures < kCallsMax);
  }
  LONGS_EQUAL(6, failures);
}

TEST(PowerLoss, AWriteThatTakesHalfGoesOn) {
  Disk disk(store.dir.path());
  disk.plan(Disk::Mishap::kShortWrite, 1);
  CHECK_TRUE(store.store(kNew));
  CHECK(store.load() == kNew);
  LONGS_EQUAL(7, disk.calls());
}

TEST(PowerLoss, ACutWhileADamagedFileIsSetAsideLeavesOneOfTheTwoNames) {
  for (std::size_t at = 0; at < 4; ++at) {
    put({{"modes.json", "{"}});
    std::vector<Files> lost;
    {
      Disk disk(store.dir.path());
      disk.plan(Disk::Mishap::kCut, at);
      CHECK(store.load() == kNone);
      lost = disk.after_power_loss();
    }
    for (const Files& files : lost) {
      LONGS_EQUAL(1, files.size());
      CHECK_EQUAL(std::string("{"), files.begin()->second);
      put(files);
      CHECK(store.load() == kNone);
    }
  }
}

// Without these the model could be blind.
TEST(PowerLoss, TheModelFindsAWriterThatDoesNotWait) {
  const std::string path = store.dir.file("modes.json");
  CHECK_TRUE(store.store(kOld));
  const std::string old = read_files(store.dir.path()).at("modes.json");
  Disk disk(store.dir.path());
  const int fd = ::open((path + ".new").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  LONGS_EQUAL(3, ::write(fd, "new", 3));
  ::close(fd);
  LONGS_EQUAL(0, std::rename((path + ".new").c_str(), path.c_str()));
  bool empty = false;
  bool before = false;
  for (const Files& files : disk.after_power_loss()) {
    empty = empty || files.at("modes.json").empty();
    before = before || files.at("modes.json") == old;
  }
  CHECK_TRUE(empty);
  CHECK_TRUE(before);
}

TEST(PowerLoss, TheModelFindsAWriterInPlace) {
  CHECK_TRUE(store.store(kOld));
  Disk disk(store.dir.path());
  const int fd = ::open(store.dir.file("modes.json").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  LONGS_EQUAL(3, ::write(fd, "new", 3));
  ::close(fd);
  LONGS_EQUAL(5, disk.after_power_loss().size());
}
