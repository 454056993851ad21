#pragma once

#include <mosquitto.h>

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "transport/inbox.hpp"
#include "transport/link.hpp"
#include "transport/send_queue.hpp"
#include "transport/tls_context.hpp"

namespace doorcall::transport {

/// What one client of libmosquitto is made from. Lifetime: the link's, longer than the client.
struct MosquittoTarget {
  const LinkOptions& options;
  const OpenRequest& request;
  std::string tls_name;  ///< expected in the certificate
  bool mqtt5 = true;
};

/// One libmosquitto client for one connection. What it has to say goes to `report`, which must not
/// call it back. Never blocks. Thread: loop.
class MosquittoClient {
 public:
  static constexpr Seconds kKeepAliveMin{5};  ///< libmosquitto refuses less

  using Report = std::function<void(InboxRecord)>;
  MosquittoClient(const MosquittoTarget& target, Report report);
  ~MosquittoClient();
  MosquittoClient(const MosquittoClient&) = delete;
  MosquittoClient& operator=(const MosquittoClient&) = delete;

  /// Starts to connect to a numeric address. Reports kConnected, kConnectFailed or kLost.
  void connect(const std::string& address);

  // False: refused by the library.
  bool subscribe(const Subscription& subscription);
  bool publish(const Outgoing& outgoing);
  bool disconnect();

  /// Serves the socket's ready events (EPOLLIN, …). Every failure is reported as kLost.
  void serve(std::uint32_t events);
  /// Sends a PINGREQ, or gives up, if the keep-alive is due.
  void keep_alive();

  [[nodiscard]] int socket() const { return client_ != nullptr ? mosquitto_socket(client_) : -1; }
  [[nodiscard]] bool wants_write() const { return mosquitto_want_write(client_); }

 private:
  struct InFlight {
    int message_id = 0;
    std::uint32_t id = 0;
  };

  int prepare();
  [[nodiscard]] std::string prepare_tls();
  [[nodiscard]] bool is_dead() const;
  void explain(int code, int error, InboxRecord& ret_record, std::string& ret_text) const;
  int prepare_will();
  int store_connect_properties();

  static void on_connect(mosquitto* client, void* self, int code, int flags,
                         const mosquitto_property* properties);
  static void on_disconnect(mosquitto* client, void* self, int code, const mosquitto_property*);
  static void on_message(mosquitto* client, void* self, const mosquitto_message* message,
                         const mosquitto_property* properties);
  static void on_subscribe(mosquitto* client, void* self, int message_id, int count,
                           const int* granted, const mosquitto_property*);
  static void on_publish(mosquitto* client, void* self, int message_id, int code,
                         const mosquitto_property*);
  static void on_log(mosquitto* client, void* self, int level, const char* text);

  const MosquittoTarget target_;
  const Report report_;
  std::optional<TlsContext> tls_;
  mosquitto* client_ = nullptr;
  bool answered_ = false;   ///< the CONNACK is here
  std::string last_error_;  ///< the library's own words
  std::array<InFlight, SendQueue::kWindowMax> in_flight_{};
};

}  // namespace doorcall::transport
