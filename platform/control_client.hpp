#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/time.hpp"
#include "platform/control_socket.hpp"
#include "platform/fd.hpp"
#include "platform/json.hpp"
#include "platform/line_splitter.hpp"

namespace doorcall::platform {

/// A blocking client of the control socket, for the command line. Thread: one at a time.
class ControlClient {
 public:
  enum class Status {
    kOk,
    kTimeout,
    kClosed,     ///< the daemon has closed the connection
    kMalformed,  ///< what came is no JSON object, or longer than kLineBytesMax
  };
  /// A status report may be long, an event stream never is.
  static constexpr std::size_t kLineBytesMax = 4 * ControlSocket::kLineBytesMax;
  static constexpr Millis kForever{-1};

  /// False with a sentence in `ret_error`: nobody listens there, or not for this user.
  [[nodiscard]] bool connect(const std::string& path, std::string& ret_error);

  /// Sends one request and waits up to `timeout` for its reply, which is an object with at least
  /// `ok` and `code`. Events that come before it are dropped: ask first, watch then.
  [[nodiscard]] Status request(std::string_view verb, Json args, Millis timeout, Json& ret_reply);

  /// Waits up to `timeout` (kForever: without limit) for the next line.
  [[nodiscard]] Status read(Millis timeout, Json& ret_object);

 private:
  [[nodiscard]] Status send(std::string_view line, Instant deadline);
  [[nodiscard]] Status wait(short events, Instant deadline);
  [[nodiscard]] Status read_until(Instant deadline, Json& ret_object);

  Fd fd_;
  LineSplitter in_{kLineBytesMax};
  int last_id_ = 0;
};

}  // namespace doorcall::platform
