#pragma once

#include "agent/core/time.hpp"

namespace doorcall::platform {

/// When a door strike is on: one pulse at a time, of bounded length, with a pause after it. It
/// knows no clock and no line. Thread: one.
class Pulse {
 public:
  struct Limits {
    Millis longest{10'000};  ///< from on to off, however often it is asked for meanwhile
    Millis pause{1'000};     ///< it stays off for at least so long
  };
  enum class Answer {
    kOn,       ///< switch on
    kGoesOn,   ///< it is on, and stays so for the time asked for, or as long as the limit allows
    kPausing,  ///< refused: it has just been on
  };

  explicit Pulse(Limits limits) noexcept : limits_(limits) {}

  /// Asks for a pulse of this length from `now` on.
  Answer ask(Millis length, Instant now) noexcept;
  /// It is off, whoever switched it.
  void end(Instant now) noexcept;

  [[nodiscard]] bool on() const noexcept { return off_at_ != kNever; }
  /// When to switch off; kNever while it is off.
  [[nodiscard]] Instant off_at() const noexcept { return off_at_; }

 private:
  Limits limits_;
  Instant on_since_ = kNever;
  Instant off_at_ = kNever;
  Instant next_on_ = Instant::min();
};

}  // namespace doorcall::platform
