// What single keys and pairs of keys allow, and what is said about all else.
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/utf8.hpp"
#include "platform/config_table.hpp"
#include "tests/fakes/config_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::detail::duration_text;
using doorcall::platform::detail::nearest;
using doorcall::platform::detail::parse_duration;
using doorcall::test::kLeast;

TEST_GROUP_BASE(ConfigValues, doorcall::test::ConfigFixture){};

TEST(ConfigValues, WrongTypesSayWhatWasFound) {
  refuses("[call]\nring_time = 1.5\n", "[call] ring_time: found a number with a fraction, allowed");
  refuses("[call]\nring_time = true\n", "found true, allowed is a time");
  refuses("[call]\nring_time = [1]\n", "found a list");
  refuses("[call]\nring_time = {a=1}\n", "found a table");
  refuses("[call]\nring_time = 2020-01-01\n", "found a date or time");
  refuses("[call]\nlines = \"1\"\n", "found \"1\", allowed is a number from 1 to 8");
  refuses("[media]\nprewarm = 1\n", "found 1, allowed is true or false");
  refuses("[media]\ncommand = \"rm -rf /\"\n", "allowed is a list of texts, the program first");
  refuses("[media]\ncommand = []\n", "a list of texts");
  refuses("[media]\ncommand = [\"\"]\n", "a list of texts");
  refuses("[media]\ncommand = [\"a\", 1]\n", "a list of texts");
  refuses("[media]\ncommand = [\"a\\u0000b\"]\n", "a list of texts");
  refuses("[control]\nmode = 660\n", "allowed is an octal file mode as text, such as \"0660\"");
  refuses("[control]\nmode = \"0668\"\n", "octal");
  refuses("[control]\nmode = \"1777\"\n", "octal");
  refuses("[[call]]\nlines = 1\n", "[call]: found a list, allowed is a section");
  refuses("[button]\nname = \"a\"\npress = \"toggle\"\n", "[[button]] in double brackets");
  refuses("[log]\nlevel = \"" + std::string(500, 'x') + "\"\n", "xxx...\", allowed is \"error\"");
}

TEST(ConfigValues, RangesAreInclusive) {
  accepts("[call]\nring_time = 1\n");
  refuses("[call]\nring_time = 0\n", "found 0, allowed is a time from 1s to 10min");
  refuses("[call]\nring_time = \"999ms\"\n", "found \"999ms\"");
  accepts("[call]\nring_time = \"600s\"\n");
  refuses("[call]\nring_time = \"600001ms\"\n", "[call] ring_time");
  refuses("[call]\nring_time = -5\n", "found -5");
  refuses("[call]\nring_time = 9223372036854775807\n", "found 9223372036854775807");
  accepts("[call]\nnot_yet_received = false\n");
  accepts("[call]\nnot_yet_received = \"off\"\n");
  accepts("[call]\nnot_yet_received = \"1s\"\n");
  refuses("[call]\nnot_yet_received = 31\n", "a time from 1s to 30s or \"off\"");
  refuses("[call]\nnot_yet_received = true\n", "or \"off\"");
  refuses("[call]\nring_time = \"off\"\n", "found \"off\"");
  refuses("[call]\nlines = 9\n", "from 1 to 8");
}

TEST(ConfigValues, UnknownKeysAreErrorsWithASuggestion) {
  refuses("[call]\nring_tme = 5\n",
          "d.toml:7: unknown key 'ring_tme' in [call], did you mean 'ring_time'?");
  refuses("password = \"x\"\n",
          "unknown key 'password' in [broker], did you mean 'password_file'?");
  refuses("[media]\nlines = 2\n", "unknown key 'lines' in [media], it belongs in [call]");
  refuses("[log]\nzzz = 2\n", "unknown key 'zzz' in [log]; known are level");
  refuses("[medai]\nprewarm = true\n", "unknown section 'medai', did you mean [media]?");
  refuses("[zzzzzz]\n", "unknown section 'zzzzzz'; known are device, broker");
  refuses("[broker.tsl]\ninsecure = true\n", "unknown key 'tsl' in [broker]");
  refuses("[\"broker.tls\"]\ninsecure = true\n", "unknown section 'broker.tls'");
  refuses("tls = 5\n", "[broker.tls]: found 5, allowed is a section");
  refuses("[[buttons]]\nname = \"a\"\n", "did you mean [[button]]?");
  parse("lines = 2\n" + std::string(kLeast));
  STRCMP_CONTAINS("key 'lines' stands before any section, it belongs in [call]", report().c_str());
}

TEST(ConfigValues, ButtonsAreCheckedOneByOne) {
  accepts("[[button]]\nname = \"a\"\npress = \"call:apt1\"\n");
  refuses("[[button]]\nname = \"a\"\npress = \"call:\"\n",
          "found \"call:\", allowed is \"call:USER\", \"plan:NAME\", \"open:USER\", \"toggle\", "
          "\"answer\", \"decline\", \"hang_up\", \"silence\", \"dnd\", \"pull\", \"open\"");
  refuses("[[button]]\nname = \"a\"\npress = \"call:a.b\"\n", "[[button]] press");
  refuses("[[button]]\nname = \"a\"\npress = \"explode\"\n", "d.toml:8: [[button]] press");
  refuses("[[button]]\npress = \"toggle\"\n", "d.toml:6: [[button]] name: is missing");
  refuses("[[button]]\nname = \"a\"\npress = \"call:door\"\n", "a user cannot call itself");
  refuses(
      "[[button]]\nname = \"a\"\npress = \"toggle\"\n[[button]]\nname = \"a\"\npress = "
      "\"answer\"\n",
      "d.toml:10: [[button]] name: found 'a' a second time");
  std::string many;
  for (int i = 0; i < 17; ++i) {
    many += "[[button]]\nname = \"b" + std::to_string(i) + "\"\npress = \"toggle\"\n";
  }
  refuses(many, "found 17 buttons, allowed are 16");
}

TEST(ConfigValues, KeysThatContradictEachOtherAreErrors) {
  refuses("[call]\nlost = 19\n", "d.toml:7: [call] lost: found lost 19s and heartbeat 10s");
  refuses("[call]\nheartbeat = 16\n", "d.toml:7: [call] heartbeat: ");
}

TEST(ConfigValues, TopicsMustBeUsable) {
  for (const std::string_view root :
       {"a/+/b", "#", "/a", "a/", "a//b", "$SYS/a", "a.b", "a b", ""}) {
    refuses("root = \"" + std::string(root) + "\"\n", "[broker] root: found");
  }
  accepts("root = \"Haus-7/doorcall\"\n");
}

TEST(ConfigValues, WhatIsWrongIsSaidInOneLineOfText) {
  refuses("[call]\n\"a\\nb\\u001b[31m\\u0085\" = 1\n", "unknown key 'a?b?[31m?' in [call]");
  refuses("[plans.\"a\\nb\"]\nusers = [\"x\"]\n", "[plans.a?b]: found this name");
  refuses("[call]\ncall_waiting = tru\n", "saw 'tru?");
  // A text is cut after 60 bytes, but not within a character.
  const std::string long_text = std::string(59, 'a') + "\xC3\xBC" + "b";
  refuses("[log]\nlevel = \"" + long_text + "\"\n", "a...\"");
  CHECK(doorcall::is_utf8(report()));
}

TEST_GROUP(ConfigWords){};

TEST(ConfigWords, DurationsAreWholeNumbersWithAUnit) {
  CHECK_TRUE(parse_duration("90s") == Millis(90'000));
  CHECK_TRUE(parse_duration("500ms") == Millis(500));
  CHECK_TRUE(parse_duration("2min") == Millis(120'000));
  CHECK_TRUE(parse_duration("1h") == Millis(3'600'000));
  CHECK_TRUE(parse_duration("0s") == Millis(0));
  for (const std::string_view text :
       {"", "s", "5", "-5s", "5 s", " 5s", "5m", "1.5h", "5S", "5ss", "99999999999999999999s",
        "9223372036854775807h", "8761h", "+5s", "0x5s"}) {
    CHECK_FALSE_TEXT(parse_duration(text).has_value(), std::string(text).c_str());
  }
}

TEST(ConfigWords, DurationsAreShownInTheLargestWholeUnit) {
  STRCMP_EQUAL("90s", duration_text(Millis(90'000)).c_str());
  STRCMP_EQUAL("10min", duration_text(Millis(600'000)).c_str());
  STRCMP_EQUAL("24h", duration_text(Millis(86'400'000)).c_str());
  STRCMP_EQUAL("1500ms", duration_text(Millis(1'500)).c_str());
  STRCMP_EQUAL("0s", duration_text(Millis(0)).c_str());
}

TEST(ConfigWords, TheNearestNameIsTheOneThatWasMeant) {
  const std::vector<std::string_view> names{"ring_time", "receipt_time", "lost", "lines"};
  STRCMP_EQUAL("ring_time", std::string(nearest("rign_time", names)).c_str());
  STRCMP_EQUAL("ring_time", std::string(nearest("ringtime", names)).c_str());
  STRCMP_EQUAL("lines", std::string(nearest("line", names)).c_str());
  STRCMP_EQUAL("receipt_time", std::string(nearest("receipt", names)).c_str());
  STRCMP_EQUAL("", std::string(nearest("volume", names)).c_str());
  STRCMP_EQUAL("", std::string(nearest("", names)).c_str());
  STRCMP_EQUAL("", std::string(nearest(std::string(100'000, 'x'), names)).c_str());
}
