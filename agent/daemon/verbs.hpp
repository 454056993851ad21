#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/daemon/dnd_driver.hpp"
#include "agent/daemon/verb_args.hpp"
#include "doorcall/agent.hpp"
#include "platform/control_socket.hpp"

namespace doorcall::daemon {

/// The verbs of the control socket: what each takes, does and answers.
class Verbs {
 public:
  Verbs(Agent& agent, DndDriver& dnd) : agent_(agent), dnd_(dnd) {}

  /// Adds them; `socket` must not outlive this.
  void serve_on(platform::ControlSocket& socket);

 private:
  using Request = platform::ControlRequest;
  using Responder = platform::Responder;

  // verbs.cpp
  void status(const Request& request, Responder& responder) const;
  void calls(const Request& request, Responder& responder) const;
  void presence(const Request& request, Responder& responder) const;
  void press(const Request& request, Responder& responder);

  // verbs_calls.cpp
  void call(const Request& request, Responder& responder);
  void add(const Request& request, Responder& responder);
  void answer(const Request& request, Responder& responder);
  void decline(const Request& request, Responder& responder);
  void silence(const Request& request, Responder& responder);
  void mute(const Request& request, Responder& responder);
  void cancel(const Request& request, Responder& responder);
  void leave(const Request& request, Responder& responder);
  void end(const Request& request, Responder& responder);
  void join(const Request& request, Responder& responder);
  void pull(const Request& request, Responder& responder);

  // verbs_door.cpp
  void door(const Request& request, Responder& responder);

  // verbs_info.cpp
  void send(const Request& request, Responder& responder);

  // verbs_mode.cpp
  void dnd(const Request& request, Responder& responder);
  void ring_to_open(const Request& request, Responder& responder);

  /// All known devices, or one user's.
  [[nodiscard]] platform::Json devices(const std::optional<std::string>& user) const;
  [[nodiscard]] platform::Json limits() const;
  [[nodiscard]] platform::Json memory() const;
  [[nodiscard]] platform::Json link() const;

  Agent& agent_;
  DndDriver& dnd_;
  const platform::ControlSocket* socket_ = nullptr;
};

/// What a code means, as one sentence for people.
[[nodiscard]] std::string_view explain(Errc code);
/// The same after this verb, and what to do next. Of one invitee: "invitee".
[[nodiscard]] std::string_view explain(Errc code, std::string_view verb);

/// Says no with the code's name and sentence.
void fail(platform::Responder& responder, Errc code, std::string_view verb);
/// Says what is wrong with the arguments, if anything; true then.
[[nodiscard]] bool fail(platform::Responder& responder, const VerbArgs& args);

}  // namespace doorcall::daemon
