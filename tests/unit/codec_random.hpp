#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "agent/core/message.hpp"
#include "tests/fakes/prng.hpp"

namespace doorcall::samples {

/// Draws messages. The last one's text and legs live here.
class RandomMessages {
 public:
  explicit RandomMessages(std::uint64_t seed) : prng_(seed) {}

  Message next(std::size_t kind) {
    texts_.clear();
    Message message;
    message.header = header(kind == kMarker);
    message.body = body(kind);
    return message;
  }

  static constexpr std::size_t kKinds = std::variant_size_v<Body>;

 private:
  static constexpr std::size_t kMarker = kKinds - 1;

  /// `low`, `high` or anything between, each as often.
  std::uint64_t number(std::uint64_t low, std::uint64_t high) {
    switch (prng_.below(3)) {
      case 0: return low;
      case 1: return high;
      default: break;
    }
    const std::uint64_t width = high - low + 1;
    return width == 0 ? prng_.next() : low + prng_.next() % width;
  }

  std::size_t size(std::size_t low, std::size_t high) {
    return static_cast<std::size_t>(number(low, high));
  }

  std::uint32_t number32(std::uint32_t low) {
    return static_cast<std::uint32_t>(number(low, 0xFFFF'FFFF));
  }

  template <typename E>
  E enumerator(std::uint8_t first, std::uint8_t last) {
    return static_cast<E>(number(first, last));
  }

  std::string id_text(std::size_t bytes_max) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    std::string out(size(1, bytes_max), '-');
    for (char& c : out) {
      c = kAlphabet[prng_.below(static_cast<std::uint32_t>(kAlphabet.size()))];
    }
    return out;
  }

  UserId user() { return UserId::parse(id_text(kUserIdBytesMax)).value(); }
  DeviceId device() { return DeviceId::parse(id_text(kDeviceIdBytesMax)).value(); }
  Account account() { return {device(), user()}; }

  std::string_view text(std::size_t bytes_max) {
    constexpr std::array<std::string_view, 5> kCharacters{"a", "\xC3\xBC", "\xE2\x82\xAC",
                                                          "\xF0\x9F\x94\x94", "\x7F"};
    const std::size_t wanted = size(0, bytes_max);
    std::string out;
    while (out.size() < wanted) {
      const std::string_view c = kCharacters[prng_.below(kCharacters.size())];
      out += out.size() + c.size() <= wanted ? c : "a";
    }
    return texts_.emplace_back(std::move(out));
  }

  Bytes bytes(std::size_t bytes_max) {
    std::string out(size(0, bytes_max), '\0');
    for (char& c : out) {
      c = static_cast<char>(prng_.below(256));
    }
    const std::string& kept = texts_.emplace_back(std::move(out));
    return {reinterpret_cast<const std::uint8_t*>(kept.data()), kept.size()};
  }

  Header header(bool marker) {
    Header header;
    if (!marker) {
      for (std::uint8_t& byte : header.call.bytes) {
        byte = static_cast<std::uint8_t>(number(0, 255));
      }
      header.call.bytes[15] |= 1U;
      header.leg = {account(), number32(0)};
    }
    header.incarnation = number(0, ~std::uint64_t{0});
    header.connect = number32(1);
    header.sequence = number32(1);
    header.to = prng_.chance(5'000) ? device() : DeviceId{};
    owner_ = header.leg.owner;
    return header;
  }

  Invite invite() {
    Invite invite;
    invite.caller = prng_.chance(5'000) ? owner_ : account();
    invite.caller_name = text(kNameBytesMax);
    invite.media = enumerator<MediaKind>(0, kMediaKindLast);
    invite.ring_left = ring_left();
    invite.offer = bytes(kOfferBytesMax);
    invite.data = text(kDataBytesMax);
    invite.line = text(kLineIdBytesMax);
    // Beside the longest data and offer there is no room for all.
    const bool small = invite.data.size() + invite.offer.size() < kMessageBytesMax / 2;
    invite.roster = legs(small ? kLegViewsMax : 8);
    if (prng_.chance(5'000)) {
      invite.replaces = {account(), number32(1)};
    }
    return invite;
  }

  Millis ring_left() {
    return Millis{
        static_cast<std::int64_t>(number(0, static_cast<std::uint64_t>(kRingTimeMax.count())))};
  }

  std::span<const LegView> legs(std::size_t most = kLegViewsMax) {
    const std::span<LegView> out = std::span<LegView>(legs_).first(size(0, most));
    for (LegView& view : out) {
      view = {{account(), number32(0)},
              user(),
              prng_.chance(5'000) ? device() : DeviceId{},
              enumerator<LegState>(0, kLegStateLast),
              enumerator<Reason>(0, kReasonLast),
              number32(0),
              ring_left()};
    }
    return out;
  }

  Sync sync() {
    Sync sync;
    if (prng_.chance(5'000)) {
      sync.invite = invite();
    } else {
      sync.legs = legs();
    }
    sync.nonce = number(0, ~std::uint64_t{0});
    return sync;
  }

  Ringing ringing() {
    const auto alert = enumerator<Alert>(0, kAlertLast);
    return {alert, alert == Alert::kWaiting ? number(1, ~std::uint64_t{0}) : 0};
  }

  Door door() {
    Door door;
    door.step = enumerator<DoorStep>(0, kDoorStepLast);
    if (door.step == DoorStep::kNonce || door.step == DoorStep::kOpen) {
      door.nonce = number(1, ~std::uint64_t{0});
    } else if (door.step == DoorStep::kResult) {
      door.result = enumerator<DoorResult>(0, kDoorResultLast);
    }
    if (door.step == DoorStep::kNonce || door.step == DoorStep::kResult) {
      door.asked = number32(1);
    }
    return door;
  }

  /// Only what its kind carries.
  Info info() {
    Info info;
    info.member = {account(), number32(0)};
    info.kind = enumerator<InfoKind>(0, kInfoKindLast);
    switch (info.kind) {
      case InfoKind::kMediaOffer:
      case InfoKind::kMediaAnswer:
      case InfoKind::kMediaCandidate:
        while (info.bytes.empty()) {
          info.bytes = bytes(kOfferBytesMax);
        }
        break;
      case InfoKind::kMediaSwitch: info.media = enumerator<MediaKind>(0, kMediaKindLast); break;
      case InfoKind::kKeyPress:
        info.text = texts_.emplace_back(size(1, kKeysMax), "09AD*#"[prng_.below(6)]);
        break;
      case InfoKind::kData: info.text = text(kDataBytesMax); break;
    }
    return info;
  }

  Body body(std::size_t kind) {
    switch (kind) {
      case 0: return invite();
      case 1: return ringing();
      case 2: return Accept{bytes(kOfferBytesMax), text(kDataBytesMax)};
      case 3: return Confirm{device(), number32(0), legs()};
      case 4: return Reject{enumerator<Reason>(1, kReasonLast), text(kDataBytesMax)};
      case 5: return Cancel{enumerator<Reason>(1, kReasonLast), text(kDataBytesMax)};
      case 6: return End{enumerator<Reason>(1, kReasonLast), text(kDataBytesMax)};
      case 7: return Leave{enumerator<Reason>(1, kReasonLast), text(kDataBytesMax), legs()};
      case 8: return Roster{legs()};
      case 9: return Join{prng_.chance(5'000), bytes(kOfferBytesMax), text(kDataBytesMax)};
      case 10: return info();
      case 11: return door();
      case 12: return sync();
      case 13: return Ack{number32(1)};
      default: return Marker{};
    }
  }

  fakes::Prng prng_;
  Account owner_;
  std::deque<std::string> texts_;  // views of them stay valid while it grows
  std::array<LegView, kLegViewsMax> legs_;
};

}  // namespace doorcall::samples
