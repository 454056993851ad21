// The input is a list of steps, one byte what and more for each what exactly. Time goes on from one
// deadline to the next, as a loop would; the link answers when a step says so. Everything is drawn
// from the input and the engine's random numbers have a fixed seed, so an input is a whole story.
#include "tests/fuzz/engine_player.hpp"

#include <algorithm>
#include <string>

#include "platform/json.hpp"
#include "tests/fuzz/check.hpp"

namespace doorcall::fuzz {
namespace {

constexpr int kStepsMax = 400;
constexpr int kWakesMax = 100'000;  ///< of one passing of time: more is a loop without end

transport::GatewayOptions gateway_options() {
  transport::GatewayOptions options;
  options.self = accounts()[0];
  options.name = "Panel";
  options.device_kind = "panel";
  options.software = "fuzz";
  return options;
}

/// Reads what a view points to, for the sanitizer's sake.
void touch(std::string_view text) {
  [[maybe_unused]] volatile unsigned sum = 0;
  for (const char c : text) {
    sum = sum + static_cast<unsigned char>(c);
  }
}
void touch(doorcall::Bytes bytes) {
  touch(text_of(bytes.data(), bytes.size()));
}

void touch(const CallEvent& event) {
  touch(event.caller_name);
  touch(event.data);
  touch(event.line);
  touch(event.offer);
  require(to_string(event.change) != "unknown", "an event has a known change");
}

/// A name may have a NUL, and so may JSON, as an escape; but cJSON takes none.
std::string without_nul(std::string_view json) {
  std::string left;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json.substr(i, 6) == "\\u0000") {
      i += 5;
      continue;
    }
    left += json[i];
    if (json[i] == '\\' && i + 1 < json.size()) {
      left += json[++i];  // an escaped backslash begins nothing
    }
  }
  return left;
}

}  // namespace

const std::array<Account, 7>& accounts() {
  static const std::array<Account, 7> all = [] {
    std::array<Account, 7> made;
    const std::array<std::string_view, 7> names{"panel@apt", "hall@apt", "gate@door", "bell@door",
                                                "desk@desk", "one@far",  "x@evil"};
    std::transform(names.begin(), names.end(), made.begin(),
                   [](std::string_view name) { return Account::parse(name).value(); });
    return made;
  }();
  return all;
}

Limits any_limits(Bytes& input) {
  Limits limits;
  if (input.flag()) {
    limits.calls = static_cast<std::uint16_t>(1 + input.below(4));
    limits.legs = static_cast<std::uint16_t>(1 + input.below(8));
    limits.devices = static_cast<std::uint16_t>(1 + input.below(4));
    limits.plans = static_cast<std::uint16_t>(input.below(3));
    limits.outgoing = static_cast<std::uint16_t>(1 + input.below(8));
    limits.tombstones = static_cast<std::uint16_t>(1 + input.below(4));
    limits.tombstones_per_sender = static_cast<std::uint16_t>(1 + input.below(2));
    limits.peers = static_cast<std::uint16_t>(1 + input.below(4));
    limits.pool_bytes = 64 + input.below(128) * 32;
  }
  return limits;
}

Settings any_settings(Bytes& input) {
  Settings settings;
  settings.self = accounts()[0];
  const std::uint32_t flags = input.byte();
  settings.call_waiting = (flags & 1U) != 0;
  settings.chime_only = (flags & 2U) != 0;
  settings.decline_here = (flags & 4U) != 0;
  settings.refuse_strangers = (flags & 8U) != 0;
  settings.hide_busy = (flags & 16U) != 0;
  settings.media_hook = (flags & 32U) != 0;
  settings.has_door = (flags & 64U) != 0;
  const std::uint32_t more = input.byte();
  settings.lines = static_cast<std::uint16_t>(1 + more % 8);
  settings.parties = static_cast<std::uint16_t>(2 + (more / 8) % (kPartiesMax - 1));
  settings.notice_time = Millis{(flags & 128U) != 0 ? 5'000 : 0};
  const std::uint32_t times = input.byte();
  settings.longest_call = Millis{(times & 1U) != 0 ? 60'000 : 0};
  settings.alone_time = Millis{(times & 2U) != 0 ? 0 : 30'000};
  settings.busy_settle_time = Millis{(times & 4U) != 0 ? 0 : 2'000};
  settings.offline_belief_time = Millis{(times & 8U) != 0 ? 0 : 5'000};
  for (const std::size_t known : {2U, 4U}) {
    settings.contacts.add(accounts()[known].user);
  }
  settings.dnd_overrides.add(accounts()[4].user);
  settings.doors.add(accounts()[2].user);
  settings.door_allow[settings.door_allow_count++] = accounts()[4];
  settings.door_allow[settings.door_allow_count++] = {{}, accounts()[5].user};
  return settings;
}

Player::Player(Bytes input)
    : input_(input),
      limits_(any_limits(input_)),
      settings_(any_settings(input_)),
      gateway_(gateway_options()),
      memory_(Engine::bytes_needed(limits_)),
      buffer_(kMessageBytesMax) {
  const std::array<std::uint8_t, 32> seed{1};
  engine_ = std::make_unique<Engine>(settings_, limits_, memory_, seed, now_);
  gateway_.set_link(this);
  gateway_.on_input = [this](const Input& arrived) { give(arrived); };
  for (std::size_t i = 0; i < speakers_.size(); ++i) {
    speakers_[i].account = accounts()[i];
    speakers_[i].incarnation = 0xACE + i;
  }
  speakers_[0].incarnation = engine_->incarnation();
}

void Player::play() {
  give(Start{});
  if (!input_.flag()) {
    link_up();
    move_to(now_ + kShortLived);  // the catch-up barrier is over
  }
  for (int steps = 0; steps < kStepsMax && !input_.empty(); ++steps) {
    step();
  }
  check_views();
  end_all();
}

void Player::step() {
  switch (input_.below(16)) {
    case 0: hear_anything(); break;
    case 1: hear_bytes(); break;
    case 2:
    case 3:
    case 4:
    case 5:
    case 6: hear_message(); break;
    case 7: hear_again(); break;
    case 8: hear_presence(); break;
    case 9: link_lost(); break;
    case 10: link_up(); break;
    case 11: fact_of_media_or_door(); break;
    case 12: pass_time(); break;
    default: command(); break;
  }
}

void Player::pass_time() {
  const std::uint32_t how = input_.below(6);
  const auto much = static_cast<std::int64_t>(input_.byte());
  const std::array<std::int64_t, 5> units{1, 10, 200, 1'000, 60'000};
  if (how < units.size()) {
    move_to(now_ + Millis{much * units[how]});
  } else if (engine_->next_deadline().when != kNever) {
    move_to(engine_->next_deadline().when);
  }
}

/// One deadline after the other, as a loop would.
void Player::move_to(Instant when) {
  int wakes = 0;
  while (engine_->next_deadline().when <= when) {
    now_ = std::max(now_, engine_->next_deadline().when);
    pass_due();
    require(++wakes < kWakesMax, "time passes");
  }
  now_ = std::max(now_, when);
}

void Player::pass_due() {
  int wakes = 0;
  while (engine_->next_deadline().when <= now_) {
    engine_->handle(TimePassed{}, now_);
    settle();
    require(++wakes < kWakesMax, "what is due is done");
  }
}

Result Player::give(const Input& input) {
  pass_due();
  const Result result = engine_->handle(input, now_);
  require(static_cast<std::uint8_t>(result.code) <= kErrcLast, "a command has a known answer");
  settle();
  return result;
}

void Player::settle() {
  Output output;
  while (engine_->next_output(output)) {
    take(output);
  }
  const char* const broken = engine_->broken_invariant();
  require(broken == nullptr, broken == nullptr ? "" : broken);
  require(gateway_.counters().encode_failed == 0, "all that the engine says can be written");
  require(engine_->live_calls() <= limits_.calls, "no more calls than there is room for");
  if (closing_) {
    closing_ = false;
    up_ = false;
    opening_ = false;
    gateway_.link_down({transport::LinkDownInfo::Cause::kClosed, 0, {}});
  }
}

void Player::take(const Output& output) {
  if (gateway_.execute(output)) {
    return;
  }
  if (const auto* event = std::get_if<CallEvent>(&output)) {
    last_call_ = event->call;
    touch(*event);
  } else if (const auto* info = std::get_if<InfoEvent>(&output)) {
    touch(info->text);
    touch(info->bytes);
  } else if (const auto* pulse = std::get_if<PulseDoor>(&output)) {
    last_pulse_ = pulse->number;
    require(settings_.has_door, "only a door is driven");
  } else if (const auto* link = std::get_if<LinkEvent>(&output)) {
    touch(link->text);
  }
}

/// What status shows, whatever has happened.
void Player::check_views() {
  std::size_t live = 0;
  for (std::size_t i = 0; const auto call = engine_->call_at(i); ++i) {
    std::size_t members = 0;
    while (engine_->member_at(call->call, members)) {
      ++members;
    }
    const bool lives = i < engine_->live_calls();
    require(!lives || members == call->members, "a live call shows all its members");
    live += lives ? 1U : 0U;
  }
  require(live == engine_->live_calls(), "all live calls are shown");
  std::size_t peers = 0;
  while (engine_->peer_at(peers)) {
    ++peers;
  }
  require(peers <= limits_.peers, "no more devices than there is room for");
}

/// Left alone for long enough, with nobody else there, everything comes to its end.
void Player::end_all() {
  link_up();
  move_to(now_ + Millis{2 * 3'600'000});
  require(engine_->live_calls() == 0, "a call with nobody else in it ends");
  check_views();
}

// --- the link

void Player::link_up() {
  if (opening_) {
    opening_ = false;
    up_ = true;
    gateway_.link_up({.mqtt5 = !input_.flag(), .session_present = false});
  }
}

void Player::link_lost() {
  if (opening_ || up_) {
    opening_ = false;
    up_ = false;
    const auto cause = static_cast<transport::LinkDownInfo::Cause>(input_.below(3));
    gateway_.link_down({cause, input_.byte(), "lost"});
  }
}

void Player::open(const transport::OpenRequest& request) {
  transport::DecodedPresence will;
  require(decode(request.will_payload, will).ok(), "a will can be read");
  require(will.presence().state == PresenceState::kOffline, "a will says offline");
  opening_ = true;
  up_ = false;
}

void Player::close() {
  closing_ = true;
}

bool Player::publish(const transport::Publication& publication) {
  require(publication.expiry_s.value_or(0) > 0, "what is published has an expiry");
  const transport::ParsedTopic topic = parse_topic(transport::TopicRoot(), publication.topic);
  if (topic.kind == transport::TopicKind::kInbox) {
    require(topic.account == settings_.self && !publication.retain, "as itself, not retained");
    transport::Decoded decoded;
    const transport::DecodeResult result = decode(publication.payload, decoded);
    require(result.ok(), std::string("what is sent can be read, kind ")
                             .append(std::to_string(decoded.kind_number()))
                             .append(": ")
                             .append(to_string(result.error))
                             .append(" ")
                             .append(result.field));
    last_sequence_ = decoded.header().sequence;
    std::uint64_t nonce = 0;
    if (const auto* ringing = std::get_if<Ringing>(&decoded.message().body)) {
      nonce = ringing->nonce;
    } else if (const auto* door = std::get_if<Door>(&decoded.message().body)) {
      nonce = door->nonce;
    }
    if (nonce != 0) {
      nonces_[nonce_count_++ % nonces_.size()] = nonce;
    }
  } else if (topic.kind == transport::TopicKind::kPresence) {
    transport::DecodedPresence decoded;
    require(decode(publication.payload, decoded).ok(), "a presence that is sent can be read");
  } else {
    const auto text = text_of(publication.payload.data(), publication.payload.size());
    require(platform::Json::parse(without_nul(text)).has_value(), "a push request is JSON");
  }
  return up_;
}

}  // namespace doorcall::fuzz
