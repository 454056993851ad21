#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/control_socket.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/run_loop.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

/// A served control socket in a fresh directory, with a few verbs.
class ControlFixture : public Utest {
 public:
  TempDir dir;
  platform::EventLoop loop;
  std::string path = dir.file("control.sock");
  std::unique_ptr<platform::ControlSocket> server;
  std::vector<platform::Responder> kept;
  std::string error;

  void setup() override {
    server = std::make_unique<platform::ControlSocket>(
        loop, platform::ControlSocketOptions{.path = path, .mode = 0660, .group = ""});
    server->on("echo", [](const platform::ControlRequest& request, platform::Responder responder) {
      responder.ok(platform::Json::copy(request.args));
    });
    server->on("keep", [this](const platform::ControlRequest&, platform::Responder responder) {
      kept.push_back(std::move(responder));
    });
    server->on("forget", [](const platform::ControlRequest&, platform::Responder) {});
    server->on("refuse", [](const platform::ControlRequest&, platform::Responder responder) {
      responder.fail("busy", "in a call");
      responder.ok();  // the first answer counts
    });
    CHECK_TRUE(server->open(error));
  }

  std::string ask(RawClient& client, std::string_view line) {
    client.send(std::string(line) + '\n');
    run_ready(loop);
    return client.line();
  }
};

}  // namespace doorcall::test
