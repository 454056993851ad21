#include "transport/topic.hpp"

#include <array>
#include <cstring>
#include <initializer_list>

namespace doorcall::transport {

namespace {

constexpr std::string_view kDefaultRoot = "doorcall/v1";
constexpr std::string_view kInbox = "inbox";
constexpr std::string_view kPresence = "presence";
constexpr std::string_view kPush = "push";
constexpr std::string_view kAnyLevel = "+";

TopicText join(std::initializer_list<std::string_view> levels) noexcept {
  std::array<char, kTopicBytesMax> bytes{};
  std::size_t size = 0;
  for (const std::string_view level : levels) {
    if (size != 0) {
      bytes[size++] = '/';
    }
    std::memcpy(bytes.data() + size, level.data(), level.size());
    size += level.size();
  }
  TopicText text;
  text.assign({bytes.data(), size});
  return text;
}

/// Takes the text up to the next '/' off `rest`, and the '/' too; all of it if there is none.
std::string_view take_level(std::string_view& rest) noexcept {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return level;
}

}  // namespace

TopicRoot::TopicRoot() noexcept {
  text_.assign(kDefaultRoot);
}

std::optional<TopicRoot> TopicRoot::parse(std::string_view text) noexcept {
  if (text.empty() || text.size() > kTopicRootBytesMax || text.back() == '/') {
    return std::nullopt;
  }
  for (std::string_view rest = text; !rest.empty();) {
    if (!is_id_text(take_level(rest), kTopicRootBytesMax)) {
      return std::nullopt;
    }
  }
  TopicRoot root;
  root.text_.assign(text);
  return root;
}

TopicText inbox_topic(const TopicRoot& root, const UserId& to, const Account& sender) noexcept {
  return join({root.view(), to.view(), kInbox, to_text(sender).view()});
}

TopicText inbox_filter(const TopicRoot& root, const UserId& user) noexcept {
  return join({root.view(), user.view(), kInbox, kAnyLevel});
}

TopicText push_topic(const TopicRoot& root, const UserId& to, const Account& sender) noexcept {
  return join({root.view(), to.view(), kPush, to_text(sender).view()});
}

TopicText presence_topic(const TopicRoot& root, const Account& account) noexcept {
  return join({root.view(), account.user.view(), kPresence, account.device.view()});
}

TopicText presence_filter(const TopicRoot& root, const UserId& user) noexcept {
  return join({root.view(), user.view(), kPresence, kAnyLevel});
}

TopicText presence_filter(const TopicRoot& root) noexcept {
  return join({root.view(), kAnyLevel, kPresence, kAnyLevel});
}

ParsedTopic parse_topic(const TopicRoot& root, std::string_view topic) noexcept {
  const std::string_view prefix = root.view();
  if (!topic.starts_with(prefix) || topic.size() == prefix.size() || topic[prefix.size()] != '/') {
    return {};
  }
  std::string_view rest = topic.substr(prefix.size() + 1);
  const auto user = UserId::parse(take_level(rest));
  const std::string_view room = take_level(rest);
  if (!user) {
    return {};
  }
  // The last level's grammar has no '/', so a topic with more levels fails it.
  if (room == kInbox) {
    const auto sender = Account::parse(rest);
    return sender ? ParsedTopic{TopicKind::kInbox, *user, *sender} : ParsedTopic{};
  }
  if (room == kPresence) {
    const auto device = DeviceId::parse(rest);
    return device ? ParsedTopic{TopicKind::kPresence, *user, Account{*device, *user}}
                  : ParsedTopic{};
  }
  return {};
}

}  // namespace doorcall::transport
