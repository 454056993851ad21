// What other devices say. Half of an input's chances are messages that fit: of calls and legs that
// there are, with numbers that the engine has drawn, so that an input comes deep into the engine;
// each with one thing or another wrong. They go through the codec and come as bytes on a topic.
#include <algorithm>
#include <string>

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/engine_player.hpp"

namespace doorcall::fuzz {
namespace {

constexpr std::size_t kTopicTriedMax = 200;

template <typename Enum>
Enum any_of(Bytes& input, std::uint8_t last) {
  return static_cast<Enum>(input.below(last + 1U));
}

}  // namespace

void Player::arrive(std::string_view topic, std::span<const std::uint8_t> payload) {
  const std::uint32_t flags = input_.byte();
  // A buffer of exactly this size: the sanitizer sees a read behind it.
  const std::vector<std::uint8_t> bytes(payload.begin(), payload.end());
  last_topic_ = topic;
  last_payload_ = bytes;
  transport::Arrival arrival;
  arrival.topic = last_topic_;
  arrival.payload = bytes;
  arrival.retained = (flags & 7U) == 7;
  if ((flags & 8U) == 0) {
    arrival.expiry_left = (flags & 16U) == 0 ? 90 : flags >> 5U;
  }
  pass_due();
  gateway_.arrived(arrival);
}

/// Any topic, any bytes.
void Player::hear_anything() {
  const std::string topic(input_.text(kTopicTriedMax));
  arrive(topic, input_.piece(kMessageBytesMax + 1));
}

/// Any bytes as somebody's message or presence.
void Player::hear_bytes() {
  const Account& sender = any_speaker().account;
  const transport::TopicRoot root;
  const bool inbox = input_.flag();
  const transport::TopicText topic =
      inbox ? inbox_topic(root, settings_.self.user, sender) : presence_topic(root, sender);
  arrive(topic.view(), input_.piece(kMessageBytesMax + 1));
}

/// The last arrival once more: the same bytes, or with one of them changed.
void Player::hear_again() {
  std::vector<std::uint8_t> payload = last_payload_;
  const std::uint8_t change = input_.byte();
  if (change != 0 && !payload.empty()) {
    payload[input_.byte() % payload.size()] ^= change;
  }
  arrive(std::string(last_topic_), payload);
}

void Player::hear_message() {
  Speaker& speaker = any_speaker();
  const std::uint32_t twist = input_.byte();
  Message message;
  message.header.call = any_call();
  message.header.leg = any_leg(message.header.call, speaker.account);
  message.body = any_body(message.header.call, speaker.account);
  if (twist == 1) {
    speaker.incarnation += 2;
    speaker.sequence = 0;
  } else if (twist == 2) {
    ++speaker.connect;
  }
  message.header.incarnation = twist == 3 ? 0xBAD : speaker.incarnation;
  message.header.connect = speaker.connect;
  message.header.sequence = twist == 4 ? speaker.sequence : ++speaker.sequence;
  const std::uint32_t to = input_.below(8);
  if (to < 4) {
    message.header.to = settings_.self.device;
  } else if (to == 4) {
    message.header.to = accounts()[1].device;
  }
  const std::size_t size = transport::encode(message, buffer_);
  if (size == 0) {
    return;
  }
  if (twist == 5) {
    buffer_[2] = 2;  // a map, key 0, and then the version
  }
  const transport::TopicRoot root;
  arrive(inbox_topic(root, settings_.self.user, speaker.account).view(),
         std::span(buffer_).first(size));
}

void Player::hear_presence() {
  Speaker& speaker = any_speaker();
  const transport::TopicRoot root;
  const transport::TopicText topic = presence_topic(root, speaker.account);
  const std::uint32_t twist = input_.byte();
  if (twist == 1) {
    arrive(topic.view(), {});
    return;
  }
  if (twist == 2) {
    speaker.incarnation += 2;
    speaker.connect = 1;
  } else if (twist == 3) {
    ++speaker.connect;
  }
  Presence presence;
  presence.incarnation = speaker.incarnation;
  presence.connect = twist == 4 ? 0 : speaker.connect;
  presence.state = any_of<PresenceState>(input_, kPresenceStateLast);
  presence.settled = presence.state == PresenceState::kOffline && input_.flag();
  presence.capabilities = input_.byte();
  const std::size_t size = transport::encode(presence, buffer_);
  require(size != 0, "a presence fits");
  arrive(topic.view(), std::span(buffer_).first(size));
}

Player::Speaker& Player::any_speaker() {
  return speakers_[input_.below(static_cast<std::uint32_t>(speakers_.size()))];
}

CallId Player::any_call() {
  const std::uint32_t drawn = input_.below(12);
  if (const auto call = engine_->call_at(drawn % 4); drawn < 8 && call) {
    return call->call;
  }
  if (drawn == 8 && !last_call_.empty()) {
    return last_call_;
  }
  CallId id;
  id.bytes.fill(static_cast<std::uint8_t>(drawn + 1));
  return id;
}

LegKey Player::any_leg(const CallId& call, const Account& speaker) {
  const std::uint32_t drawn = input_.byte();
  if (const auto member = engine_->member_at(call, drawn % 8); drawn < 128 && member) {
    return member->key;
  }
  const bool own = drawn >= 128 && drawn % 4 == 3;
  return {own ? settings_.self : speaker, (drawn / 4) % 4};
}

std::span<const LegView> Player::any_legs(const CallId& call, const Account& speaker) {
  const std::size_t count = input_.below(8);
  for (std::size_t i = 0; i < count; ++i) {
    LegView& view = legs_[i];
    view = engine_->member_at(call, i).value_or(LegView{});
    const std::uint32_t how = input_.byte();
    if (how < 32 && !view.user.empty()) {
      continue;
    }
    const Account& who = accounts()[how % accounts().size()];
    view.key = any_leg(call, speaker);
    view.user = who.user;
    view.device = (how & 64U) != 0 ? who.device : DeviceId{};
    view.state = any_of<LegState>(input_, kLegStateLast);
    view.reason = any_of<Reason>(input_, kReasonLast);
    view.join_number = input_.below(6);
    view.ring_left = Millis{input_.byte() * 400};
  }
  return std::span(legs_).first(count);
}

std::uint64_t Player::any_nonce() {
  const std::uint32_t drawn = input_.below(5);
  return drawn < nonces_.size() ? nonces_[drawn] : drawn;
}

Invite Player::any_invite(const CallId& call, const Account& speaker) {
  Invite invite;
  const std::uint32_t who = input_.byte();
  invite.caller = who < 200 ? speaker : accounts()[who % accounts().size()];
  invite.caller_name = "Somebody";
  invite.media = any_of<MediaKind>(input_, kMediaKindLast);
  invite.ring_left = Millis{1 + input_.byte() * 400};
  if (input_.flag()) {
    invite.roster = any_legs(call, speaker);
    if (input_.flag()) {
      invite.replaces = any_leg(call, speaker);
    }
    invite.offer = input_.piece(kOfferBytesMax);
  }
  return invite;
}

Body Player::any_info(const CallId& call, const Account& speaker) {
  if (input_.flag()) {
    Door door;
    door.step = any_of<DoorStep>(input_, kDoorStepLast);
    const bool asks = door.step == DoorStep::kRequest;
    if (door.step == DoorStep::kNonce || door.step == DoorStep::kOpen) {
      door.nonce = any_nonce() | (input_.flag() ? 1U : 0U);
    } else if (!asks) {
      door.result = any_of<DoorResult>(input_, kDoorResultLast);
    }
    door.asked = asks || door.step == DoorStep::kOpen ? 0 : last_sequence_;
    return door;
  }
  Info info;
  info.kind = any_of<InfoKind>(input_, kInfoKindLast);
  info.bytes = input_.piece(64);
  info.text = info.kind == InfoKind::kKeyPress ? "12#" : "hello";
  info.member = any_leg(call, speaker);
  return info;
}

Body Player::any_body(const CallId& call, const Account& speaker) {
  const auto reason = [this] { return static_cast<Reason>(1 + input_.below(kReasonLast)); };
  switch (input_.below(16)) {
    case 1: {
      const auto alert = any_of<Alert>(input_, kAlertLast);
      return Ringing{alert, alert == Alert::kWaiting ? 77U + input_.byte() : 0U};
    }
    case 2: return Accept{input_.piece(64), "answer"};
    case 3:
      return Confirm{accounts()[input_.below(3)].device, input_.below(6), any_legs(call, speaker)};
    case 4: return Reject{reason(), "no"};
    case 5: return Cancel{reason(), "no"};
    case 6: return End{reason(), {}};
    case 7: return Leave{reason(), {}, any_legs(call, speaker)};
    case 8: return Roster{any_legs(call, speaker)};
    case 9: return Join{input_.flag(), input_.piece(64), {}};
    case 10:
    case 11: return any_info(call, speaker);
    case 12: return Sync{any_legs(call, speaker), std::nullopt, 0};
    case 13: {
      const std::uint64_t nonce = any_nonce();
      return Sync{{}, any_invite(call, speaker), nonce};
    }
    case 14: return Ack{last_sequence_ - input_.below(4)};
    case 15: return Marker{};
    default: return any_invite(call, speaker);
  }
}

}  // namespace doorcall::fuzz
