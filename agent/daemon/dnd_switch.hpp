#pragma once

#include <optional>

#include "agent/daemon/dnd_schedule.hpp"

namespace doorcall::daemon {

/// What a person has said about do not disturb.
struct DndWord {
  bool on = false;
  bool to_edge = false;           ///< until the schedule's next edge
  std::optional<UnixTime> until;  ///< none: for good
  bool operator==(const DndWord&) const = default;
};

/// Whether do not disturb is on: as a person said last, for as long as that counts, else as the
/// schedule says.
class DndSwitch {
 public:
  explicit DndSwitch(DndSchedule schedule) : schedule_(std::move(schedule)) {}

  /// A person's word counts until `until`; without that until the schedule's next edge, or for good
  /// where there is none.
  void say(bool on, std::optional<UnixTime> until, UnixTime now);
  /// A word from before a restart. One without an end ends at the next edge, should there be one
  /// now.
  void restore(const std::optional<DndWord>& word, UnixTime now);
  /// As the schedule says from now on.
  void follow() noexcept { word_.reset(); }
  /// Another schedule; a person's word that counts to an edge counts to the new one's next.
  void replace(DndSchedule schedule, UnixTime now);

  /// Forgets a word that has run out.
  [[nodiscard]] bool on_at(UnixTime now);
  /// When that changes by itself; none: never.
  [[nodiscard]] std::optional<UnixTime> next_change(UnixTime now) const;
  /// A person's word counts at the moment.
  [[nodiscard]] bool said() const noexcept { return word_.has_value(); }
  [[nodiscard]] const std::optional<DndWord>& word() const noexcept { return word_; }
  [[nodiscard]] const DndSchedule& schedule() const noexcept { return schedule_; }

 private:
  DndSchedule schedule_;
  std::optional<DndWord> word_;
};

}  // namespace doorcall::daemon
