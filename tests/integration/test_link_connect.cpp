// Coming up and going down against a real Mosquitto: protocols, refusals, wills, close.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/fakes/mosquitto_process.hpp"
#include "tests/fakes/scripted_broker.hpp"
#include "tests/fakes/tcp_proxy.hpp"
#include "tests/integration/link_test.hpp"

// Getting connected, and what is said when that fails.

using namespace doorcall;
using namespace doorcall::test;
using doorcall::fakes::MosquittoProcess;
using doorcall::fakes::ScriptedBroker;
using transport::Protocol;
using Cause = LinkDownInfo::Cause;

LINK_GROUP(LinkConnect);

namespace {

LinkOptions options_for(std::uint16_t port, Protocol protocol) {
  LinkOptions options = doorcall::test::options_for(port);
  options.protocol = protocol;
  return options;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

LINK_TEST(LinkConnect, CarriesMessagesWithBothProtocols) {
  const MosquittoProcess broker;
  for (const Protocol protocol : {Protocol::kMqtt5, Protocol::kMqtt311}) {
    Client client(make, options_for(broker.port(), protocol));
    client.open({{"a/+", 0}, {"b", 0}});
    CHECK(run_until_up(client));
    CHECK(client.sink.ups[0].mqtt5 == (protocol == Protocol::kMqtt5));
    CHECK(client.publish("a/x", std::string("\0binary\xff", 8)));
    CHECK(client.publish("b", "", true, 60));
    CHECK(run_until({&client}, Millis{5'000}, [&] { return client.sink.received.size() == 2; }));
    CHECK(client.sink.received[0].topic == "a/x");
    CHECK(client.sink.received[0].payload == std::string("\0binary\xff", 8));
    CHECK(client.sink.received[1].topic == "b");
    CHECK(client.sink.received[1].payload.empty());
    CHECK_FALSE(client.sink.received[1].retained);
  }
}

LINK_TEST(LinkConnect, SetsTcpNoDelayOnItsSocket) {
  const MosquittoProcess broker;
  Client client(make, options_for(broker.port()));
  CHECK_EQUAL(-1, client.link->socket());
  client.open();
  CHECK(run_until_up(client));
  int on = 0;
  socklen_t size = sizeof on;
  CHECK_EQUAL(0, ::getsockopt(client.link->socket(), IPPROTO_TCP, TCP_NODELAY, &on, &size));
  CHECK(on != 0);
}

LINK_TEST(LinkConnect, SendsCleanStart0SessionExpiryAndARetainedDelayedWill) {
  const ScriptedBroker broker;
  LinkOptions options = options_for(broker.port());
  options.session_expiry = Seconds{3'601};
  options.will_delay = Seconds{11};
  Client client(make, options);
  client.open({{"inbox", 2}, {"presence", 0}});
  CHECK(run_until_up(client));
  const auto seen = broker.connects();
  CHECK_EQUAL(1U, seen.size());
  CHECK_EQUAL(5, seen[0].level);
  CHECK_FALSE(seen[0].clean_start);
  CHECK_EQUAL(3'601U, seen[0].session_expiry);
  CHECK(seen[0].will);
  CHECK(seen[0].will_retain);
  CHECK_EQUAL(1, seen[0].will_qos);
  CHECK_EQUAL(11U, seen[0].will_delay);
  const auto handling = broker.retain_handling();
  CHECK_EQUAL(2U, handling.size());
  CHECK_EQUAL(2, handling[0]);
  CHECK_EQUAL(0, handling[1]);
}

LINK_TEST(LinkConnect, FallsBackTo311OnceAndRemembersIt) {
  for (const bool in_v5 : {false, true}) {
    ScriptedBroker::Script script;
    script.refuse_v5 = !in_v5;
    script.refuse_v5_in_v5 = in_v5;
    const ScriptedBroker broker(script);
    Client client(make, options_for(broker.port()));
    client.open({{"x", 2}});
    CHECK(run_until_up(client));
    CHECK_FALSE(client.sink.ups[0].mqtt5);
    CHECK_FALSE(broker.connects()[1].clean_start);
    client.open({{"x", 2}});
    CHECK(run_until_up(client));
    const auto seen = broker.connects();
    CHECK_EQUAL(3U, seen.size());
    CHECK_EQUAL(5, seen[0].level);
    CHECK_EQUAL(4, seen[1].level);
    CHECK_EQUAL(4, seen[2].level);
    CHECK_EQUAL(0U, client.sink.downs.size());
  }
}

LINK_TEST(LinkConnect, SaysThatABrokerRefusesMqtt5WhereItIsDemanded) {
  ScriptedBroker::Script script;
  script.refuse_v5 = true;
  const ScriptedBroker broker(script);
  Client client(make, options_for(broker.port(), Protocol::kMqtt5));
  client.open();
  CHECK(run_until_down(client));
  CHECK(client.sink.downs[0].cause == Cause::kRefused);
  CHECK(contains(client.sink.downs[0].text, "protocol version"));
}

LINK_TEST(LinkConnect, SaysThatABadPasswordIsNotAuthorised) {
  MosquittoProcess broker({"", false, false});
  const std::string file = broker.write_file("passwords", "");
  CHECK_EQUAL(0, std::system(("mosquitto_passwd -b " + file + " panel right 2>/dev/null").c_str()));
  broker.set_extra_lines("allow_anonymous false\npassword_file " + file);
  broker.start();
  for (const Protocol protocol : {Protocol::kMqtt5, Protocol::kMqtt311}) {
    LinkOptions options = options_for(broker.port(), protocol);
    options.username = "panel";
    options.password = "wrong";
    Client client(make, options);
    client.open();
    CHECK(run_until_down(client));
    CHECK(client.sink.downs[0].cause == Cause::kRefused);
    CHECK_EQUAL(protocol == Protocol::kMqtt5 ? 0x87 : 5, client.sink.downs[0].code);
    CHECK(contains(client.sink.downs[0].text, "not authorised"));
    options.password = "right";
    Client welcome(make, options);
    welcome.open();
    CHECK(run_until_up(welcome));
  }
}

LINK_TEST(LinkConnect, SaysThatNobodyListens) {
  Client client(make, options_for(fakes::free_port()));
  for (std::size_t i = 1; i <= 3; ++i) {
    client.open();
    CHECK(run_until_down(client));
    CHECK_EQUAL(i, client.sink.downs.size());
    CHECK(client.sink.downs.back().cause == Cause::kNetwork);
    CHECK(contains(client.sink.downs.back().text, "cannot connect to the broker at 127.0.0.1"));
  }
}

LINK_TEST(LinkConnect, SaysThatANameIsUnknown) {
  LinkOptions options = options_for(1883);
  options.host = "no-such-broker.invalid";
  options.connect_timeout = Seconds{5};
  Client client(make, options);
  client.open();
  CHECK(run_until_down(client));
  CHECK(client.sink.downs[0].cause == Cause::kNetwork);
  CHECK(contains(client.sink.downs[0].text, "no-such-broker.invalid"));
}

LINK_TEST(LinkConnect, TriesTheNodesOfAClusterInTurn) {
  const MosquittoProcess broker;  // on IPv4 only
  LinkOptions options = options_for(broker.port());
  options.host = "127.0.0.2";
  options.more = {"127.0.0.3", "127.0.0.1"};
  Client client(make, options);
  for (const char* const host : {"127.0.0.2", "127.0.0.3"}) {
    client.open();
    CHECK(run_until_down(client));
    CHECK(contains(client.sink.downs.back().text, host));
    client.sink.downs.clear();
  }
  client.open();
  CHECK(run_until_up(client));
  CHECK_EQUAL(std::string("127.0.0.1"), client.link->host());
}

LINK_TEST(LinkConnect, AsksForTheQosThatItIsTold) {
  for (const Protocol protocol : {Protocol::kMqtt5, Protocol::kMqtt311}) {
    for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
      const ScriptedBroker broker;
      LinkOptions options = options_for(broker.port(), protocol);
      options.delivery_qos = qos;
      Client client(make, options);
      client.open({{"inbox", 2}});
      CHECK(run_until_up(client));
      CHECK(broker.subscribed_qos() == std::vector<std::uint8_t>({qos}));
    }
  }
}

LINK_TEST(LinkConnect, ResolvesANameOutsideTheLoop) {
  const MosquittoProcess broker;
  LinkOptions options = options_for(broker.port());
  options.host = "localhost";
  Client client(make, options);
  client.open();
  CHECK(run_until_up(client));
}

LINK_TEST(LinkConnect, ARefusedSubscriptionEndsTheAttempt) {
  for (const Protocol protocol : {Protocol::kMqtt5, Protocol::kMqtt311}) {
    ScriptedBroker::Script script;
    script.suback_code = protocol == Protocol::kMqtt5 ? 0x87 : 0x80;
    const ScriptedBroker broker(script);
    Client client(make, options_for(broker.port(), protocol));
    client.open({{"forbidden", 0}});
    CHECK(run_until_down(client));
    CHECK(client.sink.ups.empty());
    CHECK(client.sink.downs[0].cause == Cause::kRefused);
    CHECK_EQUAL(script.suback_code, client.sink.downs[0].code);
  }
}

LINK_TEST(LinkConnect, GivesUpOnABrokerThatDoesNotAnswer) {
  const MosquittoProcess broker;
  fakes::TcpProxy proxy(broker.port());
  proxy.hold(true);
  LinkOptions options = options_for(proxy.port());
  options.connect_timeout = Seconds{1};
  Client client(make, options);
  client.open();
  CHECK(run_until_down(client, Millis{3'000}));
  CHECK(client.sink.downs[0].cause == Cause::kNetwork);
  CHECK(contains(client.sink.downs[0].text, "does not answer"));
  proxy.hold(false);
  client.open();
  CHECK(run_until_up(client));
}

LINK_TEST(LinkConnect, OpenDropsARunningConnectionWithoutSayingSo) {
  const ScriptedBroker broker;
  Client client(make, options_for(broker.port()));
  client.open();
  CHECK(run_until_up(client));
  client.open();
  CHECK(run_until_up(client));
  CHECK(run_until({&client}, Millis{3'000}, [&] { return broker.open_connections() == 1; }));
  CHECK_EQUAL(0U, client.sink.downs.size());
  CHECK_EQUAL(2U, broker.connects().size());
}

LINK_TEST(LinkConnect, OpensAgainFromInsideLinkDown) {
  ScriptedBroker::Script script;
  script.disconnect_code = 0x8B;
  const ScriptedBroker broker(script);
  Client client(make, options_for(broker.port()));
  client.sink.on_down = [&] {
    if (client.sink.downs.size() < 3) {
      client.open({{"x", 0}});
    }
  };
  client.open({{"x", 0}});
  CHECK(run_until({&client}, Millis{10'000}, [&] { return client.sink.downs.size() == 3; }));
  CHECK_EQUAL(3U, broker.connects().size());
}
