#include "platform/watched_child.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace doorcall::platform {
namespace {

constexpr int kReadsAtExitMax = 16;  ///< what it wrote last is heard

/// Reads once and hands on the complete lines. False when there is nothing more now.
template <typename Take>
bool read_lines(const Fd& fd, LineSplitter& lines, Take take) {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count <= 0) {
    return false;
  }
  lines.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
  std::string line;
  for (auto next = lines.next(line); next != LineSplitter::Next::kNone; next = lines.next(line)) {
    if (next == LineSplitter::Next::kLine) {
      take(line);
    }
  }
  return true;
}

}  // namespace

bool WatchedChild::spawn(const std::vector<std::string>& argv, Events events,
                         std::string& ret_error) {
  events_ = std::move(events);
  if (!child_.spawn(argv, {}, ret_error)) {
    return false;
  }
  try {
    watch();
  } catch (const std::system_error& problem) {
    ret_error = std::string("cannot watch ") + argv.front() + ": " + problem.what();
    unwatch();
    return false;
  }
  return true;
}

void WatchedChild::watch() {
  output_watch_ = loop_.add(child_.output.get(), EPOLLIN, [this](std::uint32_t) {
    if (!read_output()) {
      output_watch_.reset();
    }
  });
  errors_watch_ = loop_.add(child_.errors.get(), EPOLLIN, [this](std::uint32_t) {
    if (!read_errors()) {
      errors_watch_.reset();
    }
  });
  exit_watch_ = loop_.add(child_.exit_fd(), EPOLLIN, [this](std::uint32_t) { on_end(); });
}

void WatchedChild::unwatch() noexcept {
  output_watch_.reset();
  errors_watch_.reset();
  exit_watch_.reset();
}

bool WatchedChild::read_output() {
  return read_lines(child_.output, output_, [this](std::string_view line) {
    if (events_.on_line) {
      events_.on_line(line);
    }
  });
}

bool WatchedChild::read_errors() {
  return read_lines(child_.errors, errors_,
                    [this](std::string_view line) { log_.info(area_, "it says: ", line); });
}

bool WatchedChild::send(std::string_view line) {
  const std::string text = std::string(line).append("\n");
  return ::send(child_.input.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

void WatchedChild::end_input(Millis wait) noexcept {
  unwatch();
  child_.input.reset();
  pollfd ended{.fd = child_.exit_fd(), .events = POLLIN, .revents = 0};
  ::poll(&ended, 1, static_cast<int>(wait.count()));
}

void WatchedChild::on_end() {
  for (int i = 0; i < kReadsAtExitMax && read_output(); ++i) {
  }
  for (int i = 0; i < kReadsAtExitMax && read_errors(); ++i) {
  }
  ChildExit exit;
  if (!child_.reap(exit)) {
    return;
  }
  unwatch();
  const auto on_exit = std::move(events_.on_exit);
  on_exit(exit);
}

}  // namespace doorcall::platform
