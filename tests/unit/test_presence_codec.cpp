#include <string>

#include "tests/fakes/prng.hpp"
#include "tests/unit/codec_by_hand.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using samples::bin;
using samples::Map;
using samples::number;
using samples::Packet;
using samples::text;
using transport::DecodedPresence;
using transport::DecodeError;

namespace {

Map valid_body() {
  Map body;
  body.set(0, number(1)).set(1, text("Kitchen")).set(2, text("panel")).set(3, number(5));
  body.set(4, text("doorcall")).set(5, number(0));
  return body;
}

Map valid(const Map& body = valid_body()) {
  Map map;
  map.set(0, number(1)).set(1, number(15)).set(4, number(77)).set(5, number(2));
  map.set(8, body.pack());
  return map;
}

DecodeError error_of(const Map& map) {
  DecodedPresence out;
  const auto result = transport::decode(map.pack(), out);
  CHECK(out.has_presence() == result.ok());
  return result.error;
}

/// The error when one field of the body is something else.
DecodeError with_field(std::uint64_t key, const Packet& value) {
  return error_of(valid(valid_body().set(key, value)));
}

}  // namespace

TEST_GROUP(PresenceCodec) {
  DecodedPresence decoded;
};

TEST(PresenceCodec, RandomPresencesComeBackTheSame) {
  fakes::Prng prng(5);
  const std::string letters(kNameBytesMax, 'x');
  const auto piece = [&](std::uint32_t most) {
    return std::string_view(letters).substr(0, prng.below(most + 1));
  };
  for (int i = 0; i < 3'000; ++i) {
    Presence presence;
    presence.incarnation = prng.next();
    presence.connect = 1 + prng.below(0xFFFF'FFFF);
    presence.state = static_cast<PresenceState>(prng.below(kPresenceStateLast + 1));
    presence.name = piece(kNameBytesMax);
    presence.device_kind = piece(kLineIdBytesMax);
    presence.capabilities = static_cast<std::uint32_t>(prng.next());
    presence.software = piece(kSoftwareBytesMax);
    presence.settled = prng.chance(5'000);
    const Packet packet = samples::encoded(presence);
    CHECK(transport::decode(packet, decoded).ok());
    const Presence& back = decoded.presence();
    CHECK(back.incarnation == presence.incarnation && back.connect == presence.connect);
    CHECK(back.state == presence.state && back.name == presence.name);
    CHECK(back.device_kind == presence.device_kind && back.software == presence.software);
    CHECK(back.capabilities == presence.capabilities && back.settled == presence.settled);
    CHECK(packet == samples::encoded(back));
  }
}

TEST(PresenceCodec, TheLargestFitsItsBoundAndNoShorterBuffer) {
  Presence presence;
  presence.incarnation = ~std::uint64_t{0};
  presence.connect = 0xFFFF'FFFF;
  presence.state = PresenceState::kDnd;
  presence.settled = true;
  presence.capabilities = 0xFFFF'FFFF;
  const std::string letters(kNameBytesMax, 'x');
  presence.name = letters;
  presence.device_kind = std::string_view(letters).substr(0, kLineIdBytesMax);
  presence.software = std::string_view(letters).substr(0, kSoftwareBytesMax);
  const std::size_t whole = samples::encoded(presence).size();
  CHECK(whole > 0 && whole <= transport::kPresenceBytesMax);
  for (std::size_t size = 0; size < whole; ++size) {
    Packet small(size);
    LONGS_EQUAL(0, transport::encode(presence, small));
  }
}

TEST(PresenceCodec, RequiredFieldsMustBeThere) {
  CHECK(error_of(valid()) == DecodeError::kOk);
  for (const std::uint64_t key : {0U, 1U, 4U, 5U, 8U}) {
    CHECK(error_of(valid().drop(key)) == DecodeError::kMissingField);
  }
  CHECK(error_of(valid(valid_body().drop(0))) == DecodeError::kMissingField);
  for (const std::uint64_t key : {1U, 2U, 3U, 4U, 5U}) {
    CHECK(error_of(valid(valid_body().drop(key))) == DecodeError::kOk);
  }
}

TEST(PresenceCodec, FieldsOutsideTheirBoundsAreRefused) {
  CHECK(with_field(0, number(kPresenceStateLast + 1U)) == DecodeError::kOutOfRange);
  CHECK(with_field(3, number(0x1'0000'0000)) == DecodeError::kOutOfRange);
  CHECK(with_field(5, number(2)) == DecodeError::kOutOfRange);
  CHECK(with_field(1, text(std::string(kNameBytesMax + 1, 'x'))) == DecodeError::kTooLong);
  CHECK(with_field(2, text(std::string(kLineIdBytesMax + 1, 'x'))) == DecodeError::kTooLong);
  CHECK(with_field(4, text(std::string(kSoftwareBytesMax + 1, 'x'))) == DecodeError::kTooLong);
  CHECK(with_field(1, text("\xC0\x80")) == DecodeError::kNotUtf8);
  CHECK(with_field(1, bin("Kitchen")) == DecodeError::kBadType);
  CHECK(error_of(valid().set(5, number(0))) == DecodeError::kOutOfRange);
  CHECK(error_of(valid().set(8, number(0))) == DecodeError::kBadType);
}

TEST(PresenceCodec, OtherVersionsAndKindsAreToldApart) {
  CHECK(error_of(valid().set(0, number(2))) == DecodeError::kUnsupportedVersion);
  CHECK(error_of(valid().set(1, number(1))) == DecodeError::kUnknownKind);
  CHECK(transport::decode(samples::example("invite"), decoded).error == DecodeError::kUnknownKind);
  CHECK(error_of(samples::message(15, valid_body()).drop(2).drop(3)) == DecodeError::kOk);
  CHECK(samples::decode(samples::message(15, valid_body()).pack()).error ==
        DecodeError::kUnknownKind);
}

TEST(PresenceCodec, AnotherVersionIsKnownWhateverItsBodyIs) {
  CHECK(error_of(valid(Map{}).set(0, number(2))) == DecodeError::kUnsupportedVersion);
  CHECK(error_of(valid().drop(8).set(0, number(2))) == DecodeError::kUnsupportedVersion);
}

TEST(PresenceCodec, AnEmptyPayloadIsNoPresence) {
  CHECK(transport::decode(Packet{}, decoded).error == DecodeError::kTruncated);
  CHECK_FALSE(decoded.has_presence());
}

TEST(PresenceCodec, AFailedDecodeLeavesNoPresence) {
  CHECK(transport::decode(samples::example("presence"), decoded).ok());
  CHECK_FALSE(transport::decode(Packet{0xC1}, decoded).ok());
  CHECK_FALSE(decoded.has_presence());
}
