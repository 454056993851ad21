#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <stdexcept>

#include "tests/bench/setup_replay.hpp"

// A bare client of libmosquitto: one poll loop, replies from the message callback.

namespace doorcall::bench {

namespace {

class Client {
 public:
  explicit Client(const Role& role)
      : role_(role), replay_(role), client_(mosquitto_new(role.account().c_str(), true, this)) {
    mosquitto_int_option(client_, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_message_v5_callback_set(
        client_, [](mosquitto*, void* self, const mosquitto_message*, const mosquitto_property*) {
          static_cast<Client*>(self)->arrived();
        });
    mosquitto_subscribe_v5_callback_set(
        client_, [](mosquitto*, void* self, int, int, const int*, const mosquitto_property*) {
          ++static_cast<Client*>(self)->role_.shared->ready;
        });
  }

  void run() {
    if (!role_.tls.empty()) {
      check(mosquitto_tls_set(client_, (role_.tls + "/ca.pem").c_str(), nullptr,
                              (role_.tls + "/client.pem").c_str(),
                              (role_.tls + "/client.key").c_str(), nullptr));
    }
    if (mosquitto_connect(client_, "127.0.0.1", role_.port, 60) != MOSQ_ERR_SUCCESS) {
      throw std::runtime_error("a bare client of libmosquitto cannot connect");
    }
    const std::string filter = role_.root() + "/" + std::string(role_.user()) + "/inbox/+";
    mosquitto_subscribe(client_, nullptr, filter.c_str(), 1);
    for (;;) {
      turn();
    }
  }

 private:
  void turn() {
    const bool caller = role_.side == Side::kCaller;
    const short wanted = mosquitto_want_write(client_) ? POLLIN | POLLOUT : POLLIN;
    std::array<pollfd, 2> fds{
        {{mosquitto_socket(client_), wanted, 0}, {caller ? role_.press : -1, POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), -1);
    if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      check(mosquitto_loop_read(client_, 1));
    }
    if (fds[1].revents != 0) {
      eventfd_t count = 0;
      ::eventfd_read(role_.press, &count);
      replay_.press([this](const Replay::Line& line) { send(line); });
    }
    if (mosquitto_want_write(client_)) {
      check(mosquitto_loop_write(client_, 1));
    }
  }

  void arrived() {
    replay_.arrived([this](const Replay::Line& line) { send(line); });
  }

  void send(const Replay::Line& line) {
    mosquitto_property* properties = nullptr;
    mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
                                 line.message->expiry_s);
    check(mosquitto_publish_v5(client_, nullptr, line.topic.c_str(),
                               static_cast<int>(line.message->size), line.message->payload.data(),
                               1, false, properties));
    mosquitto_property_free_all(&properties);
  }

  static void check(int code) {
    if (code != MOSQ_ERR_SUCCESS) {
      throw std::runtime_error(std::string("bare libmosquitto: ") + mosquitto_strerror(code));
    }
  }

  const Role& role_;
  Replay replay_;
  mosquitto* client_;
};

}  // namespace

void run_bare_mosquitto(const Role& role) {
  mosquitto_lib_init();
  Client(role).run();
}

}  // namespace doorcall::bench
