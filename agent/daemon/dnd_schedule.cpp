// A week as one flag a minute, looked up by what the clock on the wall shows. The way to the next
// edge is counted on that clock; where its offset to UTC is another one at the end of the way, it
// has jumped in between: then the walk stops at the jump and goes on from there.
#include "agent/daemon/dnd_schedule.hpp"

#include <ctime>
#include <utility>

namespace doorcall::daemon {
namespace {

constexpr int kDay = 24 * 60;
constexpr int kWeek = 7 * kDay;

int minute_of_week(const LocalMoment& moment) {
  return moment.weekday * kDay + moment.minute;
}

}  // namespace

LocalMoment local_moment(UnixTime at) {
  ::tzset();
  const auto time = static_cast<std::time_t>(at);
  std::tm local{};
  ::localtime_r(&time, &local);
  return {.weekday = (local.tm_wday + 6) % 7,
          .minute = local.tm_hour * 60 + local.tm_min,
          .second = local.tm_sec,
          .offset = local.tm_gmtoff};
}

UnixTime next_showing(int minute, UnixTime now, const ToLocal& to_local) {
  const LocalMoment local = to_local(now);
  const int minutes = (minute - local.minute + kDay - 1) % kDay + 1;
  const UnixTime at = now - local.second + minutes * 60;
  return at + local.offset - to_local(at).offset;
}

DndSchedule::DndSchedule(const std::vector<platform::DailyWindow>& windows, ToLocal to_local)
    : week_(kWeek, false), to_local_(std::move(to_local)), empty_(windows.empty()) {
  for (const platform::DailyWindow& window : windows) {
    add(window);
  }
}

void DndSchedule::add(const platform::DailyWindow& window) {
  const int from = window.from;
  const int length = window.to > from ? window.to - from : kDay - from + window.to;
  for (int day = 0; day < 7; ++day) {
    if ((window.days >> day & 1) == 0) {
      continue;
    }
    for (int minute = 0; minute < length; ++minute) {
      week_[static_cast<std::size_t>((day * kDay + from + minute) % kWeek)] = true;
    }
  }
}

bool DndSchedule::on_at(UnixTime now) const {
  return week_[static_cast<std::size_t>(minute_of_week(to_local_(now)))];
}

std::optional<int> DndSchedule::minutes_to_edge(const LocalMoment& now) const {
  const int start = minute_of_week(now);
  const bool on = week_[static_cast<std::size_t>(start)];
  for (int minutes = 1; minutes < kWeek; ++minutes) {
    if (week_[static_cast<std::size_t>((start + minutes) % kWeek)] != on) {
      return minutes;
    }
  }
  return std::nullopt;
}

UnixTime DndSchedule::first_with_other_offset(UnixTime from, UnixTime to) const {
  const std::int64_t before = to_local_(from).offset;
  while (to - from > 1) {
    const UnixTime middle = from + (to - from) / 2;
    (to_local_(middle).offset == before ? from : to) = middle;
  }
  return to;
}

std::optional<UnixTime> DndSchedule::next_edge(UnixTime now) const {
  const bool on = on_at(now);
  constexpr int kJumpsMax = 4;
  for (int jumps = 0; jumps < kJumpsMax; ++jumps) {
    const LocalMoment local = to_local_(now);
    const std::optional<int> minutes = minutes_to_edge(local);
    if (!minutes) {
      return std::nullopt;
    }
    const UnixTime edge = now - local.second + UnixTime{*minutes} * 60;
    if (to_local_(edge).offset == local.offset) {
      return edge;
    }
    now = first_with_other_offset(now, edge);
    if (on_at(now) != on) {
      return now;
    }
  }
  return now;  // a clock that jumps this often is looked at again
}

}  // namespace doorcall::daemon
