// A door station in a program that has a loop of its own, here plain poll(): the agent is one more
// descriptor and one more deadline in it. Each line typed rings; an empty one hangs up.
//
//   example_poll_loop USER CALLEE [BROKER [PORT]]
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "doorcall/agent.hpp"

using namespace doorcall;

namespace {

void serve(Agent& agent, const std::string& callee) {
  bool running = true;
  while (running) {
    pollfd fds[] = {{agent.fd(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    ::poll(fds, 2, static_cast<int>(agent.next_deadline().count()));
    agent.process();
    if (fds[1].revents == 0) {
      continue;
    }
    char line[128];
    const ssize_t size = ::read(STDIN_FILENO, line, sizeof line);
    running = size > 0;
    if (size > 1) {
      const CallResult result = agent.call(callee);
      std::printf("%s %s\n", std::string(to_string(result.code)).c_str(), result.call.c_str());
    } else if (size == 1) {
      for (const CallView& call : agent.calls()) {
        agent.hang_up(call.call);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s USER CALLEE [BROKER [PORT]]\n", argv[0]);
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  AgentOptions options;
  options.user = argv[1];
  options.device = "station";
  options.broker.host = argc > 3 ? argv[3] : "localhost";
  options.broker.port = static_cast<std::uint16_t>(argc > 4 ? std::atoi(argv[4]) : 1883);
  try {
    Agent agent(options);
    Listener listener;
    listener.on_call = [](const CallUpdate& call) {
      std::printf("call %s %s\n", std::string(to_string(call.change)).c_str(),
                  call.reason == Reason::kNone ? "" : std::string(to_string(call.reason)).c_str());
    };
    agent.add_listener(listener);
    agent.start([](const Outcome& outcome) {
      std::printf("%s\n", outcome.code == Errc::kOk ? "online" : "no broker yet");
    });
    serve(agent, argv[2]);
    bool stopped = agent.stop([&stopped](const Outcome&) { stopped = true; }) != Errc::kOk;
    while (!stopped) {
      pollfd fd{agent.fd(), POLLIN, 0};
      ::poll(&fd, 1, static_cast<int>(agent.next_deadline().count()));
      agent.process();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
