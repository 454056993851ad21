// Overrides of four libc functions for Debian 12's Paho MQTT C library 1.3.12, which waits where it
// need not. Not part of the link's library: a program opts in by linking this file (doorcalld does;
// without it everything works, only slower). Calls from anywhere else pass through unchanged.
//
//   socket       Paho never sets TCP_NODELAY: up to 44 ms a hop.
//   usleep       Its receive thread sleeps 100 ms after each idle second: a ring can be that late.
//   poll         It looks only once a second whether a connection is complete.
//   getaddrinfo  It resolves under its global mutex: the link has resolved the name already.
//
// It relies on the library calling these through its PLT; a test counts the hits.

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "transport/paho_hooks.hpp"

extern "C" int MQTTAsync_isConnected(void* handle);  // NOLINT(readability-identifier-naming)

namespace {

constexpr useconds_t kIdleSleep = 100'000;
constexpr useconds_t kShortSleep = 1'000;
constexpr int kIdlePollMs = 1'000;
constexpr int kConnectingPollMs = 5;

doorcall::transport::PahoShim shim;

/// Paho's stop function sleeps with the same call as its receive thread, but counts the sleeps: cut
/// short it would free what the threads still use. Paho gives its threads names.
bool is_receive_thread() {
  std::array<char, 16> name{};
  return ::prctl(PR_GET_NAME, name.data()) == 0 && std::string_view(name.data()) == "MQTTAsync_rcv";
}

const void* base_of(const void* code) {
  Dl_info info{};
  return ::dladdr(code, &info) != 0 ? info.dli_fbase : nullptr;
}

bool is_paho(const void* caller) {
  static const void* const paho = base_of(reinterpret_cast<const void*>(&MQTTAsync_isConnected));
  return shim.enabled && paho != nullptr && base_of(caller) == paho;
}

/// The thread's last poll() has waited for a second in vain.
thread_local bool has_waited = false;

/// The function that would have been called without this file.
template <typename Function>
Function next_of(const char* name, Function /*type*/) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// These must look as in the system's headers, but for the reserved parameter names there.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

doorcall::transport::PahoShim* doorcall_paho_shim() {
  return &shim;
}

int socket(int domain, int type, int protocol) noexcept {
  static const auto next = next_of("socket", &::socket);
  const int fd = next(domain, type, protocol);
  if (fd >= 0 && (domain == AF_INET || domain == AF_INET6) && (type & SOCK_STREAM) != 0 &&
      is_paho(__builtin_return_address(0))) {
    ++shim.socket;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return fd;
}

int usleep(useconds_t time) {
  static const auto next = next_of("usleep", &::usleep);
  if (time == kIdleSleep && is_paho(__builtin_return_address(0)) && is_receive_thread()) {
    ++shim.usleep;
    if (std::exchange(has_waited, false)) {
      return 0;
    }
    time = kShortSleep;  // it has no socket yet
  }
  return next(time);
}

int poll(pollfd* fds, nfds_t count, int timeout) {
  static const auto next = next_of("poll", &::poll);
  if (timeout > kConnectingPollMs && doorcall::transport::paho_connecting() > 0 &&
      is_paho(__builtin_return_address(0))) {
    ++shim.poll;
    timeout = kConnectingPollMs;
  }
  const int ready = next(fds, count, timeout);
  has_waited = ready == 0 && timeout == kIdlePollMs;
  return ready;
}

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** list) {
  static const auto next = next_of("getaddrinfo", &::getaddrinfo);
  if (node != nullptr && is_paho(__builtin_return_address(0))) {
    const std::string address = doorcall::transport::paho_resolved_names().find(node);
    if (!address.empty()) {
      ++shim.getaddrinfo;
      return next(address.c_str(), service, hints, list);
    }
  }
  return next(node, service, hints, list);
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
