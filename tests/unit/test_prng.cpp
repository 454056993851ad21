#include <array>
#include <cstdint>
#include <cstring>

#include "agent/core/prng.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Prng;

namespace {

using Seed = std::array<std::uint8_t, 32>;

std::uint32_t word_at(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

}  // namespace

TEST_GROUP(Prng){};

// RFC 8439 appendix A.1, test vectors 1 and 2: key and nonce all zero, blocks 0 and 1.
TEST(Prng, MakesTheKeyStreamOfTheRfcForTheZeroKey) {
  constexpr std::uint8_t kBlocks[] = {
      0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd,
      0x28, 0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc, 0x8b, 0x77,
      0x0d, 0xc7, 0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48, 0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8,
      0xd8, 0x4a, 0x37, 0x6a, 0x43, 0xb8, 0xf4, 0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69,
      0xb2, 0xee, 0x65, 0x86, 0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97,
      0x7c, 0x73, 0x2d, 0x08, 0x0d, 0xcb, 0x0f, 0x29, 0xa0, 0x48, 0xe3, 0x65, 0x69, 0x12, 0xc6,
      0x53, 0x3e, 0x32, 0xee, 0x7a, 0xed, 0x29, 0xb7, 0x21, 0x76, 0x9c, 0xe6, 0x4e, 0x43, 0xd5,
      0x71, 0x33, 0xb0, 0x74, 0xd8, 0x39, 0xd5, 0x31, 0xed, 0x1f, 0x28, 0x51, 0x0a, 0xfb, 0x45,
      0xac, 0xe1, 0x0a, 0x1f, 0x4b, 0x79, 0x4d, 0x6f};
  Prng prng(Seed{});
  for (std::size_t at = 0; at < sizeof kBlocks; at += 4) {
    UNSIGNED_LONGS_EQUAL(word_at(kBlocks + at), prng.next32());
  }
}

// RFC 8439 appendix A.1, test vector 3: the key's last byte is 1, block 1.
TEST(Prng, UsesAllOfTheSeed) {
  constexpr std::uint8_t kBlock[] = {0x3a, 0xeb, 0x52, 0x24, 0xec, 0xf8, 0x49, 0x92,
                                     0x9b, 0x9d, 0x82, 0x8d, 0xb1, 0xce, 0xd4, 0xdd};
  Seed seed{};
  seed[31] = 1;
  Prng prng(seed);
  for (int i = 0; i < 16; ++i) {
    (void)prng.next32();
  }
  for (std::size_t at = 0; at < sizeof kBlock; at += 4) {
    UNSIGNED_LONGS_EQUAL(word_at(kBlock + at), prng.next32());
  }
}

TEST(Prng, MakesSixtyFourBitsOfTwoWordsLowFirst) {
  Prng words(Seed{});
  Prng doubles(Seed{});
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t low = words.next32();
    const std::uint64_t high = words.next32();
    CHECK_TRUE((low | high << 32) == doubles.next64());
  }
}

TEST(Prng, DifferentSeedsShareNothing) {
  Seed other{};
  other[0] = 1;
  Prng a(Seed{});
  Prng b(other);
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    equal += a.next64() == b.next64() ? 1 : 0;
  }
  LONGS_EQUAL(0, equal);
}

TEST(Prng, StaysBelowItsBoundAndReachesEveryValue) {
  Prng prng(Seed{});
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) {
    const auto drawn = static_cast<std::size_t>(prng.below(7));
    CHECK_TRUE(drawn < 7);
    ++seen[drawn];
  }
  for (const int count : seen) {
    CHECK_TRUE(count > 850 && count < 1150);
  }
  UNSIGNED_LONGS_EQUAL(0, prng.below(1));
}
