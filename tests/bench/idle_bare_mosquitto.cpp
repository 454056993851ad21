#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <string>

// A bare client of libmosquitto that does at the broker what an idle doorcalld does: connects,
// subscribes twice, publishes a retained message when that is granted, and waits, without a thread
// and with no wake-up but the keep-alive's. For bench_idle.
//
// Usage: idle_bare_mosquitto PORT ROOT

namespace {

constexpr int kKeepAlive_s = 60;

struct Session {
  std::string topic;
  int granted = 0;
};

void on_subscribe(mosquitto* client, void* self, int, int, const int*, const mosquitto_property*) {
  Session& session = *static_cast<Session*>(self);
  if (++session.granted == 2) {
    mosquitto_publish(client, nullptr, session.topic.c_str(), 4, "idle", 1, true);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s PORT ROOT\n", argv[0]);
    return 2;
  }
  const std::string root = argv[2];
  Session session{root + "/bare/presence/one"};
  mosquitto_lib_init();
  mosquitto* client = mosquitto_new(("bare-" + root).c_str(), true, &session);
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_subscribe_v5_callback_set(client, &on_subscribe);
  if (mosquitto_connect(client, "127.0.0.1", std::atoi(argv[1]), kKeepAlive_s) !=
      MOSQ_ERR_SUCCESS) {
    std::fprintf(stderr, "%s: no connection\n", argv[0]);
    return 1;
  }
  mosquitto_subscribe(client, nullptr, (root + "/+/presence/+").c_str(), 1);
  mosquitto_subscribe(client, nullptr, (root + "/bare/inbox/+").c_str(), 1);
  int code = MOSQ_ERR_SUCCESS;
  while (code == MOSQ_ERR_SUCCESS) {
    const short wanted = mosquitto_want_write(client) ? POLLIN | POLLOUT : POLLIN;
    pollfd fd{mosquitto_socket(client), wanted, 0};
    if (::poll(&fd, 1, kKeepAlive_s * 1'000) == 0) {
      code = mosquitto_loop_misc(client);
    }
    if ((fd.revents & ~POLLOUT) != 0) {
      code = mosquitto_loop_read(client, 1);
    }
    if (code == MOSQ_ERR_SUCCESS && mosquitto_want_write(client)) {
      code = mosquitto_loop_write(client, 1);
    }
  }
  return 1;
}
