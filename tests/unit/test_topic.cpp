#include <string>
#include <string_view>

#include "tests/fakes/prng.hpp"
#include "transport/topic.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Account;
using doorcall::UserId;
using namespace doorcall::transport;

namespace {

Account account(std::string_view text) {
  return Account::parse(text).value();
}
UserId user(std::string_view text) {
  return UserId::parse(text).value();
}
TopicRoot root(std::string_view text) {
  return TopicRoot::parse(text).value();
}

void check_text(std::string_view expected, const TopicText& text) {
  STRCMP_EQUAL(std::string(expected).c_str(), std::string(text.view()).c_str());
}

bool is_other(std::string_view topic) {
  const ParsedTopic parsed = parse_topic(TopicRoot{}, topic);
  return parsed.kind == TopicKind::kOther && parsed.user.empty() && parsed.account == Account{};
}

}  // namespace

TEST_GROUP(Topic){};

TEST(Topic, TopicsAreSpeltAsThePageSays) {
  const Account gate = account("gate@front-door");
  check_text("doorcall/v1/flat-12/inbox/gate@front-door",
             inbox_topic(TopicRoot{}, user("flat-12"), gate));
  check_text("doorcall/v1/flat-12/inbox/+", inbox_filter(TopicRoot{}, user("flat-12")));
  check_text("doorcall/v1/flat-12/push/gate@front-door",
             push_topic(TopicRoot{}, user("flat-12"), gate));
  check_text("doorcall/v1/front-door/presence/gate", presence_topic(TopicRoot{}, gate));
  check_text("doorcall/v1/+/presence/+", presence_filter(TopicRoot{}));
}

TEST(Topic, TheRootIsConfigurable) {
  check_text("site_1/north/doors/a/inbox/+", inbox_filter(root("site_1/north/doors"), user("a")));
}

TEST(Topic, TheLongestTopicFits) {
  const TopicRoot longest = root(std::string(kTopicRootBytesMax, 'r'));
  const std::string user_text(doorcall::kUserIdBytesMax, 'u');
  const std::string account_text = std::string(doorcall::kDeviceIdBytesMax, 'd') + "@" + user_text;
  const TopicText topic = inbox_topic(longest, user(user_text), account(account_text));
  LONGS_EQUAL(kTopicBytesMax, topic.size());
  const ParsedTopic parsed = parse_topic(longest, topic.view());
  CHECK(parsed.kind == TopicKind::kInbox);
  CHECK(parsed.account == account(account_text));
}

TEST(Topic, BadRootsAreRefused) {
  CHECK_FALSE(TopicRoot::parse(std::string(kTopicRootBytesMax + 1, 'r')).has_value());
  for (const std::string_view text : {"", "/", "/a", "a/", "a//b", "a/+", "a/#", "$SYS", "$share/a",
                                      "a.b", "a b", "a/\xC3\xBC", "a@b", "a/b/"}) {
    CHECK_FALSE(TopicRoot::parse(text).has_value());
  }
  CHECK_FALSE(TopicRoot::parse(std::string_view("a\0b", 3)).has_value());
  CHECK(TopicRoot::parse("a").has_value());
}

TEST(Topic, WhatIsMadeIsReadBack) {
  const Account gate = account("gate@front-door");
  const ParsedTopic inbox =
      parse_topic(TopicRoot{}, inbox_topic(TopicRoot{}, user("flat-12"), gate).view());
  CHECK(inbox.kind == TopicKind::kInbox);
  CHECK(inbox.user == user("flat-12"));
  CHECK(inbox.account == gate);

  const ParsedTopic presence = parse_topic(TopicRoot{}, presence_topic(TopicRoot{}, gate).view());
  CHECK(presence.kind == TopicKind::kPresence);
  CHECK(presence.user == gate.user);
  CHECK(presence.account == gate);
}

TEST(Topic, EverythingElseIsOther) {
  for (const std::string_view topic : {"",
                                       "doorcall",
                                       "doorcall/v1",
                                       "doorcall/v1/",
                                       "doorcall/v1//inbox/d@u",
                                       "doorcall/v1/a/inbox",
                                       "doorcall/v1/a/inbox/",
                                       "doorcall/v1/a/inbox/+",
                                       "doorcall/v1/a/inbox/d",
                                       "doorcall/v1/a/inbox/d@",
                                       "doorcall/v1/a/inbox/@u",
                                       "doorcall/v1/a/inbox/d@u/",
                                       "doorcall/v1/a/inbox/d@u/x",
                                       "doorcall/v1/a/inbox/d@u@v",
                                       "doorcall/v1/+/inbox/d@u",
                                       "doorcall/v1/a/Inbox/d@u",
                                       "doorcall/v1/a/push/d@u",
                                       "doorcall/v1/a/presence/",
                                       "doorcall/v1/a/presence/d@a",
                                       "doorcall/v1/a/presence/d/e",
                                       "doorcall/v1/a b/presence/d",
                                       "/doorcall/v1/a/presence/d",
                                       "doorcall/v2/a/presence/d",
                                       "doorcall/v1x/a/presence/d",
                                       "x/doorcall/v1/a/presence/d",
                                       "DOORCALL/v1/a/presence/d"}) {
    CHECK(is_other(topic));
  }
  CHECK(is_other("doorcall/v1/" + std::string(33, 'u') + "/presence/d"));
  CHECK(is_other("doorcall/v1/u/presence/" + std::string(32, 'd')));
  CHECK(is_other(std::string(60'000, 'x')));
}

TEST(Topic, AnyChangedByteIsOtherOrAnotherValidTopic) {
  doorcall::fakes::Prng prng(1);
  const std::string good = "doorcall/v1/flat-12/inbox/gate@front-door";
  for (int i = 0; i < 20'000; ++i) {
    std::string topic = good;
    topic[prng.below(static_cast<std::uint32_t>(topic.size()))] =
        static_cast<char>(prng.below(256));
    const ParsedTopic parsed = parse_topic(TopicRoot{}, topic);
    if (parsed.kind == TopicKind::kOther) {
      CHECK(parsed.user.empty());
      continue;
    }
    check_text(topic, parsed.kind == TopicKind::kInbox
                          ? inbox_topic(TopicRoot{}, parsed.user, parsed.account)
                          : presence_topic(TopicRoot{}, parsed.account));
  }
}
