#include "agent/daemon/dnd_switch.hpp"

#include <utility>

namespace doorcall::daemon {

void DndSwitch::say(bool on, std::optional<UnixTime> until, UnixTime now) {
  word_ = DndWord{.on = on, .to_edge = !until, .until = until ? until : schedule_.next_edge(now)};
}

void DndSwitch::restore(const std::optional<DndWord>& word, UnixTime now) {
  word_ = word;
  if (word_ && word_->to_edge && !word_->until) {
    word_->until = schedule_.next_edge(now);
  }
}

void DndSwitch::replace(DndSchedule schedule, UnixTime now) {
  schedule_ = std::move(schedule);
  if (word_ && word_->to_edge) {
    word_->until = schedule_.next_edge(now);
  }
}

bool DndSwitch::on_at(UnixTime now) {
  if (word_ && word_->until && now >= *word_->until) {
    word_.reset();
  }
  return word_ ? word_->on : schedule_.on_at(now);
}

std::optional<UnixTime> DndSwitch::next_change(UnixTime now) const {
  return word_ ? word_->until : schedule_.next_edge(now);
}

}  // namespace doorcall::daemon
