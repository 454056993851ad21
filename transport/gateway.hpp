#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/input.hpp"
#include "agent/core/output.hpp"
#include "transport/codec.hpp"
#include "transport/link.hpp"
#include "transport/topic.hpp"

namespace doorcall::transport {

/// What the gateway dropped and why. Only ever grows.
struct GatewayCounters {
  std::uint32_t received = 0;           ///< everything that came, dropped or not
  std::uint32_t dropped_topic = 0;      ///< not a topic of this device
  std::uint32_t dropped_malformed = 0;  ///< refused by the codec, kTooLarge and kUnknownKind apart
  std::uint32_t dropped_too_large = 0;
  std::uint32_t dropped_unknown_kind = 0;
  std::uint32_t foreign_version = 0;  ///< handed on, to be answered once
  std::uint32_t sent = 0;
  std::uint32_t send_dropped = 0;     ///< the link took none: not up, or its queue was full
  std::uint32_t encode_failed = 0;    ///< a bug of ours
  std::uint32_t publish_refused = 0;  ///< by the broker
  DecodeError last_error = DecodeError::kOk;
  std::string_view last_error_field;  ///< static text
};

struct GatewayOptions {
  Account self;
  TopicRoot root;
  std::string name;                ///< of presence: display name, ≤ kNameBytesMax
  std::string device_kind;         ///< ≤ kLineIdBytesMax
  std::string software;            ///< ≤ kSoftwareBytesMax
  std::vector<UserId> followed{};  ///< whose presence is read; empty: everybody's
};

/// Stands between the engine and the link: orders become publications, arrivals become inputs.
/// Whatever a stranger sends is decoded or counted; it never throws.
///
/// Thread: loop. Lifetime: the callbacks run inside Link::process(); `on_input` must be set, and
/// the views of its input are valid until it returns.
class Gateway final : public LinkSink {
 public:
  explicit Gateway(GatewayOptions options);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  std::function<void(const Input&)> on_input;
  /// The broker refused a publication, for the log; may be empty.
  std::function<void(std::string_view topic, std::uint8_t code)> on_refused;
  /// The link was closed by CloseLink; may be empty.
  std::function<void()> on_closed;

  /// The link to use, made with this gateway as its sink; nullptr: none, nothing is sent.
  void set_link(Link* link) noexcept { link_ = link; }

  /// Carries out SendMessage, SendPresence, SendPush, OpenLink and CloseLink; false for every other
  /// output.
  bool execute(const Output& output);

  [[nodiscard]] const GatewayCounters& counters() const noexcept { return counters_; }

  void link_up(const LinkUpInfo& info) override;
  void link_down(const LinkDownInfo& info) override;
  void arrived(const Arrival& arrival) override;
  void publish_refused(std::string_view topic, std::uint8_t code) override;

 private:
  void send(const SendMessage& order);
  void send(const SendPresence& order);
  void send(const SendPush& order);
  void open(const OpenLink& order);
  void publish(const TopicText& topic, std::size_t bytes, bool retain, std::uint32_t expiry_s);
  void take_message(const Account& sender, const Arrival& arrival);
  void take_presence(const Account& account, const Arrival& arrival);
  void count(const DecodeResult& result);
  [[nodiscard]] std::size_t encode_own(Presence presence);

  const GatewayOptions options_;
  Link* link_ = nullptr;
  GatewayCounters counters_;
  const std::unique_ptr<std::uint8_t[]> bytes_;
  const std::span<std::uint8_t> buffer_;  ///< what is being sent
  Decoded decoded_;
};

}  // namespace doorcall::transport
