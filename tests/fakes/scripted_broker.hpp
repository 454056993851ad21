#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace doorcall::fakes {

/// A toy MQTT broker on loopback that answers as it is told, for what a real one cannot be made to
/// do. Understands CONNECT, SUBSCRIBE, PUBLISH QoS 1, PINGREQ. On a thread of its own; the script
/// is fixed at construction.
class ScriptedBroker {
 public:
  struct Script {
    bool refuse_v5 = false;         ///< with a 3.1.1 CONNACK, code 1, as a 3.1.1 broker does
    bool refuse_v5_in_v5 = false;   ///< with an MQTT 5 CONNACK, code 0x84
    std::uint8_t connack_code = 0;  ///< to every CONNECT
    std::uint16_t receive_maximum = 0;
    std::uint8_t suback_code = 1;
    std::uint8_t puback_code = 0;  ///< MQTT 5 only
    bool answer_publish = true;
    std::uint8_t disconnect_code = 0;  ///< MQTT 5: DISCONNECT after the first SUBACK, if not 0
    std::string publish_after_suback;  ///< payload sent on "t" without message expiry, if not empty
  };

  /// A CONNECT as it came over the wire.
  struct Connect {
    std::uint8_t level = 0;  ///< 4: 3.1.1, 5: MQTT 5
    bool clean_start = false;
    bool will = false;
    bool will_retain = false;
    std::uint8_t will_qos = 0;
    std::uint32_t session_expiry = 0;
    std::uint32_t will_delay = 0;
  };

  ScriptedBroker() : ScriptedBroker(Script()) {}
  explicit ScriptedBroker(const Script& script);
  ~ScriptedBroker();
  ScriptedBroker(const ScriptedBroker&) = delete;
  ScriptedBroker& operator=(const ScriptedBroker&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::vector<Connect> connects() const;
  [[nodiscard]] int publishes() const { return publishes_; }
  /// The most publications that were unacknowledged at one time.
  [[nodiscard]] int most_unacked() const { return most_unacked_; }
  /// Acknowledges what was held back with answer_publish off, and all that follows.
  void answer_now() { answer_ = true; }
  [[nodiscard]] int disconnects() const { return disconnects_; }
  [[nodiscard]] int open_connections() const { return open_; }
  /// The retain handling bits of each SUBSCRIBE, in order.
  [[nodiscard]] std::vector<std::uint8_t> retain_handling() const;
  /// The QoS that each SUBSCRIBE asks for, in order.
  [[nodiscard]] std::vector<std::uint8_t> subscribed_qos() const;

 private:
  struct Client {
    std::string in;
    std::uint8_t level = 5;
    int subscriptions = 0;
    std::vector<std::uint16_t> unacked;
  };

  void run();
  bool serve(int fd, Client& client);
  bool handle(int fd, Client& client, std::uint8_t type, const std::string& body);
  bool handle_connect(int fd, Client& client, const std::string& body);
  void handle_subscribe(int fd, Client& client, const std::string& body);
  void handle_publish(int fd, Client& client, const std::string& body);
  void acknowledge(int fd, Client& client);
  static void send(int fd, const std::string& bytes);

  const Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<bool> answer_;
  std::atomic<int> publishes_{0};
  std::atomic<int> most_unacked_{0};
  std::atomic<int> disconnects_{0};
  std::atomic<int> open_{0};
  mutable std::mutex mutex_;
  std::vector<Connect> connects_;
  std::vector<std::uint8_t> retain_handling_;
  std::vector<std::uint8_t> subscribed_qos_;
  std::map<int, Client> clients_;
  std::thread thread_;
};

}  // namespace doorcall::fakes
