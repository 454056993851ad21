#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/core/time.hpp"
#include "tests/sim/sim_packets.hpp"

namespace doorcall::sim {

/// One message on its way to one client.
struct Delivery {
  std::size_t client = 0;
  std::uint32_t connection = 0;
  std::uint64_t entry = 0;  ///< acknowledge() takes it back
  PacketId packet = 0;
  bool retained = false;
  std::optional<std::uint32_t> expiry_left;
  Instant arrived{};  ///< at the broker
  Instant stamped{};  ///< when the remaining expiry was written into it
};

struct ConnectSpec {
  std::size_t client = 0;
  std::uint32_t connection = 0;  ///< never used before by this client
  bool mqtt5 = true;
  Millis session_expiry{3'600'000};  ///< MQTT 5; a 3.1.1 session with clean session 0 stays
  PacketId will = kNoPacket;         ///< retained
  Millis will_delay{0};              ///< MQTT 5
};

/// What is left after a kill -9, which acknowledged messages do not survive by themselves.
enum class Survives : std::uint8_t {
  kEverything,    ///< an autosave came just in time
  kNothing,       ///< no store: sessions, queues and retained messages are gone
  kAllButLast,    ///< the last message of each queue and the last retained one are lost
  kSessionsOnly,  ///< sessions and retained messages; every queued message is lost
  kOldSave,  ///< the last save(): what was acknowledged since comes again, what came since is gone
};

/// An MQTT broker without sockets or a clock: publications in, deliveries out.
///
/// As Mosquitto 2.0 behaves where the standard leaves room: whole seconds of expiry, still
/// delivered but without the property at exactly zero, no will at a take-over with clean start 0,
/// no wills after a restart, publications acknowledged before they are stored. Order is kept for
/// each client. Thread: one.
class SimBroker {
 public:
  SimBroker(const Packets& packets, const Topics& topics, std::size_t clients);

  /// A CONNECT with clean start 0; true if a session was present. An older connection of the same
  /// client is closed by it. What waits in the session is delivered at once.
  bool connect(Instant now, const ConnectSpec& spec);
  /// A running connection's subscription; `retain_handling` as in MQTT 5 §3.8.3.1.
  void subscribe(Instant now, std::size_t client, std::size_t filter, std::uint8_t retain_handling);
  void publish(Instant now, PacketId packet, bool retain, std::optional<std::uint32_t> expiry_s);
  void acknowledge(std::size_t client, std::uint32_t connection, std::uint64_t entry);
  /// A DISCONNECT: the will is discarded.
  void disconnect(Instant now, std::size_t client, std::uint32_t connection);
  /// The connection broke: the will's delay starts.
  void lose(Instant now, std::size_t client, std::uint32_t connection);
  /// The session is thrown away, as by a stranger that connects with the same client id.
  void destroy_session(std::size_t client);

  [[nodiscard]] bool up() const { return up_; }
  [[nodiscard]] bool is_connected(std::size_t client, std::uint32_t connection) const;
  /// What a new subscriber of that topic gets, kNoPacket for nothing.
  [[nodiscard]] PacketId retained(TopicId topic) const;

  /// When a will or a session's end is next due.
  [[nodiscard]] Instant next_deadline() const;
  void pass_time(Instant now);

  /// The next delivery, in the order the broker sends them.
  bool take(Delivery& out);

  void save();
  void kill(Survives survives);
  void restart() { up_ = true; }
  /// The broker's wall clock jumps, never further than a second from the truth; message expiry
  /// follows it.
  void step_clock(Millis by) {
    clock_offset_ = std::clamp(clock_offset_ + by, Millis{-1'000}, Millis{1'000});
  }

 private:
  struct Queued {
    std::uint64_t entry = 0;
    PacketId packet = 0;
    bool retained = false;
    std::optional<std::int64_t> expires_s;
    Instant arrived{};
  };
  struct Subscription {
    std::size_t filter = 0;
  };
  struct Session {
    bool exists = false;
    bool connected = false;
    bool mqtt5 = true;
    std::uint32_t connection = 0;
    Millis expiry{0};
    PacketId will = kNoPacket;
    Millis will_delay{0};
    Instant will_due = kNever;
    Instant ends = kNever;
    std::vector<Subscription> subscriptions;
    std::vector<Queued> queue;  ///< sent and not acknowledged, or waiting
  };
  struct Retained {
    PacketId packet = kNoPacket;
    std::optional<std::int64_t> expires_s;
    Instant arrived{};
  };
  struct Store {
    std::vector<Session> sessions;
    std::vector<Retained> retained;  ///< by topic
    TopicId last_retained = 0;
  };

  void enqueue(Instant now, std::size_t client, const Queued& message);
  void send(Instant now, std::size_t client, const Queued& message);
  void send_will(Instant now, std::size_t client);
  [[nodiscard]] std::int64_t seconds(Instant now) const;

  const Packets* packets_;
  const Topics* topics_;
  bool up_ = true;
  Millis clock_offset_{0};
  std::uint64_t entries_ = 0;
  Store store_;
  Store saved_;
  std::vector<Delivery> out_;
  std::size_t out_next_ = 0;
};

}  // namespace doorcall::sim
