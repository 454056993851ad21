#include "platform/control_connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace doorcall::platform::detail {
namespace {

constexpr std::size_t kReadBytes = std::size_t{16} * 1024;

}  // namespace

ControlConnection::ControlConnection(EventLoop& loop, Fd fd, EventLoop::Callback on_ready)
    : fd_(std::move(fd)),
      peer_(credentials_of(fd_.get())),
      events_(EPOLLIN),
      watch_(loop.add(fd_.get(), events_, std::move(on_ready))) {}

bool ControlConnection::read() {
  std::array<char, kReadBytes> buffer;
  const ssize_t count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (count < 0) {
    return errno == EAGAIN || errno == EINTR;
  }
  in_.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
  return count > 0;
}

void ControlConnection::send(std::string_view bytes) {
  out_.append(bytes);
  const ssize_t count = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
  if (count >= 0) {
    out_.erase(0, static_cast<std::size_t>(count));
  } else if (errno != EAGAIN && errno != EINTR) {
    out_.clear();
  }
}

bool ControlConnection::within_limit() const noexcept {
  return out_.size() <= ControlSocket::kOutputBytesMax;
}

void ControlConnection::update_events() noexcept {
  const std::uint32_t wanted = (input_ended || closing ? 0U : static_cast<std::uint32_t>(EPOLLIN)) |
                               (out_.empty() ? 0U : static_cast<std::uint32_t>(EPOLLOUT));
  if (wanted != events_) {
    events_ = wanted;
    watch_.modify(wanted);
  }
}

}  // namespace doorcall::platform::detail
