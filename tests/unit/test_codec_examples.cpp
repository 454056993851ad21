// The published page is the reference: its byte-exact examples are read from PROTOCOL.md itself and
// must decode to what their comments say and encode to the same bytes again.

#include <fstream>
#include <set>
#include <string>

#include "tests/fakes/prng.hpp"
#include "tests/fakes/source_file.hpp"
#include "tests/unit/codec_meanings.hpp"
#include "tests/unit/codec_samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using samples::Example;
using samples::meanings;
using samples::Packet;
using samples::presence_meanings;
using transport::Decoded;
using transport::DecodedPresence;

TEST_GROUP(CodecExamples){};

TEST(CodecExamples, ThePageHasOneForEveryMeaningAndNoOther) {
  std::set<std::string> on_page;
  for (const Example& each : samples::read_examples()) {
    CHECK(on_page.insert(each.name).second);
  }
  std::set<std::string> known;
  std::set<MessageKind> kinds;
  for (const auto& [name, message] : meanings()) {
    known.insert(name);
    kinds.insert(kind_of(message.body));
  }
  for (const auto& [name, presence] : presence_meanings()) {
    known.insert(name);
  }
  CHECK(on_page == known);
  LONGS_EQUAL(std::variant_size_v<Body> - 1, kinds.size());  // info has two bodies
}

TEST(CodecExamples, MeaningsEncodeToThePublishedBytes) {
  for (const auto& [name, message] : meanings()) {
    CHECK_TRUE_TEXT(samples::encoded(message) == samples::example(name), name.c_str());
  }
  for (const auto& [name, presence] : presence_meanings()) {
    CHECK_TRUE_TEXT(samples::encoded(presence) == samples::example(name), name.c_str());
  }
}

TEST(CodecExamples, PublishedBytesDecodeAndEncodeToTheSameBytes) {
  for (const Example& each : samples::read_examples()) {
    if (each.is_presence()) {
      DecodedPresence out;
      CHECK_TRUE_TEXT(transport::decode(each.bytes, out).ok(), each.name.c_str());
      CHECK(samples::encoded(out.presence()) == each.bytes);
    } else {
      Decoded out;
      CHECK_TRUE_TEXT(transport::decode(each.bytes, out).ok(), each.name.c_str());
      CHECK(samples::encoded(out.message()) == each.bytes);
      STRCMP_EQUAL(std::string(to_string(kind_of(out.message().body))).c_str(),
                   each.name.substr(0, each.name.find('-')).c_str());
    }
  }
}

TEST(CodecExamples, ThePageListsEveryReasonWithItsNumber) {
  std::ifstream file(fakes::source_file("transport/PROTOCOL.md"));
  std::ostringstream page;
  page << file.rdbuf();
  for (std::uint8_t i = 1; i <= kReasonLast; ++i) {
    const std::string row =
        "\n| " + std::to_string(i) + " | " + std::string(to_string(static_cast<Reason>(i))) + " | ";
    CHECK_TRUE_TEXT(page.str().find(row) != std::string::npos, row.c_str());
  }
}

TEST(CodecExamples, CutAnywhereTheyAreRefused) {
  for (const Example& each : samples::read_examples()) {
    for (std::size_t size = 0; size < each.bytes.size(); ++size) {
      // A copy of exactly this size, so that a sanitizer sees a read past the end.
      const Packet cut(each.bytes.begin(), each.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      Decoded message;
      DecodedPresence presence;
      CHECK(transport::decode(cut, message).error == transport::DecodeError::kTruncated);
      CHECK(transport::decode(cut, presence).error == transport::DecodeError::kTruncated);
      CHECK_FALSE(message.has_message());
      CHECK_FALSE(presence.has_presence());
    }
  }
}

TEST(CodecExamples, WithAnyByteChangedTheyAreRefusedOrWithinAllBounds) {
  Decoded message;
  DecodedPresence presence;
  const auto passes = [&](const Example& each, const Packet& changed) {
    return each.is_presence()
               ? !transport::decode(changed, presence).ok() || samples::within(presence.presence())
               : !transport::decode(changed, message).ok() || samples::within(message.message());
  };
  for (const Example& each : samples::read_examples()) {
    Packet changed = each.bytes;
    for (std::uint8_t& byte : changed) {
      const std::uint8_t before = byte;
      for (unsigned value = 0; value < 256; ++value) {
        byte = static_cast<std::uint8_t>(value);
        if (!passes(each, changed)) {
          FAIL("a field out of bounds");
        }
      }
      byte = before;
    }
  }
}

TEST(CodecExamples, WithManyBitsFlippedTheyAreRefusedOrWithinAllBounds) {
  fakes::Prng prng(99);
  const std::vector<Example> examples = samples::read_examples();
  Decoded message;
  for (int i = 0; i < 60'000; ++i) {
    const Example& each = examples[prng.below(static_cast<std::uint32_t>(examples.size()))];
    Packet changed = each.bytes;
    const auto bits = static_cast<std::uint32_t>(changed.size() * 8);
    for (std::uint32_t flips = 1 + prng.below(4); flips > 0; --flips) {
      const std::uint32_t bit = prng.below(bits);
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    }
    if (transport::decode(changed, message).ok() && !samples::within(message.message())) {
      FAIL("a field out of bounds");
    }
  }
}
