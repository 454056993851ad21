#include <string>
#include <string_view>
#include <vector>

#include "platform/log.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::Millis;
using doorcall::platform::Log;
using doorcall::platform::LogLevel;
using doorcall::platform::LogLine;
using doorcall::platform::LogOptions;

TEST_GROUP(Log) {
  std::vector<std::string> lines;
  Instant now{Millis(1'000)};
  bool accept = true;

  LogOptions options(LogLevel level, bool journald) {
    return {.level = level,
            .journald = journald,
            .write =
                [this](std::string_view line) {
                  lines.emplace_back(line);
                  return accept;
                },
            .now = [this] { return now; },
            .wall_clock = [] { return std::chrono::milliseconds(1'700'000'000'042); }};
  }
};

TEST(Log, JournaldLinesCarryTheSyslogPriority) {
  Log log(options(LogLevel::kDebug, true));
  log.error("link", "lost ", 1);
  log.warning("link", "slow");
  log.info("link", "up");
  log.debug("link", "bytes");
  CHECK_EQUAL(4U, lines.size());
  STRCMP_EQUAL("<3>link: lost 1\n", lines[0].c_str());
  STRCMP_EQUAL("<4>link: slow\n", lines[1].c_str());
  STRCMP_EQUAL("<6>link: up\n", lines[2].c_str());
  STRCMP_EQUAL("<7>link: bytes\n", lines[3].c_str());
}

TEST(Log, PlainLinesCarryTimeAndLevel) {
  Log log(options(LogLevel::kInfo, false));
  log.warning("call", "ringing");
  CHECK_EQUAL(1U, lines.size());
  STRCMP_CONTAINS(".042 warning call: ringing\n", lines[0].c_str());
  CHECK_EQUAL(std::string("2023-11-14 22:13:20.042").size(), lines[0].find(" warning"));
}

TEST(Log, LessSevereThanTheLevelIsNotWritten) {
  Log log(options(LogLevel::kWarning, true));
  log.info("call", "ringing");
  CHECK_TRUE(lines.empty());
  CHECK_FALSE(log.enabled(LogLevel::kInfo));
  log.set_level(LogLevel::kInfo);
  log.info("call", "ringing");
  CHECK_EQUAL(1U, lines.size());
}

TEST(Log, AppendsPiecesOfAllKinds) {
  Log log(options(LogLevel::kInfo, true));
  const std::string text = "text";
  const std::uint8_t small = 7;
  log.info("a", "b ", text, ' ', "literal", ' ', true, ' ', -5, ' ', 18446744073709551615U, ' ',
           small, ' ', std::chrono::seconds(2), ' ', std::string_view("view"));
  STRCMP_EQUAL("<6>a: b text literal true -5 18446744073709551615 7 2000ms view\n",
               lines[0].c_str());
}

TEST(Log, TextFromOutsideCannotForgeLinesOrMoveTheCursor) {
  Log log(options(LogLevel::kInfo, true));
  using namespace std::string_view_literals;
  log.info("call", "name ",
           "a\n<0>fake\x1b[2J\r\x7f\0b\xc2\x9b"
           "2J \xc3\xa9\xc2\xa0"sv);
  STRCMP_EQUAL("<6>call: name a?<0>fake?[2J???b?2J \xc3\xa9\xc2\xa0\n", lines[0].c_str());
}

TEST(Log, LongLinesAreCutAndMarked) {
  Log log(options(LogLevel::kInfo, true));
  log.info("call", "data ", std::string(5'000, 'x'));
  CHECK_EQUAL(LogLine::kBytesMax + 1, lines[0].size());
  STRCMP_EQUAL("x...\n", lines[0].substr(lines[0].size() - 5).c_str());
}

TEST(Log, RepeatsOfOneMessageAreLimitedAndCounted) {
  Log log(options(LogLevel::kInfo, true));
  for (int i = 0; i < 1'000; ++i) {
    log.info("call", "dropped ", i);
  }
  CHECK_EQUAL(static_cast<std::size_t>(Log::kBurst), lines.size());
  log.info("call", "something else");
  CHECK_EQUAL(Log::kBurst + 1U, lines.size());
  now += Log::kWindow;
  log.info("call", "dropped ", 1'000);
  STRCMP_EQUAL("<6>call: dropped 1000 (990 like this were left out)\n", lines.back().c_str());
  log.info("call", "dropped ", 1'001);
  STRCMP_EQUAL("<6>call: dropped 1001\n", lines.back().c_str());
}

TEST(Log, TheSameTextInAnotherAreaIsAnotherMessage) {
  Log log(options(LogLevel::kInfo, true));
  for (int i = 0; i < 20; ++i) {
    log.info("call", "dropped");
    log.info("link", "dropped");
  }
  CHECK_EQUAL(2U * Log::kBurst, lines.size());
}

TEST(Log, ManyDifferentMessagesKeepMemoryBounded) {
  Log log(options(LogLevel::kInfo, true));
  for (int i = 0; i < 10'000; ++i) {
    now += Millis(1);
    log.info("call", "message " + std::to_string(i));
  }
  CHECK_EQUAL(10'000U, lines.size());
}

TEST(Log, LinesThatTheSinkLosesAreCounted) {
  Log log(options(LogLevel::kInfo, true));
  accept = false;
  log.info("call", "lost");
  CHECK_EQUAL(1U, log.lost());
}
