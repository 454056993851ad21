// What the constructor refuses, in which words, and what it hands on to the engine and the link.
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/facade/options.hpp"
#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace std::chrono_literals;

namespace {

AgentOptions good() {
  AgentOptions options;
  options.user = "apt";
  options.device = "one";
  return options;
}

/// What is said of options that differ from good ones in this way; empty: nothing.
std::string refusal(const std::function<void(AgentOptions&)>& spoil) {
  AgentOptions options = good();
  spoil(options);
  try {
    (void)facade::check(options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_GROUP(FacadeOptions){};

TEST(FacadeOptions, EachRefusalNamesTheOptionAndWhatIsAllowed) {
  CHECK_EQUAL(std::string(), refusal([](AgentOptions&) {}));
  CHECK_EQUAL(std::string("option user is 'a b'; allowed: letters, digits, '_' and '-', 1-32 of "
                          "them"),
              refusal([](AgentOptions& o) { o.user = "a b"; }));
  CHECK_EQUAL(std::string("option device is ''; allowed: letters, digits, '_' and '-', 1-31 of "
                          "them"),
              refusal([](AgentOptions& o) { o.device = ""; }));
  CHECK_EQUAL(std::string("option timers.ring is '999 ms'; allowed: 1000-600000 ms"),
              refusal([](AgentOptions& o) { o.timers.ring = 999ms; }));
  CHECK_EQUAL(std::string("option lines is '9'; allowed: 1-8"),
              refusal([](AgentOptions& o) { o.lines = 9; }));
  CHECK_EQUAL(std::string("option broker.port is '0'; allowed: 1-65535"),
              refusal([](AgentOptions& o) { o.broker.port = 0; }));
}

TEST(FacadeOptions, EveryRangeIsChecked) {
  using Spoil = std::function<void(AgentOptions&)>;
  const std::vector<Spoil> spoils = {
      [](AgentOptions& o) { o.timers.ring = 600'001ms; },
      [](AgentOptions& o) { o.timers.receipt = 61s; },
      [](AgentOptions& o) { o.timers.notice = 999ms; },
      [](AgentOptions& o) { o.timers.confirm = 1s; },
      [](AgentOptions& o) { o.timers.heartbeat = 1s; },
      [](AgentOptions& o) { o.timers.lost = 4s; },
      [](AgentOptions& o) { o.timers.media_start = 121s; },
      [](AgentOptions& o) { o.timers.offline_belief = 31s; },
      [](AgentOptions& o) { o.lines = 0; },
      [](AgentOptions& o) { o.parties = 1; },
      [](AgentOptions& o) { o.parties = 17; },
      [](AgentOptions& o) { o.timers.busy_settle = 11s; },
      [](AgentOptions& o) { o.timers.alone = 999ms; },
      [](AgentOptions& o) { o.timers.longest_call = 59s; },
      [](AgentOptions& o) { o.timers.longest_call = 24h + 1s; },
      [](AgentOptions& o) { o.ring_to_open_max = 59s; },
      [](AgentOptions& o) { o.contacts = {"a b"}; },
      [](AgentOptions& o) {
        for (int i = 0; i < 33; ++i) {
          o.contacts.push_back("c" + std::to_string(i));
        }
      },
      [](AgentOptions& o) { o.dnd_overrides = {""}; },
      [](AgentOptions& o) { o.doors = {"1", "2", "3", "4", "5", "6", "7", "8", "9"}; },
      [](AgentOptions& o) { o.plans["a b"] = CallPlan::parallel({"x"}); },
      [](AgentOptions& o) { o.plans["a"] = CallPlan::parallel({}); },
      [](AgentOptions& o) { o.plans["a"] = CallPlan::parallel({"x y"}); },
      [](AgentOptions& o) {
        o.plans["a"] = CallPlan::hunt({"x", "y"}, 0ms);
      },
      [](AgentOptions& o) {
        o.plans["a"] = CallPlan::parallel({"x"});
        o.plans["a"].ring_time = 999ms;
      },
      [](AgentOptions& o) { o.push_title.assign(65, 'x'); },
      [](AgentOptions& o) { o.push_content = "\xff"; },
      [](AgentOptions& o) { o.name.assign(65, 'x'); },
      [](AgentOptions& o) { o.name = "\xc0"; },
      [](AgentOptions& o) { o.kind.assign(33, 'x'); },
      [](AgentOptions& o) { o.media_stop_time = 31s; },
      [](AgentOptions& o) { o.broker.host.clear(); },
      [](AgentOptions& o) { o.broker.more = {""}; },
      [](AgentOptions& o) { o.broker.more = {o.broker.host}; },
      [](AgentOptions& o) { o.broker.topic_root = "a/+"; },
      [](AgentOptions& o) { o.broker.delivery_qos = 2; },
      [](AgentOptions& o) { o.broker.keep_alive = 9s; },
      [](AgentOptions& o) { o.broker.will_delay = 61s; },
      [](AgentOptions& o) { o.broker.session_expiry = 600s; },
      [](AgentOptions& o) { o.broker.connect_timeout = 0s; },
  };
  for (const Spoil& spoil : spoils) {
    CHECK(!refusal(spoil).empty());
  }
}

TEST(FacadeOptions, TheUserNameIsTheAccountWhereThereIsAPassword) {
  AgentOptions options = good();
  CHECK_EQUAL(std::string(), facade::check(options).link.username);
  options.broker.password = "secret";
  CHECK_EQUAL(std::string("one@apt"), facade::check(options).link.username);
  CHECK_EQUAL(std::string("one@apt"), facade::check(options).link.client_id);
  options.broker.username = "else";
  CHECK_EQUAL(std::string("else"), facade::check(options).link.username);
}

TEST(FacadeOptions, ThePresenceOfContactsAndTheOwnUserIsFollowed) {
  AgentOptions options = good();
  options.contacts = {"a", options.user, "b"};
  CHECK(facade::check(options).followed.empty());
  options.follow_contacts_only = true;
  const auto followed = facade::check(options).followed;
  CHECK_EQUAL(3U, followed.size());
  CHECK(followed[0].view() == options.user);
  CHECK(followed[1].view() == "a");
  CHECK(followed[2].view() == "b");
}

TEST(FacadeOptions, TheNodesOfAClusterReachTheLink) {
  AgentOptions options = good();
  options.broker.more = {"two", "three"};
  options.broker.delivery_qos = 0;
  CHECK(facade::check(options).link.more == options.broker.more);
  CHECK_EQUAL(0, facade::check(options).link.delivery_qos);
}

TEST(FacadeOptions, ListsAndModesReachTheEngine) {
  AgentOptions options = good();
  options.contacts = {"a", "b", "a"};
  options.dnd_overrides = {"c"};
  options.doors = {"d"};
  options.refuse_strangers = true;
  options.hide_busy = true;
  options.chime_only = true;
  options.call_waiting = true;
  options.parties = 16;
  options.timers.longest_call = 1min;
  options.timers.alone = 0ms;
  const Settings settings = facade::check(options).settings;
  LONGS_EQUAL(2, settings.contacts.count);
  CHECK(settings.contacts.has(*UserId::parse("b")));
  CHECK(settings.dnd_overrides.has(*UserId::parse("c")) && settings.doors.has(*UserId::parse("d")));
  CHECK(settings.refuse_strangers && settings.hide_busy && settings.chime_only);
  CHECK(settings.call_waiting);
  LONGS_EQUAL(16, settings.parties);
  LONGS_EQUAL(60'000, settings.longest_call.count());
  LONGS_EQUAL(0, settings.alone_time.count());
}

TEST(FacadeOptions, ReconfigureTakesWhatItCanAndNamesTheRest) {
  test::FacadeHub hub;
  const auto agent = hub.make(good());
  AgentOptions options = agent->options();
  options.device = "two";
  options.broker.host = "elsewhere";
  options.broker.tls.enabled = true;
  options.lines = 2;
  const std::vector<std::string> fixed = agent->reconfigure(options);
  CHECK(fixed == std::vector<std::string>({"device", "broker.host", "broker.tls"}));
  CHECK_EQUAL(std::string("one"), agent->options().device);
  CHECK_EQUAL(std::string("localhost"), agent->options().broker.host);
  LONGS_EQUAL(2, agent->options().lines);
  options.lines = 0;
  CHECK_THROWS(std::invalid_argument, (void)agent->reconfigure(options));
  LONGS_EQUAL(2, agent->options().lines);
}

TEST(FacadeOptions, ReconfigureTakesOtherCredentialsUnlessTheyAreNoGood) {
  test::FacadeHub hub;
  AgentOptions options = good();
  options.broker.tls.enabled = true;
  const auto agent = hub.make(options);
  options.broker.username = "one@door";
  options.broker.password = "new";
  options.broker.tls.server_name = "broker.local";
  CHECK(agent->reconfigure(options).empty());
  CHECK_EQUAL(std::string("new"), agent->options().broker.password);
  CHECK_EQUAL(std::string("broker.local"), agent->options().broker.tls.server_name);
  options.broker.password = "newer";
  options.broker.tls.ca_file = "/nonexistent/ca.pem";
  CHECK(agent->reconfigure(options).empty());
  CHECK_EQUAL(std::string("new"), agent->options().broker.password);
  CHECK_EQUAL(std::string(), agent->options().broker.tls.ca_file);
}
