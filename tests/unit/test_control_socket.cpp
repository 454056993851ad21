// One thread is both server and client: the client's sockets do not block, and the loop is run
// until nothing is ready, so what has not arrived then never will.
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/fakes/control_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::ControlRequest;
using doorcall::platform::ControlSocket;
using doorcall::platform::Responder;
using doorcall::test::RawClient;
using doorcall::test::run_ready;

TEST_GROUP_BASE(ControlSocket, doorcall::test::ControlFixture){};

TEST(ControlSocket, AnswersEachRequestWithItsId) {
  RawClient client(path);
  STRCMP_EQUAL(R"({"id":1,"ok":true,"code":"ok","result":{"a":[1,2]}})",
               ask(client, R"({"id":1,"verb":"echo","args":{"a":[1,2]}})").c_str());
  STRCMP_EQUAL(R"({"id":"x","ok":false,"code":"busy","message":"in a call"})",
               ask(client, R"({"id":"x","verb":"refuse"})").c_str());
  STRCMP_EQUAL(R"({"id":null,"ok":true,"code":"ok","result":{}})",
               ask(client, R"({"verb":"watch"})").c_str());
  CHECK_EQUAL(3U, server->counters().requests);
}

TEST(ControlSocket, PartialAndJoinedLinesAreRequestsToo) {
  RawClient client(path);
  const std::string request = R"({"id":1,"verb":"echo"})";
  for (const char byte : request) {
    client.send(std::string_view(&byte, 1));
    run_ready(loop);
  }
  STRCMP_EQUAL("", client.line().c_str());
  client.send("\n" + request + "\n" + request + "\n" + request);
  run_ready(loop);
  int replies = 0;
  while (!client.line().empty()) {
    ++replies;
  }
  CHECK_EQUAL(3, replies);
}

TEST(ControlSocket, BadRequestsGetAReasonAndTheConnectionLives) {
  RawClient client(path);
  const std::vector<std::pair<std::string, std::string>> bad{
      {"nonsense", "not JSON"},
      {"", "not JSON"},
      {"[1]", "must be a JSON object"},
      {R"({"id":{},"verb":"echo"})", "'id' must be"},
      {R"({"id":1})", "'verb' is missing"},
      {R"({"id":1,"verb":7})", "'verb' is missing"},
      {R"({"id":1,"verb":"echo","args":[]})", "'args' must be an object"},
      {std::string(10'000, '[') + std::string(10'000, ']'), "not JSON"},
      {std::string(10'000, '{'), "not JSON"}};
  for (const auto& [request, reason] : bad) {
    const std::string reply = ask(client, request);
    STRCMP_CONTAINS("\"code\":\"bad_request\"", reply.c_str());
    STRCMP_CONTAINS(reason.c_str(), reply.c_str());
  }
  CHECK_EQUAL(bad.size(), server->counters().bad_requests);
  STRCMP_CONTAINS("\"ok\":true", ask(client, R"({"verb":"echo"})").c_str());
}

TEST(ControlSocket, AnUnknownVerbIsToldTheKnownOnes) {
  RawClient client(path);
  STRCMP_EQUAL(R"({"id":5,"ok":false,"code":"unknown_verb","message":"unknown verb 'cal'; known )"
               R"(are echo, forget, keep, refuse, watch"})",
               ask(client, R"({"id":5,"verb":"cal"})").c_str());
  CHECK_EQUAL(1U, server->counters().unknown_verbs);
}

TEST(ControlSocket, AHandlerMayAnswerLater) {
  RawClient client(path);
  STRCMP_EQUAL("", ask(client, R"({"id":1,"verb":"keep"})").c_str());
  STRCMP_EQUAL("", ask(client, R"({"id":2,"verb":"keep"})").c_str());
  kept[1].ok();
  kept[0].fail("gone", "too late");
  STRCMP_CONTAINS("\"id\":2,\"ok\":true", client.line().c_str());
  STRCMP_CONTAINS("\"id\":1,\"ok\":false,\"code\":\"gone\"", client.line().c_str());
}

TEST(ControlSocket, ARequestThatIsDroppedIsAnsweredAllTheSame) {
  RawClient client(path);
  STRCMP_CONTAINS("\"id\":9,\"ok\":false,\"code\":\"internal_error\"",
                  ask(client, R"({"id":9,"verb":"forget"})").c_str());
}

TEST(ControlSocket, AnAnswerToAClientThatHasGoneGoesNowhere) {
  {
    RawClient client(path);
    ask(client, R"({"id":1,"verb":"keep"})");
  }
  run_ready(loop);
  CHECK_EQUAL(0U, server->clients());
  RawClient other(path);
  ask(other, R"({"verb":"echo"})");
  kept[0].ok();
  STRCMP_EQUAL("", other.line().c_str());
}

TEST(ControlSocket, AnAnswerMayOutliveTheSocket) {
  RawClient client(path);
  ask(client, R"({"id":1,"verb":"keep"})");
  server.reset();
  kept[0].ok();
  CHECK_TRUE(client.closed());
}

TEST(ControlSocket, AHandlerMayDestroyTheSocket) {
  server->on("quit", [this](const ControlRequest&, Responder responder) {
    server.reset();
    responder.ok();
  });
  RawClient client(path);
  client.send("{\"verb\":\"quit\"}\n{\"verb\":\"echo\"}\n");
  run_ready(loop);
  CHECK_TRUE(client.closed());
  CHECK_TRUE(server == nullptr);
}

TEST(ControlSocket, AClientThatSendsAndHangsUpIsServed) {
  int calls = 0;
  server->on("count", [&](const ControlRequest&, Responder responder) {
    ++calls;
    responder.ok();
  });
  {
    RawClient client(path);
    client.send("{\"verb\":\"count\"}\n{\"verb\":\"count\"}\nunfinished");
  }
  run_ready(loop);
  CHECK_EQUAL(2, calls);
  CHECK_EQUAL(0U, server->clients());
}

TEST(ControlSocket, AClientThatHasFinishedSendingStillGetsItsAnswers) {
  RawClient client(path);
  client.send("{\"id\":1,\"verb\":\"keep\"}\n");
  client.finish();
  run_ready(loop);
  CHECK_FALSE(client.closed());
  CHECK_FALSE(loop.run_once(Millis(1)));  // and does not keep the loop busy meanwhile
  kept[0].ok();
  STRCMP_CONTAINS("\"ok\":true", client.line().c_str());
  CHECK_TRUE(client.closed());
}

TEST(ControlSocket, HandlersAreToldWhoAsks) {
  uid_t uid = 0;
  pid_t pid = 0;
  server->on("who", [&](const ControlRequest& request, Responder responder) {
    uid = request.peer.uid;
    pid = request.peer.pid;
    responder.ok();
  });
  RawClient client(path);
  ask(client, R"({"verb":"who"})");
  CHECK_EQUAL(::getuid(), uid);
  CHECK_EQUAL(::getpid(), pid);
}
