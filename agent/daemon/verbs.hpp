#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doorcall/agent.hpp"
#include "platform/control_socket.hpp"

namespace doorcall::daemon {

/// The verbs of the control socket: what each takes, does and answers.
class Verbs {
 public:
  explicit Verbs(Agent& agent) : agent_(agent) {}

  /// Adds them; `socket` must not outlive this.
  void serve_on(platform::ControlSocket& socket);

 private:
  using Request = platform::ControlRequest;
  using Responder = platform::Responder;

  void status(const Request& request, Responder& responder) const;
  void calls(const Request& request, Responder& responder) const;
  void presence(const Request& request, Responder& responder) const;
  void call(const Request& request, Responder& responder);
  void answer(const Request& request, Responder& responder);
  void decline(const Request& request, Responder& responder);
  void cancel(const Request& request, Responder& responder);
  void hang_up(const Request& request, Responder& responder);
  void press(const Request& request, Responder& responder);

  /// All known devices, or one user's.
  [[nodiscard]] platform::Json devices(const std::optional<std::string>& user) const;

  Agent& agent_;
};

/// What a code means, as one sentence for people.
[[nodiscard]] std::string_view explain(Errc code);

}  // namespace doorcall::daemon
