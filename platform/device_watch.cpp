#include "platform/device_watch.hpp"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace doorcall::platform {

DeviceWatch::DeviceWatch(EventLoop& loop, std::function<void()> on_try)
    : loop_(loop), on_try_(std::move(on_try)), timer_(loop, [this] { due(); }) {}

void DeviceWatch::missing(bool any) {
  if (any == missing_) {
    return;
  }
  missing_ = any;
  if (!any) {
    watch_.reset();
    inotify_.reset();
    timer_.cancel();
    return;
  }
  pause_ = kFirst;
  due_ = loop_.now() + pause_;
  timer_.set(due_);
  inotify_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (inotify_) {  // else the timer alone has to do
    watch_ = loop_.add(inotify_.get(), EPOLLIN, [this](std::uint32_t) { changed(); });
    watch();
  }
}

void DeviceWatch::watch() {
  for (const char* const folder : {"/dev", "/dev/input", "/dev/input/by-id"}) {
    // A folder that is not there yet shows in the one above. Again is no second watch.
    (void)::inotify_add_watch(inotify_.get(), folder,
                              IN_CREATE | IN_ATTRIB | IN_MOVED_TO | IN_ONLYDIR);
  }
}

void DeviceWatch::changed() {
  alignas(inotify_event) std::array<char, 4096> buffer;
  while (::read(inotify_.get(), buffer.data(), buffer.size()) > 0) {
  }
  watch();
  const Instant soon = loop_.now() + kSettle;
  if (soon < due_) {
    due_ = soon;
    timer_.set(due_);
  }
}

void DeviceWatch::due() {
  pause_ = std::min(2 * pause_, kLongest);
  due_ = loop_.now() + pause_;
  timer_.set(due_);
  on_try_();
}

}  // namespace doorcall::platform
