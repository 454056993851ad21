// One test for each way in which a message can be wrong as a whole: each is refused with its own
// error and leaves no message.

#include <string>

#include "tests/fakes/prng.hpp"
#include "tests/unit/codec_by_hand.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::samples;
using transport::Decoded;
using transport::DecodeError;

namespace {

void check(DecodeError error, const Packet& packet) {
  samples::check(error, "", decode(packet));
}

}  // namespace

TEST_GROUP(CodecMalformed){};

TEST(CodecMalformed, TheMessagesThatTheseTestsChangeAreValid) {
  for (const std::uint64_t kind : kAllKinds) {
    check(DecodeError::kOk, "", decode(valid(kind).pack()));
  }
}

TEST(CodecMalformed, NothingAndGarbage) {
  check(DecodeError::kTruncated, Packet{});
  check(DecodeError::kNotMsgpack, Packet{0xC1});
  Packet inside = valid(kAccept).pack();
  inside[3] = 0xC1;  // the first key
  check(DecodeError::kNotMsgpack, inside);
}

TEST(CodecMalformed, RandomBytesNeverPass) {
  fakes::Prng prng(3);
  Decoded out;
  for (int i = 0; i < 100'000; ++i) {
    Packet packet(prng.below(64));
    for (std::uint8_t& byte : packet) {
      byte = static_cast<std::uint8_t>(prng.next());
    }
    if (transport::decode(packet, out).ok()) {
      FAIL("random bytes passed for a message");
    }
  }
}

TEST(CodecMalformed, OnlyAMapIsAMessage) {
  for (const Packet& packet : {number(1), nil(), text("x"), bin("x"), array({number(1)}),
                               Packet{0xC3}, raw(0xCB, 0, 8), raw(0xD4, 0, 2)}) {
    check(DecodeError::kBadType, "message", decode(packet));
  }
  check(DecodeError::kMissingField, "version", decode(Map{}.pack()));
}

TEST(CodecMalformed, SomethingBehindTheMessage) {
  Packet packet = valid(kAccept).pack();
  packet.push_back(0xC0);
  check(DecodeError::kTrailingBytes, packet);
}

TEST(CodecMalformed, OneByteTooLarge) {
  // An accept at both limits, filled up to the byte with a field that nobody knows.
  Map body;
  body.set(0, bin(std::string(kOfferBytesMax, 'o'))).set(1, text(std::string(kDataBytesMax, 'd')));
  const auto padded = [&](std::size_t size) {
    return message(kAccept, body).set(20, bin(std::string(size, 'p'))).pack();
  };
  const std::size_t filling = kMessageBytesMax - padded(0).size();
  LONGS_EQUAL(kMessageBytesMax, padded(filling).size());
  check(DecodeError::kOk, padded(filling));
  check(DecodeError::kTooLarge, padded(filling + 1));
  check(DecodeError::kTooLarge, Packet(1'000'000, 0xC0));
}

TEST(CodecMalformed, TooDeep) {
  const auto nested = [](std::size_t depth) {
    Packet value = number(1);
    for (std::size_t i = 0; i < depth; ++i) {
      value = i % 2 == 0 ? array({value}) : Map{}.set(1, value).pack();
    }
    return value;
  };
  check(DecodeError::kOk, valid(kAccept).set(20, nested(3)).pack());
  check(DecodeError::kTooDeep, valid(kAccept).set(20, nested(4)).pack());
  check(DecodeError::kTooDeep, Packet(10'000, 0x91));
  check(DecodeError::kTooDeep, Packet(10'000, 0x81));
}

TEST(CodecMalformed, FiveBytesThatAnnounceThousandsOfMillions) {
  check(DecodeError::kTooManyValues, raw(0xDD, 0xFFFF'FFFF, 4));
  check(DecodeError::kTooManyValues, raw(0xDF, 0xFFFF'FFFF, 4));
  check(DecodeError::kTooManyValues, raw(0xDF, 0x8000'0001, 4));  // twice that is 2 in 32 bits
  check(DecodeError::kTruncated, raw(0xDB, 0xFFFF'FFFF, 4));
  check(DecodeError::kTruncated, raw(0xC6, 0xFFFF'FFFF, 4));
  CHECK_FALSE(decode(raw(0xC9, 0xFFFF'FFFF, 4)).ok());
  check(DecodeError::kTruncated, raw(0xC9, 0xFFFF'FFFE, 4));
}

TEST(CodecMalformed, TooManyValues) {
  const auto with_values = [](std::size_t count) {
    Map map = valid(kAccept);
    return map.set(20, array(std::vector<Packet>(count, nil()))).pack();
  };
  std::size_t most = 0;
  while (decode(with_values(most + 1)).ok()) {
    ++most;
  }
  CHECK(most > 450 && most < transport::kMessageValuesMax);
  check(DecodeError::kTooManyValues, with_values(most + 1));
  check(DecodeError::kTooManyValues, with_values(10'000));
}

TEST(CodecMalformed, KeysThatAreNoSmallIntegers) {
  for (const Packet& key : {text("kind"), number(64), raw(0xCF, ~std::uint64_t{0}, 8), Packet{0xFF},
                            nil(), bin("1"), array({number(1)})}) {
    Packet packet = valid(kMarker).drop(8).pack();
    packet[2] = static_cast<std::uint8_t>(packet[2] + 1);  // one pair more
    packet.insert(packet.end(), key.begin(), key.end());
    packet.push_back(0xC0);
    check(DecodeError::kBadKey, "message", decode(packet));
  }
}

TEST(CodecMalformed, TheSameKeyTwice) {
  for (const std::uint64_t key : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 8U}) {
    Map map = valid(kAccept);
    for (const auto& [known, value] : Map(map).pairs) {
      if (known == key) {
        map.pairs.emplace_back(key, value);
      }
    }
    check(DecodeError::kDuplicateKey, "message", decode(map.pack()));
  }
  Map unknown = valid(kAccept);
  unknown.pairs.emplace_back(63, nil());
  check(DecodeError::kOk, unknown.pack());
  unknown.pairs.emplace_back(63, nil());
  check(DecodeError::kDuplicateKey, "message", decode(unknown.pack()));

  Map body = body_of(kAccept);
  body.pairs.emplace_back(1, text("again"));
  check(DecodeError::kDuplicateKey, "body", decode(message(kAccept, body).pack()));
  Map invite = invite_body();
  invite.pairs.emplace_back(3, number(1));
  check(DecodeError::kDuplicateKey, "invite", with_field(kSync, 1, invite.drop(7).pack()));
}

TEST(CodecMalformed, OneKeyInTwoSpellingsIsStillTwice) {
  Packet packet = valid(kMarker).drop(8).pack();
  packet[2] = static_cast<std::uint8_t>(packet[2] + 1);
  const Packet key = raw(0xCE, 1, 4);
  packet.insert(packet.end(), key.begin(), key.end());
  packet.push_back(kAck);
  check(DecodeError::kDuplicateKey, "message", decode(packet));
}

TEST(CodecMalformed, WhatIsUnknownIsSkipped) {
  const Map anything = Map{}.set(1, array({text("\xFF"), nil(), Packet{0xC3}, raw(0xCA, 1, 4)}));
  Map body = body_of(kAccept);
  body.set(9, anything.pack()).set(63, with_body({0xD8}, "17 bytes ext data"));
  Map map = message(kAccept, body);
  map.set(9, anything.pack()).set(40, Packet{0x81, 0xA1, 'k', 0xC0});
  check(DecodeError::kOk, map.pack());
}

TEST(CodecMalformed, UnknownAndReservedKindsAreCountedNotRead) {
  for (const std::uint64_t kind : {0U, 15U, 16U, 255U}) {
    Decoded out;
    check(DecodeError::kUnknownKind, "kind",
          transport::decode(message(kind, body_of(kAccept)).pack(), out));
    CHECK_FALSE(out.has_message());
    LONGS_EQUAL(kind, out.kind_number());
    LONGS_EQUAL(9, out.header().sequence);
  }
}

TEST(CodecMalformed, OfAnotherVersionTheHeaderCanBeRead) {
  for (const std::uint64_t version : {0U, 2U, 200U}) {
    Map map = valid(kInvite);
    map.set(0, number(version)).set(1, number(99)).set(7, text("kitchen")).set(8, text("anything"));
    Decoded out;
    check(DecodeError::kUnsupportedVersion, "version", transport::decode(map.pack(), out));
    CHECK_FALSE(out.has_message());
    LONGS_EQUAL(99, out.kind_number());
    const Header& header = out.header();
    CHECK(to_text(header.leg.owner).view() == "gate@front-door");
    CHECK(header.leg.number == 1 && header.incarnation == 77 && header.connect == 1);
    CHECK(header.sequence == 9 && header.to.view() == "kitchen" && !header.call.empty());
  }
  check(DecodeError::kMissingField, "incarnation",
        decode(valid(kInvite).set(0, number(2)).drop(4).pack()));
}
