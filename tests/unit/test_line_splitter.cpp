#include <string>
#include <string_view>
#include <vector>

#include "platform/base64.hpp"
#include "platform/line_splitter.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::platform::base64_decode;
using doorcall::platform::base64_encode;
using doorcall::platform::LineSplitter;
using Next = doorcall::platform::LineSplitter::Next;

TEST_GROUP(LineSplitter) {
  LineSplitter splitter{8};
  std::string line;

  /// All that comes out: lines in brackets, '!' for one that was too long.
  std::string drain() {
    std::string seen;
    for (Next next = splitter.next(line); next != Next::kNone; next = splitter.next(line)) {
      seen += next == Next::kLine ? '[' + line + ']' : "!";
    }
    return seen;
  }
};

TEST(LineSplitter, CutsAtNewlinesHoweverTheBytesCome) {
  const std::string_view stream = "one\n\ntwo\nthree\nfo";
  splitter.append(stream);
  STRCMP_EQUAL("[one][][two][three]", drain().c_str());
  splitter.append("ur\n");
  STRCMP_EQUAL("[four]", drain().c_str());
  std::string seen;
  for (const char byte : stream) {
    splitter.append(std::string_view(&byte, 1));
    seen += drain();
  }
  STRCMP_EQUAL("[one][][two][three]", seen.c_str());
}

TEST(LineSplitter, ALineOverTheLimitIsReportedOnceAndSkipped) {
  splitter.append("12345678\n123456789\nok\n");
  STRCMP_EQUAL("[12345678]![ok]", drain().c_str());
  splitter.append("123456789");
  STRCMP_EQUAL("!", drain().c_str());
  for (int i = 0; i < 1000; ++i) {
    splitter.append(std::string(1000, 'x'));
    STRCMP_EQUAL("", drain().c_str());
  }
  splitter.append("end\nnext\n");
  STRCMP_EQUAL("[next]", drain().c_str());
}

TEST(LineSplitter, LongUnfinishedLinesFollowedByShortOnesAreBothSeen) {
  splitter.append("1234567890");
  STRCMP_EQUAL("!", drain().c_str());
  splitter.append("\n\n1234567890\n");
  STRCMP_EQUAL("[]!", drain().c_str());
}

TEST_GROUP(Base64){};

TEST(Base64, MatchesTheTestVectorsOfRfc4648) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    STRCMP_EQUAL(text.c_str(), base64_encode(bytes).c_str());
    CHECK_TRUE(base64_decode(text) == bytes);
  }
}

TEST(Base64, AllBytesSurviveAtAllLengths) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    CHECK_TRUE(base64_decode(base64_encode(bytes)) == bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const char* const text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Z===",
                                 "Zm9v\n", "Zm 9v", "Zg==Zg==", "Zm9v=", "Zm-_", "\xc3\xa9zz"}) {
    if (base64_decode(text).has_value()) {
      FAIL(text);
    }
  }
}
