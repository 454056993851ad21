#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"

// The one interface to MQTT client libraries. A link makes single connection attempts: when to try
// again is the engine's decision, on its own monotonic timers.

namespace doorcall::transport {

enum class Protocol : std::uint8_t { kAuto, kMqtt5, kMqtt311 };

struct TlsOptions {
  bool enabled = false;
  std::string ca_file;    ///< empty: the system's
  std::string cert_file;  ///< client certificate, PEM; empty: none
  std::string key_file;
  std::string server_name;  ///< expected name in the certificate; empty: the host
  bool insecure = false;    ///< don't check the certificate; for tests only
};

/// What stays the same over all attempts.
struct LinkOptions {
  std::string host = "localhost";
  std::vector<std::string> more;  ///< further nodes of its cluster; each open() tries one
  std::uint16_t port = 1883;
  Protocol protocol = Protocol::kAuto;  ///< auto: 5 first, 3.1.1 where the broker refuses 5
  std::string client_id;
  std::string username;
  std::string password;
  TlsOptions tls;
  std::uint8_t delivery_qos = 1;  ///< of what the broker sends to us: 0 or 1
  Seconds keep_alive{60};
  Seconds session_expiry{3600};
  Seconds will_delay{10};
  Seconds connect_timeout{10};  ///< resolve + connect + CONNACK + all SUBACKs
};

/// What lets a device in, and may change while it is in.
struct Credentials {
  std::string username;
  std::string password;
  TlsOptions tls;
};

struct Subscription {
  std::string filter;
  std::uint8_t retain_handling = 0;  ///< MQTT 5 §3.8.3.1: 0 send retained, 1 if new, 2 never
};

struct Publication {
  std::string_view topic;
  std::span<const std::uint8_t> payload;
  bool retain = false;
  std::optional<std::uint32_t> expiry_s;  ///< MQTT 5 message expiry; ignored on 3.1.1
};

/// What one attempt needs: always fresh, for the will carries the new connect number.
struct OpenRequest {
  std::string will_topic;
  std::vector<std::uint8_t> will_payload;  ///< retained, QoS 1
  /// Takes its place where the broker delays the will (MQTT 5); empty: the same.
  std::vector<std::uint8_t> delayed_will_payload;
  std::vector<Subscription> subscriptions;  ///< renewed at every connect, in this order

  [[nodiscard]] const std::vector<std::uint8_t>& will(bool delayed) const {
    return delayed && !delayed_will_payload.empty() ? delayed_will_payload : will_payload;
  }
};

struct LinkUpInfo {
  bool mqtt5 = true;
  bool session_present = false;
};

struct LinkDownInfo {
  enum class Cause : std::uint8_t { kNetwork, kRefused, kTakenOver, kClosed, kRenewed };
  Cause cause = Cause::kNetwork;
  std::uint8_t code = 0;  ///< MQTT reason code where there is one
  std::string text;       ///< for people: what failed and where
};

struct Arrival {
  std::string_view topic;
  std::span<const std::uint8_t> payload;
  bool retained = false;
  std::optional<std::uint32_t> expiry_left;  ///< none on 3.1.1, and when the property is missing
};

/// What a link had to drop. Only ever grows.
struct LinkCounters {
  std::uint32_t publish_dropped = 0;  ///< the queue was full, or the payload too large
  std::uint32_t arrival_dropped = 0;  ///< the inbox was full; only repetition brings them back
};

/// Called from Link::process() only, on the loop's thread.
class LinkSink {
 public:
  virtual ~LinkSink() = default;
  /// Connected and every subscription granted.
  virtual void link_up(const LinkUpInfo& info) = 0;
  /// Ends an attempt or a connection: exactly one for each open().
  virtual void link_down(const LinkDownInfo& info) = 0;
  virtual void arrived(const Arrival& arrival) = 0;
  /// A PUBACK with a failure code (0x87: the broker's ACL forbids this topic).
  virtual void publish_refused(std::string_view topic, std::uint8_t code) = 0;
};

/// One MQTT connection, QoS 1 both ways. Nothing here blocks: names are resolved, and TLS is done,
/// outside the caller's thread or in steps.
/// Thread: the loop's, all methods.
class Link {
 public:
  virtual ~Link() = default;

  /// Starts one attempt: clean start 0, session expiry, will with delay. A running connection is
  /// dropped first, without a link_down.
  virtual void open(const OpenRequest& request) = 0;

  /// Hands over one QoS 1 publication; false when not up or the bounded queue is full (counted).
  virtual bool publish(const Publication& publication) = 0;

  /// Sends what was published (bounded to 1 s), DISCONNECT, then link_down(kClosed).
  virtual void close() = 0;

  /// Uses these from the next attempt on. What there is of a connection ends with a
  /// link_down(kRenewed), without a goodbye: its session goes on with the next open().
  virtual void renew(const Credentials& /*credentials*/) {}

  /// Readable (level-triggered) when process() has something to do; stays the same for life.
  [[nodiscard]] virtual int fd() const = 0;

  /// When process() must be called even if fd() is not readable.
  [[nodiscard]] virtual Instant next_deadline() const = 0;

  /// Does what is ready and calls the sink. `now` on the loop's clock.
  virtual void process(Instant now) = 0;

  /// The broker of the present or next attempt.
  [[nodiscard]] virtual std::string host() const { return {}; }

  [[nodiscard]] virtual LinkCounters counters() const { return {}; }

  /// The connected socket, -1 if there is none: tests read its options back.
  [[nodiscard]] virtual int socket() const = 0;
};

}  // namespace doorcall::transport
