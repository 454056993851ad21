// Round trips: thousands of random messages of every kind, each field at its lowest, its highest or
// anything between, must come back the same, and no buffer shorter than the message may be enough.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "tests/unit/codec_random.hpp"
#include "tests/unit/codec_samples.hpp"

#include <CppUTest/TestHarness.h>
#include <CppUTest/TestMemoryAllocator.h>

using namespace doorcall;
using samples::encoded;
using samples::Packet;
using samples::RandomMessages;
using transport::Decoded;
using transport::DecodeError;
using transport::DecodeResult;

namespace {

bool same_bytes(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool same(const LegView& a, const LegView& b) {
  return a.key == b.key && a.user == b.user && a.device == b.device && a.state == b.state &&
         a.reason == b.reason && a.join_number == b.join_number && a.ring_left == b.ring_left;
}
bool same(std::span<const LegView> a, std::span<const LegView> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const LegView& x, const LegView& y) { return same(x, y); });
}
bool same(const Invite& a, const Invite& b) {
  return same(a.roster, b.roster) && a.replaces == b.replaces && a.caller == b.caller &&
         a.caller_name == b.caller_name && a.media == b.media && a.ring_left == b.ring_left &&
         same_bytes(a.offer, b.offer) && a.data == b.data && a.line == b.line;
}
bool same(const Ringing& a, const Ringing& b) {
  return a.alert == b.alert && a.nonce == b.nonce;
}
bool same(const Accept& a, const Accept& b) {
  return same_bytes(a.answer, b.answer) && a.data == b.data;
}
bool same(const Confirm& a, const Confirm& b) {
  return a.winner == b.winner && a.join_number == b.join_number && same(a.legs, b.legs);
}
bool same(const Reject& a, const Reject& b) {
  return a.reason == b.reason && a.data == b.data;
}
bool same(const Cancel& a, const Cancel& b) {
  return a.reason == b.reason && a.data == b.data;
}
bool same(const End& a, const End& b) {
  return a.reason == b.reason && a.data == b.data;
}
bool same(const Leave& a, const Leave& b) {
  return a.reason == b.reason && a.data == b.data && same(a.legs, b.legs);
}
bool same(const Roster& a, const Roster& b) {
  return same(a.legs, b.legs);
}
bool same(const Join& a, const Join& b) {
  return a.move == b.move && same_bytes(a.answer, b.answer) && a.data == b.data;
}
bool same(const Info& a, const Info& b) {
  return a.kind == b.kind && a.media == b.media && same_bytes(a.bytes, b.bytes) &&
         a.text == b.text && a.member == b.member;
}
bool same(const Door& a, const Door& b) {
  return a.step == b.step && a.nonce == b.nonce && a.result == b.result && a.asked == b.asked;
}
bool same(const Sync& a, const Sync& b) {
  return same(a.legs, b.legs) && a.invite.has_value() == b.invite.has_value() &&
         (!a.invite || same(*a.invite, *b.invite)) && a.nonce == b.nonce;
}
bool same(const Ack& a, const Ack& b) {
  return a.sequence == b.sequence;
}
bool same(const Marker& /*a*/, const Marker& /*b*/) {
  return true;
}

bool same(const Message& a, const Message& b) {
  const Header& x = a.header;
  const Header& y = b.header;
  const bool header = x.call == y.call && x.leg == y.leg && x.incarnation == y.incarnation &&
                      x.connect == y.connect && x.sequence == y.sequence && x.to == y.to;
  return header && a.body.index() == b.body.index() &&
         std::visit(
             [&b](const auto& body) {
               return same(body, std::get<std::decay_t<decltype(body)>>(b.body));
             },
             a.body);
}

// Allocations are counted through the test library's operator new, which the sanitizers replace.
#ifdef DOORCALL_SANITIZED
#define COUNTING_TEST IGNORE_TEST
#else
#define COUNTING_TEST TEST
#endif

/// Counts what is allocated while it lives, and can refuse all of it.
class CountingAllocator : public TestMemoryAllocator {
 public:
  explicit CountingAllocator(bool refuse = false)
      : TestMemoryAllocator("Standard New Allocator", "new", "delete"), refuse_(refuse) {
    setCurrentNewAllocator(this);
  }
  ~CountingAllocator() override { setCurrentNewAllocator(defaultNewAllocator()); }
  CountingAllocator(const CountingAllocator&) = delete;
  CountingAllocator& operator=(const CountingAllocator&) = delete;

  char* alloc_memory(size_t size, const char* file, size_t line) override {
    ++count;
    largest = std::max(largest, size);
    return refuse_ ? nullptr : TestMemoryAllocator::alloc_memory(size, file, line);
  }

  std::size_t count = 0;
  std::size_t largest = 0;

 private:
  bool refuse_;
};

void check_round_trip(const Message& message, Decoded& decoded) {
  const Packet packet = encoded(message);
  CHECK(!packet.empty());
  CHECK(transport::decode(packet, decoded).ok());
  CHECK(decoded.has_message());
  CHECK(same(message, decoded.message()));
  CHECK(samples::within(decoded.message()));
  LONGS_EQUAL(static_cast<int>(kind_of(message.body)), decoded.kind_number());
  CHECK(packet == encoded(decoded.message()));
}

}  // namespace

TEST_GROUP(Codec) {
  Decoded decoded;
};

TEST(Codec, RandomMessagesOfEveryKindComeBackTheSame) {
  RandomMessages random(2024);
  for (int round = 0; round < 600; ++round) {
    for (std::size_t kind = 0; kind < RandomMessages::kKinds; ++kind) {
      check_round_trip(random.next(kind), decoded);
    }
  }
}

TEST(Codec, DefaultsAreNotWritten) {
  Message message;
  message.header.call.bytes[0] = 1;
  message.header.leg.owner = Account::parse("d@u").value();
  message.header.connect = 1;
  message.header.sequence = 1;
  message.body = Ringing{};
  const Packet packet = encoded(message);
  // version 2, kind 2, call 19, leg 7, incarnation 2, connect 2, sequence 2, and the map's header
  LONGS_EQUAL(37, packet.size());
  LONGS_EQUAL(0x87, packet[0]);
}

TEST(Codec, NoShorterBufferIsEnoughAndNothingIsWrittenBehindIt) {
  RandomMessages random(7);
  constexpr std::uint8_t kGuard = 0xA5;
  for (int round = 0; round < 4; ++round) {
    for (std::size_t kind = 0; kind < RandomMessages::kKinds; ++kind) {
      const Message message = random.next(kind);
      const Packet whole = encoded(message);
      const std::size_t step = whole.size() / 600 + 1;
      for (std::size_t size = 0; size < whole.size(); size += step) {
        Packet small(whole.size() + 1, kGuard);
        LONGS_EQUAL(0, transport::encode(message, std::span(small).first(size)));
        CHECK(std::all_of(small.begin() + static_cast<std::ptrdiff_t>(size), small.end(),
                          [](std::uint8_t byte) { return byte == kGuard; }));
      }
      Packet exact(whole.size());
      LONGS_EQUAL(whole.size(), transport::encode(message, exact));
      CHECK(exact == whole);
    }
  }
}

TEST(Codec, TextAndBytesAreViewsOfThePacket) {
  const Packet packet = samples::example("invite");
  CHECK(transport::decode(packet, decoded).ok());
  const auto& invite = std::get<Invite>(decoded.message().body);
  const auto* begin = reinterpret_cast<const char*>(packet.data());
  CHECK(invite.data.data() > begin && invite.data.data() < begin + packet.size());
  CHECK(invite.offer.data() > packet.data() && invite.offer.data() < &packet.back());
}

TEST(Codec, AFailedDecodeLeavesNoMessage) {
  CHECK_FALSE(decoded.has_message());
  CHECK(transport::decode(samples::example("accept"), decoded).ok());
  CHECK(decoded.has_message());
  Packet cut = samples::example("accept");
  cut.pop_back();
  CHECK(transport::decode(cut, decoded).error == DecodeError::kTruncated);
  CHECK_FALSE(decoded.has_message());
}

COUNTING_TEST(Codec, DecodingAllocatesTheParsersStackAtMostAndEncodingNothing) {
  for (const samples::Example& each : samples::read_examples()) {
    transport::DecodedPresence presence;
    CountingAllocator counter;
    const DecodeResult result = each.is_presence() ? transport::decode(each.bytes, presence)
                                                   : transport::decode(each.bytes, decoded);
    const std::size_t count = counter.count;
    CHECK(result.ok());
    LONGS_EQUAL(1, count);
    CHECK(counter.largest <= 512);  // its 256 bytes and the test library's own around them
  }
  CHECK(transport::decode(samples::example("sync"), decoded).ok());
  std::array<std::uint8_t, 512> room{};
  CountingAllocator counter;
  CHECK(transport::encode(decoded.message(), room) != 0);
  LONGS_EQUAL(0, counter.count);
}

COUNTING_TEST(Codec, WithoutMemoryForTheParserTheMessageIsRefused) {
  const Packet packet = samples::example("invite");
  DecodeResult result;
  {
    CountingAllocator none(true);
    result = transport::decode(packet, decoded);
  }
  CHECK(result.error == DecodeError::kNoMemory);
  CHECK(transport::decode(packet, decoded).ok());
}

TEST(Codec, EveryErrorHasAName) {
  for (std::uint8_t i = 0; i <= transport::kDecodeErrorLast; ++i) {
    CHECK(to_string(static_cast<DecodeError>(i)) != "unknown");
  }
  CHECK(to_string(static_cast<DecodeError>(transport::kDecodeErrorLast + 1)) == "unknown");
}
