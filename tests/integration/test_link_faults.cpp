// What a broker and a network do wrong: kill -9, restarts, freezing, take-over, half-open sockets.
#include <chrono>

#include "tests/fakes/mosquitto_process.hpp"
#include "tests/fakes/scripted_broker.hpp"
#include "tests/fakes/tcp_proxy.hpp"
#include "tests/integration/link_test.hpp"

// What happens to a connection when the broker or the network fails.

using namespace doorcall;
using namespace doorcall::test;
using doorcall::fakes::MosquittoProcess;
using doorcall::fakes::ScriptedBroker;
using Cause = LinkDownInfo::Cause;

LINK_GROUP(LinkFaults);

namespace {

/// A reader is away while the broker is killed and started again; what does it still get?
void kill_broker(MakeLink make, bool with_store) {
  MosquittoProcess broker;
  Client reader(make, options_for(broker.port(), "reader"));
  Client writer(make, options_for(broker.port(), "writer"));
  reader.open({{"t", 2}});
  CHECK(run_until_up(reader));
  CHECK_FALSE(reader.sink.ups[0].session_present);
  reader.link->close();
  CHECK(run_until_down(reader));
  writer.open();
  CHECK(run_until_up(writer));
  for (int i = 0; i < 5; ++i) {
    CHECK(writer.publish("t", std::to_string(i), false, 60));
  }
  run_for({&writer}, Millis{500});  // until they are acknowledged: else they are sent again
  if (with_store) {
    broker.save_store();
  }
  broker.kill_hard();
  CHECK(run_until_down(writer));
  CHECK(writer.sink.downs[0].cause == Cause::kNetwork);
  if (!with_store) {
    broker.wipe_store();
  }
  broker.start();
  reader.open({{"t", 2}});
  writer.open();
  CHECK(run_until_up(reader));
  CHECK(run_until_up(writer));
  CHECK(reader.sink.ups[1].session_present == with_store);
  CHECK(writer.publish("t", "new"));
  const std::size_t expected = with_store ? 6 : 1;
  CHECK(run_until({&reader, &writer}, Millis{5'000},
                  [&] { return reader.sink.received.size() == expected; }));
  CHECK(reader.sink.received.back().payload == "new");
}

}  // namespace

LINK_TEST(LinkFaults, SurvivesABrokerKilledWithItsStore) {
  kill_broker(make, true);
}

LINK_TEST(LinkFaults, SurvivesABrokerKilledWithoutItsStore) {
  kill_broker(make, false);
}

LINK_TEST(LinkFaults, HearsOfABrokerThatStops) {
  MosquittoProcess broker;
  Client client(make, options_for(broker.port()));
  client.open({{"t", 0}});
  CHECK(run_until_up(client));
  broker.terminate();
  CHECK(run_until_down(client, Millis{3'000}));
  CHECK(client.sink.downs[0].cause == Cause::kNetwork);
  CHECK_EQUAL(-1, client.link->socket());
  CHECK_FALSE(client.publish("t", "x"));
}

LINK_TEST(LinkFaults, ReportsASessionTakenOverByTheCodeWhereThereIsOne) {
  ScriptedBroker::Script script;
  script.disconnect_code = 0x8E;
  const ScriptedBroker broker(script);
  Client client(make, options_for(broker.port()));
  client.open({{"t", 0}});
  CHECK(run_until_down(client));
  CHECK(client.sink.downs[0].cause == Cause::kTakenOver);
  CHECK_EQUAL(0x8E, client.sink.downs[0].code);
}

LINK_TEST(LinkFaults, ReportsAServerDisconnectOnce) {
  ScriptedBroker::Script script;
  script.disconnect_code = 0x8B;
  const ScriptedBroker broker(script);
  Client client(make, options_for(broker.port()));
  client.open({{"t", 0}});
  CHECK(run_until_down(client));
  run_for({&client}, Millis{200});
  CHECK_EQUAL(1U, client.sink.downs.size());
  CHECK(client.sink.downs[0].cause == Cause::kNetwork);
  CHECK_EQUAL(0x8B, client.sink.downs[0].code);
}

LINK_TEST(LinkFaults, LosesItsSessionToASecondClientWithTheSameId) {
  const MosquittoProcess broker;
  Client first(make, options_for(broker.port(), "same"));
  Client second(make, options_for(broker.port(), "same"));
  first.open({{"t", 0}});
  CHECK(run_until_up(first));
  second.open({{"t", 0}});
  CHECK(run_until({&first, &second}, Millis{5'000},
                  [&] { return first.sink.downs.size() == 1 && second.sink.ups.size() == 1; }));
  // Nobody fights back by himself.
  run_for({&first, &second}, Millis{1'500});
  CHECK(second.sink.downs.empty());
  CHECK_EQUAL(1U, first.sink.ups.size());
  CHECK(second.sink.ups[0].session_present);
}

LINK_TEST(LinkFaults, ItsDestructorDoesNotWaitForAFrozenBroker) {
  MosquittoProcess broker;
  Instant start{};
  {
    Client client(make, options_for(broker.port()));
    client.open({{"t", 0}});
    CHECK(run_until_up(client));
    broker.freeze();
    CHECK(client.publish("t", "x"));
    start = read_clock();
  }
  CHECK(read_clock() - start < Millis{600});
  broker.thaw();
}

LINK_TEST(LinkFaults, CanBeDestroyedAtEveryMomentOfAnAttempt) {
  const MosquittoProcess broker;
  for (int turns = 0; turns < 12; ++turns) {
    Client client(make, options_for(broker.port()));
    client.open({{"t", 0}, {"u", 0}});
    int left = turns;
    run_until({&client}, Millis{300}, [&] { return left-- == 0; });
  }
  Client client(make, options_for(broker.port()));
  client.open({{"t", 0}});
  CHECK(run_until_up(client));
}

LINK_TEST(LinkFaults, AWillSpeaksForAClientThatIsCutOff) {
  const MosquittoProcess broker;
  fakes::TcpProxy proxy(broker.port());
  Client watcher(make, options_for(broker.port(), "watcher"));
  watcher.open({{"will/#", 0}});
  CHECK(run_until_up(watcher));
  LinkOptions options = options_for(proxy.port(), "victim");
  options.will_delay = Seconds{1};
  Client victim(make, options);
  victim.open();
  CHECK(run_until_up(victim));
  const Instant start = read_clock();
  proxy.cut();
  CHECK(run_until({&watcher, &victim}, Millis{6'000},
                  [&] { return watcher.sink.received.size() == 1; }));
  CHECK(read_clock() - start >= Millis{900});
  CHECK(watcher.sink.received[0].payload == "off");
  CHECK_EQUAL(1U, victim.sink.downs.size());
}
