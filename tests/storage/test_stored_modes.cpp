// What is in the file, and files that this version did not write.
#include <sys/stat.h>

#include <optional>
#include <string>

#include "tests/storage/disk.hpp"
#include "tests/storage/stored_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::daemon::DndSchedule;
using doorcall::daemon::DndSwitch;
using doorcall::daemon::DndWord;
using doorcall::daemon::StoredModes;
using doorcall::platform::DailyWindow;
using doorcall::storage::read_files;
using doorcall::storage::Store;

namespace {

const std::optional<DndWord> kNone;

}  // namespace

TEST_GROUP(StoredModes) {
  Store store;

  void comes_back(const std::optional<DndWord>& word) {
    CHECK_TRUE(store.store(word));
    CHECK(store.load() == word);
    CHECK_EQUAL(std::string(), store.logged);
  }
  void is_kept_aside(const std::string& text, const char* why) {
    store.logged.clear();
    store.dir.write("modes.json", text);
    CHECK(store.load() == kNone);
    CHECK_TRUE(store.said(why));
    CHECK_TRUE(store.said("kept as "));
    CHECK_EQUAL(text, read_files(store.dir.path()).at("modes.json.aside"));
    LONGS_EQUAL(1, read_files(store.dir.path()).size());
    store.logged.clear();
    CHECK(store.load() == kNone);
    CHECK_EQUAL(std::string(), store.logged);
  }
};

TEST(StoredModes, EachWordComesBack) {
  comes_back(kNone);
  comes_back(DndWord{.on = true, .to_edge = true, .until = {}});
  comes_back(DndWord{.on = false, .to_edge = true, .until = 1'800'000'000});
  comes_back(DndWord{.on = true, .to_edge = false, .until = 9'000'000'000});
  comes_back(kNone);
}

TEST(StoredModes, WithoutADirectoryNothingIsKeptAndNothingIsWrong) {
  StoredModes modes("", store.log);
  CHECK_TRUE(modes.store(DndWord{.on = true, .to_edge = true, .until = {}}));
  CHECK(modes.load() == kNone);
  CHECK_EQUAL(std::string(), store.logged);
}

TEST(StoredModes, ADirectoryThatIsNotThereIsToldWhenItIsNeeded) {
  StoredModes modes(store.dir.file("nowhere"), store.log);
  CHECK(modes.load() == kNone);
  CHECK_EQUAL(std::string(), store.logged);
  CHECK_FALSE(modes.store(kNone));
  CHECK_TRUE(store.said("nowhere/modes.json: No such file or directory"));
}

TEST(StoredModes, OthersCanNotReadIt) {
  CHECK_TRUE(store.store(kNone));
  struct stat status {};
  LONGS_EQUAL(0, ::stat(store.dir.file("modes.json").c_str(), &status));
  LONGS_EQUAL(0600, status.st_mode & 07777);
}

TEST(StoredModes, AFileOfALaterVersionIsKeptAside) {
  is_kept_aside("{\"format\":2,\"dnd\":[]}\n", "its format is 2, this version knows only 1");
}

TEST(StoredModes, FurtherMembersOfThisFormatAreAllowed) {
  store.dir.write("modes.json",
                  "{\"format\":1,\"more\":{},\"dnd\":{\"on\":true,\"to_edge\":true,\"x\":1}}");
  CHECK(store.load() == std::optional(DndWord{.on = true, .to_edge = true, .until = {}}));
  CHECK_EQUAL(std::string(), store.logged);
}

TEST(StoredModes, ADamagedFileIsKeptAside) {
  for (const char* const text :
       {"", "{", "[]", "{}", "{\"format\":\"1\"}", "{\"format\":1} x", "\xff\xfe", "null"}) {
    is_kept_aside(text, "it is damaged");
  }
  is_kept_aside(std::string(64, '\0'), "it is damaged");
  for (const char* const dnd :
       {"1", "{}", "{\"on\":true}", "{\"on\":1,\"to_edge\":true}",
        "{\"on\":true,\"to_edge\":false}", "{\"on\":true,\"to_edge\":true,\"until\":\"x\"}",
        "{\"on\":true,\"to_edge\":true,\"until\":1e300}"}) {
    is_kept_aside("{\"format\":1,\"dnd\":" + std::string(dnd) + "}", "its dnd is damaged");
  }
}

TEST(StoredModes, AFileThatIsTooLongIsKeptAside) {
  is_kept_aside(std::string(5000, ' '), "at most 4096 bytes");
}

TEST(StoredModes, AWordThatRanOutWhileThePowerWasGoneIsForgotten) {
  DndSwitch dnd{DndSchedule{}};
  dnd.restore(DndWord{.on = true, .to_edge = false, .until = 1000}, 1001);
  CHECK_FALSE(dnd.on_at(1001));
  CHECK_FALSE(dnd.said());
}

TEST(StoredModes, AWordForGoodEndsAtTheEdgeOfAScheduleThatCameMeanwhile) {
  const auto utc = [](std::int64_t at) {
    return doorcall::daemon::LocalMoment{.weekday = 0,
                                         .minute = static_cast<int>(at / 60 % 1440),
                                         .second = static_cast<int>(at % 60),
                                         .offset = 0};
  };
  DndSwitch dnd{DndSchedule({DailyWindow{.days = 0x7f, .from = 60, .to = 120}}, utc)};
  dnd.restore(DndWord{.on = true, .to_edge = true, .until = {}}, 0);
  CHECK_TRUE(dnd.on_at(0));
  CHECK(dnd.next_change(0) == std::optional<std::int64_t>(3600));
}
