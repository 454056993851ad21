// A stream of bytes from a client of the control socket, in pieces: through the real server to the
// verbs of an agent that a real call has rung. Each line has its answer, and each answer is right.

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "agent/daemon/dnd_driver.hpp"
#include "agent/daemon/verbs.hpp"
#include "agent/facade/access.hpp"
#include "platform/control_socket.hpp"
#include "platform/line_splitter.hpp"
#include "platform/unix_listener.hpp"
#include "tests/fakes/run_loop.hpp"
#include "tests/fakes/temp_dir.hpp"
#include "tests/fuzz/bytes.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/unit/facade_hub.hpp"

using namespace doorcall;
using fuzz::require;
using platform::Json;
using platform::JsonView;
using platform::LineSplitter;

/// These agents have a link in memory and no MQTT library.
std::string_view Agent::link_library() {
  return "hub";
}

namespace {

constexpr int kTurnsMax = 64;
constexpr std::size_t kAnswerBytesMax = std::size_t{1024} * 1024;

class Client {
 public:
  explicit Client(const std::string& path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const auto address = platform::unix_address(path).value();
    const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
    require(::connect(fd_.get(), plain, sizeof address) == 0, "the socket can be connected to");
  }

  void send(std::string_view bytes) const {
    static_cast<void>(!::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  /// Takes in what has come; each line must be an answer or an event.
  void receive() {
    std::array<char, 65'536> buffer;
    for (ssize_t count = 0; (count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0)) > 0;) {
      splitter_.append({buffer.data(), static_cast<std::size_t>(count)});
      std::string line;
      while (splitter_.next(line) == LineSplitter::Next::kLine) {
        check(line);
      }
    }
  }

  std::size_t answers = 0;

 private:
  void check(const std::string& line) {
    const auto parsed = Json::parse(line);
    require(parsed.has_value(), "an answer is JSON");
    if (parsed->view()["event"]) {
      return;
    }
    ++answers;
    const JsonView answer = parsed->view();
    const std::optional<bool> ok = answer["ok"].boolean();
    require(ok.has_value(), "an answer says yes or no");
    require(!answer["code"].text().value_or("").empty(), "an answer has a code");
    require((*answer["code"].text() == "ok") == *ok, "the code ok is a yes");
    require(*ok || !answer["message"].text().value_or("").empty(), "a no says why");
    require(answer["code"].text() != "internal_error", "every request is answered");
  }

  platform::Fd fd_;
  LineSplitter splitter_{kAnswerBytesMax};
};

AgentOptions panel_options() {
  AgentOptions options;
  options.user = "apt";
  options.device = "one";
  options.lines = 4;
  options.doors = {"door"};
  options.plans["night"] = CallPlan::first_answer({"door", "desk"});
  return options;
}

/// Two agents on one hub, one of them served.
class Stand {
 public:
  Stand() {
    door_->start();
    panel_->start();
    panel_->bind_button("bell", *ButtonAction::parse("call:door"));
    verbs_.serve_on(socket_);
    std::string error;
    require(socket_.open(error), error);
    turn();
  }
  ~Stand() { turn(); }

  void ring() { static_cast<void>(door_->call("apt")); }

  /// Serves what is ready, without waiting for anything.
  void turn() {
    for (int i = 0; i < kTurnsMax && (ready(*door_) || ready(*panel_)); ++i) {
      door_->process();
      panel_->process();
    }
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const platform::ControlSocket& socket() const { return socket_; }

 private:
  static bool ready(const Agent& agent) {
    pollfd fd{agent.fd(), POLLIN, 0};
    return ::poll(&fd, 1, 0) > 0;
  }

  static const test::TempDir& dir() {
    static const test::TempDir made;
    return made;
  }

  test::FacadeHub hub_;
  std::unique_ptr<Agent> door_ = hub_.make("door");
  std::unique_ptr<Agent> panel_ = hub_.make(panel_options());
  std::string path_ = dir().file("c.sock");
  platform::EventLoop& loop_ = AgentAccess::loop(*panel_);
  daemon::DndDriver dnd_{loop_, *panel_, {}};
  daemon::Verbs verbs_{*panel_, dnd_};
  platform::ControlSocket socket_{loop_, {.path = path_, .mode = 0600, .group = ""}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes input({data, size});
  const std::uint8_t shape = input.byte();
  const std::size_t piece = (shape & 2U) != 0 ? 65'536 : 1U + input.byte();
  std::string_view bytes = fuzz::text_of(data, size);
  bytes.remove_prefix(std::min<std::size_t>(bytes.size(), (shape & 2U) != 0 ? 1 : 2));

  Stand stand;
  if ((shape & 1U) != 0) {
    stand.ring();
    stand.turn();
  }
  Client client(stand.path());
  while (!bytes.empty()) {
    client.send(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    stand.turn();
    client.receive();
  }
  const platform::ControlCounters& counters = stand.socket().counters();
  require(counters.dropped_slow == 0, "who reads is not dropped");
  require(client.answers <= counters.requests + counters.line_too_long,
          "no more answers than requests");
  return 0;
}
