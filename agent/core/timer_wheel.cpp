// Finds the earliest of many timers, most of which will be cancelled, in constant time and little
// memory. A timer waits in the slot that the highest bit in which its due tick and the cursor
// differ selects: that bit's group of six is the level, the due tick's value there is the slot. So
// the timers of a lower level are due earlier than those of a higher one, and on one level those of
// a lower slot are: two bit scans find the earliest slot. When the cursor moves to the earliest due
// tick only the slot around that tick changes its meaning and is dealt out anew.
//
// A timer's slot depends on its due tick and the cursor alone, so equal ticks always share a list,
// and as lists keep the order of arming, equal ticks fire in it. Lists are newest first, since that
// needs but one word a slot; a list of level 0 is turned round when its tick comes, as nothing can
// join it any more.

#include "agent/core/timer_wheel.hpp"

#include <algorithm>

namespace doorcall {

TimerWheel::TimerWheel(std::span<TimerNode> nodes, Tick now) noexcept
    : nodes_(nodes), next_tick_(std::min(now, kNever - 1) + 1), cursor_(next_tick_ - 1) {
  heads_.fill(kNil);
  for (TimerNode& node : nodes_) {
    node.prev_ = kIdle;
  }
}

TimerId TimerWheel::pop_due(Tick now) noexcept {
  next_tick_ = std::max(next_tick_, std::min(now, kNever - 1) + 1);
  const Tick due = next_due();
  if (due >= next_tick_) {
    catch_up();
    return kNone;
  }
  const auto slot = static_cast<unsigned>(due % kSlots);
  if (due != cursor_) {
    advance(due);
    reverse(slot);
  }
  const TimerId id = id_of(heads_[slot]);
  cancel(id);
  return id;
}

/// Looks up the earliest slot and there the earliest timer.
void TimerWheel::find_first() const noexcept {
  const auto* used = std::find_if(used_.begin(), used_.end(), [](auto bits) { return bits != 0; });
  if (used == used_.end()) {
    first_due_ = kNever;
    return;
  }
  const auto level = static_cast<unsigned>(used - used_.begin());
  const auto slot = level * kSlots + static_cast<unsigned>(std::countr_zero(*used));
  Link earliest = heads_[slot];
  if (level != 0) {
    for (Link link = at(earliest).next_; is_link(link); link = at(link).next_) {
      earliest = at(link).due_ < at(earliest).due_ ? link : earliest;
    }
    behind_ = slot_of(next_tick_ - 1, cursor_) == slot;
  }
  first_ = id_of(earliest);
  first_due_ = at(earliest).due_;
}

/// Brings the cursor to the wheel's time if that moves no timers, or if leaving it behind has been
/// dear. Otherwise a jump would pay for timers that it does not fire.
void TimerWheel::catch_up() noexcept {
  const Tick now = next_tick_ - 1;
  if (behind_ || heads_[slot_of(now, cursor_)] == kNil) {
    behind_ = false;
    advance(now);
  }
}

/// Moves the cursor. No armed timer may be due before `to`.
void TimerWheel::advance(Tick to) noexcept {
  const unsigned slot = slot_of(to, cursor_);
  cursor_ = to;
  if (slot >= kSlots && heads_[slot] != kNil) {
    cascade(slot);
  }
}

/// Deals a slot's timers out to where they belong under the new cursor.
void TimerWheel::cascade(unsigned slot) noexcept {
  Link oldest = heads_[slot];
  while (is_link(at(oldest).next_)) {
    oldest = at(oldest).next_;
  }
  set_head(slot, kNil);
  while (is_link(oldest)) {
    const Link newer = at(oldest).prev_;
    insert(oldest, at(oldest).due_);
    oldest = newer;
  }
}

/// Turns a list round, from newest first to oldest first.
void TimerWheel::reverse(unsigned slot) noexcept {
  Link link = heads_[slot];
  Link before = kNil;
  while (is_link(link)) {
    const Link after = at(link).next_;
    at(link).next_ = before;
    at(link).prev_ = is_link(after) ? after : kTop + slot;
    before = link;
    link = after;
  }
  heads_[slot] = before;
}

std::size_t TimerWheel::armed_count() const noexcept {
  return static_cast<std::size_t>(std::count_if(
      nodes_.begin(), nodes_.end(), [](const TimerNode& node) { return node.prev_ != kIdle; }));
}

bool TimerWheel::consistent() const noexcept {
  std::size_t linked = 0;
  Tick earliest = kNever;
  for (unsigned slot = 0; slot < heads_.size(); ++slot) {
    if (!slot_consistent(slot)) {
      return false;
    }
    for (Link link = heads_[slot]; is_link(link); link = at(link).next_) {
      earliest = std::min(earliest, at(link).due_);
      ++linked;
    }
  }
  if (linked != armed_count() || used_[kLevels] > 1 || cursor_ >= next_tick_ ||
      cursor_ > earliest) {
    return false;
  }
  if (first_ == kNone) {
    return first_due_ == kUnknown || (first_due_ == kNever && earliest == kNever);
  }
  return first_due_ == earliest && armed(first_) && due(first_) == earliest;
}

/// Whether a slot's list holds together and its timers belong there.
bool TimerWheel::slot_consistent(unsigned slot) const noexcept {
  if ((heads_[slot] != kNil) != ((used_[slot / kSlots] & bit_of(slot)) != 0)) {
    return false;
  }
  Link before = kTop + slot;
  for (Link link = heads_[slot]; link != kNil; link = at(link).next_) {
    // A link back into the list would find another `before` there, so this ends.
    if (link % kNodeBytes != 0 || id_of(link) >= nodes_.size() || at(link).prev_ != before ||
        slot_of(at(link).due_, cursor_) != slot) {
      return false;
    }
    before = link;
  }
  return true;
}

}  // namespace doorcall
