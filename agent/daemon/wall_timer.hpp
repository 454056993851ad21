#pragma once

#include <functional>
#include <optional>

#include "agent/daemon/dnd_schedule.hpp"
#include "platform/event_loop.hpp"
#include "platform/fd.hpp"

namespace doorcall::daemon {

/// A one-shot timer by the clock that people set. It also fires when that clock is set, early or
/// late: who is called looks at the time and arms it again. Idle it costs no wake-up. Thread: loop.
class WallTimer {
 public:
  /// Errors: throws std::system_error when the process is out of descriptors or memory.
  WallTimer(platform::EventLoop& loop, std::function<void()> on_due);
  WallTimer(const WallTimer&) = delete;
  WallTimer& operator=(const WallTimer&) = delete;

  /// Arms for `due`, replacing what was armed; none disarms, the past is due at once.
  void set(std::optional<UnixTime> due) noexcept;

 private:
  platform::Fd fd_;
  platform::Watch watch_;
};

/// The time now by that clock. Thread: any.
[[nodiscard]] UnixTime read_wall_clock() noexcept;

}  // namespace doorcall::daemon
