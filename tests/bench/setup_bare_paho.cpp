#include <mqtt/async_client.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <string>

#include "tests/bench/setup_replay.hpp"

// A bare client of Paho C++. It replies from the message callback, on Paho's own thread; or, as
// every program with a loop of its own must, there.

namespace doorcall::bench {

namespace {

class Client final : public mqtt::callback {
 public:
  explicit Client(const Role& role)
      : role_(role),
        replay_(role),
        client_((role.tls.empty() ? "tcp" : "ssl") + std::string("://127.0.0.1:") +
                    std::to_string(role.port),
                role.account(), mqtt::create_options(MQTTVERSION_5, 1024), nullptr) {
    client_.set_callback(*this);
  }

  [[noreturn]] void run() {
    mqtt::connect_options options;
    options.set_mqtt_version(MQTTVERSION_5);
    options.set_clean_start(true);
    options.set_max_inflight(1024);
    if (!role_.tls.empty()) {
      mqtt::ssl_options tls;
      tls.set_trust_store(role_.tls + "/ca.pem");
      tls.set_key_store(role_.tls + "/client.pem");
      tls.set_private_key(role_.tls + "/client.key");
      options.set_ssl(tls);
    }
    client_.connect(options)->wait();
    client_.subscribe(role_.root() + "/" + std::string(role_.user()) + "/inbox/+", 1)->wait();
    ++role_.shared->ready;
    std::array<pollfd, 2> fds{
        {{role_.side == Side::kCaller ? role_.press : -1, POLLIN, 0}, {arrivals_, POLLIN, 0}}};
    for (;;) {
      ::poll(fds.data(), fds.size(), -1);
      if (fds[0].revents != 0) {
        read(role_.press);
        replay_.press([this](const Replay::Line& line) { send(line); });
      }
      for (eventfd_t left = fds[1].revents != 0 ? read(arrivals_) : 0; left > 0; --left) {
        replay_.arrived([this](const Replay::Line& line) { send(line); });
      }
    }
  }

 private:
  static eventfd_t read(int fd) {
    eventfd_t count = 0;
    ::eventfd_read(fd, &count);
    return count;
  }

  void message_arrived(mqtt::const_message_ptr /*message*/) override {
    if (role_.program == Program::kBareLoop) {
      notify(arrivals_);
      return;
    }
    replay_.arrived([this](const Replay::Line& line) { send(line); });
  }

  void send(const Replay::Line& line) {
    mqtt::properties properties;
    properties.add({mqtt::property::MESSAGE_EXPIRY_INTERVAL,
                    static_cast<std::int32_t>(line.message->expiry_s)});
    client_.publish(mqtt::message::create(line.topic, line.message->payload.data(),
                                          line.message->size, 1, false, properties));
  }

  const Role& role_;
  Replay replay_;
  int arrivals_ = ::eventfd(0, EFD_CLOEXEC);
  mqtt::async_client client_;
};

}  // namespace

void run_bare_paho(const Role& role) {
  Client(role).run();
}

}  // namespace doorcall::bench
