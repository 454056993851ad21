#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/utf8.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::is_utf8;

static_assert(is_utf8("plain"), "must work at compile time");
static_assert(!is_utf8("\xFF"), "must work at compile time");

namespace {

/// RFC 3629 §3's definition turned round: what `code_point` is written as, in the shortest form.
std::string write(std::uint32_t code_point) {
  const auto tail = [](std::uint32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
  if (code_point < 0x80) {
    return {static_cast<char>(code_point)};
  }
  if (code_point < 0x800) {
    return {static_cast<char>(0xC0U | (code_point >> 6)), tail(code_point)};
  }
  if (code_point < 0x10000) {
    return {static_cast<char>(0xE0U | (code_point >> 12)), tail(code_point >> 6), tail(code_point)};
  }
  return {static_cast<char>(0xF0U | (code_point >> 18)), tail(code_point >> 12),
          tail(code_point >> 6), tail(code_point)};
}

}  // namespace

TEST_GROUP(Utf8){};

TEST(Utf8, EmptyAndAsciiAreWellFormed) {
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string_view("\0", 1)));
  CHECK(is_utf8("plain text that is longer than one block of sixteen bytes"));
}

TEST(Utf8, EveryCodePointIsTakenAndEverySurrogateRefused) {
  for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    if (is_utf8(write(c)) == surrogate) {
      FAIL("wrong for one code point");
    }
  }
  CHECK_FALSE(is_utf8(write(0x110000)));
  CHECK_FALSE(is_utf8(write(0x1FFFFF)));
}

TEST(Utf8, EveryPairOfBytesIsJudgedByTheTable) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const bool ascii = first < 0x80 && second < 0x80;
      const bool pair = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      if (is_utf8(text) != (ascii || pair)) {
        FAIL("wrong for one pair of bytes");
      }
    }
  }
}

TEST(Utf8, OverlongFormsAreRefused) {
  CHECK_FALSE(is_utf8("\xC0\x80"));
  CHECK_FALSE(is_utf8("\xC1\xBF"));
  CHECK_FALSE(is_utf8("\xE0\x9F\xBF"));
  CHECK_FALSE(is_utf8("\xF0\x8F\xBF\xBF"));
  CHECK_FALSE(is_utf8("\xF8\x88\x80\x80\x80"));
}

TEST(Utf8, CutSequencesAreRefused) {
  for (const std::string_view whole : {"\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x94\x94"}) {
    CHECK(is_utf8(whole));
    for (std::size_t size = 1; size < whole.size(); ++size) {
      CHECK_FALSE(is_utf8(whole.substr(0, size)));
      CHECK_FALSE(is_utf8(std::string(whole.substr(0, size)) + "a"));
    }
    CHECK_FALSE(is_utf8(whole.substr(1)));
  }
}

TEST(Utf8, OneBadByteIsFoundAtEveryPlaceOfALongText) {
  const std::string good(70, 'x');
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = '\x80';
    CHECK_FALSE(is_utf8(bad));
    std::string fine = good;
    fine.insert(at, "\xE2\x82\xAC");
    CHECK(is_utf8(fine));
  }
}
