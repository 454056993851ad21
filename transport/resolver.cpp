#include "transport/resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

namespace doorcall::transport {

bool is_numeric_address(const std::string& host) noexcept {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool run_in_background(std::function<void()> job) noexcept {
  // The mask is inherited: signals stay with the threads that expect them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  if (::pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
    return false;
  }
  bool started = false;
  try {
    std::thread(std::move(job)).detach();
    started = true;
  } catch (const std::exception&) {
    // Out of threads or memory: the caller says so.
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

Resolution resolve(const std::string& host) {
  Resolution result;
  if (is_numeric_address(host)) {
    result.addresses.push_back(host);
    return result;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (failed != 0) {
    result.error = "cannot resolve host '" + host + "': ";
    result.error += failed == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(failed);
    return result;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  for (const int family : {AF_INET, AF_INET6}) {
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
      std::array<char, NI_MAXHOST> text{};
      if (entry->ai_family == family &&
          ::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) == 0 &&
          std::find(result.addresses.begin(), result.addresses.end(), text.data()) ==
              result.addresses.end()) {
        result.addresses.emplace_back(text.data());
      }
    }
  }
  if (result.addresses.empty()) {
    result.error = "host '" + host + "' has no IPv4 or IPv6 address";
  }
  return result;
}

}  // namespace doorcall::transport
