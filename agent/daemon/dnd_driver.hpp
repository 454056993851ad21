#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "agent/daemon/dnd_switch.hpp"
#include "agent/daemon/wall_timer.hpp"
#include "doorcall/agent.hpp"
#include "platform/event_loop.hpp"
#include "platform/json.hpp"

namespace doorcall::daemon {

/// Switches the agent's do not disturb by the schedule and by what people say. Thread: loop.
class DndDriver {
 public:
  DndDriver(platform::EventLoop& loop, Agent& agent,
            const std::vector<platform::DailyWindow>& schedule);

  using Store = std::function<bool(const std::optional<DndWord>&)>;

  /// Goes on with a word from before a restart; `store` gets each change of it, and says whether it
  /// is kept. To be called before apply().
  void keep(const std::optional<DndWord>& word, Store store);
  /// Takes effect at once; to be called when the agent has been started.
  void apply();
  void set_schedule(const std::vector<platform::DailyWindow>& schedule);
  /// Errors: as Agent::set_dnd(); nothing is changed then.
  Errc say(bool on, std::optional<UnixTime> until);
  void follow_schedule();
  /// The agent's mode has changed, perhaps by a button: that is a person's word too.
  void on_mode(const DeviceMode& mode);

  [[nodiscard]] UnixTime next_showing(int minute_of_day) const;
  /// The `mode` object of the control socket.
  [[nodiscard]] platform::Json mode() const;

 private:
  Agent& agent_;
  DndSwitch switch_;
  WallTimer timer_;
  bool wanted_ = false;  ///< what the agent was told last
  Store store_;
  std::optional<DndWord> stored_;
};

}  // namespace doorcall::daemon
