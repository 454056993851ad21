#include "tests/fakes/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace doorcall::fakes {

namespace {

constexpr int kTick_ms = 5;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void set_nodelay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

TcpProxy::TcpProxy(std::uint16_t upstream_port) : upstream_(upstream_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::listen(listener_, 16) != 0) {
    throw std::runtime_error("the proxy cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

TcpProxy::~TcpProxy() {
  stop_ = true;
  thread_.join();
  for (Pair& pair : pairs_) {
    close(pair);
  }
  ::close(listener_);
}

void TcpProxy::close(Pair& pair) {
  ::close(pair.up.from);
  ::close(pair.up.to);
}

void TcpProxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) {
    return;
  }
  ++connections_;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(upstream_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(server);
    ::close(client);
    return;
  }
  set_nodelay(client);
  set_nodelay(server);
  pairs_.push_back({{client, server, {}, false}, {server, client, {}, true}, false});
}

void TcpProxy::move(Way& way, Pair& pair) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::recv(way.from, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
    pair.dead = true;
  }
  const bool swallow = way.from_server ? swallow_from_server_ : swallow_from_client_;
  if (count > 0 && !swallow) {
    way.pieces.push_back({{buffer.data(), buffer.data() + count}, now_ms() + delay_ms_});
  }
  while (!way.pieces.empty() && !hold_ && way.pieces.front().due_ms <= now_ms()) {
    std::vector<char>& bytes = way.pieces.front().bytes;
    const ssize_t sent = ::send(way.to, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      pair.dead = pair.dead || (errno != EAGAIN && errno != EWOULDBLOCK);
      return;
    }
    bytes.erase(bytes.begin(), bytes.begin() + sent);
    if (bytes.empty()) {
      way.pieces.pop_front();
    }
  }
}

void TcpProxy::run() {
  while (!stop_) {
    std::vector<pollfd> fds{{listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      fds.push_back({pair.up.from, POLLIN, 0});
      fds.push_back({pair.down.from, POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), kTick_ms);
    if ((fds[0].revents & POLLIN) != 0) {
      accept_one();
    }
    const bool cut = cut_.exchange(false);
    for (auto pair = pairs_.begin(); pair != pairs_.end();) {
      move(pair->up, *pair);
      move(pair->down, *pair);
      if (cut || pair->dead) {
        close(*pair);
        pair = pairs_.erase(pair);
      } else {
        ++pair;
      }
    }
  }
}

}  // namespace doorcall::fakes
