#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "transport/inbox.hpp"
#include "transport/link.hpp"
#include "transport/send_queue.hpp"

namespace doorcall::transport {

/// What every link does alike: the order of an attempt, its time limit, the choice of protocol,
/// the window, the orderly close. A library's adapter adds the few verbs below and reports by
/// records in the inbox only, so that the sink may call the link back from anywhere.
///
///   kIdle ─open─► kResolving ─► kConnecting ─CONNACK─► kSubscribing ─all SUBACKs─► kUp
///                                   │  ▲ next address, or 3.1.1                     │ close
///                                   └──┘                                  kFlushing ▼ kLeaving
///   any ──failure, time limit──► kIdle with link_down          ─► kIdle with link_down(kClosed)
class LinkBase : public Link {
 public:
  static constexpr Millis kFlushTime{1'000};
  static constexpr Millis kLeaveTime{250};

  void open(const OpenRequest& request) final;
  bool publish(const Publication& publication) final;
  void close() final;
  void renew(const Credentials& credentials) final;
  [[nodiscard]] int fd() const override { return inbox_->fd(); }
  [[nodiscard]] Instant next_deadline() const override;
  void process(Instant now) final;
  [[nodiscard]] std::string host() const final { return options_.host; }
  [[nodiscard]] LinkCounters counters() const final;

 protected:
  LinkBase(LinkOptions options, LinkSink& sink);

  /// One try to connect to this numeric address with protocol mqtt5(). Reports kConnected,
  /// kConnectFailed or kLost.
  virtual void start_connect(const std::string& address) = 0;
  /// Reports kSubscribed. False: it could not be sent.
  virtual bool send_subscribe(const Subscription& subscription) = 0;
  /// Reports kAcked. False: it could not be sent.
  virtual bool send_publish(const Outgoing& outgoing) = 0;
  /// Reports kDisconnected when it is out. False: it could not be sent.
  virtual bool send_disconnect() = 0;
  /// CONNACK was good.
  virtual void connected() {}
  /// Forgets the connection or the try without waiting for anything.
  virtual void drop() noexcept = 0;
  /// Does the library's own work.
  virtual void turn(Instant /*now*/) {}

  [[nodiscard]] const LinkOptions& options() const noexcept { return options_; }
  [[nodiscard]] const OpenRequest& request() const noexcept { return request_; }
  [[nodiscard]] bool mqtt5() const noexcept { return mqtt5_; }
  [[nodiscard]] std::uint32_t attempt() const noexcept { return attempt_; }
  [[nodiscard]] const std::shared_ptr<Inbox>& inbox() const noexcept { return inbox_; }
  /// The name that the broker's certificate must carry.
  [[nodiscard]] const std::string& tls_name() const noexcept;

 private:
  enum class State : std::uint8_t {
    kIdle,
    kResolving,
    kConnecting,
    kSubscribing,
    kUp,
    kFlushing,
    kLeaving,
  };

  void set_state(State state) noexcept { state_ = state; }
  void start_resolving();
  void connect_next();
  void handle(const InboxRecord& record);
  void handle_resolved(const InboxRecord& record);
  void handle_connect_failed(const InboxRecord& record);
  void handle_connected(const InboxRecord& record);
  void handle_subscribed(std::uint8_t code);
  void handle_acked(const InboxRecord& record);
  void handle_arrived(const InboxRecord& record);
  void deliver(const InboxRecord& record);
  void go_up();
  void send_waiting();
  void pump_queue();
  void leave();
  void end(const LinkDownInfo& info);
  void next_host();
  void reset() noexcept;
  void check_deadline(Instant now);
  [[nodiscard]] std::string where() const;

  LinkOptions options_;
  LinkSink& sink_;
  std::shared_ptr<Inbox> inbox_;
  OpenRequest request_;
  State state_ = State::kIdle;
  bool mqtt5_;  ///< of this try; 3.1.1 once the broker has refused 5 in auto
  bool session_present_ = false;
  bool renewing_ = false;
  std::uint32_t attempt_ = 0;
  std::vector<std::string> addresses_;
  std::size_t next_address_ = 0;
  std::size_t granted_ = 0;
  Millis to_arm_{0};  ///< the time limit to start from the next process(); 0: none
  Instant deadline_ = kNever;
  SendQueue queue_;
  RecordBuffer early_;  ///< arrived before every subscription was granted
  LinkCounters counters_;
};

/// MQTT's words for a CONNACK, SUBACK, PUBACK or DISCONNECT code of either protocol.
[[nodiscard]] std::string reason_text(std::uint8_t code);

}  // namespace doorcall::transport
