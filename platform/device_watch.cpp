#include "platform/device_watch.hpp"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace doorcall::platform {

DeviceWatch::DeviceWatch(EventLoop& loop, std::function<void()> on_try, When when,
                         std::vector<std::string> folders)
    : loop_(loop),
      on_try_(std::move(on_try)),
      when_(when),
      folders_(std::move(folders)),
      timer_(loop, [this] { due(); }) {
  if (when_ == When::kAlways) {
    open();
  }
}

void DeviceWatch::missing(bool any) {
  if (any == missing_) {
    return;
  }
  missing_ = any;
  if (!any) {
    if (when_ == When::kMissing) {
      watch_.reset();
      inotify_.reset();
    }
    due_ = kNever;
    timer_.cancel();
    return;
  }
  pause_ = kFirst;
  due_ = loop_.now() + pause_;
  timer_.set(due_);
  if (when_ == When::kMissing) {
    open();
  }
}

void DeviceWatch::open() {
  inotify_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (inotify_) {  // else the timer alone has to do
    watch_ = loop_.add(inotify_.get(), EPOLLIN, [this](std::uint32_t) { changed(); });
    watch();
  }
}

void DeviceWatch::watch() {
  for (const std::string& folder : folders_) {
    // A folder that is not there yet shows in the one above. Again is no second watch.
    (void)::inotify_add_watch(inotify_.get(), folder.c_str(),
                              IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVED_TO | IN_ONLYDIR);
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
  due_ = kNever;
  if (missing_) {
    pause_ = std::min(2 * pause_, kLongest);
    due_ = loop_.now() + pause_;
    timer_.set(due_);
  }
  on_try_();
}

}  // namespace doorcall::platform
