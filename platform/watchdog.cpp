#include "platform/watchdog.hpp"

#include <utility>

namespace doorcall::platform {

Watchdog::Watchdog(EventLoop& loop, Millis time, std::function<bool()> alive,
                   std::function<bool()> feed)
    : loop_(loop),
      pace_(time),
      alive_(std::move(alive)),
      feed_(std::move(feed)),
      timer_(loop, [this] { on_wake_up(); }) {}

void Watchdog::on_wake_up() {
  const Instant now = loop_.now();
  if (!pace_.due(now)) {
    return;
  }
  if (alive_() && feed_()) {
    pace_.fed(now);
  } else {
    pace_.not_fed(now);
  }
  timer_.set(pace_.wake_up());
}

}  // namespace doorcall::platform
