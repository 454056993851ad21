#include "tests/bench/setup_presence.hpp"

#include <mosquitto.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "tests/bench/setup_pair.hpp"
#include "transport/codec.hpp"

namespace doorcall::bench {

namespace {

constexpr int kStep_ms = 10;
constexpr int kDevices = 20;

void publish_one(mosquitto* client, const std::string& root, int number) {
  Presence presence;
  presence.incarnation = 1;
  presence.connect = 1;
  presence.state = number / kDevices % 2 == 0 ? PresenceState::kIdle : PresenceState::kInCall;
  presence.name = "Somebody else";
  presence.device_kind = "panel";
  std::array<std::uint8_t, transport::kPresenceBytesMax> payload{};
  const std::size_t size = transport::encode(presence, payload);
  const std::string topic = root + "/other" + std::to_string(number % kDevices) + "/presence/panel";
  if (mosquitto_publish(client, nullptr, topic.c_str(), static_cast<int>(size), payload.data(), 1,
                        true) != MOSQ_ERR_SUCCESS) {
    throw std::runtime_error("the changes of presence cannot be published");
  }
}

/// Every write to `on_off` turns the changes on or off.
void change_presence(int on_off, std::uint16_t port, const std::string& root) {
  mosquitto_lib_init();
  mosquitto* client = mosquitto_new(nullptr, true, nullptr);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  if (mosquitto_connect(client, "127.0.0.1", port, 600) != MOSQ_ERR_SUCCESS) {
    throw std::runtime_error("the changes of presence cannot connect");
  }
  bool on = false;
  for (int number = 0;; ++number) {
    pollfd toggle{on_off, POLLIN, 0};
    if (::poll(&toggle, 1, on ? kStep_ms : -1) > 0) {
      eventfd_t count = 0;
      ::eventfd_read(on_off, &count);
      on = count % 2 == 0 ? on : !on;
    }
    if (on) {
      publish_one(client, root, number);
      mosquitto_loop(client, 0, 1);
    }
  }
}

}  // namespace

PresenceChanges::PresenceChanges(std::uint16_t port, const std::string& root)
    : switch_(::eventfd(0, EFD_CLOEXEC)),
      process_(spawn([this, port, &root] { change_presence(switch_, port, root); })) {}

PresenceChanges::~PresenceChanges() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(switch_);
}

void PresenceChanges::start() const {
  notify(switch_);
}

void PresenceChanges::stop() const {
  notify(switch_);
}

}  // namespace doorcall::bench
