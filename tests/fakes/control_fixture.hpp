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
  ControlFixture();
  ~ControlFixture() override;

  TempDir dir;
  platform::EventLoop loop;
  std::string path = dir.file("control.sock");
  std::unique_ptr<platform::ControlSocket> server;
  std::vector<platform::Responder> kept;
  std::string error;

  void setup() override;
  std::string ask(RawClient& client, std::string_view line);
};

}  // namespace doorcall::test
