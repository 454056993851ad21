#include "agent/daemon/wall_timer.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

namespace doorcall::daemon {

WallTimer::WallTimer(platform::EventLoop& loop, std::function<void()> on_due)
    : fd_(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (!fd_) {
    throw std::system_error(errno, std::generic_category(), "timerfd_create");
  }
  watch_ = loop.add(fd_.get(), EPOLLIN, [this, on_due = std::move(on_due)](std::uint32_t) {
    std::uint64_t count = 0;
    // ECANCELED: the clock was set. Anything else that is not a count: it was armed anew meanwhile.
    if (::read(fd_.get(), &count, sizeof count) > 0 || errno == ECANCELED) {
      on_due();
    }
  });
}

void WallTimer::set(std::optional<UnixTime> due) noexcept {
  itimerspec spec{};
  if (due) {
    spec.it_value.tv_sec = static_cast<std::time_t>(std::max<UnixTime>(*due, 1));  // 0 disarms
  }
  ::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr);
}

UnixTime read_wall_clock() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec;
}

}  // namespace doorcall::daemon
