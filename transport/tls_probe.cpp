// Paho knows that a connection failed, and its C++ wrapper not why: its error handler is called by
// the address of a variable that is gone. So after a failure we make the handshake ourselves.

#include "transport/tls_probe.hpp"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "transport/tls_context.hpp"

namespace doorcall::transport {

namespace {

using Clock = std::chrono::steady_clock;

/// TLS 1.3 lets the server refuse our certificate after the handshake is done here.
constexpr Millis kRefusalTime{500};

struct CloseSocket {
  int fd;
  ~CloseSocket() {
    if (fd >= 0) {
      ::close(fd);
    }
  }
};

bool wait_for(int fd, short events, Clock::time_point end) {
  const auto left = std::chrono::duration_cast<Millis>(end - Clock::now());
  pollfd ready{fd, events, 0};
  return left > Millis{0} && ::poll(&ready, 1, static_cast<int>(left.count())) > 0;
}

/// A connected socket; -1 with the reason in errno.
int connect_to(const std::string& address, std::uint16_t port, Clock::time_point end) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    errno = EINVAL;
    return -1;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> keeper(found, &::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int error = fd < 0 ? errno : 0;
  if (fd >= 0 && ::connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    socklen_t size = sizeof error;
    const bool began = errno == EINPROGRESS;
    error = began ? ETIMEDOUT : errno;
    if (began && wait_for(fd, POLLOUT, end)) {
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  if (error == 0) {
    return fd;
  }
  if (fd >= 0) {
    ::close(fd);
  }
  errno = error;
  return -1;
}

/// Runs one step of OpenSSL until it is done, fails or `end` comes.
template <typename Step>
bool finish(SSL* ssl, int fd, Clock::time_point end, Step step) {
  for (;;) {
    const int result = step();
    if (result == 1) {
      return true;
    }
    const int wanted = SSL_get_error(ssl, result);
    if ((wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) ||
        !wait_for(fd, wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, end)) {
      return false;
    }
  }
}

std::string last_openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  return text.data();
}

}  // namespace

TlsFailure probe_tls(const TlsOptions& options, const std::string& name, const std::string& address,
                     std::uint16_t port, Millis limit) {
  const Clock::time_point end = Clock::now() + limit;
  TlsContext context(options, name);
  if (std::string error = context.make(); !error.empty()) {
    return {error, true};
  }
  const CloseSocket socket{connect_to(address, port, end)};
  if (socket.fd < 0) {
    return {std::strerror(errno), false};
  }
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  if (ssl == nullptr || SSL_set_fd(ssl.get(), socket.fd) != 1) {
    return {};
  }
  ERR_clear_error();
  if (finish(ssl.get(), socket.fd, end, [&] { return SSL_connect(ssl.get()); })) {
    char byte = 0;
    (void)finish(ssl.get(), socket.fd, std::min(end, Clock::now() + kRefusalTime),
                 [&] { return SSL_read(ssl.get(), &byte, 1); });
  } else if (context.failure().text.empty()) {
    return library_failure(last_openssl_error());
  }
  return context.failure();
}

}  // namespace doorcall::transport
