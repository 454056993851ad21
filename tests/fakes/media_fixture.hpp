#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/media_process.hpp"
#include "tests/fakes/log_fixture.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

/// What each hook says first; `wait_stop` reads its input until it is told to stop.
inline constexpr const char* kPrelude =
    "echo 'doorcall-hook 1'\n"
    "wait_stop() { while read -r word rest; do [ \"$word\" = stop ] && return; done; }\n";

/// A media hook that is a small shell program, and what came of it.
class MediaFixture : public LogFixture {
 public:
  platform::EventLoop loop;
  std::string seen;  ///< states and offers in order
  std::optional<platform::ChildExit> exit;
  std::string error;
  std::unique_ptr<platform::MediaProcess> hook;
  platform::MediaCall call{
      .call_id = "c0ffee", .caller = true, .peer = "panel@apt1", .media = MediaKind::kVideo};

  platform::MediaProcessEvents events() {
    return {
        .on_state =
            [this](MediaState state, std::string_view text) {
              seen += to_string(state);
              seen += text.empty() ? ";" : "(" + std::string(text) + ");";
            },
        .on_offer = [this](std::string_view offer) { seen += "offer " + std::string(offer) + ";"; },
        .on_candidate =
            [this](std::string_view bytes) { seen += "candidate " + std::string(bytes) + ";"; },
        .on_exit = [this](const platform::ChildExit& how) { exit = how; }};
  }

  bool start(std::vector<std::string> command, Millis stop_time = Millis(5'000)) {
    hook = std::make_unique<platform::MediaProcess>(
        loop, log,
        platform::MediaProcessOptions{
            .command = std::move(command), .stop_time = stop_time, .broker = "192.0.2.1"},
        events());
    return hook->spawn(call, error);
  }
  void run_hook(const std::string& script, Millis stop_time = Millis(5'000)) {
    CHECK_TRUE(start({"/bin/sh", "-c", kPrelude + script}, stop_time));
  }
  bool until_exit() {
    return run_until(loop, [this] { return exit.has_value(); });
  }
  bool until_seen(const std::string& text) {
    return run_until(loop, [&] { return seen.find(text) != std::string::npos; });
  }
};

}  // namespace doorcall::test
