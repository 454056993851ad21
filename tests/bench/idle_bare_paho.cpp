#include <mqtt/async_client.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

// A bare client of Paho C++ as shipped, without doorcall's shim; else as idle_bare_mosquitto.cpp.
//
// Usage: idle_bare_paho PORT ROOT

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s PORT ROOT\n", argv[0]);
    return 2;
  }
  const std::string root = argv[2];
  try {
    mqtt::async_client client(std::string("tcp://127.0.0.1:") + argv[1], "bare-" + root,
                              mqtt::create_options(MQTTVERSION_5), nullptr);
    mqtt::connect_options options;
    options.set_mqtt_version(MQTTVERSION_5);
    options.set_clean_start(true);
    client.connect(options)->wait();
    client.subscribe(root + "/+/presence/+", 1)->wait();
    client.subscribe(root + "/bare/inbox/+", 1)->wait();
    client.publish(root + "/bare/presence/one", "idle", 4, 1, true)->wait();
    ::pause();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  }
  return 1;
}
