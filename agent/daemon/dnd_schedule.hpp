#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "platform/daily_window.hpp"

namespace doorcall::daemon {

/// Seconds since 1970, by the clock that people set.
using UnixTime = std::int64_t;

/// What the clock on the wall shows at one moment.
struct LocalMoment {
  int weekday = 0;          ///< 0 Monday … 6 Sunday
  int minute = 0;           ///< of the day, 0–1439
  int second = 0;           ///< of the minute
  std::int64_t offset = 0;  ///< seconds ahead of UTC; a change of it is a jump of this clock
};

using ToLocal = std::function<LocalMoment(UnixTime)>;

/// In the system's time zone, which may have changed since the last time.
[[nodiscard]] LocalMoment local_moment(UnixTime at);

/// When the clock next shows this minute of the day, after `now`.
[[nodiscard]] UnixTime next_showing(int minute, UnixTime now, const ToLocal& to_local);

/// The times of a week at which do not disturb is on. It goes by what the clock on the wall shows:
/// where that jumps over an edge the jump is the edge, and what it shows twice happens twice.
class DndSchedule {
 public:
  explicit DndSchedule(const std::vector<platform::DailyWindow>& windows = {},
                       ToLocal to_local = local_moment);

  [[nodiscard]] bool on_at(UnixTime now) const;
  /// The next moment after `now` at which on_at() changes; none: never.
  [[nodiscard]] std::optional<UnixTime> next_edge(UnixTime now) const;
  [[nodiscard]] bool empty() const noexcept { return empty_; }
  [[nodiscard]] const ToLocal& to_local() const noexcept { return to_local_; }

 private:
  void add(const platform::DailyWindow& window);
  [[nodiscard]] std::optional<int> minutes_to_edge(const LocalMoment& now) const;
  [[nodiscard]] UnixTime first_with_other_offset(UnixTime from, UnixTime to) const;

  std::vector<bool> week_;  ///< one for each minute from Monday on
  ToLocal to_local_;
  bool empty_ = true;
};

}  // namespace doorcall::daemon
