// An apartment panel that answers every call, on the agent's own loop.
//
//   example_own_loop USER [BROKER [PORT]]
//
// The end of the first call ends it.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "doorcall/agent.hpp"

using namespace doorcall;

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s USER [BROKER [PORT]]\n", argv[0]);
    return 2;
  }
  AgentOptions options;
  options.user = argv[1];
  options.device = "panel";
  options.broker.host = argc > 2 ? argv[2] : "localhost";
  options.broker.port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 1883);
  try {
    Agent agent(options);

    Listener listener;
    listener.on_link = [](const LinkUpdate& link) {
      std::printf("link %s\n", std::string(to_string(link.state)).c_str());
      std::fflush(stdout);
    };
    listener.on_call = [&agent](const CallUpdate& call) {
      std::printf("call %s %s\n", std::string(to_string(call.change)).c_str(),
                  call.peer_user.c_str());
      std::fflush(stdout);
      if (call.change == CallChange::kIncoming) {
        agent.answer(call.call);
      } else if (call.change == CallChange::kEnded) {
        agent.stop([&agent](const Outcome&) { agent.stop_loop(); });
      }
    };
    agent.add_listener(listener);

    agent.start();
    agent.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
