// The published page is the reference: its byte-exact examples are read from PROTOCOL.md itself and
// must decode to what their comments say and encode to the same bytes again.

#include <array>
#include <map>
#include <set>
#include <string>

#include "tests/fakes/prng.hpp"
#include "tests/unit/codec_samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using samples::Example;
using samples::Packet;
using transport::Decoded;
using transport::DecodedPresence;

namespace {

Account gate() {
  return Account::parse("gate@front-door").value();
}

Message from_gate(std::uint32_t sequence, std::string_view to, const Body& body) {
  Message message;
  message.header.call = CallId::parse("00112233445566778899aabbccddeeff").value();
  message.header.leg = {gate(), 1};
  message.header.incarnation = 0x0123456789ABCDEF;
  message.header.connect = 1;
  message.header.sequence = sequence;
  message.header.to = DeviceId::parse(to).value_or(DeviceId{});
  message.body = body;
  return message;
}

Message from_panel(std::uint32_t sequence, std::string_view to, const Body& body) {
  Message message = from_gate(sequence, to, body);
  message.header.incarnation = 0xFEDCBA9876543210;
  message.header.connect = 3;
  return message;
}

Bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Invite invite(Millis ring_left) {
  Invite invite;
  invite.caller = gate();
  invite.caller_name = "Front door";
  invite.media = MediaKind::kVideo;
  invite.ring_left = ring_left;
  invite.offer = bytes("v=0");
  invite.data =
      "Gr\xC3\xBC\xC3\x9F"
      "e";
  invite.line = "bell-1";
  return invite;
}

const std::array<LegView, 2>& both_legs() {
  static const std::array<LegView, 2> legs{
      LegView{{gate(), 0}, gate().user, gate().device, LegState::kConnected, Reason::kNone},
      LegView{{gate(), 1},
              UserId::parse("flat-12").value(),
              DeviceId::parse("kitchen").value(),
              LegState::kConnected,
              Reason::kNone}};
  return legs;
}

/// What the comments beside the examples say.
std::map<std::string, Message> meanings() {
  constexpr std::uint64_t kNonce = 0x8899AABBCCDDEEFF;
  const DeviceId kitchen = DeviceId::parse("kitchen").value();
  Message sync = from_gate(3, "kitchen", Sync{both_legs(), std::nullopt, 0});
  sync.header.leg.number = 0;
  Message marker = from_panel(5, "", Marker{});
  marker.header.call = {};
  marker.header.leg = {};
  return {
      {"invite", from_gate(1, "", invite(Millis{90'000}))},
      {"ringing", from_panel(1, "gate", Ringing{})},
      {"ringing-waiting", from_panel(1, "gate", Ringing{Alert::kWaiting, kNonce})},
      {"accept", from_panel(2, "gate", Accept{bytes("v=1"), {}})},
      {"confirm", from_gate(2, "", Confirm{kitchen, 1})},
      {"reject", from_panel(2, "gate", Reject{Reason::kDeclinedEverywhere, "not now"})},
      {"cancel", from_gate(2, "", Cancel{Reason::kCancelled, {}})},
      {"end", from_panel(4, "gate", End{Reason::kHangUp, {}})},
      {"sync", sync},
      {"sync-pending", from_gate(2, "kitchen", Sync{{}, invite(Millis{61'500}), kNonce})},
      {"ack", from_panel(3, "gate", Ack{2})},
      {"marker", marker},
  };
}

std::map<std::string, Presence> presence_meanings() {
  Presence presence;
  presence.incarnation = 0xFEDCBA9876543210;
  presence.connect = 3;
  presence.state = PresenceState::kIdle;
  presence.name = "Kitchen";
  presence.device_kind = "panel";
  presence.software = "doorcall 0.1";
  Presence will = presence;
  will.state = PresenceState::kOffline;
  will.settled = true;
  return {{"presence", presence}, {"presence-will", will}};
}

}  // namespace

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
  LONGS_EQUAL(std::variant_size_v<Body>, kinds.size());
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
  std::ifstream file(DOORCALL_SOURCE_DIR "/transport/PROTOCOL.md");
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
  for (const Example& each : samples::read_examples()) {
    for (std::size_t at = 0; at < each.bytes.size(); ++at) {
      Packet changed = each.bytes;
      for (unsigned value = 0; value < 256; ++value) {
        changed[at] = static_cast<std::uint8_t>(value);
        Decoded message;
        if (transport::decode(changed, message).ok() && !samples::within(message.message())) {
          FAIL("a field out of bounds");
        }
        DecodedPresence presence;
        if (transport::decode(changed, presence).ok() && !samples::within(presence.presence())) {
          FAIL("a field out of bounds");
        }
      }
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
