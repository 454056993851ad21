#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace doorcall {

/// A point on a monotonic clock, in ticks from any origin. The engine's tick is 1 ms.
using Tick = std::uint64_t;

/// Names a timer: an index into the nodes given to the wheel.
using TimerId = std::uint32_t;

/// One timer's place in the wheel. The caller owns the storage and never looks inside.
class TimerNode {
  friend class TimerWheel;
  Tick due_ = 0;
  std::uint32_t next_ = 0;
  std::uint32_t prev_ = 0;
};
static_assert(sizeof(TimerNode) == 16);

/// Holds every timeout of the engine, in 16 bytes a timer and a fixed 1.4 KB.
///
/// It has no clock and calls nothing: the caller tells it the time and takes due timers out one by
/// one. The wheel's time is the highest `now` it has been given.
///
///     while ((id = wheel.pop_due(now)) != TimerWheel::kNone) { expire(id); }
///     sleep_until(wheel.next_due());
///
/// Promise:
///  1. No timer fires before its due tick.
///  2. Timers fire in due order.
///  3. Timers due at the same tick fire in the order in which they were armed, however far ahead
///     each was armed.
///  4. A jump of the time over any span keeps rules 1 to 3 and costs the timers that fire, not the
///     ticks that are skipped. Besides, a timer moves nearer at most 5 times in its life (and once
///     each 2^30 ticks while it is farther ahead than that).
///  5. next_due() is the exact tick of the next timer to fire, so one wake-up is one expiry.
///  6. Between two pop_due() any timer may be armed, re-armed or cancelled, in a drain too: a timer
///     that has been cancelled does not fire, one that has been re-armed fires at its new tick
///     only.
///  7. arm() for a tick that is not after the wheel's time means the tick after the wheel's time.
///     So a timer armed in a drain never fires in the same drain, and a drain ends.
///  8. arm() and cancel() take constant time. Nothing allocates.
///  9. next_due() changes only by arm(), cancel() and pop_due(): an idle wheel needs no wake-up.
///
/// Thread: one thread at a time. Errors: none. An id must be below the number of nodes.
class TimerWheel {
 public:
  /// The due tick of no timer: what next_due() returns when nothing is armed. A timer armed for
  /// kNever stays armed and never fires.
  static constexpr Tick kNever = std::numeric_limits<Tick>::max();

  /// No timer: what pop_due() returns when nothing (more) is due.
  static constexpr TimerId kNone = std::numeric_limits<TimerId>::max();

  /// Starts with all timers idle and `now` as the wheel's time. The nodes, at most 2^27, belong
  /// to this wheel alone and must outlive it.
  TimerWheel(std::span<TimerNode> nodes, Tick now) noexcept;

  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Arms an idle timer or re-arms an armed one to fire at `due` (see rule 7).
  void arm(TimerId id, Tick due) noexcept {
    assert(id < nodes_.size());
    if (armed(id)) {
      cancel(id);
    }
    due = std::max(due, next_tick_);
    if (due < first_due_) {
      first_due_ = due;
      first_ = id;
    }
    insert(link_to(id), due);
  }

  /// Makes the timer idle. Does nothing if it is idle already.
  void cancel(TimerId id) noexcept {
    assert(id < nodes_.size());
    TimerNode& node = nodes_[id];
    const Link next = node.next_;
    const Link prev = node.prev_;
    if (is_link(prev)) {
      at(prev).next_ = next;
    } else if (prev != kIdle) {
      set_head(prev - kTop, next);
    } else {
      return;
    }
    if (is_link(next)) {
      at(next).prev_ = prev;
    }
    node.prev_ = kIdle;
    if (id == first_) {
      forget_first();
    }
  }

  /// Whether the timer is armed.
  [[nodiscard]] bool armed(TimerId id) const noexcept { return nodes_[id].prev_ != kIdle; }

  /// When an armed timer fires: what arm() was given, after rule 7. Meaningless for an idle one.
  [[nodiscard]] Tick due(TimerId id) const noexcept { return nodes_[id].due_; }

  /// The tick of the next timer to fire, kNever if there is none. It may lie in the past if a drain
  /// was left before its end. Constant time, but for the first call after the earliest timer has
  /// gone, which looks at the timers of one slot.
  [[nodiscard]] Tick next_due() const noexcept {
    if (first_due_ == kUnknown) {
      find_first();
    }
    return first_due_;
  }

  /// A timer that is due at next_due(), kNone if that is kNever. Costs what next_due() costs.
  [[nodiscard]] TimerId first() const noexcept { return next_due() == kNever ? kNone : first_; }

  /// The next timer due at or before `now`, which is idle from here on, or kNone if nothing
  /// (more) is due. A `now` before the wheel's time counts as the wheel's time.
  [[nodiscard]] TimerId pop_due(Tick now) noexcept;

  /// How many timers are armed. Looks at every node.
  [[nodiscard]] std::size_t armed_count() const noexcept;

  /// Whether every invariant holds. Walks everything: for simulators and tests.
  [[nodiscard]] bool consistent() const noexcept;

 private:
  // A link is a timer's index times the size of a node, which saves each use the multiplication,
  // or, with the top bit set, one of these.
  using Link = std::uint32_t;
  static constexpr Link kNodeBytes = sizeof(TimerNode);
  static constexpr Link kTop = 0x80000000U;
  static constexpr Link kIdle = ~Link{0};  // prev of an idle timer
  static constexpr Link kNil = ~Link{0};   // next of a list's last, head of an empty list
  // prev of a list's first is kTop + the list's slot.

  static constexpr unsigned kBits = 6;             // of a level's slot number
  static constexpr unsigned kLevels = 5;           // and one list for what is farther ahead
  static constexpr unsigned kSlots = 1U << kBits;  // as many as a bitmap's bits
  static constexpr unsigned kFarSlot = kLevels * kSlots;
  static constexpr Tick kUnknown = 0;  // never a due tick, and less than any

  static constexpr bool is_link(Link link) noexcept { return link < kTop; }
  static constexpr Link link_to(TimerId id) noexcept { return id * kNodeBytes; }
  static constexpr TimerId id_of(Link link) noexcept { return link / kNodeBytes; }

  [[nodiscard]] TimerNode& at(Link link) const noexcept {
    return *reinterpret_cast<TimerNode*>(reinterpret_cast<std::byte*>(nodes_.data()) + link);
  }

  // Where a timer due then waits: an index into heads_, and by kSlots into used_.
  static unsigned slot_of(Tick due, Tick cursor) noexcept {
    // The highest bit that differs; written so that it is one instruction on x86.
    const auto top = 63U ^ static_cast<unsigned>(std::countl_zero((due ^ cursor) | 1));
    if (top >= kLevels * kBits) {
      return kFarSlot;
    }
    const unsigned level = top * 43 >> 8;  // top / kBits
    return level * kSlots + static_cast<unsigned>(due >> level * kBits) % kSlots;
  }

  static constexpr std::uint64_t bit_of(unsigned slot) noexcept {
    return std::uint64_t{1} << slot % kSlots;
  }

  void insert(Link link, Tick due) noexcept {
    const unsigned slot = slot_of(due, cursor_);
    const Link head = heads_[slot];
    at(link).due_ = due;
    at(link).prev_ = kTop + slot;
    if (is_link(head)) {
      at(head).prev_ = link;
    } else {
      used_[slot / kSlots] |= bit_of(slot);
    }
    at(link).next_ = head;
    heads_[slot] = link;
  }

  void set_head(unsigned slot, Link link) noexcept {
    heads_[slot] = link;
    if (link == kNil) {
      used_[slot / kSlots] &= ~bit_of(slot);
    }
  }

  void forget_first() noexcept {
    first_ = kNone;
    first_due_ = kUnknown;
  }

  void find_first() const noexcept;
  void catch_up() noexcept;
  void advance(Tick to) noexcept;
  void cascade(unsigned slot) noexcept;
  void reverse(unsigned slot) noexcept;
  [[nodiscard]] bool slot_consistent(unsigned slot) const noexcept;

  std::span<TimerNode> nodes_;
  Tick next_tick_;  // the one after the wheel's time
  Tick cursor_;     // what the slots are relative to: before next_tick_, not after any due tick
  // The earliest due tick and a timer that has it; kUnknown and kNone until looked for again.
  mutable Tick first_due_ = kNever;
  mutable TimerId first_ = kNone;
  mutable bool behind_ = false;  // it took longer to find for the cursor being behind the time
  std::array<std::uint64_t, kLevels + 1> used_{};  // a bit a slot: its list is not empty
  std::array<Link, kFarSlot + 1> heads_;           // newest first
};
static_assert(sizeof(TimerWheel) <= 1400);

}  // namespace doorcall
