// Messages through a real Mosquitto: sizes, bursts through the window, expiry, refusals, retained.
#include <chrono>
#include <thread>

#include "tests/fakes/mosquitto_process.hpp"
#include "tests/fakes/scripted_broker.hpp"
#include "tests/fakes/tcp_proxy.hpp"
#include "tests/integration/link_test.hpp"
#include "transport/send_queue.hpp"

// Publishing and receiving: window, queue, expiry, refusals, the orderly end.

using namespace doorcall;
using namespace doorcall::test;
using doorcall::fakes::MosquittoProcess;
using doorcall::fakes::ScriptedBroker;
using transport::Protocol;
using transport::SendQueue;
using Cause = LinkDownInfo::Cause;

LINK_GROUP(LinkMessages);

namespace {

/// Publishes `count` numbered messages, as fast as the link takes them.
bool publish_burst(Client& client, int count) {
  int sent = 0;
  return run_until({&client}, Millis{20'000}, [&] {
    while (sent < count && client.publish("burst", std::to_string(sent))) {
      ++sent;
    }
    return sent == count;
  });
}

}  // namespace

LINK_TEST(LinkMessages, CarriesABurstOfThousandsInOrder) {
  const MosquittoProcess broker;
  Client client(make, options_for(broker.port()));
  client.open({{"burst", 2}});
  CHECK(run_until_up(client));
  constexpr int kCount = 3'000;
  CHECK(publish_burst(client, kCount));
  CHECK(
      run_until({&client}, Millis{20'000}, [&] { return client.sink.received.size() == kCount; }));
  for (int i = 0; i < kCount; ++i) {
    CHECK(client.sink.received[static_cast<std::size_t>(i)].payload == std::to_string(i));
  }
}

LINK_TEST(LinkMessages, DoesNotStallWhenItsWindowIsFull) {
  // Paho's sender sleeps a second when Receive Maximum holds it back: 10 windows would take 10 s.
  MosquittoProcess broker({"max_inflight_messages 5", false, true});
  Client client(make, options_for(broker.port()));
  client.open({{"burst", 2}});
  CHECK(run_until_up(client));
  const Instant start = read_clock();
  CHECK(publish_burst(client, 50));
  CHECK(run_until({&client}, Millis{20'000}, [&] { return client.sink.received.size() == 50; }));
  CHECK(read_clock() - start < Millis{4'000});
}

LINK_TEST(LinkMessages, KeepsItsWindowBelowReceiveMaximum) {
  for (const std::uint16_t maximum : {std::uint16_t{0}, std::uint16_t{3}}) {
    ScriptedBroker::Script script;
    script.receive_maximum = maximum;
    script.answer_publish = false;
    ScriptedBroker broker(script);
    Client client(make, options_for(broker.port()));
    client.open();
    CHECK(run_until_up(client));
    for (int i = 0; i < 40; ++i) {
      CHECK(client.publish("t", "x"));
    }
    const int window = maximum == 0 ? static_cast<int>(SendQueue::kWindowMax) : maximum;
    CHECK(run_until({&client}, Millis{5'000}, [&] { return broker.publishes() == window; }));
    run_for({&client}, Millis{100});
    CHECK_EQUAL(window, broker.publishes());
    broker.answer_now();
    CHECK(run_until({&client}, Millis{5'000}, [&] { return broker.publishes() == 40; }));
    CHECK(broker.most_unacked() <= window);
  }
}

LINK_TEST(LinkMessages, AFullQueueRefusesAndCounts) {
  ScriptedBroker::Script script;
  script.answer_publish = false;
  ScriptedBroker broker(script);
  Client client(make, options_for(broker.port()));
  CHECK_FALSE(client.publish("t", "not up"));
  client.open();
  CHECK(run_until_up(client));
  for (std::size_t i = 0; i < SendQueue::kSize; ++i) {
    CHECK(client.publish("t", "x"));
  }
  CHECK_FALSE(client.publish("t", "one too many"));
  CHECK_EQUAL(1U, client.link->counters().publish_dropped);
  CHECK_FALSE(client.publish("t", std::string(kMessageBytesMax + 1, 'x')));
  CHECK_EQUAL(2U, client.link->counters().publish_dropped);
  broker.answer_now();
  CHECK(run_until({&client}, Millis{5'000},
                  [&] { return broker.publishes() == static_cast<int>(SendQueue::kSize); }));
  CHECK(client.publish("t", "again"));
}

LINK_TEST(LinkMessages, CarriesTheLargestMessage) {
  const MosquittoProcess broker;
  Client client(make, options_for(broker.port()));
  client.open({{"big", 2}});
  CHECK(run_until_up(client));
  const std::string payload(kMessageBytesMax, 'x');
  CHECK(client.publish("big", payload, false, 60));
  CHECK(run_until({&client}, Millis{5'000}, [&] { return client.sink.received.size() == 1; }));
  CHECK(client.sink.received[0].payload == payload);
}

LINK_TEST(LinkMessages, ReadsTheRemainingExpiryBack) {
  const MosquittoProcess broker;
  Client reader(make, options_for(broker.port(), "reader"));
  reader.open({{"t", 2}});
  CHECK(run_until_up(reader));
  reader.link->close();
  CHECK(run_until_down(reader));
  Client writer(make, options_for(broker.port(), "writer"));
  writer.open();
  CHECK(run_until_up(writer));
  CHECK(writer.publish("t", "kept", false, 100));
  CHECK(writer.publish("t", "for ever"));
  CHECK(writer.publish("t", "too late", false, 1));
  run_for({&writer}, Millis{2'200});
  reader.open({{"t", 2}});
  CHECK(run_until({&reader}, Millis{5'000}, [&] { return reader.sink.received.size() == 2; }));
  const auto& received = reader.sink.received;
  CHECK(received[0].payload == "kept");
  CHECK(received[0].expiry_left.has_value());
  CHECK(*received[0].expiry_left >= 90 && *received[0].expiry_left <= 98);
  CHECK(received[1].payload == "for ever");
  CHECK_FALSE(received[1].expiry_left.has_value());
}

LINK_TEST(LinkMessages, AMissingExpiryIsNotAnEndlessOne) {
  // What Mosquitto sends in the very second that a message expires in.
  ScriptedBroker::Script script;
  script.publish_after_suback = "expires now";
  const ScriptedBroker broker(script);
  Client client(make, options_for(broker.port()));
  client.open({{"t", 2}});
  CHECK(run_until({&client}, Millis{5'000}, [&] { return client.sink.received.size() == 1; }));
  CHECK(client.sink.received[0].payload == "expires now");
  CHECK_FALSE(client.sink.received[0].expiry_left.has_value());
}

LINK_TEST(LinkMessages, SurfacesWhatTheAclForbids) {
  MosquittoProcess broker({"", false, false});
  broker.set_extra_lines("acl_file " + broker.write_file("acl", "topic readwrite allowed/#\n"));
  broker.start();
  Client client(make, options_for(broker.port()));
  client.open({{"allowed/#", 0}});
  CHECK(run_until_up(client));
  CHECK(client.publish("forbidden/x", "?"));
  CHECK(client.publish("allowed/x", "!"));
  CHECK(run_until({&client}, Millis{5'000}, [&] {
    return client.sink.refused.size() == 1 && client.sink.received.size() == 1;
  }));
  CHECK(client.sink.refused[0] == "forbidden/x 135");
  CHECK(client.sink.downs.empty());
}

LINK_TEST(LinkMessages, DeliversRetainedMessagesOnlyAfterItIsUp) {
  const MosquittoProcess broker;
  Client writer(make, options_for(broker.port(), "writer"));
  writer.open();
  CHECK(run_until_up(writer));
  CHECK(writer.publish("presence/a", "online", true));
  CHECK(writer.publish("presence/b", "online", true));
  writer.link->close();
  CHECK(run_until_down(writer));
  Client reader(make, options_for(broker.port(), "reader"));
  bool too_early = false;
  reader.sink.on_arrived = [&] { too_early = too_early || reader.sink.ups.empty(); };
  reader.open({{"presence/+", 0}, {"x", 2}, {"y", 2}});
  CHECK(run_until({&reader}, Millis{5'000}, [&] { return reader.sink.received.size() == 2; }));
  CHECK_FALSE(too_early);
  CHECK(reader.sink.received[0].retained);
}

LINK_TEST(LinkMessages, CloseSendsWhatIsQueuedAndLeavesNoWill) {
  const MosquittoProcess broker;
  Client reader(make, options_for(broker.port(), "reader"));
  reader.open({{"t", 2}, {"will/#", 2}});
  CHECK(run_until_up(reader));
  LinkOptions options = options_for(broker.port(), "writer");
  options.will_delay = Seconds{0};
  Client writer(make, options);
  writer.open();
  CHECK(run_until_up(writer));
  for (int i = 0; i < 100; ++i) {
    CHECK(writer.publish("t", std::to_string(i)));
  }
  writer.link->close();
  CHECK_FALSE(writer.publish("t", "after close"));
  CHECK(run_until({&writer, &reader}, Millis{5'000}, [&] {
    return writer.sink.downs.size() == 1 && reader.sink.received.size() == 100;
  }));
  CHECK(writer.sink.downs[0].cause == Cause::kClosed);
  run_for({&reader}, Millis{300});
  CHECK_EQUAL(100U, reader.sink.received.size());
  writer.open();
  CHECK(run_until_up(writer));
}

LINK_TEST(LinkMessages, CloseOfABrokerThatDoesNotAnswerTakesASecond) {
  ScriptedBroker::Script script;
  script.answer_publish = false;
  const ScriptedBroker broker(script);
  Client client(make, options_for(broker.port()));
  client.open();
  CHECK(run_until_up(client));
  CHECK(client.publish("t", "goodbye"));
  const Instant start = read_clock();
  client.link->close();
  CHECK(run_until_down(client, Millis{4'000}));
  CHECK(read_clock() - start >= Millis{1'000});
  CHECK(client.sink.downs[0].cause == Cause::kClosed);
}

LINK_TEST(LinkMessages, CloseDuringAnAttemptEndsIt) {
  const MosquittoProcess broker;
  fakes::TcpProxy proxy(broker.port());
  proxy.hold(true);
  Client client(make, options_for(proxy.port()));
  client.open();
  run_for({&client}, Millis{50});
  client.link->close();
  CHECK(client.sink.downs.empty());
  CHECK(run_until_down(client, Millis{1'000}));
  CHECK(client.sink.downs[0].cause == Cause::kClosed);
  client.link->close();
  run_for({&client}, Millis{50});
  CHECK_EQUAL(1U, client.sink.downs.size());
}

LINK_TEST(LinkMessages, WorksOverASlowNetwork) {
  const MosquittoProcess broker;
  fakes::TcpProxy proxy(broker.port());
  proxy.delay_ms(60);
  Client client(make, options_for(proxy.port()));
  client.open({{"burst", 2}});
  CHECK(run_until_up(client));
  CHECK(publish_burst(client, 100));
  CHECK(run_until({&client}, Millis{10'000}, [&] { return client.sink.received.size() == 100; }));
}
