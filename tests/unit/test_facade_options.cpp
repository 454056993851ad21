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
      [](AgentOptions& o) { o.name.assign(65, 'x'); },
      [](AgentOptions& o) { o.name = "\xc0"; },
      [](AgentOptions& o) { o.kind.assign(33, 'x'); },
      [](AgentOptions& o) { o.media_stop_time = 31s; },
      [](AgentOptions& o) { o.broker.host.clear(); },
      [](AgentOptions& o) { o.broker.topic_root = "a/+"; },
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

TEST(FacadeOptions, ReconfigureTakesWhatItCanAndNamesTheRest) {
  test::FacadeHub hub;
  const auto agent = hub.make(good());
  AgentOptions options = agent->options();
  options.device = "two";
  options.broker.host = "elsewhere";
  options.broker.tls.insecure = true;
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
