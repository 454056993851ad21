// Bytes to and from a control socket, without its client.

#include "tests/fakes/raw_client.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>

#include "platform/unix_listener.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

RawClient::RawClient(const std::string& path)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const std::optional<sockaddr_un> address = platform::unix_address(path);
  CHECK_EQUAL(0,
              ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address));
}

std::size_t RawClient::send(std::string_view bytes) const {
  const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

void RawClient::finish() const {
  ::shutdown(fd_.get(), SHUT_WR);
}

bool RawClient::receive() {
  std::array<char, 65536> buffer;
  ssize_t count = 0;
  while ((count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0)) > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  closed_ = closed_ || count == 0 || (errno != EAGAIN && errno != EINTR);
  return !closed_;
}

bool RawClient::closed() {
  receive();
  return closed_;
}

std::string RawClient::line() {
  receive();
  const std::size_t end = received_.find('\n');
  if (end == std::string::npos) {
    return {};
  }
  std::string first = received_.substr(0, end);
  received_.erase(0, end + 1);
  return first;
}

}  // namespace doorcall::test
