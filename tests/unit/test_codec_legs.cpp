// The legs of a call on the wire: every way in which they can be wrong, and what becomes of a
// roster that an invite has no room for.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tests/unit/codec_by_hand.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::samples;
using transport::Decoded;
using transport::DecodeError;

namespace {

constexpr std::uint64_t kNoSuchNumber = 0x1'0000'0000;

std::string_view field_name(std::uint64_t kind) {
  return kind == kInvite ? "roster" : "legs";
}

/// A message whose fields are all as long as they may be, on behalf of the longest account.
Message largest(const Body& body = Marker{}) {
  Message message;
  message.header.call.bytes.fill(0xFF);
  message.header.leg = {Account::parse(std::string(31, 'd') + "@" + std::string(32, 'u')).value(),
                        0xFFFF'FFFF};
  message.header.incarnation = ~std::uint64_t{0};
  message.header.connect = message.header.sequence = 0xFFFF'FFFF;
  message.header.to = message.header.leg.owner.device;
  message.body = body;
  return message;
}

/// As many legs as there may be, each as long as it may be; told apart by the number.
std::vector<LegView> largest_legs() {
  const LegKey key = largest().header.leg;
  std::vector<LegView> legs(kLegViewsMax,
                            {key, key.owner.user, key.owner.device, LegState::kRinging,
                             Reason::kInternalError, 0xFFFF'FFFF, kRingTimeMax});
  for (std::size_t i = 0; i < legs.size(); ++i) {
    legs[i].key.number = static_cast<std::uint32_t>(0xFFFF'FF00 + i);
  }
  return legs;
}

std::vector<std::uint32_t> numbers_of(std::span<const LegView> legs) {
  std::vector<std::uint32_t> numbers;
  for (const LegView& view : legs) {
    numbers.push_back(view.key.number & 0xFFU);
  }
  return numbers;
}

}  // namespace

TEST_GROUP(CodecLegs) {
  const std::string name = std::string(kNameBytesMax, 'n');
  const std::string line = std::string(kLineIdBytesMax, 'l');
  const std::string data = std::string(kDataBytesMax, 'd');
  const std::vector<std::uint8_t> offer = std::vector<std::uint8_t>(kOfferBytesMax, 1);
  Decoded decoded;

  [[nodiscard]] Invite largest_invite(std::span<const LegView> roster) const {
    Invite invite;
    invite.caller = Account::parse(std::string(31, 'e') + "@" + std::string(32, 'v')).value();
    invite.caller_name = name;
    invite.media = MediaKind::kOther;
    invite.ring_left = kRingTimeMax;
    invite.offer = offer;
    invite.data = data;
    invite.line = line;
    invite.roster = roster;
    invite.replaces = {invite.caller, 0xFFFF'FFFF};
    return invite;
  }

  /// Encodes and decodes; the message, which must be there.
  const Message& there_and_back(const Message& message) {
    const Packet packet = encoded(message);
    CHECK(!packet.empty());
    kept = packet;
    check(DecodeError::kOk, "", transport::decode(kept, decoded));
    return decoded.message();
  }

  Packet kept;  // the views of `decoded` are of it
};

TEST(CodecLegs, EveryKindTakesSixteenAndNoMore) {
  for (const auto& [kind, key] : kLegsFields) {
    check(DecodeError::kOk, "", with_field(kind, key, leg_views(kLegViewsMax)));
    check(DecodeError::kTooLong, field_name(kind),
          with_field(kind, key, leg_views(kLegViewsMax + 1)));
    check(DecodeError::kTooLong, field_name(kind),
          with_field(kind, key, array(std::vector<Packet>(kLegViewsMax + 1, nil()))));
    check(DecodeError::kOk, "", with_field(kind, key, array({})));
  }
}

TEST(CodecLegs, EachElementIsChecked) {
  const Packet owner = text("d@u");
  const std::vector<std::pair<std::string_view, std::vector<Packet>>> short_ones{
      {"leg.owner", {}},
      {"leg.number", {owner}},
      {"leg.user", {owner, number(1)}},
      {"leg.device", {owner, number(1), text("u")}},
      {"leg.state", {owner, number(1), text("u"), text("")}},
      {"leg.reason", {owner, number(1), text("u"), text(""), number(0)}}};
  for (const auto& [kind, key] : kLegsFields) {
    const auto with = [kind = kind, key = key](const Packet& leg) {
      return with_field(kind, key, array({leg_view(), leg}));
    };
    check(DecodeError::kBadType, field_name(kind), with(number(1)));
    for (const auto& [field, elements] : short_ones) {
      check(DecodeError::kMissingField, field, with(array(elements)));
    }
    check(DecodeError::kOutOfRange, "leg.state", with(leg_view(6)));
    check(DecodeError::kOutOfRange, "leg.reason", with(leg_view(5, kReasonLast + 1U)));
    check(DecodeError::kOutOfRange, "leg.join_number",
          with(leg_view(4, 0, {number(kNoSuchNumber)})));
    check(DecodeError::kOutOfRange, "leg.ring_left",
          with(leg_view(2, 0, {number(0), number(600'001)})));
    check(DecodeError::kBadType, "leg.join_number", with(leg_view(4, 0, {nil()})));
    check(DecodeError::kBadType, "leg.ring_left", with(leg_view(4, 0, {number(1), text("1")})));
    check(DecodeError::kOk, "", with(leg_view(4, 0, {number(1), number(600'000), nil()})));
  }
  check(DecodeError::kBadId, "leg.user",
        with_field(kRoster, 0, array({array({owner, number(1), text("")})})));
  check(DecodeError::kBadId, "leg.device",
        with_field(kRoster, 0, array({array({owner, number(1), text("u"), text("d@u")})})));
}

TEST(CodecLegs, WhatALegDoesNotSayIsZero) {
  const Packet six = leg_view(4, 0);
  const Packet seven = leg_view(4, 0, {number(5)});
  const Packet packet =
      message(kRoster, Map{}.set(0, array({leg_view(2, 0, {number(8), number(9)}), six, seven})))
          .pack();
  check(DecodeError::kOk, "", transport::decode(packet, decoded));
  const auto legs = std::get<Roster>(decoded.message().body).legs;
  LONGS_EQUAL(3, legs.size());
  CHECK(legs[0].join_number == 8 && legs[0].ring_left == Millis{9});
  CHECK(legs[1].join_number == 0 && legs[1].ring_left == Millis{0});
  CHECK(legs[2].join_number == 5 && legs[2].ring_left == Millis{0});
}

TEST(CodecLegs, AnInviteReplacesALegThatWasInvited) {
  const auto replaces = [](const Packet& value) { return with_field(kInvite, 8, value); };
  const Packet owner = text("d@u");
  check(DecodeError::kBadType, "replaces", replaces(number(1)));
  check(DecodeError::kMissingField, "replaces.owner", replaces(array({})));
  check(DecodeError::kMissingField, "replaces.number", replaces(array({owner})));
  check(DecodeError::kBadId, "replaces.owner", replaces(array({text("u"), number(1)})));
  check(DecodeError::kOutOfRange, "replaces.number", replaces(array({owner, number(0)})));
  check(DecodeError::kOutOfRange, "replaces.number",
        replaces(array({owner, number(kNoSuchNumber)})));
  check(DecodeError::kOk, "", replaces(array({owner, number(0xFFFF'FFFF), nil()})));
  check(DecodeError::kOutOfRange, "replaces.number",
        with_field(kSync, 1, invite_body().drop(7).set(8, leg_array(0)).pack()));
}

TEST(CodecLegs, ASyncsInviteHasItsRosterInTheSyncsLegs) {
  check(DecodeError::kOk, "", transport::decode(valid(kSync).pack(), decoded));
  const auto& sync = std::get<Sync>(decoded.message().body);
  CHECK(sync.legs.empty());
  LONGS_EQUAL(2, sync.invite.value().roster.size());
  CHECK(sync.invite->replaces.number == 7);
  // Where it stands in an invite it would be a fifth level.
  check(DecodeError::kTooDeep, "", with_field(kSync, 1, invite_body().pack()));

  const auto legs = largest_legs();
  const Sync both{legs, largest_invite({}), 0};
  CHECK(std::get<Sync>(there_and_back(largest(both)).body).invite.value().roster.empty());
}

TEST(CodecLegs, OfManyLegsAllAreRead) {
  const auto legs = largest_legs();
  for (const Body& body :
       {Body{Roster{legs}}, Body{Leave{Reason::kHangUp, data, legs}},
        Body{Confirm{largest().header.to, 0xFFFF'FFFF, legs}}, Body{Sync{legs, {}, 1}}}) {
    const Message& back = there_and_back(largest(body));
    CHECK(encoded(back) == kept);
    const auto* leave = std::get_if<Leave>(&back.body);
    const auto* sync = std::get_if<Sync>(&back.body);
    const auto* roster = std::get_if<Roster>(&back.body);
    const auto seen = leave != nullptr    ? leave->legs
                      : sync != nullptr   ? sync->legs
                      : roster != nullptr ? roster->legs
                                          : std::get<Confirm>(back.body).legs;
    CHECK(numbers_of(seen) == numbers_of(legs));
    CHECK(seen[15].join_number == 0xFFFF'FFFF && seen[15].ring_left == kRingTimeMax);
  }
}

TEST(CodecLegs, MoreThanSixteenAreNotWritten) {
  std::vector<LegView> legs = largest_legs();
  legs.push_back(legs.front());
  std::vector<std::uint8_t> room(2 * kMessageBytesMax);
  Invite invite;
  invite.caller = legs.front().key.owner;
  invite.roster = legs;
  for (const Body& body : {Body{Roster{legs}}, Body{Leave{Reason::kHangUp, {}, legs}},
                           Body{Confirm{legs.front().device, 1, legs}}, Body{Sync{legs, {}, 0}},
                           Body{invite}, Body{Sync{{}, invite, 0}}}) {
    LONGS_EQUAL(0, transport::encode(largest(body), room));
  }
}

TEST(CodecLegs, TheLargestInviteAndItsSyncLeaveOutTheTailOfTheRoster) {
  const auto legs = largest_legs();
  const Invite invite = largest_invite(legs);
  for (const Body& body : {Body{invite}, Body{Sync{{}, invite, ~std::uint64_t{0}}}}) {
    const Message& back = there_and_back(largest(body));
    const auto* sync = std::get_if<Sync>(&back.body);
    const Invite& seen = sync != nullptr ? *sync->invite : std::get<Invite>(back.body);
    CHECK(seen.data == data && seen.offer.size() == offer.size());
    CHECK(seen.replaces == invite.replaces);
    // The first ones, and no fewer than there is room for.
    const auto all = numbers_of(legs);
    const auto some = numbers_of(seen.roster);
    CHECK(some.size() >= 10 && some.size() < all.size());
    CHECK(std::equal(some.begin(), some.end(), all.begin()));
    CHECK(kept.size() > kMessageBytesMax - 160);
  }
}

TEST(CodecLegs, LegsThatAreOverAreLeftOutFirst) {
  auto legs = largest_legs();
  for (const std::size_t over : {0U, 2U, 5U, 6U, 7U, 9U, 11U, 14U}) {
    legs[over].state = LegState::kEnded;
  }
  const Message& back = there_and_back(largest(largest_invite(legs)));
  const auto some = numbers_of(std::get<Invite>(back.body).roster);
  const std::size_t ended = some.size() - 8;
  CHECK(ended >= 2 && ended < 8);
  std::vector<std::uint32_t> expected{1, 3, 4, 8, 10, 12, 13, 15};
  const std::array<std::uint32_t, 8> over{0, 2, 5, 6, 7, 9, 11, 14};
  expected.insert(expected.end(), over.begin(), over.begin() + static_cast<std::ptrdiff_t>(ended));
  std::sort(expected.begin(), expected.end());
  CHECK(some == expected);
}

TEST(CodecLegs, ARosterIsNotCutForASmallBuffer) {
  auto legs = largest_legs();
  Invite invite;
  invite.caller = legs.front().key.owner;
  invite.roster = legs;
  const Packet whole = encoded(largest(invite));
  Packet small(whole.size() - 1);
  LONGS_EQUAL(0, transport::encode(largest(invite), small));
}

TEST(CodecLegs, WhatIsTooLargeWithoutARosterIsNotWritten) {
  const std::string text(kMessageBytesMax, 'x');
  std::vector<std::uint8_t> room(2 * kMessageBytesMax);
  LONGS_EQUAL(0, transport::encode(largest(Accept{{}, text}), room));
}
