#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/core/fixed_string.hpp"
#include "agent/core/limits.hpp"

namespace doorcall {

/// True for text that may stand in a topic level and in an account: [A-Za-z0-9_-], 1..max bytes.
[[nodiscard]] constexpr bool is_id_text(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.empty() || text.size() > bytes_max) {
    return false;
  }
  for (const char c : text) {
    const bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-';
    if (!ok) {
      return false;
    }
  }
  return true;
}

/// An id of the grammar above; empty means "none". `Tag` keeps users and devices apart.
template <std::size_t N, typename Tag>
class Id {
 public:
  constexpr Id() noexcept = default;

  /// nullopt unless `text` fits the grammar.
  [[nodiscard]] static constexpr std::optional<Id> parse(std::string_view text) noexcept {
    if (!is_id_text(text, N)) {
      return std::nullopt;
    }
    Id id;
    id.text_.assign(text);
    return id;
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return text_.view(); }
  [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }

  friend constexpr bool operator==(const Id&, const Id&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Id& a, const Id& b) noexcept {
    return a.text_ <=> b.text_;
  }

 private:
  FixedString<N> text_;
};

using UserId = Id<kUserIdBytesMax, struct UserTag>;
using DeviceId = Id<kDeviceIdBytesMax, struct DeviceTag>;

/// One device of one user: "<device>@<user>" as MQTT user name, client id and certificate name.
struct Account {
  DeviceId device;
  UserId user;

  friend constexpr bool operator==(const Account&, const Account&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Account& a, const Account& b) noexcept {
    const auto by_user = a.user <=> b.user;
    return by_user != 0 ? by_user : a.device <=> b.device;
  }

  /// nullopt unless `text` is "<device>@<user>".
  [[nodiscard]] static constexpr std::optional<Account> parse(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) {
      return std::nullopt;
    }
    const auto device = DeviceId::parse(text.substr(0, at));
    const auto user = UserId::parse(text.substr(at + 1));
    if (!device || !user) {
      return std::nullopt;
    }
    return Account{*device, *user};
  }
};

using AccountText = FixedString<kAccountBytesMax>;

/// "<device>@<user>".
[[nodiscard]] constexpr AccountText to_text(const Account& account) noexcept {
  std::array<char, kAccountBytesMax> bytes{};
  std::size_t size = 0;
  for (const char c : account.device.view()) {
    bytes[size++] = c;
  }
  bytes[size++] = '@';
  for (const char c : account.user.view()) {
    bytes[size++] = c;
  }
  AccountText text;
  text.assign({bytes.data(), size});
  return text;
}

/// 128 random bits from the caller's device; the media room's id too. Ordered by bytes: the lower
/// one wins a glare. All zero means "none" and is refused on the wire.
struct CallId {
  std::array<std::uint8_t, 16> bytes{};

  /// As two words: what compares bytes calls the C library for it.
  friend constexpr bool operator==(const CallId& a, const CallId& b) noexcept {
    using Words = std::array<std::uint64_t, 2>;
    const auto x = std::bit_cast<Words>(a.bytes);
    const auto y = std::bit_cast<Words>(b.bytes);
    return x[0] == y[0] && x[1] == y[1];
  }
  friend constexpr auto operator<=>(const CallId&, const CallId&) noexcept = default;

  [[nodiscard]] constexpr bool empty() const noexcept { return *this == CallId{}; }

  /// nullopt unless `text` is 32 hexadecimal digits, not all zero.
  [[nodiscard]] static constexpr std::optional<CallId> parse(std::string_view text) noexcept {
    if (text.size() != 32) {
      return std::nullopt;
    }
    CallId id;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      std::uint8_t digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<std::uint8_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint8_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<std::uint8_t>(c - 'A' + 10);
      } else {
        return std::nullopt;
      }
      id.bytes[i / 2] = static_cast<std::uint8_t>((id.bytes[i / 2] << 4) | digit);
    }
    if (id.empty()) {
      return std::nullopt;
    }
    return id;
  }
};

using CallIdText = FixedString<32>;

/// 32 lower-case hexadecimal digits.
[[nodiscard]] constexpr CallIdText to_text(const CallId& id) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 32> text{};
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    text[2 * i] = kDigits[id.bytes[i] >> 4];
    text[2 * i + 1] = kDigits[id.bytes[i] & 15U];
  }
  CallIdText out;
  out.assign({text.data(), text.size()});
  return out;
}

/// 64 random bits drawn at each start of an agent: another incarnation has forgotten its calls.
using Incarnation = std::uint64_t;
/// Counts the connects within an incarnation, from 1.
using ConnectNumber = std::uint32_t;

/// Names one leg: the device that sent its invite, and that device's number for it within the call.
/// Number 0 is the creator's own leg, connected from the start.
struct LegKey {
  Account owner;
  std::uint32_t number = 0;

  friend constexpr bool operator==(const LegKey&, const LegKey&) noexcept = default;
};

}  // namespace doorcall
