#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "agent/core/slot_table.hpp"
#include "tests/fakes/prng.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::kNoSlot;
using doorcall::Slot;
using doorcall::SlotTable;

namespace {

struct Item {
  bool used = false;
  int value = 0;
};

}  // namespace

TEST_GROUP(SlotTable) {
  std::array<Item, 5> items_{};
  SlotTable<Item> table_{items_};
};

TEST(SlotTable, GivesEachSlotOnceAndThenNone) {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    CHECK_FALSE(table_.full());
    UNSIGNED_LONGS_EQUAL(i, table_.take());
  }
  CHECK_TRUE(table_.full());
  UNSIGNED_LONGS_EQUAL(kNoSlot, table_.take());
  UNSIGNED_LONGS_EQUAL(5, table_.count());
}

TEST(SlotTable, AReusedSlotIsFresh) {
  table_[table_.take()].value = 42;
  table_.give_back(0);
  const Slot again = table_.take();
  UNSIGNED_LONGS_EQUAL(0, again);
  LONGS_EQUAL(0, table_[again].value);
}

TEST(SlotTable, AnEmptyTableHasNothing) {
  SlotTable<Item> none;
  UNSIGNED_LONGS_EQUAL(kNoSlot, none.take());
  UNSIGNED_LONGS_EQUAL(kNoSlot, none.next(0));
  CHECK_TRUE(none.full());
}

TEST(SlotTable, MayGiveBackWhatItVisits) {
  for (int i = 0; i < 5; ++i) {
    table_[table_.take()].value = i;
  }
  for (Slot s = table_.next(0); s != kNoSlot; s = table_.next(s + 1U)) {
    if (table_[s].value % 2 == 0) {
      table_.give_back(s);
    }
  }
  UNSIGNED_LONGS_EQUAL(2, table_.count());
  UNSIGNED_LONGS_EQUAL(1, table_.next(0));
  UNSIGNED_LONGS_EQUAL(3, table_.next(2));
  UNSIGNED_LONGS_EQUAL(kNoSlot, table_.next(4));
}

TEST(SlotTable, BehavesAsItsModelUnderRandomUse) {
  doorcall::fakes::Prng prng(3);
  std::map<Slot, int> model;
  for (int step = 0; step < 20'000; ++step) {
    if (prng.chance(5'000)) {
      const Slot slot = table_.take();
      CHECK_EQUAL(model.size() == items_.size(), slot == kNoSlot);
      if (slot != kNoSlot) {
        CHECK_TRUE(model.emplace(slot, step).second);
        table_[slot].value = step;
      }
    } else if (!model.empty()) {
      auto at = model.begin();
      std::advance(at, prng.below(static_cast<std::uint32_t>(model.size())));
      table_.give_back(at->first);
      model.erase(at);
    }
    UNSIGNED_LONGS_EQUAL(model.size(), table_.count());
    auto expected = model.begin();
    for (Slot s = table_.next(0); s != kNoSlot; s = table_.next(s + 1U), ++expected) {
      CHECK_TRUE(expected != model.end());
      UNSIGNED_LONGS_EQUAL(expected->first, s);
      LONGS_EQUAL(expected->second, table_[s].value);
      UNSIGNED_LONGS_EQUAL(
          s, table_.find([&](const Item& item) { return item.value == expected->second; }));
    }
    CHECK_TRUE(expected == model.end());
  }
}
