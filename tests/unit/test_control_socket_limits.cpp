// What the control socket does when a client sends, asks or leaves unread too much, or when there
// are too many of them. One thread is both server and client, as in test_control_socket.cpp.
#include <sys/resource.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/control_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::ControlSocket;
using doorcall::platform::Json;
using doorcall::test::RawClient;
using doorcall::test::run_ready;
using doorcall::test::run_until;

TEST_GROUP_BASE(ControlSocketLimits, doorcall::test::ControlFixture){};

TEST(ControlSocketLimits, AMegabyteWithoutANewlineIsRefusedAndClosed) {
  RawClient client(path);
  const std::string chunk(64 * 1024, 'x');
  for (std::size_t sent = 0; sent < 1024 * 1024;) {
    const std::size_t count = client.send(chunk);
    run_ready(loop);
    if (count == 0) {
      break;  // refused before all of it was sent
    }
    sent += count;
  }
  STRCMP_CONTAINS("\"code\":\"line_too_long\"", client.line().c_str());
  CHECK_TRUE(client.closed());
  CHECK_EQUAL(1U, server->counters().line_too_long);
  CHECK_EQUAL(0U, server->clients());
}

TEST(ControlSocketLimits, ALineOfTheLargestLengthIsServed) {
  RawClient client(path);
  std::string request = R"({"verb":"echo"})";
  request.append(ControlSocket::kLineBytesMax - request.size(), ' ').append("\n");
  for (std::size_t sent = 0; sent < request.size();) {
    sent += client.send(std::string_view(request).substr(sent));
    run_ready(loop);
  }
  STRCMP_CONTAINS("\"ok\":true", client.line().c_str());
}

TEST(ControlSocketLimits, WatchersGetEvents) {
  RawClient watcher(path);
  RawClient other(path);
  CHECK_FALSE(server->watched());
  ask(watcher, R"({"id":1,"verb":"watch"})");
  ask(other, R"({"verb":"echo"})");
  CHECK_TRUE(server->watched());
  Json event = Json::object();
  event.set("type", "ringing");
  server->publish(event);
  STRCMP_EQUAL(R"({"event":{"type":"ringing"}})", watcher.line().c_str());
  STRCMP_EQUAL("", other.line().c_str());
}

TEST(ControlSocketLimits, AWatcherThatDoesNotReadIsDroppedAndCounted) {
  RawClient slow(path);
  RawClient quick(path);
  ask(slow, R"({"verb":"watch"})");
  ask(quick, R"({"verb":"watch"})");
  Json event = Json::object();
  event.set("text", std::string(1000, 'x'));
  int published = 0;
  while (server->counters().dropped_slow == 0 && published < 10'000) {
    server->publish(event);
    ++published;
    STRCMP_CONTAINS("xxx", quick.line().c_str());
  }
  CHECK_EQUAL(1U, server->counters().dropped_slow);
  CHECK_TRUE(published * 1000 >= static_cast<int>(ControlSocket::kOutputBytesMax));
  CHECK_EQUAL(1U, server->clients());
  server->publish(event);
  STRCMP_CONTAINS("xxx", quick.line().c_str());
}

TEST(ControlSocketLimits, AWatcherThatPausesGetsEverythingInOrder) {
  RawClient client(path);
  ask(client, R"({"verb":"watch"})");
  constexpr int kEvents = 300;
  for (int i = 0; i < kEvents; ++i) {
    Json event = Json::object();
    event.set("n", i).set("text", std::string(1000, 'x'));
    server->publish(event);
  }
  for (int i = 0; i < kEvents; ++i) {
    std::string line = client.line();
    CHECK_TRUE(run_until(loop, [&] { return !line.empty() || !(line = client.line()).empty(); }));
    CHECK_TRUE((*Json::parse(line))["event"]["n"].integer() == i);
  }
  CHECK_EQUAL(0U, server->counters().dropped_slow);
  CHECK_FALSE(loop.run_once(Millis(1)));
}

TEST(ControlSocketLimits, UnansweredRequestsOfOneClientAreLimited) {
  RawClient client(path);
  for (std::size_t i = 0; i < ControlSocket::kPendingMax; ++i) {
    STRCMP_EQUAL("", ask(client, R"({"verb":"keep"})").c_str());
  }
  STRCMP_CONTAINS("\"code\":\"too_many_pending\"", ask(client, R"({"verb":"keep"})").c_str());
  CHECK_EQUAL(1U, server->counters().too_many_pending);
  kept[0].ok();
  STRCMP_CONTAINS("\"ok\":true", client.line().c_str());
  STRCMP_EQUAL("", ask(client, R"({"verb":"keep"})").c_str());
}

TEST(ControlSocketLimits, OneClientTooManyIsToldSo) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < ControlSocket::kClientsMax; ++i) {
    clients.push_back(std::make_unique<RawClient>(path));
  }
  run_ready(loop);
  CHECK_EQUAL(ControlSocket::kClientsMax, server->clients());
  RawClient extra(path);
  run_ready(loop);
  STRCMP_CONTAINS("\"code\":\"too_many_clients\"", extra.line().c_str());
  CHECK_TRUE(extra.closed());
  CHECK_EQUAL(1U, server->counters().refused_full);
  clients.pop_back();
  run_ready(loop);
  RawClient next(path);
  STRCMP_CONTAINS("\"ok\":true", ask(next, R"({"verb":"echo"})").c_str());
}

TEST(ControlSocketLimits, OutOfDescriptorsItWaitsWithoutSpinning) {
  RawClient client(path);
  client.send("{\"verb\":\"echo\"}\n");
  rlimit before{};
  CHECK_EQUAL(0, ::getrlimit(RLIMIT_NOFILE, &before));
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  CHECK_EQUAL(0, ::setrlimit(RLIMIT_NOFILE, &none));
  const bool tried = loop.run_once(Millis(0));
  const bool spun = loop.run_once(Millis(5));
  CHECK_EQUAL(0, ::setrlimit(RLIMIT_NOFILE, &before));
  CHECK_TRUE(tried);
  CHECK_FALSE(spun);
  std::string reply;
  CHECK_TRUE(run_until(loop, [&] { return !(reply = client.line()).empty(); }));
  STRCMP_CONTAINS("\"ok\":true", reply.c_str());
}
