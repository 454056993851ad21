#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "platform/control_connection.hpp"
#include "platform/control_socket.hpp"
#include "platform/unix_listener.hpp"

namespace doorcall::platform::detail {

/// The reply that says yes, without its result.
[[nodiscard]] Json success(Json id);
[[nodiscard]] Json failure(Json id, std::string_view code, std::string_view message);

/// The control socket's inside: shared, so that a responder can tell whether it is still there.
class ControlServer : public std::enable_shared_from_this<ControlServer> {
 public:
  ControlServer(EventLoop& loop, ControlSocketOptions options);

  bool open(std::string& ret_error);
  void close() noexcept;
  void on(const std::string& verb, ControlSocket::Handler handler, ControlRight right);
  void publish(const Json& event);
  void answer(std::uint64_t client, const Json& reply);

  [[nodiscard]] bool watched() const noexcept;
  [[nodiscard]] std::size_t clients() const noexcept { return clients_.size(); }

  ControlCounters counters;

 private:
  struct Verb {
    std::shared_ptr<ControlSocket::Handler> handler;
    ControlRight right = ControlRight::kCall;
  };

  void accept_clients();
  void admit(Fd fd);
  void on_ready(std::uint64_t id, std::uint32_t events);
  void serve_lines(std::uint64_t id);
  void serve(std::uint64_t id, ControlConnection& client, std::string_view line);
  [[nodiscard]] bool refuse(const ControlConnection& client, ControlRight right,
                            Responder& responder);
  void run_verb(ControlConnection& client, JsonView request, Responder responder);
  void send(std::uint64_t id, std::string_view line);
  void settle(std::uint64_t id);
  [[nodiscard]] ControlConnection* find(std::uint64_t id) noexcept;
  [[nodiscard]] std::string known_verbs() const;

  EventLoop& loop_;
  ControlSocketOptions options_;
  UnixListener listener_;
  Watch accept_watch_;
  Timer accept_again_;
  std::map<std::string, Verb, std::less<>> verbs_;
  ControlRights rights_;
  std::map<std::uint64_t, ControlConnection> clients_;
  std::uint64_t last_id_ = 0;
};

}  // namespace doorcall::platform::detail
