// A door station that rings one user and, if nobody answers within 20 s, a second one beside it.
// Who answers has the call and may add others to it; the station prints who is in it.
//
//   example_ring_plan USER FIRST SECOND [BROKER [PORT]]
//
// It rings once and ends with the call.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "doorcall/agent.hpp"

using namespace doorcall;

namespace {

void print(const CallUpdate& call) {
  std::printf("call %s", std::string(to_string(call.change)).c_str());
  for (const MemberView& member : call.members) {
    std::printf("  %s %s", member.user.c_str(), std::string(to_string(member.state)).c_str());
  }
  if (call.reason != Reason::kNone) {
    std::printf("  %s", std::string(to_string(call.reason)).c_str());
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s USER FIRST SECOND [BROKER [PORT]]\n", argv[0]);
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  AgentOptions options;
  options.user = argv[1];
  options.device = "station";
  options.broker.host = argc > 4 ? argv[4] : "localhost";
  options.broker.port = static_cast<std::uint16_t>(argc > 5 ? std::atoi(argv[5]) : 1883);
  options.plans["door"] = CallPlan::escalation({{argv[2]}, {argv[3]}}, std::chrono::seconds(20));
  try {
    Agent agent(options);
    Listener listener;
    listener.on_call = [&agent](const CallUpdate& call) {
      print(call);
      if (call.change == CallChange::kEnded) {
        agent.stop([&agent](const Outcome&) { agent.stop_loop(); });
      }
    };
    agent.add_listener(listener);
    agent.start([&agent](const Outcome& outcome) {
      const Errc code =
          outcome.code == Errc::kOk ? agent.call_plan("door").code : Errc::kNotConnected;
      if (code != Errc::kOk) {
        std::printf("not called: %s\n", std::string(to_string(code)).c_str());
        agent.stop_loop();
      }
    });
    agent.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
