#include "agent/daemon/dnd_driver.hpp"

#include <utility>

namespace doorcall::daemon {

DndDriver::DndDriver(platform::EventLoop& loop, Agent& agent,
                     const std::vector<platform::DailyWindow>& schedule)
    : agent_(agent), switch_(DndSchedule(schedule)), timer_(loop, [this] { apply(); }) {}

void DndDriver::keep(const std::optional<DndWord>& word, Store store) {
  switch_.restore(word, read_wall_clock());
  stored_ = word;
  store_ = std::move(store);
}

void DndDriver::apply() {
  const UnixTime now = read_wall_clock();
  wanted_ = switch_.on_at(now);
  if (agent_.mode().dnd != wanted_) {
    (void)agent_.set_dnd(wanted_);
  }
  timer_.set(switch_.next_change(now));
  if (store_ && switch_.word() != stored_ && store_(switch_.word())) {
    stored_ = switch_.word();
  }
}

void DndDriver::set_schedule(const std::vector<platform::DailyWindow>& schedule) {
  switch_.replace(DndSchedule(schedule), read_wall_clock());
  apply();
}

Errc DndDriver::say(bool on, std::optional<UnixTime> until) {
  const Errc code = agent_.set_dnd(on);
  if (code == Errc::kOk) {
    switch_.say(on, until, read_wall_clock());
    apply();
  }
  return code;
}

void DndDriver::follow_schedule() {
  switch_.follow();
  apply();
}

void DndDriver::on_mode(const DeviceMode& mode) {
  if (mode.dnd != wanted_ && mode.dnd == agent_.mode().dnd) {
    switch_.say(mode.dnd, std::nullopt, read_wall_clock());
    apply();
  }
}

UnixTime DndDriver::next_showing(int minute_of_day) const {
  return daemon::next_showing(minute_of_day, read_wall_clock(), switch_.schedule().to_local());
}

platform::Json DndDriver::mode() const {
  const DeviceMode mode = agent_.mode();
  const char* const source = switch_.said()               ? "manual"
                             : switch_.schedule().empty() ? "none"
                                                          : "schedule";
  platform::Json object = platform::Json::object();
  object.set("dnd", mode.dnd).set("dnd_source", source);
  if (const auto until = switch_.next_change(read_wall_clock())) {
    object.set("dnd_until_ms", *until * 1000);
  } else {
    object.set("dnd_until_ms", platform::Json());
  }
  object.set("ring_to_open", mode.ring_to_open)
      .set("ring_to_open_left_ms", mode.ring_to_open_left.count());
  return object;
}

}  // namespace doorcall::daemon
