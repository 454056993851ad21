// A handler may do anything: answer at once or an hour later, end the client's connection by
// answering too much, or destroy the socket. So nothing is held across a handler but the server
// itself, which its shared pointer keeps; clients are found anew by a number that is never reused,
// and a late answer to one that has gone finds nobody.
#include "platform/control_server.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace doorcall::platform::detail {
namespace {

constexpr Millis kAcceptPause{100};
constexpr int kAcceptsPerTurn = 16;

std::string line_of(const Json& value) {
  return value.dump() + '\n';
}

}  // namespace

Json success(Json id) {
  Json object = Json::object();
  object.set("id", std::move(id)).set("ok", true).set("code", "ok");
  return object;
}

Json failure(Json id, std::string_view code, std::string_view message) {
  Json object = Json::object();
  object.set("id", std::move(id)).set("ok", false).set("code", code).set("message", message);
  return object;
}

ControlServer::ControlServer(EventLoop& loop, ControlSocketOptions options)
    : loop_(loop),
      options_(std::move(options)),
      accept_again_(loop, [this] { accept_watch_.modify(EPOLLIN); }) {}

void ControlServer::on(const std::string& verb, ControlSocket::Handler handler,
                       ControlRight right) {
  verbs_[verb] = {std::make_shared<ControlSocket::Handler>(std::move(handler)), right};
}

bool ControlServer::open(std::string& ret_error) {
  if (!rights_.set(options_.groups, ret_error)) {
    return false;
  }
  if (!listener_.open(options_.path, options_.mode, options_.group, ret_error)) {
    return false;
  }
  accept_watch_ = loop_.add(listener_.fd(), EPOLLIN, [this](std::uint32_t) { accept_clients(); });
  return true;
}

void ControlServer::close() noexcept {
  accept_watch_.reset();
  accept_again_.cancel();
  listener_.close();
  clients_.clear();
}

void ControlServer::accept_clients() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Fd fd(::accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      admit(std::move(fd));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The connection stays queued and ready; awaiting it would spin until a descriptor is free.
      accept_watch_.modify(0);
      accept_again_.set(loop_.now() + kAcceptPause);
    }
    return;
  }
}

void ControlServer::admit(Fd fd) {
  if (clients_.size() == ControlSocket::kClientsMax) {
    ++counters.refused_full;
    const std::string line =
        line_of(failure(Json(), "too_many_clients", "too many connections; close one first"));
    ::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL);
    return;
  }
  const std::uint64_t id = ++last_id_;
  try {
    clients_.try_emplace(id, loop_, std::move(fd),
                         [this, id](std::uint32_t events) { on_ready(id, events); });
    ++counters.accepted;
  } catch (const std::system_error&) {
    ++counters.refused_full;  // the system's bound instead of ours
  }
}

void ControlServer::on_ready(std::uint64_t id, std::uint32_t events) {
  const auto self = shared_from_this();
  ControlConnection* client = find(id);
  const bool reading = !client->input_ended && !client->closing;
  if (!reading && (events & (EPOLLHUP | EPOLLERR)) != 0) {
    clients_.erase(id);  // nobody is left to read an answer
    return;
  }
  if ((events & EPOLLOUT) != 0) {
    client->send({});
  }
  if (reading && (events & ~EPOLLOUT) != 0) {
    const bool open = client->read();
    serve_lines(id);
    client = find(id);
    if (client != nullptr && !open) {
      client->input_ended = true;
    }
  }
  settle(id);
}

void ControlServer::serve_lines(std::uint64_t id) {
  std::string line;
  for (ControlConnection* client = find(id); client != nullptr; client = find(id)) {
    const LineSplitter::Next next = client->next_line(line);
    if (next == LineSplitter::Next::kNone) {
      return;
    }
    if (next == LineSplitter::Next::kTooLong) {
      ++counters.line_too_long;
      client->closing = true;
      send(id, line_of(failure(Json(), "line_too_long", "a line may have up to 65536 bytes")));
      return;
    }
    serve(id, *client, line);
  }
}

void ControlServer::serve(std::uint64_t id, ControlConnection& client, std::string_view line) {
  ++counters.requests;
  const std::optional<Json> parsed = Json::parse(line);
  const JsonView request = parsed ? parsed->view() : JsonView();
  const JsonView request_id = request["id"];
  const JsonView args = request["args"];
  const bool id_valid = !request_id || request_id.number() || request_id.text();
  const char* problem = nullptr;
  if (!parsed) {
    problem = "the line is not JSON";
  } else if (!request.is_object()) {
    problem = "the request must be a JSON object";
  } else if (!id_valid) {
    problem = "'id' must be a number or a text";
  } else if (!request["verb"].text()) {
    problem = "'verb' is missing or not a text";
  } else if (args && !args.is_object()) {
    problem = "'args' must be an object";
  }
  Json reply_id = id_valid ? Json::copy(request_id) : Json();
  if (problem != nullptr) {
    ++counters.bad_requests;
    send(id, line_of(failure(std::move(reply_id), "bad_request", problem)));
    return;
  }
  if (client.pending == ControlSocket::kPendingMax) {
    ++counters.too_many_pending;
    send(id, line_of(failure(std::move(reply_id), "too_many_pending",
                             "too many requests are unanswered; wait for their replies")));
    return;
  }
  ++client.pending;
  run_verb(client, request, Responder(weak_from_this(), id, std::move(reply_id)));
}

bool ControlServer::refuse(const ControlConnection& client, ControlRight right,
                           Responder& responder) {
  if (rights_.allow(client.peer(), right)) {
    return false;
  }
  ++counters.not_allowed;
  responder.fail("not_allowed", rights_.refusal(right));
  return true;
}

void ControlServer::run_verb(ControlConnection& client, JsonView request, Responder responder) {
  const std::string_view verb = *request["verb"].text();
  if (verb == "watch") {
    if (refuse(client, ControlRight::kWatch, responder)) {
      return;
    }
    client.watching = true;
    responder.ok();
    return;
  }
  const auto found = verbs_.find(verb);
  if (found == verbs_.end()) {
    ++counters.unknown_verbs;
    responder.fail("unknown_verb",
                   "unknown verb '" + std::string(verb) + "'; known are " + known_verbs());
    return;
  }
  if (refuse(client, found->second.right, responder)) {
    return;
  }
  const std::shared_ptr<ControlSocket::Handler> handler = found->second.handler;
  const ControlRequest call{.verb = verb,
                            .args = request["args"],
                            .peer = client.peer(),
                            .may_open = rights_.allow(client.peer(), ControlRight::kOpen)};
  (*handler)(call, std::move(responder));
}

void ControlServer::publish(const Json& event) {
  if (!watched()) {
    return;
  }
  const std::string line = "{\"event\":" + event.dump() + "}\n";
  std::vector<std::uint64_t> watchers;
  for (const auto& [id, client] : clients_) {
    if (client.watching) {
      watchers.push_back(id);
    }
  }
  for (const std::uint64_t id : watchers) {
    send(id, line);
    settle(id);
  }
}

void ControlServer::answer(std::uint64_t client, const Json& reply) {
  ControlConnection* const connection = find(client);
  if (connection == nullptr) {
    return;
  }
  --connection->pending;
  send(client, line_of(reply));
  settle(client);
}

void ControlServer::send(std::uint64_t id, std::string_view line) {
  ControlConnection* const client = find(id);
  if (client == nullptr) {
    return;
  }
  client->send(line);
  if (!client->within_limit()) {
    ++counters.dropped_slow;
    clients_.erase(id);
  }
}

/// Closes the connection if nothing is left to do on it, else awaits what is.
void ControlServer::settle(std::uint64_t id) {
  ControlConnection* const client = find(id);
  if (client == nullptr) {
    return;
  }
  const bool idle = client->pending == 0 && !client->watching;
  if (client->sent_all() && (client->closing || (client->input_ended && idle))) {
    clients_.erase(id);
    return;
  }
  client->update_events();
}

ControlConnection* ControlServer::find(std::uint64_t id) noexcept {
  const auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : &found->second;
}

bool ControlServer::watched() const noexcept {
  for (const auto& [id, client] : clients_) {
    if (client.watching) {
      return true;
    }
  }
  return false;
}

std::string ControlServer::known_verbs() const {
  std::string names;
  for (const auto& [verb, served] : verbs_) {
    names += verb + ", ";
  }
  return names + "watch";
}

}  // namespace doorcall::platform::detail
