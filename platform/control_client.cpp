#include "platform/control_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "platform/event_loop.hpp"
#include "platform/unix_listener.hpp"

namespace doorcall::platform {
namespace {

Instant deadline_in(Millis timeout) {
  return timeout < Millis(0) ? kNever : after(read_clock(), timeout);
}

}  // namespace

bool ControlClient::connect(const std::string& path, std::string& ret_error) {
  const std::optional<sockaddr_un> address = unix_address(path);
  if (!address) {
    ret_error = "the control socket's path is empty or too long: '" + path + "'";
    return false;
  }
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    const int error = errno;
    ret_error = "cannot reach doorcalld at " + path + ": " + std::strerror(error);
    if (error == ENOENT || error == ECONNREFUSED) {
      ret_error += "; is it running with this control socket?";
    } else if (error == EACCES) {
      ret_error += "; this user is not in the socket's group";
    }
    return false;
  }
  fd_ = std::move(fd);
  in_ = LineSplitter(kLineBytesMax);
  return true;
}

ControlClient::Status ControlClient::request(std::string_view verb, Json args, Millis timeout,
                                             Json& ret_reply) {
  const Instant deadline = deadline_in(timeout);
  const int id = ++last_id_;
  Json object = Json::object();
  object.set("id", id).set("verb", verb).set("args", std::move(args));
  // A daemon that refuses the connection has said why before it closed: read on if sending fails.
  static_cast<void>(send(object.dump() + '\n', deadline));
  while (true) {
    Json reply;
    const Status status = read_until(deadline, reply);
    if (status != Status::kOk) {
      return status;
    }
    // Replies without an id are the socket's own: the connection as a whole was refused.
    if (!reply["event"] && (reply["id"].integer() == id || reply["id"].is_null())) {
      ret_reply = std::move(reply);
      return Status::kOk;
    }
  }
}

ControlClient::Status ControlClient::read(Millis timeout, Json& ret_object) {
  return read_until(deadline_in(timeout), ret_object);
}

ControlClient::Status ControlClient::send(std::string_view line, Instant deadline) {
  while (!line.empty()) {
    const ssize_t count = ::send(fd_.get(), line.data(), line.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      line.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      return Status::kClosed;
    } else if (wait(POLLOUT, deadline) == Status::kTimeout) {
      return Status::kTimeout;
    }
  }
  return Status::kOk;
}

ControlClient::Status ControlClient::wait(short events, Instant deadline) {
  int wait_ms = -1;
  if (deadline != kNever) {
    const Millis left = std::max(deadline - read_clock(), Millis(0));
    wait_ms =
        static_cast<int>(std::min<Millis::rep>(left.count(), std::numeric_limits<int>::max()));
  }
  pollfd ready{.fd = fd_.get(), .events = events, .revents = 0};
  const int count = ::poll(&ready, 1, wait_ms);
  return count == 0 ? Status::kTimeout : Status::kOk;
}

ControlClient::Status ControlClient::read_until(Instant deadline, Json& ret_object) {
  std::string line;
  while (true) {
    const LineSplitter::Next next = in_.next(line);
    if (next == LineSplitter::Next::kTooLong) {
      return Status::kMalformed;
    }
    if (next == LineSplitter::Next::kLine) {
      std::optional<Json> object = Json::parse(line);
      if (!object || !object->view().is_object()) {
        return Status::kMalformed;
      }
      ret_object = std::move(*object);
      return Status::kOk;
    }
    if (wait(POLLIN, deadline) == Status::kTimeout) {
      return Status::kTimeout;
    }
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
      return Status::kClosed;
    }
    if (count > 0) {
      in_.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    }
  }
}

}  // namespace doorcall::platform
