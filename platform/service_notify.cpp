#include "platform/service_notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace doorcall::platform {
namespace {

constexpr std::int64_t kMicrosInMilli = 1'000;

/// The variable's value, empty if there is none; it is gone afterwards.
std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string taken = value == nullptr ? "" : value;
  ::unsetenv(name);
  return taken;
}

std::int64_t to_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && *end == '\0' ? value : 0;
}

/// A datagram socket that speaks to `name`; empty if that can't be.
Fd connect_to(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() < 2 || name.size() >= sizeof address.sun_path) {
    return {};
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name.front() == '@') {
    address.sun_path[0] = '\0';
  }
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    fd.reset();
  }
  return fd;
}

}  // namespace

ServiceEnvironment take_service_environment() {
  ServiceEnvironment taken;
  taken.socket = take_variable("NOTIFY_SOCKET");
  const std::int64_t micros = to_number(take_variable("WATCHDOG_USEC"));
  const std::string pid = take_variable("WATCHDOG_PID");
  if (micros > 0 && (pid.empty() || to_number(pid) == ::getpid())) {
    taken.watchdog = Millis(micros / kMicrosInMilli);
  }
  taken.state_directory = take_variable("STATE_DIRECTORY");
  return taken;
}

ServiceNotify::ServiceNotify(const std::string& socket) : fd_(connect_to(socket)) {}

void ServiceNotify::reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t micros = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
  (void)send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros));
}

void ServiceNotify::status(std::string_view text) {
  if (enabled() && status_ != text) {
    status_ = text;
    (void)send("STATUS=" + status_);
  }
}

bool ServiceNotify::send(std::string_view text) const {
  return enabled() && ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                          static_cast<ssize_t>(text.size());
}

}  // namespace doorcall::platform
