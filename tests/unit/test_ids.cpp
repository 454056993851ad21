#include <string>
#include <string_view>

#include "agent/core/fixed_string.hpp"
#include "agent/core/ids.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;

TEST_GROUP(Ids){};

TEST(Ids, UserAndDeviceTakeTheirGrammarUpToTheirBound) {
  CHECK_TRUE(UserId::parse("Apt_1-b").has_value());
  CHECK_TRUE(UserId::parse(std::string(32, 'u')).has_value());
  CHECK_TRUE(DeviceId::parse(std::string(31, 'd')).has_value());
}

TEST(Ids, RefuseEverythingElse) {
  CHECK_FALSE(UserId::parse("").has_value());
  CHECK_FALSE(UserId::parse(std::string(33, 'u')).has_value());
  CHECK_FALSE(DeviceId::parse(std::string(32, 'd')).has_value());
  for (const std::string_view text :
       {"a b", "a/b", "a+", "#", "a.b", "a@b", "caf\xC3\xA9", "\n", "a,b"}) {
    CHECK_FALSE(UserId::parse(text).has_value());
    CHECK_FALSE(DeviceId::parse(text).has_value());
  }
  CHECK_FALSE(UserId::parse(std::string_view("a\0b", 3)).has_value());
}

TEST(Ids, EveryByteIsEitherInTheGrammarOrRefused) {
  int taken = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    taken += UserId::parse(std::string_view(&c, 1)).has_value() ? 1 : 0;
  }
  LONGS_EQUAL(26 + 26 + 10 + 2, taken);
}

TEST(Ids, AnAccountIsDeviceAtUser) {
  const auto account = Account::parse("panel@apt1");
  CHECK_TRUE(account.has_value());
  STRCMP_EQUAL("panel", std::string(account->device.view()).c_str());
  STRCMP_EQUAL("apt1", std::string(account->user.view()).c_str());
  for (const std::string_view text : {"", "@", "panel", "panel@", "@apt1", "a@b@c", "a b@c"}) {
    CHECK_FALSE(Account::parse(text).has_value());
  }
}

TEST(Ids, TheLongestAccountGoesToTextAndBack) {
  const std::string text = std::string(31, 'd') + "@" + std::string(32, 'u');
  const auto account = Account::parse(text);
  CHECK_TRUE(account.has_value());
  STRCMP_EQUAL(text.c_str(), std::string(to_text(*account).view()).c_str());
}

TEST(Ids, AccountsAreOrderedByUserFirst) {
  CHECK_TRUE(*Account::parse("z@a") < *Account::parse("a@b"));
  CHECK_TRUE(*Account::parse("a@a") < *Account::parse("b@a"));
}

TEST(Ids, ACallIdIsThirtyTwoHexDigitsAndNeverZero) {
  const std::string text = "00112233445566778899aabbccddeeff";
  const auto id = CallId::parse(text);
  CHECK_TRUE(id.has_value());
  STRCMP_EQUAL(text.c_str(), std::string(to_text(*id).view()).c_str());
  CHECK_TRUE(CallId::parse("00112233445566778899AABBCCDDEEFF") == id);
  CHECK_FALSE(CallId::parse(std::string(32, '0')).has_value());
  CHECK_FALSE(CallId::parse(text.substr(1)).has_value());
  CHECK_FALSE(CallId::parse(text + "0").has_value());
  for (const char wrong : {'g', 'G', ':', '/', '-'}) {  // beside each of the spans of digits
    CHECK_FALSE(CallId::parse(wrong + text.substr(1)).has_value());
  }
}

TEST(Ids, CallIdsAreOrderedAsTheirBytes) {
  const auto low = CallId::parse("7f000000000000000000000000000000");
  const auto high = CallId::parse("80000000000000000000000000000000");
  CHECK_TRUE(*low < *high);
}

TEST(Ids, FixedStringRefusesWhatIsTooLongAndStaysAsItWas) {
  FixedString<4> text;
  CHECK_TRUE(text.assign("four"));
  CHECK_FALSE(text.assign("fifth"));
  STRCMP_EQUAL("four", std::string(text.view()).c_str());
  CHECK_TRUE(text.assign(""));
  CHECK_TRUE(text.empty());
}
