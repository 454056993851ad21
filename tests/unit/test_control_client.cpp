#include <memory>
#include <string>
#include <thread>

#include "platform/control_client.hpp"
#include "platform/control_socket.hpp"
#include "tests/fakes/run_loop.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::ControlClient;
using doorcall::platform::ControlRequest;
using doorcall::platform::ControlSocket;
using doorcall::platform::EventLoop;
using doorcall::platform::Json;
using doorcall::platform::Responder;
using doorcall::platform::Wakeup;
using doorcall::test::kPatience;
using doorcall::test::TempDir;
using Status = doorcall::platform::ControlClient::Status;

namespace {

/// A server on a thread of its own, because the client blocks.
class ServerThread {
 public:
  explicit ServerThread(const std::string& path)
      : server_(loop_, {.path = path, .mode = 0600, .group = ""}),
        stop_(loop_, [this] { loop_.stop(); }) {
    server_.on("echo", [](const ControlRequest& request, Responder responder) {
      responder.ok(Json::copy(request.args));
    });
    server_.on("never", [this](const ControlRequest&, Responder responder) {
      kept_ = std::make_unique<Responder>(std::move(responder));
    });
    server_.on("announce", [this](const ControlRequest&, Responder responder) {
      server_.publish(Json("first"));
      responder.ok();
      server_.publish(Json("second"));
    });
    std::string error;
    CHECK_TRUE(server_.open(error));
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~ServerThread() {
    stop_.notify();
    thread_.join();
  }

 private:
  EventLoop loop_;
  ControlSocket server_;
  Wakeup stop_;
  std::unique_ptr<Responder> kept_;
  std::thread thread_;
};

}  // namespace

TEST_GROUP(ControlClient) {
  TempDir dir;
  std::string path = dir.file("control.sock");
  ControlClient client;
  std::string error;
  Json reply;
};

TEST(ControlClient, AsksAndGetsTheAnswer) {
  const ServerThread server(path);
  CHECK_TRUE(client.connect(path, error));
  Json args = Json::object();
  args.set("text", std::string(50'000, 'x'));
  CHECK_TRUE(Status::kOk == client.request("echo", std::move(args), kPatience, reply));
  CHECK_TRUE(reply["ok"].boolean() == true);
  CHECK_EQUAL(50'000U, reply["result"]["text"].text()->size());
  CHECK_TRUE(Status::kOk == client.request("nonsense", Json::object(), kPatience, reply));
  CHECK_TRUE(reply["code"].text() == "unknown_verb");
}

TEST(ControlClient, GivesUpAfterTheTimeout) {
  const ServerThread server(path);
  CHECK_TRUE(client.connect(path, error));
  CHECK_TRUE(Status::kTimeout == client.request("never", Json::object(), Millis(5), reply));
  CHECK_TRUE(Status::kTimeout == client.read(Millis(0), reply));
}

TEST(ControlClient, ReadsEventsAfterTheReply) {
  const ServerThread server(path);
  CHECK_TRUE(client.connect(path, error));
  CHECK_TRUE(Status::kOk == client.request("watch", Json::object(), kPatience, reply));
  CHECK_TRUE(Status::kOk == client.request("announce", Json::object(), kPatience, reply));
  CHECK_TRUE(reply["id"].integer() == 2);
  CHECK_TRUE(Status::kOk == client.read(kPatience, reply));
  CHECK_TRUE(reply["event"].text() == "second");
}

TEST(ControlClient, NoticesThatTheDaemonHasGone) {
  {
    const ServerThread server(path);
    CHECK_TRUE(client.connect(path, error));
    CHECK_TRUE(Status::kOk == client.request("echo", Json::object(), kPatience, reply));
  }
  CHECK_TRUE(Status::kClosed == client.read(kPatience, reply));
  CHECK_TRUE(Status::kClosed == client.request("echo", Json::object(), kPatience, reply));
}

TEST(ControlClient, SaysWhyItCannotConnect) {
  CHECK_FALSE(client.connect(path, error));
  STRCMP_CONTAINS("cannot reach doorcalld at ", error.c_str());
  STRCMP_CONTAINS("is it running with this control socket?", error.c_str());
  CHECK_FALSE(client.connect("", error));
}

TEST(ControlClient, HearsWhyItWasRefused) {
  const ServerThread server(path);
  ControlClient others[ControlSocket::kClientsMax];
  for (ControlClient& other : others) {
    CHECK_TRUE(other.connect(path, error));
    CHECK_TRUE(Status::kOk == other.request("echo", Json::object(), kPatience, reply));
  }
  CHECK_TRUE(client.connect(path, error));
  CHECK_TRUE(Status::kOk == client.request("echo", Json::object(), kPatience, reply));
  CHECK_TRUE(reply["code"].text() == "too_many_clients");
}
