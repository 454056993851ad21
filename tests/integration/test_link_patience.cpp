#include "tests/fakes/mosquitto_process.hpp"
#include "tests/integration/link_test.hpp"

// What takes a keep-alive to see: both links wait at the same time.

using namespace doorcall;
using namespace doorcall::test;
using doorcall::fakes::MosquittoProcess;

namespace {

LinkOptions impatient_options(std::uint16_t port, const std::string& id) {
  LinkOptions options = options_for(port, id);
  options.keep_alive = Seconds{5};
  return options;
}

}  // namespace

TEST_GROUP(LinkPatience) {
  MosquittoProcess broker;
  Client paho{&transport::make_paho_link, impatient_options(broker.port(), "paho")};
  Client mosquitto{&transport::make_mosquitto_link, impatient_options(broker.port(), "mosquitto")};

  void setup() override {
    paho.open({{"t", 0}});
    mosquitto.open({{"t", 0}});
    CHECK(run_until_up(paho));
    CHECK(run_until_up(mosquitto));
  }
};

TEST(LinkPatience, AnIdleConnectionIsKeptAliveAndCostsNoOtherWakeUp) {
  run_for({&paho, &mosquitto}, Millis{100});
  paho.turns = 0;
  mosquitto.turns = 0;
  run_for({&paho, &mosquitto}, Millis{9'000});  // the broker hangs up after 7.5 s of silence
  CHECK(paho.sink.downs.empty());
  CHECK(mosquitto.sink.downs.empty());
  CHECK_EQUAL(0, paho.turns);   // Paho's threads do it
  CHECK(mosquitto.turns >= 2);  // PINGREQ and its answer
  CHECK(mosquitto.turns <= 3);
}

TEST(LinkPatience, AFrozenBrokerIsFoundOut) {
  broker.freeze();
  CHECK(paho.publish("t", "into the void"));
  CHECK(mosquitto.publish("t", "into the void"));
  CHECK(run_until({&paho, &mosquitto}, Millis{17'000},
                  [&] { return paho.sink.downs.size() == 1 && mosquitto.sink.downs.size() == 1; }));
  broker.thaw();
  for (Client* client : {&paho, &mosquitto}) {
    CHECK(client->sink.downs[0].cause == LinkDownInfo::Cause::kNetwork);
    client->open({{"t", 0}});
    CHECK(run_until_up(*client));
  }
}
