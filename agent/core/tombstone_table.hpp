#pragma once

#include <cstring>
#include <span>

#include "agent/core/records.hpp"
#include "agent/core/slot_table.hpp"

namespace doorcall {

/// What a search sees of a tombstone.
struct TombstoneMark {
  std::uint32_t id_begin = 0;  ///< of the call's id, which is random
  std::uint32_t age = 0;
};

/// Tombstones by the call that they are of. A search walks their marks alone: the table is full
/// after a busy hour, and its objects would be most of what the engine reads for a message.
class TombstoneTable : public SlotTable<Tombstone> {
 public:
  TombstoneTable(std::span<Tombstone> items, std::span<TombstoneMark> marks) noexcept
      : SlotTable(items), marks_(marks) {}

  /// A fresh tombstone of the call. The table must not be full; `age` grows from one to the next.
  [[nodiscard]] Slot take(const CallId& id, std::uint32_t age) noexcept {
    const Slot slot = SlotTable::take();
    (*this)[slot].id = id;
    marks_[slot] = {begin_of(id), age};
    return slot;
  }

  using SlotTable::next;
  /// The first live slot of the call at or after `from`, kNoSlot past the last.
  [[nodiscard]] Slot next(const CallId& id, std::size_t from) const noexcept {
    const std::uint32_t begin = begin_of(id);
    for (std::size_t i = from; i < end(); ++i) {
      const auto slot = static_cast<Slot>(i);
      if (marks_[i].id_begin == begin && (*this)[slot].used && (*this)[slot].id == id) {
        return slot;
      }
    }
    return kNoSlot;
  }

  /// The first live slot of the call that `matches`, or kNoSlot.
  template <typename Matches>
  [[nodiscard]] Slot find(const CallId& id, Matches&& matches) const noexcept {
    Slot slot = next(id, 0);
    while (slot != kNoSlot && !matches((*this)[slot])) {
      slot = next(id, slot + 1U);
    }
    return slot;
  }

  [[nodiscard]] std::uint32_t age(Slot slot) const noexcept { return marks_[slot].age; }
  /// Of a table that is full.
  [[nodiscard]] Slot oldest() const noexcept {
    std::size_t oldest = 0;
    for (std::size_t i = 1; i < marks_.size(); ++i) {
      oldest = marks_[i].age < marks_[oldest].age ? i : oldest;
    }
    return static_cast<Slot>(oldest);
  }

 private:
  static std::uint32_t begin_of(const CallId& id) noexcept {
    std::uint32_t begin = 0;
    std::memcpy(&begin, id.bytes.data(), sizeof begin);
    return begin;
  }

  std::span<TombstoneMark> marks_;
};

}  // namespace doorcall
