#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace doorcall {

using Slot = std::uint16_t;
inline constexpr Slot kNoSlot = 0xFFFF;

/// A fixed table of objects named by index. T has `bool used`. Free slots are found from a low
/// mark, live ones are visited in index order, so a small load stays in the first cache lines.
template <typename T>
class SlotTable {
 public:
  SlotTable() noexcept = default;
  explicit SlotTable(std::span<T> items) noexcept : items_(items) {}

  /// A fresh object, or kNoSlot when full.
  [[nodiscard]] Slot take() noexcept {
    for (std::size_t i = free_from_; i < items_.size(); ++i) {
      if (!items_[i].used) {
        items_[i] = T{};
        items_[i].used = true;
        free_from_ = i + 1;
        ++count_;
        end_ = i + 1 > end_ ? i + 1 : end_;
        return static_cast<Slot>(i);
      }
    }
    return kNoSlot;
  }

  void give_back(Slot slot) noexcept {
    items_[slot].used = false;
    --count_;
    free_from_ = slot < free_from_ ? slot : free_from_;
    while (end_ > 0 && !items_[end_ - 1].used) {
      --end_;
    }
  }

  /// The slot of an object of this table.
  [[nodiscard]] Slot slot_of(const T& item) const noexcept {
    return static_cast<Slot>(&item - items_.data());
  }
  [[nodiscard]] T& operator[](Slot slot) noexcept { return items_[slot]; }
  [[nodiscard]] const T& operator[](Slot slot) const noexcept { return items_[slot]; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return items_.size(); }
  /// One past the last live slot.
  [[nodiscard]] std::size_t end() const noexcept { return end_; }
  [[nodiscard]] bool full() const noexcept { return count_ == items_.size(); }

  /// The first live slot at or after `from`, kNoSlot past the last:
  /// `for (Slot s = t.next(0); s != kNoSlot; s = t.next(s + 1))`.
  [[nodiscard]] Slot next(std::size_t from) const noexcept {
    for (std::size_t i = from; i < end_; ++i) {
      if (items_[i].used) {
        return static_cast<Slot>(i);
      }
    }
    return kNoSlot;
  }

  /// The first live slot that `matches`, or kNoSlot.
  template <typename Matches>
  [[nodiscard]] Slot find(Matches&& matches) const noexcept {
    for (std::size_t i = 0; i < end_; ++i) {
      if (items_[i].used && matches(items_[i])) {
        return static_cast<Slot>(i);
      }
    }
    return kNoSlot;
  }

 private:
  std::span<T> items_;
  std::size_t count_ = 0;
  std::size_t free_from_ = 0;
  std::size_t end_ = 0;
};

}  // namespace doorcall
