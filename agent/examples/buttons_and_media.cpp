// A panel with one button and media in its own code. The button's interrupt comes on another
// thread, as GPIO libraries do it; post() is the way from there to the agent.
//
//   example_buttons_and_media USER [BROKER [PORT]]
//
// Each line typed presses the button: it answers when it rings and hangs up in a call.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

#include "doorcall/agent.hpp"

using namespace doorcall;

namespace {

/// Stands for sound and picture: says what it would do, and reports as a real one has to.
MediaHandler make_media() {
  MediaHandler media;
  media.start = [](const MediaRequest& request, const MediaReporter& reporter) {
    std::printf("media on in room %s with %s\n", request.call.c_str(), request.peer_user.c_str());
    reporter.report(MediaState::kConnected);
  };
  media.stop = [](const std::string& call, Reason reason) {
    std::printf("media off in room %s: %s\n", call.c_str(), std::string(to_string(reason)).c_str());
  };
  return media;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s USER [BROKER [PORT]]\n", argv[0]);
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  AgentOptions options;
  options.user = argv[1];
  options.device = "panel";
  options.broker.host = argc > 2 ? argv[2] : "localhost";
  options.broker.port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 1883);
  try {
    Agent agent(options);
    agent.set_media_handler(make_media());
    agent.bind_button("panel", *ButtonAction::parse("toggle"));

    Listener listener;
    listener.on_link = [](const LinkUpdate& link) {
      std::printf("link %s\n", std::string(to_string(link.state)).c_str());
    };
    listener.on_call = [](const CallUpdate& call) {
      std::printf("call %s\n", std::string(to_string(call.change)).c_str());
    };
    agent.add_listener(listener);

    agent.start();
    std::thread button([&agent] {
      while (std::getchar() != EOF) {
        agent.post([&agent] {
          const Errc code = agent.press("panel");
          std::printf("press: %s\n", std::string(to_string(code)).c_str());
        });
      }
      agent.post([&agent] { agent.stop([&agent](const Outcome&) { agent.stop_loop(); }); });
    });
    agent.run();
    button.join();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
