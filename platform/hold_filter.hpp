#pragma once

#include "agent/core/time.hpp"

namespace doorcall::platform {

/// From a bouncing line to clean presses. A burst begins when the line gets active and ends when it
/// has been inactive for `gap`. It is a press from the moment on that the line has been active for
/// `hold` in all; gaps inside it do not count. One burst is one press at most, and its end is the
/// release: so a chattering contact is one press, and with a gap longer than the pause between the
/// half-waves the ringing of an AC bell is one. A shorter disturbance is none.
///
/// Pure: times come in, in order; due() must be called until it is empty before an edge of the same
/// time.
class HoldFilter {
 public:
  HoldFilter(Millis gap, Millis hold) noexcept : gap_(gap), hold_(hold) {}

  /// The line is at this level now; an active one counts as pressed.
  void reset(bool active, Instant at) noexcept {
    state_ = active ? State::kPressed : State::kQuiet;
    active_ = active;
    since_ = changed_ = at;
  }

  /// The line's level from now on, which may be what it was.
  void edge(bool active, Instant at) noexcept {
    if (active == active_) {
      return;
    }
    if (state_ == State::kQuiet) {
      state_ = State::kBurst;
      since_ = at;
      active_time_ = Millis{0};
    } else if (active_) {
      active_time_ += at - changed_;
    }
    active_ = active;
    changed_ = at;
  }

  /// Edges were lost: what was a press has not ended because of that.
  void bridge() noexcept { active_ = active_ || state_ == State::kPressed; }

  /// When due() has something to do; kNever: not before the next edge.
  [[nodiscard]] Instant deadline() const noexcept {
    if (!active_) {
      return state_ == State::kQuiet ? kNever : changed_ + gap_;
    }
    return state_ == State::kBurst ? changed_ + (hold_ - active_time_) : kNever;
  }

  enum class Change { kNone, kPressed, kReleased };
  /// To be called at deadline(): what has become of the burst.
  Change due() noexcept {
    const State before = state_;
    state_ = active_ ? State::kPressed : State::kQuiet;
    if (state_ == State::kPressed) {
      return Change::kPressed;
    }
    return before == State::kPressed ? Change::kReleased : Change::kNone;
  }

  /// When the burst began.
  [[nodiscard]] Instant since() const noexcept { return since_; }
  /// When the line took its level.
  [[nodiscard]] Instant changed() const noexcept { return changed_; }

 private:
  enum class State { kQuiet, kBurst, kPressed };

  Millis gap_;
  Millis hold_;
  State state_ = State::kQuiet;
  bool active_ = false;
  Instant since_{};
  Instant changed_{};
  Millis active_time_{0};  ///< in this burst, before `changed_`
};

}  // namespace doorcall::platform
