// Two agents in one loop of their embedder: one calls, the other answers and hangs up.
// usage: embed PORT; exit 0 when both heard everything that they should.
#include <doorcall/agent.hpp>
#include <doorcall/version.hpp>

#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

std::unique_ptr<doorcall::Agent> make(const char* user, int port) {
  doorcall::AgentOptions options;
  options.user = user;
  options.device = "embedded";
  options.broker.host = "127.0.0.1";
  options.broker.port = static_cast<std::uint16_t>(port);
  return std::make_unique<doorcall::Agent>(options);
}

/// Whether `b` comes before `a`; negative is never.
bool sooner(std::chrono::milliseconds a, std::chrono::milliseconds b) {
  return b.count() >= 0 && (a.count() < 0 || b < a);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  const auto door = make("door", std::atoi(argv[1]));
  const auto apt = make("apt", std::atoi(argv[1]));
  std::string heard;

  doorcall::Listener at_apt;
  at_apt.on_call = [&](const doorcall::CallUpdate& call) {
    heard += "apt:" + std::string(to_string(call.change)) + ' ';
    if (call.change == doorcall::CallChange::kIncoming) {
      apt->answer(call.call);
    } else if (call.change == doorcall::CallChange::kConnected) {
      apt->hang_up(call.call);
    }
  };
  apt->add_listener(at_apt);

  doorcall::Reason reason = doorcall::Reason::kNone;
  doorcall::Listener at_door;
  at_door.on_presence = [&](const doorcall::DevicePresence& device) {
    if (device.user == "apt" && device.state == doorcall::PresenceState::kIdle && heard.empty()) {
      heard = "call:" + std::string(to_string(door->call("apt").code)) + ' ';
    }
  };
  at_door.on_call = [&](const doorcall::CallUpdate& call) { reason = call.reason; };
  door->add_listener(at_door);

  door->start();
  apt->start();
  while (reason == doorcall::Reason::kNone) {
    pollfd fds[] = {{door->fd(), POLLIN, 0}, {apt->fd(), POLLIN, 0}};
    auto wait = door->next_deadline();
    wait = sooner(wait, apt->next_deadline()) ? apt->next_deadline() : wait;
    ::poll(fds, 2, static_cast<int>(wait.count()));
    door->process();
    apt->process();
  }
  const std::string told(to_string(reason));
  std::printf("doorcall %s (%s): %sdoor:%s\n", std::string(doorcall::kVersion).c_str(),
              std::string(doorcall::Agent::link_library()).c_str(), heard.c_str(), told.c_str());
  const bool all = heard.rfind("call:ok apt:incoming apt:accepting apt:connected ", 0) == 0;
  return all && reason == doorcall::Reason::kHangUp ? 0 : 1;
}
