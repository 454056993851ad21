#pragma once

#include <mqtt/async_client.h>

#include <atomic>
#include <memory>
#include <string>

#include "transport/inbox.hpp"
#include "transport/link.hpp"
#include "transport/send_queue.hpp"

namespace doorcall::transport {

/// What one client of Paho is made from; copied, for it is used on another thread.
struct PahoTarget {
  LinkOptions options;
  OpenRequest request;
  std::string address;   ///< numeric
  std::string tls_name;  ///< expected in the certificate
  bool mqtt5 = true;
};

/// One Paho client for one connection. Paho's callbacks only copy into the inbox.
///
/// Making, connecting and destroying take Paho's global mutex and may wait for its threads: they
/// are for a background thread. The rest is for the loop, and only while connected, when nothing
/// holds that mutex for long.
class PahoSession final : private mqtt::callback, private mqtt::iaction_listener {
 public:
  PahoSession(std::shared_ptr<Inbox> inbox, std::uint32_t attempt, PahoTarget target);
  ~PahoSession() override;
  PahoSession(const PahoSession&) = delete;
  PahoSession& operator=(const PahoSession&) = delete;

  /// Reports kConnected or kConnectFailed. Thread: background.
  void connect() noexcept;
  /// connect() has nothing to do any more. Thread: any.
  void abandon() noexcept { abandoned_ = true; }

  // Thread: loop, between kConnected and the end. False: Paho refused.
  bool subscribe(const Subscription& subscription) noexcept;
  bool publish(const Outgoing& outgoing) noexcept;
  bool disconnect() noexcept;

 private:
  void connection_lost(const std::string& cause) override;
  void message_arrived(mqtt::const_message_ptr message) override;
  void on_success(const mqtt::token& token) override;
  void on_failure(const mqtt::token& token) override;

  void fill_options();
  void fill_tls();
  void report(InboxRecord record, bool quiet = false) noexcept;
  void report_connected(const mqtt::token& token);
  void report_connect_failed(int return_code, std::uint8_t code) noexcept;
  /// False if it was over already.
  bool end_connecting() noexcept;
  [[nodiscard]] std::string uri() const;

  const std::shared_ptr<Inbox> inbox_;
  const std::uint32_t attempt_;
  const PahoTarget target_;
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> connecting_{false};
  /// Paho C++ 1.2.0 loses the MQTT 5 properties of a copied, moved or built object: this very one
  /// is filled and passed to connect().
  mqtt::connect_options connect_options_;
  std::unique_ptr<mqtt::async_client> client_;  ///< last: destroyed before what it calls back
};

}  // namespace doorcall::transport
