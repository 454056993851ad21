// Orders of the engine become publications, what the link brings becomes inputs. Topics and bytes
// are made and read here; what makes no sense is counted by cause and goes no further.
#include "transport/gateway.hpp"

#include <optional>
#include <utility>

namespace doorcall::transport {

namespace {

constexpr std::uint8_t kSendRetained = 0;
constexpr std::uint8_t kNeverRetained = 2;

std::optional<MessageKind> known_kind(std::uint8_t number) {
  const auto kind = static_cast<MessageKind>(number);
  switch (kind) {
    case MessageKind::kInvite:
    case MessageKind::kRinging:
    case MessageKind::kAccept:
    case MessageKind::kConfirm:
    case MessageKind::kReject:
    case MessageKind::kCancel:
    case MessageKind::kEnd:
    case MessageKind::kLeave:
    case MessageKind::kRoster:
    case MessageKind::kJoin:
    case MessageKind::kInfo:
    case MessageKind::kSync:
    case MessageKind::kAck:
    case MessageKind::kMarker: return kind;
  }
  return std::nullopt;
}

}  // namespace

Gateway::Gateway(GatewayOptions options)
    : options_(std::move(options)),
      // Not zeroed: of the pages that no message has filled yet, the kernel gives none.
      bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(kMessageBytesMax)),
      buffer_(bytes_.get(), kMessageBytesMax) {}

// --- orders

bool Gateway::execute(const Output& output) {
  if (const auto* message = std::get_if<SendMessage>(&output)) {
    send(*message);
    return true;
  }
  if (const auto* presence = std::get_if<SendPresence>(&output)) {
    send(*presence);
    return true;
  }
  if (const auto* push = std::get_if<SendPush>(&output)) {
    send(*push);
    return true;
  }
  if (const auto* open_link = std::get_if<OpenLink>(&output)) {
    open(*open_link);
    return true;
  }
  if (std::holds_alternative<CloseLink>(output)) {
    if (link_ != nullptr) {
      link_->close();
    }
    return true;
  }
  return false;
}

void Gateway::send(const SendMessage& order) {
  publish(inbox_topic(options_.root, order.to, options_.self), encode(order.message, buffer_),
          false, order.expiry_s);
}

void Gateway::send(const SendPresence& order) {
  publish(presence_topic(options_.root, options_.self), encode_own(order.presence), true,
          order.expiry_s);
}

void Gateway::send(const SendPush& order) {
  publish(push_topic(options_.root, order.to, options_.self), encode(order.push, buffer_), false,
          order.expiry_s);
}

std::size_t Gateway::encode_own(Presence presence) {
  presence.name = options_.name;
  presence.device_kind = options_.device_kind;
  presence.software = options_.software;
  return encode(presence, buffer_);
}

void Gateway::publish(const TopicText& topic, std::size_t bytes, bool retain,
                      std::uint32_t expiry_s) {
  if (bytes == 0) {
    ++counters_.encode_failed;
    return;
  }
  Publication publication;
  publication.topic = topic.view();
  publication.payload = {buffer_.data(), bytes};
  publication.retain = retain;
  publication.expiry_s = expiry_s;
  if (link_ == nullptr || !link_->publish(publication)) {
    ++counters_.send_dropped;
    return;
  }
  ++counters_.sent;
}

void Gateway::open(const OpenLink& order) {
  if (link_ == nullptr) {
    return;
  }
  OpenRequest request;
  request.will_topic = presence_topic(options_.root, options_.self).view();
  const std::size_t bytes = encode_own(order.will);
  counters_.encode_failed += bytes == 0 ? 1U : 0U;
  request.will_payload.assign(buffer_.data(), buffer_.data() + bytes);
  Presence delayed = order.will;
  delayed.settled = true;  // who hears it then has waited already
  const std::size_t delayed_bytes = encode_own(delayed);
  request.delayed_will_payload.assign(buffer_.data(), buffer_.data() + delayed_bytes);
  // Our own presence is among what is read, and must be watched before it is published.
  const auto add = [&request](const TopicText& filter, std::uint8_t retained) {
    request.subscriptions.push_back({std::string(filter.view()), retained});
  };
  for (const UserId& user : options_.followed) {
    add(presence_filter(options_.root, user), kSendRetained);
  }
  if (options_.followed.empty()) {
    add(presence_filter(options_.root), kSendRetained);
  }
  add(inbox_filter(options_.root, options_.self.user), kNeverRetained);
  link_->open(request);
}

// --- what the link says

void Gateway::link_up(const LinkUpInfo& info) {
  on_input(LinkConnected{info.mqtt5, info.session_present});
}

void Gateway::link_down(const LinkDownInfo& info) {
  LinkLost lost;
  lost.code = info.code;
  lost.text = info.text;
  switch (info.cause) {
    case LinkDownInfo::Cause::kNetwork: lost.cause = LinkLost::Cause::kNetwork; break;
    case LinkDownInfo::Cause::kRefused: lost.cause = LinkLost::Cause::kRefused; break;
    case LinkDownInfo::Cause::kTakenOver: lost.cause = LinkLost::Cause::kTakenOver; break;
    case LinkDownInfo::Cause::kRenewed: lost.at_once = true; break;
    case LinkDownInfo::Cause::kClosed:
      if (on_closed) {
        on_closed();
      }
      return;
  }
  on_input(lost);
}

void Gateway::publish_refused(std::string_view topic, std::uint8_t code) {
  ++counters_.publish_refused;
  if (on_refused) {
    on_refused(topic, code);
  }
}

void Gateway::arrived(const Arrival& arrival) {
  ++counters_.received;
  const ParsedTopic topic = parse_topic(options_.root, arrival.topic);
  switch (topic.kind) {
    case TopicKind::kInbox:
      if (topic.user == options_.self.user) {
        take_message(topic.account, arrival);
        return;
      }
      break;
    case TopicKind::kPresence: take_presence(topic.account, arrival); return;
    case TopicKind::kOther: break;
  }
  ++counters_.dropped_topic;
}

void Gateway::take_message(const Account& sender, const Arrival& arrival) {
  const DecodeResult result = decode(arrival.payload, decoded_);
  if (result.ok()) {
    on_input(MessageReceived{sender, arrival.retained, arrival.expiry_left, &decoded_.message()});
    return;
  }
  if (result.error == DecodeError::kUnsupportedVersion) {
    if (const auto kind = known_kind(decoded_.kind_number())) {
      ++counters_.foreign_version;
      on_input(ForeignVersionReceived{sender, arrival.retained, *kind, decoded_.header()});
      return;
    }
    ++counters_.dropped_unknown_kind;
    return;
  }
  count(result);
}

void Gateway::take_presence(const Account& account, const Arrival& arrival) {
  if (arrival.payload.empty()) {
    on_input(PresenceCleared{account});
    return;
  }
  DecodedPresence decoded;
  const DecodeResult result = decode(arrival.payload, decoded);
  if (result.ok()) {
    on_input(PresenceReceived{account, arrival.retained, arrival.expiry_left, decoded.presence()});
    return;
  }
  count(result);
  if (account == options_.self && !arrival.retained) {
    on_input(PresenceCleared{account});  // the broker holds something else than was said
  }
}

void Gateway::count(const DecodeResult& result) {
  counters_.last_error = result.error;
  counters_.last_error_field = result.field;
  if (result.error == DecodeError::kTooLarge) {
    ++counters_.dropped_too_large;
  } else if (result.error == DecodeError::kUnknownKind) {
    ++counters_.dropped_unknown_kind;
  } else {
    ++counters_.dropped_malformed;
  }
}

}  // namespace doorcall::transport
