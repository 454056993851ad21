// Tombstones are found by the beginning of their call's id, and told apart by all of it.
#include <array>

#include "agent/core/tombstone_table.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;

namespace {

CallId id_of(std::uint8_t first, std::uint8_t last) {
  CallId id;
  id.bytes.front() = first;
  id.bytes.back() = last;
  return id;
}

}  // namespace

TEST_GROUP(TombstoneTable) {
  std::array<Tombstone, 4> items{};
  std::array<TombstoneMark, 4> marks{};
  TombstoneTable table{items, marks};
  std::uint32_t age = 0;

  Slot add(const CallId& id) {
    return table.take(id, ++age);
  }
};

TEST(TombstoneTable, IdsThatBeginAlikeAreToldApart) {
  (void)add(id_of(1, 1));
  const Slot second = add(id_of(1, 2));
  UNSIGNED_LONGS_EQUAL(second, table.next(id_of(1, 2), 0));
  UNSIGNED_LONGS_EQUAL(kNoSlot, table.next(id_of(1, 3), 0));
}

TEST(TombstoneTable, AllOfOneCallAreFoundInTheOrderOfTheirPlaces) {
  const Slot first = add(id_of(1, 1));
  (void)add(id_of(2, 2));
  const Slot third = add(id_of(1, 1));
  UNSIGNED_LONGS_EQUAL(first, table.next(id_of(1, 1), 0));
  UNSIGNED_LONGS_EQUAL(third, table.next(id_of(1, 1), first + 1U));
  UNSIGNED_LONGS_EQUAL(kNoSlot, table.next(id_of(1, 1), third + 1U));
  table[third].early = true;
  UNSIGNED_LONGS_EQUAL(
      third, table.find(id_of(1, 1), [](const Tombstone& tomb) { return bool{tomb.early}; }));
}

TEST(TombstoneTable, WhatWasGivenBackIsNotFound) {
  const Slot slot = add(id_of(1, 1));
  (void)add(id_of(2, 2));
  table.give_back(slot);
  UNSIGNED_LONGS_EQUAL(kNoSlot, table.next(id_of(1, 1), 0));
}

TEST(TombstoneTable, TheOldestIsTheOneThatWasMadeFirstWhereverItLies) {
  const Slot first = add(id_of(1, 1));
  const Slot second = add(id_of(2, 2));
  (void)add(id_of(3, 3));
  (void)add(id_of(4, 4));
  CHECK_TRUE(table.full());
  UNSIGNED_LONGS_EQUAL(first, table.oldest());
  table.give_back(first);
  UNSIGNED_LONGS_EQUAL(first, add(id_of(5, 5)));
  UNSIGNED_LONGS_EQUAL(second, table.oldest());
}
