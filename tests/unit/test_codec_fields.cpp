// One test for each way in which a field can be wrong: each is refused with its own error, which
// names the field.

#include <string>

#include "tests/unit/codec_by_hand.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::samples;
using transport::Decoded;
using transport::DecodeError;
using transport::DecodeResult;

TEST_GROUP(CodecFields){};

TEST(CodecFields, RequiredHeaderFieldsMissing) {
  const std::vector<std::pair<std::uint64_t, std::string_view>> required{
      {0, "version"},     {1, "kind"},    {2, "call"},    {3, "leg"},
      {4, "incarnation"}, {5, "connect"}, {6, "sequence"}};
  for (const std::uint64_t kind : kAllKinds) {
    for (const auto& [key, name] : required) {
      if (kind == kMarker && (key == 2 || key == 3)) {
        continue;
      }
      check(DecodeError::kMissingField, name, decode(valid(kind).drop(key).pack()));
    }
  }
  check(DecodeError::kOk, "", decode(valid(kMarker).drop(2).drop(3).drop(8).pack()));
}

TEST(CodecFields, RequiredBodyFieldsMissing) {
  check(DecodeError::kMissingField, "ring_left", without_field(kInvite, 3));
  check(DecodeError::kMissingField, "winner", without_field(kConfirm, 0));
  check(DecodeError::kMissingField, "reason", without_field(kReject, 0));
  check(DecodeError::kMissingField, "reason", without_field(kCancel, 0));
  check(DecodeError::kMissingField, "reason", without_field(kEnd, 0));
  check(DecodeError::kMissingField, "reason", without_field(kLeave, 0));
  check(DecodeError::kMissingField, "legs", without_field(kRoster, 0));
  check(DecodeError::kMissingField, "legs", decode(valid(kRoster).drop(8).pack()));
  check(DecodeError::kMissingField, "acked_sequence", without_field(kAck, 0));
  check(DecodeError::kMissingField, "acked_sequence", decode(valid(kAck).drop(8).pack()));
  check(DecodeError::kMissingField, "about", without_field(kInfo, 0));
  check(DecodeError::kMissingField, "bytes", without_field(kInfo, 2));
  check(DecodeError::kMissingField, "bytes", with_field(kInfo, 2, bin("")));
  check(DecodeError::kOk, "", without_field(kInfo, 3));
  check(DecodeError::kMissingField, "member", without_field(kInfo, 8));
  check(DecodeError::kMissingField, "leg.number",
        with_field(kInfo, 8, array({text("gate@front-door")})));
  check(DecodeError::kMissingField, "ring_left",
        with_field(kSync, 1, invite_body().drop(3).drop(7).pack()));
  for (const std::uint64_t kind :
       {kInvite, kAccept, kConfirm, kReject, kCancel, kEnd, kLeave, kJoin, kSync}) {
    for (const std::uint64_t key : {1U, 2U, 4U, 5U, 6U, 7U, 8U}) {
      check(DecodeError::kOk, "", without_field(kind, key));
    }
  }
  check(DecodeError::kOk, "", without_field(kJoin, 0));
  check(DecodeError::kOk, "", decode(valid(kJoin).drop(8).pack()));
}

TEST(CodecFields, WrongTypes) {
  const std::vector<std::pair<std::uint64_t, std::string_view>> header{
      {0, "version"}, {1, "kind"},     {2, "call"}, {3, "leg"}, {4, "incarnation"},
      {5, "connect"}, {6, "sequence"}, {7, "to"},   {8, "body"}};
  for (const auto& [key, name] : header) {
    check(DecodeError::kBadType, name, with_header(key, nil()));
    check(DecodeError::kBadType, name, with_header(key, raw(0xCB, 0x3FF0'0000'0000'0000, 8)));
    check(DecodeError::kBadType, name, with_header(key, Packet{0xFF}));  // -1
    check(DecodeError::kBadType, name, with_header(key, Packet{0xC3}));
  }
  for (const std::uint64_t kind : kAllKinds) {
    for (const auto& [key, value] : body_of(kind).pairs) {
      const DecodeResult result = with_field(kind, key, Packet{0xC2});
      CHECK(result.error == DecodeError::kBadType && !result.field.empty());
    }
  }
  check(DecodeError::kBadType, "data", with_field(kAccept, 1, bin("data")));
  check(DecodeError::kBadType, "answer", with_field(kAccept, 0, text("answer")));
  check(DecodeError::kBadType, "call", with_header(2, text("0123456789abcdef")));
  check(DecodeError::kBadType, "leg.owner", with_header(3, array({number(1), number(1)})));
  check(DecodeError::kBadType, "leg.number", with_header(3, array({text("d@u"), text("1")})));
  check(DecodeError::kBadType, "answer", with_field(kJoin, 1, text("answer")));
  check(DecodeError::kBadType, "data", with_field(kLeave, 1, bin("data")));
}

TEST(CodecFields, NumbersOutOfRange) {
  check(DecodeError::kOutOfRange, "version", with_header(0, number(0x1'0000'0000)));
  check(DecodeError::kOutOfRange, "kind", with_header(1, number(256)));
  check(DecodeError::kOutOfRange, "connect", with_header(5, number(0)));
  check(DecodeError::kOutOfRange, "connect", with_header(5, number(0x1'0000'0000)));
  check(DecodeError::kOutOfRange, "sequence", with_header(6, number(0)));
  check(DecodeError::kOutOfRange, "sequence", with_header(6, number(0x1'0000'0000)));
  check(DecodeError::kOutOfRange, "leg.number",
        with_header(3, array({text("d@u"), number(0x1'0000'0000)})));
  check(DecodeError::kOutOfRange, "media", with_field(kInvite, 2, number(kMediaKindLast + 1U)));
  check(DecodeError::kOutOfRange, "ring_left", with_field(kInvite, 3, number(600'001)));
  check(DecodeError::kOutOfRange, "ring_left", with_field(kInvite, 3, number(~std::uint64_t{0})));
  check(DecodeError::kOutOfRange, "alert", with_field(kRinging, 0, number(kAlertLast + 1U)));
  check(DecodeError::kOutOfRange, "reason", with_field(kEnd, 0, number(0)));
  check(DecodeError::kOutOfRange, "reason", with_field(kEnd, 0, number(kReasonLast + 1U)));
  check(DecodeError::kOutOfRange, "acked_sequence", with_field(kAck, 0, number(0)));
  check(DecodeError::kOutOfRange, "reason", with_field(kLeave, 0, number(0)));
  check(DecodeError::kOutOfRange, "reason", with_field(kLeave, 0, number(kReasonLast + 1U)));
  check(DecodeError::kOutOfRange, "move", with_field(kJoin, 0, number(2)));
  check(DecodeError::kOutOfRange, "about", with_field(kInfo, 0, number(kInfoKindLast + 2U)));
  check(DecodeError::kOutOfRange, "media", with_field(kInfo, 1, number(kMediaKindLast + 1U)));
}

TEST(CodecFields, AWaitingDeviceSendsANonceAndNoOtherDoes) {
  check(DecodeError::kOutOfRange, "nonce", without_field(kRinging, 1));
  check(DecodeError::kOutOfRange, "nonce", with_field(kRinging, 1, number(0)));
  check(DecodeError::kOutOfRange, "nonce", with_field(kRinging, 0, number(0)));
  check(DecodeError::kOutOfRange, "nonce", with_field(kRinging, 0, number(1)));
}

TEST(CodecFields, AnInfoHasWhatItIsAbout) {
  const auto keys = [](const Packet& given) {
    const auto body = body_of(kInfo).set(0, number(4)).set(3, given);
    return decode(valid(kInfo).set(8, body.pack()).pack());
  };
  check(DecodeError::kOk, "", keys(text("0123456789ABCD*#")));
  check(DecodeError::kOk, "", keys(text(std::string(kKeysMax, '5'))));
  check(DecodeError::kOutOfRange, "text", keys(text(std::string(kKeysMax + 1, '5'))));
  check(DecodeError::kOutOfRange, "text", keys(text("12E")));
  check(DecodeError::kOutOfRange, "text", keys(text("12 3")));
  check(DecodeError::kMissingField, "text", keys(text("")));
  check(DecodeError::kTooLong, "text",
        with_field(kInfo, 3, text(std::string(kDataBytesMax + 1, 'x'))));
  check(DecodeError::kTooLong, "bytes",
        with_field(kInfo, 2, bin(std::string(kOfferBytesMax + 1, 'x'))));
  check(DecodeError::kNotUtf8, "text", with_field(kInfo, 3, text("\xC0\xAF")));
}

TEST(CodecFields, ADoorsInfoHasWhatItsStepNeeds) {
  const auto door = [](std::uint64_t step, std::uint64_t nonce, std::uint64_t result,
                       std::uint64_t asked) {
    Map body;
    body.set(0, number(6)).set(4, number(step)).set(5, number(nonce)).set(6, number(result));
    body.set(7, number(asked));
    return decode(valid(kInfo).set(8, body.pack()).pack());
  };
  check(DecodeError::kOk, "", door(0, 0, 0, 0));
  check(DecodeError::kOk, "", door(1, 7, 0, 5));
  check(DecodeError::kOk, "", door(2, ~std::uint64_t{0}, 0, 0));
  check(DecodeError::kOk, "", door(3, 0, kDoorResultLast, 0xFFFF'FFFF));
  check(DecodeError::kOutOfRange, "nonce", door(0, 7, 0, 0));
  check(DecodeError::kOutOfRange, "nonce", door(1, 0, 0, 5));
  check(DecodeError::kOutOfRange, "nonce", door(2, 0, 0, 0));
  check(DecodeError::kOutOfRange, "nonce", door(3, 7, 0, 5));
  check(DecodeError::kOutOfRange, "asked", door(0, 0, 0, 5));
  check(DecodeError::kOutOfRange, "asked", door(1, 7, 0, 0));
  check(DecodeError::kOutOfRange, "asked", door(2, 7, 0, 5));
  check(DecodeError::kOutOfRange, "asked", door(3, 0, 0, 0));
  check(DecodeError::kOutOfRange, "asked", door(3, 0, 0, 0x1'0000'0000));
  check(DecodeError::kOutOfRange, "step", door(kDoorStepLast + 1U, 0, 0, 0));
  check(DecodeError::kOutOfRange, "result", door(3, 0, kDoorResultLast + 1U, 5));
}

TEST(CodecFields, FieldsTooLong) {
  const auto long_text = [](std::size_t limit) { return text(std::string(limit + 1, 'x')); };
  check(DecodeError::kTooLong, "caller_name", with_field(kInvite, 1, long_text(kNameBytesMax)));
  check(DecodeError::kTooLong, "offer",
        with_field(kInvite, 4, bin(std::string(kOfferBytesMax + 1, 'x'))));
  check(DecodeError::kTooLong, "data", with_field(kInvite, 5, long_text(kDataBytesMax)));
  check(DecodeError::kTooLong, "line", with_field(kInvite, 6, long_text(kLineIdBytesMax)));
  check(DecodeError::kTooLong, "answer",
        with_field(kAccept, 0, bin(std::string(kOfferBytesMax + 1, 'x'))));
  check(DecodeError::kTooLong, "data", with_field(kReject, 1, long_text(kDataBytesMax)));
  check(DecodeError::kTooLong, "data", with_field(kLeave, 1, long_text(kDataBytesMax)));
  check(DecodeError::kTooLong, "data", with_field(kJoin, 2, long_text(kDataBytesMax)));
  check(DecodeError::kTooLong, "answer",
        with_field(kJoin, 1, bin(std::string(kOfferBytesMax + 1, 'x'))));
}

TEST(CodecFields, CallIdsThatAreNone) {
  check(DecodeError::kOutOfRange, "call", with_header(2, bin(std::string(16, '\0'))));
  check(DecodeError::kOutOfRange, "call", with_header(2, bin("0123456789abcde")));
  check(DecodeError::kOutOfRange, "call", with_header(2, bin("0123456789abcdefg")));
  check(DecodeError::kOutOfRange, "call", with_header(2, bin("")));
}

TEST(CodecFields, IdsOutsideTheGrammar) {
  for (const std::string_view bad :
       {"", "d", "@", "d@", "@u", "d@u@v", "d u@v", "d@\xC3\xBC", "d.e@u", "d/e@u", "+@u"}) {
    check(DecodeError::kBadId, "leg.owner", with_header(3, array({text(bad), number(1)})));
  }
  const std::string longest(32, 'x');
  check(DecodeError::kBadId, "to", with_header(7, text(longest)));
  check(DecodeError::kBadId, "to", with_header(7, text("a@b")));
  check(DecodeError::kBadId, "winner", with_field(kConfirm, 0, text("")));
  check(DecodeError::kBadId, "caller", with_field(kInvite, 0, text("gate")));
  check(DecodeError::kBadId, "leg.owner", with_header(3, array({text(longest + "@u"), number(1)})));
}

TEST(CodecFields, TextThatIsNotUtf8) {
  check(DecodeError::kNotUtf8, "caller_name", with_field(kInvite, 1, text("\xED\xA0\x80")));
  check(DecodeError::kNotUtf8, "data", with_field(kInvite, 5, text("\xC0\xAF")));
  check(DecodeError::kNotUtf8, "line", with_field(kInvite, 6, text("\x80")));
  check(DecodeError::kNotUtf8, "data", with_field(kCancel, 1, text("cut \xE2\x82")));
}

TEST(CodecFields, ArraysTooShortAndLonger) {
  check(DecodeError::kMissingField, "leg.owner", with_header(3, array({})));
  check(DecodeError::kMissingField, "leg.number", with_header(3, array({text("d@u")})));
  check(DecodeError::kOk, "", with_header(3, array({text("d@u"), number(1), nil()})));
}

TEST(CodecFields, NumbersMayBeInAnyOfMsgpacksForms) {
  for (const Packet& nine :
       {number(9), raw(0xCC, 9, 1), raw(0xCD, 9, 2), raw(0xCE, 9, 4), raw(0xCF, 9, 8),
        raw(0xD0, 9, 1), raw(0xD1, 9, 2), raw(0xD2, 9, 4), raw(0xD3, 9, 8)}) {
    Decoded out;
    CHECK(transport::decode(valid(kAccept).set(6, nine).pack(), out).ok());
    LONGS_EQUAL(9, out.message().header.sequence);
  }
}
