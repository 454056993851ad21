#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/core/time.hpp"
#include "platform/control_rights.hpp"
#include "platform/event_loop.hpp"
#include "platform/json.hpp"

namespace doorcall::platform {

namespace detail {
class ControlServer;
}

/// One request. Lifetime: views are valid during the handler only.
struct ControlRequest {
  std::string_view verb;
  JsonView args;  ///< an object, or empty
  PeerCredentials peer;
  bool may_open = true;  ///< the peer has ControlRight::kOpen, whatever the verb needs
};

/// The way to answer one request, now or later, once; what comes after the first answer is
/// ignored. It may outlive its client and the socket: then the answer goes nowhere. Destroyed
/// without an answer it says internal_error, so that no client waits for ever. Move-only.
/// Thread: loop.
class Responder {
 public:
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  void ok(Json result = Json::object());
  void fail(std::string_view code, std::string_view message);

 private:
  friend class detail::ControlServer;
  Responder(std::weak_ptr<detail::ControlServer> server, std::uint64_t client, Json id);

  std::weak_ptr<detail::ControlServer> server_;  ///< empty once answered
  std::uint64_t client_;
  Json id_;
};

struct ControlSocketOptions {
  std::string path;
  mode_t mode = 0660;
  std::string group;  ///< who else may connect; empty: the process's own group
  ControlGroups groups = {};
};

/// What happened since start, each drop with its cause.
struct ControlCounters {
  std::uint64_t accepted = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused_full = 0;   ///< over kClientsMax
  std::uint64_t dropped_slow = 0;   ///< did not read its kOutputBytesMax
  std::uint64_t line_too_long = 0;  ///< closed after an error reply
  std::uint64_t bad_requests = 0;   ///< not JSON, or not a request
  std::uint64_t unknown_verbs = 0;
  std::uint64_t not_allowed = 0;       ///< the peer lacks the verb's right
  std::uint64_t too_many_pending = 0;  ///< over kPendingMax
};

/// The daemon's control socket: a Unix stream socket with one JSON object per line.
///
///   → {"id":1,"verb":"call","args":{"user":"apt1"}}
///   ← {"id":1,"ok":true,"code":"ok","result":{…}}
///   ← {"id":1,"ok":false,"code":"busy","message":"…"}
///   → {"id":2,"verb":"watch"}       from then on also   ← {"event":{…}}
///
/// `id` (a number or a text, optional) and `args` (an object, optional) are the client's. Replies
/// come in the order of the answers. The socket itself answers bad_request, unknown_verb,
/// not_allowed, too_many_pending, line_too_long, too_many_clients and internal_error.
/// Thread: loop. Lifetime: `loop` must outlive it; it may be destroyed inside a handler.
class ControlSocket {
 public:
  static constexpr std::size_t kClientsMax = 16;
  static constexpr std::size_t kPendingMax = 32;  ///< unanswered requests of one client
  static constexpr std::size_t kLineBytesMax = std::size_t{64} * 1024;
  static constexpr std::size_t kOutputBytesMax = std::size_t{256} * 1024;

  using Handler = std::function<void(const ControlRequest& request, Responder responder)>;

  /// Errors: throws std::system_error when the process is out of descriptors or memory.
  ControlSocket(EventLoop& loop, ControlSocketOptions options);
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;
  /// Closes all connections and removes the socket file if it is still this one's.
  ~ControlSocket();

  /// Serves `verb` from now on, for those who have this right.
  void on(const std::string& verb, Handler handler, ControlRight right = ControlRight::kCall);

  /// Starts listening. A socket file that nobody answers is replaced; its directory must exist.
  /// False with a sentence in `ret_error`: the path is too long, taken by another instance or by
  /// something that is no socket, not writable, or the group is unknown.
  [[nodiscard]] bool open(std::string& ret_error);

  /// Sends `event` to all who asked to watch.
  void publish(const Json& event);
  /// True if anybody watches: to save building events for nobody.
  [[nodiscard]] bool watched() const noexcept;
  [[nodiscard]] std::size_t clients() const noexcept;
  [[nodiscard]] const ControlCounters& counters() const noexcept;

 private:
  std::shared_ptr<detail::ControlServer> server_;
};

}  // namespace doorcall::platform
