// The control socket's verbs on a served agent: what each takes, answers and refuses.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/daemon/dnd_driver.hpp"
#include "agent/daemon/to_json.hpp"
#include "agent/daemon/verbs.hpp"
#include "agent/facade/access.hpp"
#include "platform/control_socket.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/temp_dir.hpp"
#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using platform::Json;
using platform::JsonView;

/// The agents of these tests have a link in memory and are built without any MQTT library.
std::string_view Agent::link_library() {
  return "hub";
}

TEST_GROUP_BASE(DaemonVerbs, doorcall::test::FacadeParty) {
  test::TempDir dir;
  std::unique_ptr<platform::ControlSocket> socket;
  std::unique_ptr<daemon::DndDriver> dnd;
  std::unique_ptr<daemon::Verbs> verbs;
  std::unique_ptr<test::RawClient> client;
  Agent* door = nullptr;
  Agent* a = nullptr;
  Agent* b = nullptr;

  void setup() override {
    AgentOptions options;
    options.user = "door";
    options.device = "one";
    options.plans["night"] = CallPlan::first_answer({"a", "b"});
    options.doors = {"gate"};
    door = &add(options);
    a = &add("a", "one");
    b = &add("b", "one");
    serve(*door);
  }
  void teardown() override {
    client.reset();
    socket.reset();
    dnd.reset();
    verbs.reset();
  }
  void serve(Agent & agent) {
    const std::string path = dir.file("c.sock");
    platform::EventLoop& loop = AgentAccess::loop(agent);
    socket = std::make_unique<platform::ControlSocket>(
        loop, platform::ControlSocketOptions{.path = path, .mode = 0600, .group = ""});
    dnd = std::make_unique<daemon::DndDriver>(loop, agent, std::vector<platform::DailyWindow>{});
    verbs = std::make_unique<daemon::Verbs>(agent, *dnd);
    verbs->serve_on(*socket);
    std::string error;
    CHECK_TRUE(socket->open(error));
    client = std::make_unique<test::RawClient>(path);
  }
  /// The reply's `result`; the reply says yes.
  Json yes(const std::string& verb, const std::string& args = "{}") {
    const Json reply = ask(verb, args);
    CHECK_TEXT(reply["ok"].boolean().value_or(false), reply.dump().c_str());
    return Json::copy(reply["result"]);
  }
  /// The reply says no with this code and these words.
  void no(const std::string& verb, const std::string& args, const char* code, const char* words) {
    const Json reply = ask(verb, args);
    CHECK_TEXT(reply["code"].text() == code, reply.dump().c_str());
    STRCMP_CONTAINS(words, std::string(reply["message"].text().value_or("")).c_str());
  }
  Json ask(const std::string& verb, const std::string& args) {
    client->send(R"({"verb":")" + verb + R"(","args":)" + args + "}\n");
    settle();
    return Json::parse(client->line()).value_or(Json());
  }
  static std::string word(JsonView object, const char* key) {
    return std::string(object[key].text().value_or(""));
  }
};

TEST(DaemonVerbs, CallTakesUsersAndSaysWhoIsNotCalled) {
  const Json result = yes("call", R"({"users":["a","door","b"],"ring_time_ms":20000})");
  LONGS_EQUAL(20'000, *result["ring_time_ms"].integer());
  CHECK(!*result["added"].boolean());
  LONGS_EQUAL(1, result["errors"].size());
  CHECK_EQUAL(std::string("door"), word(result["errors"].at(0), "user"));
  CHECK_EQUAL(std::string("self_call"), word(result["errors"].at(0), "code"));
  CHECK_EQUAL(std::string("a user cannot call itself"), word(result["errors"].at(0), "message"));
  LONGS_EQUAL(CallState::kRinging, state(*a));
  LONGS_EQUAL(CallState::kRinging, state(*b));
  yes("end");
  yes("call", R"({"user":"a"})");
  LONGS_EQUAL(CallState::kRinging, state(*a));
}

TEST(DaemonVerbs, CallTakesPlansByWordAndByName) {
  no("call", "{}", "invalid_argument", "'user' is missing");
  no("call", R"({"plan":"hunt"})", "invalid_argument", "'user' is missing");
  no("call", R"({"users":[]})", "invalid_argument", "'users' is empty");
  no("call", R"({"users":"a"})", "invalid_argument", "'users' must be a list of texts");
  no("call", R"({"plan":"noon"})", "invalid_argument",
     "there is no plan 'noon'; the config has these: night");
  no("call", R"({"plan":"night","users":["a"]})", "invalid_argument", "leave 'users' out");
  no("call", R"({"users":["a"],"cycles":2})", "invalid_argument", "'cycles' belongs to plan hunt");
  no("call", R"({"users":["a"],"plan":"hunt","cycles":11})", "invalid_argument", "from 1 to 10");
  no("call", R"({"users":["a"],"plan":"hunt","keep":true})", "invalid_argument", "'keep' belongs");
  no("call", R"({"plan":"escalation","steps":["a"]})", "invalid_argument",
     "'steps' must be a list of lists of texts");
  no("call", R"({"users":["door","x y"]})", "self_call",
     "nobody is called: door: a user cannot call itself; x y: not a user");
  yes("call", R"({"plan":"night"})");
  LONGS_EQUAL(CallState::kRinging, state(*b));
  yes("cancel");
  yes("call", R"({"plan":"hunt","users":["b","a"],"step_time_ms":5000,"cycles":2})");
  LONGS_EQUAL(CallState::kRinging, state(*b));
  CHECK(state(*a) != CallState::kRinging);
  yes("cancel");
  yes("call", R"({"plan":"escalation","steps":[["a"],["b"]],"keep":false})");
  LONGS_EQUAL(CallState::kRinging, state(*a));
}

TEST(DaemonVerbs, AGroupIsBuiltShownAndLeft) {
  const std::string call = word(yes("call", R"({"user":"a"})").view(), "call");
  a->answer(call);
  settle();
  CHECK(*yes("add", R"({"users":["b"]})")["added"].boolean());
  no("add", R"({"users":["b"]})", "already_sent", "in this call already");
  const Json calls = yes("calls");
  const JsonView members = calls["calls"].at(0)["members"];
  LONGS_EQUAL(3, members.size());
  CHECK_EQUAL(std::string("door"), word(members.at(0), "user"));
  CHECK_EQUAL(std::string("connected"), word(members.at(1), "state"));
  CHECK_EQUAL(std::string("ringing"), word(members.at(2), "state"));
  CHECK_EQUAL(std::string("door"), word(members.at(2), "inviter_user"));
  no("cancel", R"({"users":["a"]})", "not_invited", "not being called");
  yes("cancel", R"({"users":["b"]})");
  CHECK(state(*b) == CallState::kEnded);
  no("end", R"({"call":"nonsense"})", "unknown_call", "'doorcall calls' lists them");
  CHECK_EQUAL(std::string("hang_up"), word(yes("leave").view(), "reason"));
  LONGS_EQUAL(CallState::kEnded, state(*a));
}

TEST(DaemonVerbs, SendTellsMembersAndWatchersSeeIt) {
  no("send", R"({"text":"x"})", "unknown_call", "no call is connected");
  const std::string call = door->call("a").call;
  settle();
  a->answer(call);
  settle();
  std::vector<std::string> told;
  Listener listener;
  listener.on_info = [&](const InfoUpdate& info) {
    told.push_back(daemon::to_event(info, 5).dump());
  };
  a->add_listener(listener);
  CHECK_EQUAL(call, word(yes("send", R"({"text":"hello"})").view(), "call"));
  yes("send", R"({"kind":"key_press","text":"4#","user":"a"})");
  yes("send", R"({"kind":"media_candidate","bytes":"AAH/"})");
  LONGS_EQUAL(3, told.size());
  const Json keys = Json::parse(told[1]).value_or(Json());
  CHECK_EQUAL(std::string("info"), word(keys.view(), "type"));
  CHECK_EQUAL(std::string("key_press"), word(keys.view(), "kind"));
  CHECK_EQUAL(std::string("4#"), word(keys.view(), "text"));
  CHECK_EQUAL(std::string("door"), word(keys.view(), "user"));
  CHECK_EQUAL(std::string("AAH/"), word(Json::parse(told[2]).value_or(Json()).view(), "bytes"));
  no("send", R"({"kind":"hum","text":"x"})", "invalid_argument", "'kind' must be data, key_press");
  no("send", R"({"kind":"key_press","text":"x"})", "invalid_argument", "0-9, A-D, * and #");
  no("send", R"({"kind":"media_offer","bytes":"?"})", "invalid_argument", "must be base64");
  no("send", R"({"text":"x","user":"b"})", "not_invited", "not in the call");
}

TEST(DaemonVerbs, DoorAsksAndWaitsForTheAnswer) {
  no("door", "{}", "not_allowed", "'doorcall door USER'");
  no("door", R"({"user":"x y"})", "invalid_user", "not a user");
  const std::string call = a->call("door").call;
  settle();
  yes("answer");
  no("door", "{}", "no_door", "has no door");
  a->set_door_handler([](const DoorRequest&, const DoorReporter& lock) { lock.report(true); });
  std::string told;
  Listener listener;
  listener.on_door = [&](const DoorUpdate& update) { told = daemon::to_event(update, 5).dump(); };
  a->add_listener(listener);
  CHECK_EQUAL(std::string("opened"), word(yes("door", R"({"user":"a"})").view(), "result"));
  const Json event = Json::parse(told).value_or(Json());
  CHECK_EQUAL(std::string("opened"), word(event.view(), "change"));
  CHECK_EQUAL(std::string("door"), word(event.view(), "user"));
  CHECK_EQUAL(call, word(event.view(), "call"));
  CHECK(*event["here"].boolean());
  yes("leave");
  no("door", R"({"user":"a"})", "not_allowed", "allow in [door] there");
}

TEST(DaemonVerbs, RefusalsSayWhatToDoNext) {
  no("answer", "{}", "unknown_call", "no call is ringing");
  no("pull", "{}", "unknown_call", "no other device of this user is in a call");
  no("join", R"({"call":"0123456789abcdef0123456789abcdef"})", "unknown_call", "--via");
  const std::string call = a->call("door").call;
  settle();
  no("leave", R"({"call":")" + call + "\"}", "not_allowed", "'doorcall decline' declines it");
  yes("silence");
  no("silence", "{}", "already_sent", "silent already");
  yes("answer");
  no("end", "{}", "not_allowed", "'doorcall leave' leaves it");
}

TEST(DaemonVerbs, DoNotDisturbIsSwitchedForATimeOrUntil) {
  const Json on = yes("dnd", R"({"set":"on"})");
  CHECK(*on["dnd"].boolean() && on["dnd_until_ms"].is_null());
  CHECK_EQUAL(std::string("manual"), word(on.view(), "dnd_source"));
  CHECK(door->mode().dnd);
  const Json timed = yes("dnd", R"({"set":"off","for_ms":60000})");
  CHECK(!*timed["dnd"].boolean() && timed["dnd_until_ms"].number() > 0);
  const Json until = yes("dnd", R"({"set":"on","until":"07:00"})");
  LONGS_EQUAL(0, *until["dnd_until_ms"].integer() % 60'000);
  const Json free = yes("dnd", R"({"set":"auto"})");
  CHECK(!*free["dnd"].boolean());
  CHECK_EQUAL(std::string("none"), word(free.view(), "dnd_source"));
  CHECK(!*yes("dnd")["dnd"].boolean());
  no("dnd", R"({"set":"maybe"})", "invalid_argument", "on, off, auto or status");
  no("dnd", R"({"set":"on","until":"7:00"})", "invalid_argument", "such as 07:00");
  no("dnd", R"({"set":"on","until":"24:00"})", "invalid_argument", "such as 07:00");
  no("dnd", R"({"set":"on","until":"07:00","for_ms":1})", "invalid_argument", "exclude");
  no("dnd", R"({"set":"auto","for_ms":1})", "invalid_argument", "on and off only");
  no("dnd", R"({"set":"on","for_ms":999999999999})", "timeout_out_of_range", "7 days");
}

TEST(DaemonVerbs, ASchedulesOwnSwitchingGivesWayToAButton) {
  dnd->set_schedule({{.from = 0, .to = 24 * 60}});
  CHECK(door->mode().dnd);
  Listener listener;
  listener.on_mode = [this](const DeviceMode& mode) { dnd->on_mode(mode); };
  door->add_listener(listener);
  door->bind_button("night", *ButtonAction::parse("dnd"));
  door->press("night");
  settle();
  dnd->apply();  // as when the clock is set
  CHECK(!door->mode().dnd);
  CHECK_EQUAL(std::string("manual"), word(yes("dnd").view(), "dnd_source"));
  CHECK(*yes("dnd", R"({"set":"auto"})")["dnd"].boolean());
  CHECK_EQUAL(std::string("schedule"), word(yes("dnd").view(), "dnd_source"));
}

TEST(DaemonVerbs, RingToOpenIsLimitedByTheConfig) {
  const Json on = yes("ring_to_open", R"({"for_ms":600000})");
  CHECK(*on["ring_to_open"].boolean() && *on["ring_to_open_left_ms"].integer() > 590'000);
  no("ring_to_open", R"({"for_ms":3600001})", "timeout_out_of_range", "[ring_to_open] longest");
  CHECK(!*yes("ring_to_open", R"({"for_ms":0})")["ring_to_open"].boolean());
  AgentOptions options = door->options();
  options.doors.clear();
  (void)door->reconfigure(options);
  no("ring_to_open", R"({"for_ms":1000})", "not_allowed", "set doors in [ring_to_open]");
}

TEST(DaemonVerbs, StatusShowsModeLimitsAndPlans) {
  const Json status = yes("status");
  CHECK_EQUAL(std::string("night"), std::string(status["plans"].at(0).text().value_or("")));
  LONGS_EQUAL(10, *status["limits"]["parties"].integer());
  LONGS_EQUAL(1, *status["limits"]["lines"].integer());
  LONGS_EQUAL(30'000, *status["limits"]["alone_time_ms"].integer());
  CHECK(!*status["mode"]["dnd"].boolean());
  LONGS_EQUAL(0, status["pullable"].size());
  LONGS_EQUAL(0, status["outputs"].size());
}

TEST(DaemonVerbs, StatusShowsTheOutputs) {
  AgentOptions options = door->options();
  options.outputs.chime = SoundOptions{.command = {"true"}, .file = {}};
  (void)door->reconfigure(options);
  const Json status = yes("status");
  LONGS_EQUAL(1, status["outputs"].size());
  CHECK_EQUAL(std::string(R"({"kind":"chime","name":"","state":"off","fault":""})"),
              status["outputs"].at(0).dump());
}

TEST(DaemonVerbs, EventsCarryTheRosterAndWhatWasMissed) {
  std::vector<std::string> told;
  Listener listener;
  listener.on_call = [&](const CallUpdate& update) {
    told.push_back(daemon::to_event(update, 5).dump());
  };
  b->add_listener(listener);
  const std::string call = door->call({"a", "b"}).call;
  settle();
  const Json incoming = Json::parse(told.at(0)).value_or(Json());
  CHECK_EQUAL(std::string("incoming"), word(incoming.view(), "change"));
  LONGS_EQUAL(3, incoming["members"].size());
  CHECK(!*incoming["waiting"].boolean() && !*incoming["missed"].boolean());
  door->cancel(call);
  settle();
  const Json ended = Json::parse(told.back()).value_or(Json());
  CHECK_EQUAL(std::string("ended"), word(ended.view(), "change"));
  CHECK(*ended["missed"].boolean());
}
