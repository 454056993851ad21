// Any text as a topic below one of several roots, as a root, and as the ids that stand in topics.
// What is understood is spelt the same when it is made again.

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "tests/fuzz/check.hpp"
#include "transport/topic.hpp"

using namespace doorcall;
using namespace doorcall::transport;
using fuzz::require;

namespace {

const TopicRoot& root_of(std::uint8_t drawn) {
  static const std::array<TopicRoot, 4> roots{
      TopicRoot(), TopicRoot::parse("a").value(), TopicRoot::parse("site-1/doorcall").value(),
      TopicRoot::parse(std::string(kTopicRootBytesMax, 'r')).value()};
  return roots[drawn % roots.size()];
}

void try_topic(const TopicRoot& root, std::string_view text) {
  const ParsedTopic parsed = parse_topic(root, text);
  switch (parsed.kind) {
    case TopicKind::kInbox:
      require(inbox_topic(root, parsed.user, parsed.account).view() == text,
              "an inbox is spelt the same again");
      return;
    case TopicKind::kPresence:
      require(parsed.account.user == parsed.user, "a presence is of its user's device");
      require(presence_topic(root, parsed.account).view() == text,
              "a presence is spelt the same again");
      return;
    case TopicKind::kOther:
      require(parsed.user.empty() && parsed.account == Account{}, "other topics have no ids");
      return;
  }
}

void try_root(std::string_view text) {
  const auto root = TopicRoot::parse(text);
  if (!root) {
    return;
  }
  require(root->view() == text, "a root is spelt the same again");
  require(text.find_first_of("+#$.") == std::string_view::npos, "a root has no wildcard");
  const Account account = Account::parse("panel@apt").value();
  const ParsedTopic inbox = parse_topic(*root, inbox_topic(*root, account.user, account).view());
  require(inbox.kind == TopicKind::kInbox && inbox.account == account, "an inbox of any root");
  const ParsedTopic presence = parse_topic(*root, presence_topic(*root, account).view());
  require(presence.kind == TopicKind::kPresence && presence.account == account,
          "a presence of any root");
}

void try_ids(std::string_view text) {
  if (const auto account = Account::parse(text)) {
    require(to_text(*account).view() == text, "an account is spelt the same again");
    require(inbox_topic(root_of(3), account->user, *account).view().size() <= kTopicBytesMax,
            "every topic fits");
  }
  if (const auto call = CallId::parse(text)) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    require(to_text(*call).view() == lower && !call->empty(), "a call is spelt the same again");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text = fuzz::text_of(data + 1, size - 1);
  try_topic(root_of(data[0]), text);
  try_root(text);
  try_ids(text);
  return 0;
}
