#include "platform/control_socket.hpp"

#include <utility>

#include "platform/control_server.hpp"

namespace doorcall::platform {

// --- Responder

Responder::Responder(std::weak_ptr<detail::ControlServer> server, std::uint64_t client, Json id)
    : server_(std::move(server)), client_(client), id_(std::move(id)) {}

Responder::~Responder() {
  fail("internal_error", "the request was dropped without an answer");
}

void Responder::ok(Json result) {
  if (const auto server = std::exchange(server_, {}).lock()) {
    Json reply = detail::success(std::move(id_));
    reply.set("result", std::move(result));
    server->answer(client_, reply);
  }
}

void Responder::fail(std::string_view code, std::string_view message) {
  if (const auto server = std::exchange(server_, {}).lock()) {
    server->answer(client_, detail::failure(std::move(id_), code, message));
  }
}

// --- ControlSocket

ControlSocket::ControlSocket(EventLoop& loop, ControlSocketOptions options)
    : server_(std::make_shared<detail::ControlServer>(loop, std::move(options))) {}

ControlSocket::~ControlSocket() {
  server_->close();
}

void ControlSocket::on(const std::string& verb, Handler handler, ControlRight right) {
  server_->on(verb, std::move(handler), right);
}

bool ControlSocket::open(std::string& ret_error) {
  return server_->open(ret_error);
}

void ControlSocket::publish(const Json& event) {
  server_->publish(event);
}

bool ControlSocket::watched() const noexcept {
  return server_->watched();
}

std::size_t ControlSocket::clients() const noexcept {
  return server_->clients();
}

const ControlCounters& ControlSocket::counters() const noexcept {
  return server_->counters;
}

}  // namespace doorcall::platform
