#pragma once

#include <cstdint>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/hold_filter.hpp"

namespace doorcall::platform {

/// The times of one button; `hold` is the least that a press lasts. See HoldFilter.
struct PressTimes {
  Millis gap{5};
  Millis hold{30};
  Millis double_time{400};    ///< from the release to the second press; 0: no double presses
  Millis long_time{800};      ///< 0: no long presses
  Millis stuck_time{60'000};  ///< 0: never

  bool operator==(const PressTimes&) const = default;
};

struct PressEvent {
  enum class Kind : std::uint8_t {
    kPressed,
    kReleased,  ///< follows each kPressed
    kSingle,    ///< the press, or the pair of presses, is told: exactly one of these three for each
    kDouble,
    kLong,
    kStuck,  ///< it is held for too long; told once, until
    kFreed,  ///< it is released
  };
  Kind kind;
  Instant at;

  bool operator==(const PressEvent&) const = default;
};

/// From the edges of a line to single, double and long presses.
///
///          pressed                  long_time: long
///   idle ───────────► down ─────────────────────────────► done ──┐ released
///    ▲                 │  double_time, no long: single    ▲      │
///    │                 │ released                         │      │
///    │   single        ▼              pressed: double     │      │
///    └────────────── between ─────────────────────────────┘      │
///    └────────────────────────────────────────────────────────────┘
///
/// What is not wanted costs no time: without double and long presses the single one is told with
/// the press itself, without double ones with the release. A line that is active at the start
/// (`held`) is ignored until it is released.
///
/// Pure: edges and ticks come in with times that never go back (a time that does counts as the last
/// one), events come out. What is due at the time of an edge happens before it. Each call costs a
/// few steps, and none allocates when `ret_events` has room for 4.
class PressRecogniser {
 public:
  PressRecogniser(const PressTimes& times, bool active, Instant now) noexcept;

  /// The line's level from `at` on; an edge that repeats the level is none.
  void edge(bool active, Instant at, std::vector<PressEvent>& ret_events);
  void tick(Instant now, std::vector<PressEvent>& ret_events);
  /// Edges were lost since the last one: none of them begins or ends a press.
  void missed() noexcept { filter_.bridge(); }
  /// The line is gone: what is pressed is released without an action, what was released is told.
  void lost(Instant now, std::vector<PressEvent>& ret_events);
  /// Waits for other kinds of press from now on; also while it is pressed.
  void set_kinds(Millis double_time, Millis long_time) noexcept {
    times_.double_time = double_time;
    times_.long_time = long_time;
  }
  /// When tick() has something to do; kNever: not before the next edge.
  [[nodiscard]] Instant deadline() const noexcept;

  [[nodiscard]] bool stuck() const noexcept { return stuck_; }
  /// What was done so far, in units that take constant time.
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

 private:
  enum class State : std::uint8_t { kIdle, kDown, kDone, kBetween, kHeld };

  void advance(Instant now, std::vector<PressEvent>& ret_events);
  [[nodiscard]] Instant own_deadline() const noexcept;
  void own_due(Instant at, std::vector<PressEvent>& ret_events);
  void pressed(Instant at, std::vector<PressEvent>& ret_events);
  void released(Instant at, std::vector<PressEvent>& ret_events);

  PressTimes times_;
  HoldFilter filter_;
  State state_;
  bool stuck_ = false;
  Instant now_;
  Instant since_;  ///< of the press; in kBetween: when it ended
  std::uint64_t steps_ = 0;
};

}  // namespace doorcall::platform
