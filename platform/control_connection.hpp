#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/control_socket.hpp"
#include "platform/event_loop.hpp"
#include "platform/fd.hpp"
#include "platform/line_splitter.hpp"

namespace doorcall::platform::detail {

/// One client of the control socket: bytes in and out, both bounded. What they mean is the server's
/// business. Destroying it closes the connection.
class ControlConnection {
 public:
  /// Errors: throws std::system_error as EventLoop::add().
  ControlConnection(EventLoop& loop, Fd fd, EventLoop::Callback on_ready);

  /// Takes in what has come, up to one buffer full. False: nothing more will come.
  bool read();
  [[nodiscard]] LineSplitter::Next next_line(std::string& ret_line) { return in_.next(ret_line); }

  /// Sends as much as the kernel takes and keeps the rest. To a client that has gone it sends
  /// nothing; what that one asked before is served all the same.
  void send(std::string_view bytes);
  /// True if the client has not read more than it may leave unread.
  [[nodiscard]] bool within_limit() const noexcept;
  [[nodiscard]] bool sent_all() const noexcept { return out_.empty(); }

  /// Awaits what this connection is waiting for.
  void update_events() noexcept;

  [[nodiscard]] const PeerCredentials& peer() const noexcept { return peer_; }

  std::size_t pending = 0;   ///< requests without an answer
  bool watching = false;     ///< gets events
  bool input_ended = false;  ///< the client will send nothing more
  bool closing = false;      ///< close as soon as everything is sent

 private:
  Fd fd_;
  PeerCredentials peer_;
  LineSplitter in_{ControlSocket::kLineBytesMax};
  std::string out_;
  std::uint32_t events_;
  Watch watch_;
};

}  // namespace doorcall::platform::detail
