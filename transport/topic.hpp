#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/core/fixed_string.hpp"
#include "agent/core/ids.hpp"

// The only place that knows how topics are spelt.

namespace doorcall::transport {

inline constexpr std::size_t kTopicRootBytesMax = 64;

/// The first levels of every topic of a site: one or more levels of [A-Za-z0-9_-], joined by '/',
/// at most 64 bytes in all. Wildcards, '$', dots and empty levels have no place in it.
class TopicRoot {
 public:
  /// "doorcall/v1".
  TopicRoot() noexcept;

  /// nullopt unless `text` fits the grammar.
  [[nodiscard]] static std::optional<TopicRoot> parse(std::string_view text) noexcept;

  [[nodiscard]] std::string_view view() const noexcept { return text_.view(); }

 private:
  FixedString<kTopicRootBytesMax> text_;
};

/// The longest is an inbox: <root>/<user>/inbox/<account>.
inline constexpr std::size_t kTopicBytesMax = kTopicRootBytesMax + 1 + kUserIdBytesMax +
                                              std::string_view("/inbox/").size() + kAccountBytesMax;
using TopicText = FixedString<kTopicBytesMax>;

// Making topics. Ids must not be empty. Thread: any.

/// Where `sender` writes to all devices of `to`: "<root>/<to>/inbox/<sender>".
[[nodiscard]] TopicText inbox_topic(const TopicRoot& root, const UserId& to,
                                    const Account& sender) noexcept;

/// Everything that is written to `user`: "<root>/<user>/inbox/+".
[[nodiscard]] TopicText inbox_filter(const TopicRoot& root, const UserId& user) noexcept;

/// Where `sender` asks for a push to the telephones of `to`: "<root>/<to>/push/<sender>".
[[nodiscard]] TopicText push_topic(const TopicRoot& root, const UserId& to,
                                   const Account& sender) noexcept;

/// Where `account` says how it is: "<root>/<user>/presence/<device>".
[[nodiscard]] TopicText presence_topic(const TopicRoot& root, const Account& account) noexcept;

/// The presence of a user's devices: "<root>/<user>/presence/+".
[[nodiscard]] TopicText presence_filter(const TopicRoot& root, const UserId& user) noexcept;

/// Everybody's presence: "<root>/+/presence/+".
[[nodiscard]] TopicText presence_filter(const TopicRoot& root) noexcept;

enum class TopicKind : std::uint8_t { kOther, kInbox, kPresence };

struct ParsedTopic {
  TopicKind kind = TopicKind::kOther;
  UserId user;      ///< whose inbox or presence it is
  Account account;  ///< inbox: who wrote; presence: the device it is about
};

/// Reads a topic that a message came on. Whatever is not exactly an inbox or a presence is kOther,
/// with empty ids; so is a push topic, which is for gateways. Thread: any. Never allocates.
[[nodiscard]] ParsedTopic parse_topic(const TopicRoot& root, std::string_view topic) noexcept;

}  // namespace doorcall::transport
