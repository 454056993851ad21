// The verbs of the control socket that the tests speak with.

#include "tests/fakes/control_fixture.hpp"

#include <utility>

namespace doorcall::test {

ControlFixture::ControlFixture() = default;
ControlFixture::~ControlFixture() = default;

void ControlFixture::setup() {
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

std::string ControlFixture::ask(RawClient& client, std::string_view line) {
  client.send(std::string(line) + '\n');
  run_ready(loop);
  return client.line();
}

}  // namespace doorcall::test
