// The gateway between engine and link, with a link that only records.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "transport/gateway.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::transport;

namespace {

struct Published {
  std::string topic;
  std::vector<std::uint8_t> payload;
  bool retain = false;
  std::optional<std::uint32_t> expiry_s;
};

struct FakeLink final : Link {
  void open(const OpenRequest& request) override { opened.push_back(request); }
  bool publish(const Publication& publication) override {
    if (!takes) {
      return false;
    }
    published.push_back({std::string(publication.topic),
                         {publication.payload.begin(), publication.payload.end()},
                         publication.retain,
                         publication.expiry_s});
    return true;
  }
  void close() override { ++closed; }
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] Instant next_deadline() const override { return kNever; }
  void process(Instant /*now*/) override {}
  [[nodiscard]] int socket() const override { return -1; }

  bool takes = true;
  int closed = 0;
  std::vector<OpenRequest> opened;
  std::vector<Published> published;
};

Account account(const char* text) {
  return *Account::parse(text);
}

Message ringing() {
  Message message;
  message.header.call = *CallId::parse("000102030405060708090a0b0c0d0e0f");
  message.header.leg = {account("door@gate"), 1};
  message.header.incarnation = 77;
  message.header.connect = 2;
  message.header.sequence = 5;
  message.body = Ringing{Alert::kWaiting, 42};
  return message;
}

}  // namespace

TEST_GROUP(Gateway) {
  Gateway gateway{{account("panel@flat1"), TopicRoot(), "Kitchen", "panel", "doorcall 0.1"}};
  FakeLink link;
  /// What on_input saw, as words.
  std::vector<std::string> inputs;
  /// Looked at while the views live.
  std::function<void(const Input&)> look;

  void setup() override {
    gateway.set_link(&link);
    gateway.on_input = [this](const Input& input) {
      constexpr std::array<const char*, std::variant_size_v<Input>> kNames{
          "time", "up", "lost", "message", "foreign", "presence", "cleared"};
      inputs.emplace_back(kNames[input.index()]);
      if (look) {
        look(input);
      }
    };
  }
  void arrive(std::string_view topic, std::span<const std::uint8_t> payload, bool retained = false,
              std::optional<std::uint32_t> expiry = {}) {
    gateway.arrived({topic, payload, retained, expiry});
  }
  std::vector<std::uint8_t> bytes_of(const Message& message) {
    std::vector<std::uint8_t> bytes(kMessageBytesMax);
    bytes.resize(encode(message, bytes));
    return bytes;
  }
};

TEST(Gateway, SendsAMessageToTheUsersInboxUnderItsOwnName) {
  SendMessage order;
  order.to = *UserId::parse("gate");
  order.expiry_s = 30;
  order.message = ringing();
  CHECK(gateway.execute(order));
  CHECK_EQUAL(1U, link.published.size());
  CHECK(link.published[0].topic == "doorcall/v1/gate/inbox/panel@flat1");
  CHECK(link.published[0].expiry_s == 30U);
  CHECK_FALSE(link.published[0].retain);
  CHECK(link.published[0].payload == bytes_of(order.message));
  CHECK_EQUAL(1U, gateway.counters().sent);
}

TEST(Gateway, FillsItsOwnWordsIntoPresenceAndWill) {
  SendPresence order;
  order.presence.incarnation = 7;
  order.presence.connect = 3;
  order.presence.state = PresenceState::kIdle;
  order.expiry_s = 3'900;
  CHECK(gateway.execute(order));
  CHECK(link.published[0].topic == "doorcall/v1/flat1/presence/panel");
  CHECK(link.published[0].retain);
  OpenLink open;
  open.will.incarnation = 7;
  open.will.connect = 3;
  CHECK(gateway.execute(open));
  CHECK_EQUAL(1U, link.opened.size());
  CHECK(link.opened[0].will_topic == "doorcall/v1/flat1/presence/panel");
  for (const auto& payload : {link.published[0].payload, link.opened[0].will_payload,
                              link.opened[0].delayed_will_payload}) {
    DecodedPresence decoded;
    CHECK(decode(payload, decoded).ok());
    CHECK(decoded.presence().name == "Kitchen");
    CHECK(decoded.presence().device_kind == "panel");
    CHECK(decoded.presence().software == "doorcall 0.1");
  }
}

TEST(Gateway, AWillThatTheBrokerDelaysMayBeBelievedAtOnceAnotherNot) {
  OpenLink open;
  open.will.incarnation = 7;
  open.will.connect = 3;
  CHECK(gateway.execute(open));
  DecodedPresence decoded;
  CHECK(decode(link.opened[0].will(true), decoded).ok());
  CHECK_TRUE(decoded.presence().settled);
  CHECK(decode(link.opened[0].will(false), decoded).ok());
  CHECK_FALSE(decoded.presence().settled);
}

TEST(Gateway, SubscribesToPresenceWithRetainedThenToItsInboxWithout) {
  CHECK(gateway.execute(OpenLink{}));
  const auto& subscriptions = link.opened[0].subscriptions;
  CHECK_EQUAL(2U, subscriptions.size());
  CHECK(subscriptions[0].filter == "doorcall/v1/+/presence/+");
  CHECK_EQUAL(0, subscriptions[0].retain_handling);
  CHECK(subscriptions[1].filter == "doorcall/v1/flat1/inbox/+");
  CHECK_EQUAL(2, subscriptions[1].retain_handling);
}

TEST(Gateway, SubscribesToThePresenceOfThoseItFollowsOnly) {
  Gateway narrow{{.self = account("panel@flat1"),
                  .root = TopicRoot(),
                  .name = {},
                  .device_kind = {},
                  .software = {},
                  .followed = {*UserId::parse("flat1"), *UserId::parse("gate")}}};
  narrow.set_link(&link);
  CHECK(narrow.execute(OpenLink{}));
  const auto& subscriptions = link.opened[0].subscriptions;
  CHECK_EQUAL(3U, subscriptions.size());
  CHECK(subscriptions[0].filter == "doorcall/v1/flat1/presence/+");
  CHECK(subscriptions[1].filter == "doorcall/v1/gate/presence/+");
  CHECK_EQUAL(0, subscriptions[1].retain_handling);
  CHECK(subscriptions[2].filter == "doorcall/v1/flat1/inbox/+");
}

TEST(Gateway, AsksForAPushUnderItsOwnName) {
  SendPush order;
  order.to = *UserId::parse("flat2");
  order.expiry_s = 90;
  order.push.leg = {account("panel@flat1"), 1};
  order.push.caller = account("panel@flat1");
  CHECK(gateway.execute(order));
  CHECK(link.published.at(0).topic == "doorcall/v1/flat2/push/panel@flat1");
  CHECK_FALSE(link.published[0].retain);
  CHECK(link.published[0].expiry_s == 90U);
  std::vector<std::uint8_t> expected(kMessageBytesMax);
  expected.resize(encode(order.push, expected));
  CHECK(!expected.empty() && link.published[0].payload == expected);
}

TEST(Gateway, AMessageOfAnotherVersionIsHandedOnIfItsKindIsKnown) {
  const auto good = bytes_of(ringing());
  CHECK(good[1] == 0 && good[2] == 1 && good[3] == 1 && good[4] == 2);  // version 1, kind 2
  const auto foreign = [&](std::uint8_t kind) {
    auto bytes = good;
    bytes[2] = 2;
    bytes[4] = kind;
    arrive("doorcall/v1/flat1/inbox/door@gate", bytes);
  };
  constexpr std::array<std::uint8_t, 14> kKinds{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  for (const std::uint8_t kind : kKinds) {
    look = [kind](const Input& input) {
      CHECK_EQUAL(kind, static_cast<int>(std::get<ForeignVersionReceived>(input).kind));
    };
    foreign(kind);
  }
  CHECK_EQUAL(14U, inputs.size());
  constexpr std::array<std::uint8_t, 4> kNoKinds{0, 15, 16, 127};
  std::for_each(kNoKinds.begin(), kNoKinds.end(), foreign);
  CHECK_EQUAL(14U, inputs.size());
  CHECK_EQUAL(4U, gateway.counters().dropped_unknown_kind);
}

TEST(Gateway, CountsWhatTheLinkDoesNotTake) {
  link.takes = false;
  SendMessage order;
  order.to = *UserId::parse("gate");
  order.message = ringing();
  CHECK(gateway.execute(order));
  gateway.set_link(nullptr);
  CHECK(gateway.execute(order));
  CHECK_EQUAL(2U, gateway.counters().send_dropped);
  CHECK_EQUAL(0U, gateway.counters().sent);
}

TEST(Gateway, LeavesOtherOutputsAlone) {
  CHECK_FALSE(gateway.execute(CallEvent{}));
  CHECK_FALSE(gateway.execute(Stopped{}));
  CHECK(gateway.execute(CloseLink{}));
  CHECK_EQUAL(1, link.closed);
}

TEST(Gateway, HandsOnAMessageWithTheSenderOfTheTopic) {
  const auto bytes = bytes_of(ringing());
  look = [](const Input& input) {
    const auto& received = std::get<MessageReceived>(input);
    CHECK(received.sender == account("door@gate"));
    CHECK(received.retained);
    CHECK(received.expiry_left == 7U);
    CHECK_EQUAL(42U, std::get<Ringing>(received.message->body).nonce);
    CHECK_EQUAL(5U, received.message->header.sequence);
  };
  arrive("doorcall/v1/flat1/inbox/door@gate", bytes, true, 7);
  look = [](const Input& input) {
    CHECK_FALSE(std::get<MessageReceived>(input).expiry_left.has_value());
  };
  arrive("doorcall/v1/flat1/inbox/door@gate", bytes);
  CHECK_EQUAL(2U, inputs.size());
}

TEST(Gateway, HandsOnPresenceAndItsDeletion) {
  Presence presence;
  presence.incarnation = 7;
  presence.connect = 1;
  presence.state = PresenceState::kDnd;
  presence.name = "Gate";
  std::array<std::uint8_t, kPresenceBytesMax> bytes{};
  const std::size_t size = encode(presence, bytes);
  look = [](const Input& input) {
    const auto& received = std::get<PresenceReceived>(input);
    CHECK(received.account == account("door@gate"));
    CHECK(received.presence.state == PresenceState::kDnd);
    CHECK(received.presence.name == "Gate");
  };
  arrive("doorcall/v1/gate/presence/door", std::span(bytes).first(size), true, 100);
  look = [](const Input& input) {
    CHECK(std::get<PresenceCleared>(input).account == account("door@gate"));
  };
  arrive("doorcall/v1/gate/presence/door", {}, false);
  CHECK_EQUAL(2U, inputs.size());
  CHECK(inputs[1] == "cleared");
}

TEST(Gateway, GarbageInPlaceOfTheOwnPresenceHidesIt) {
  const std::array<std::uint8_t, 1> garbage{0xC1};
  look = [](const Input& input) {
    CHECK(std::get<PresenceCleared>(input).account == account("panel@flat1"));
  };
  arrive("doorcall/v1/flat1/presence/panel", garbage, false);
  CHECK_EQUAL(1U, inputs.size());
  arrive("doorcall/v1/flat1/presence/panel", garbage, true);  // from before the own birth
  CHECK_EQUAL(1U, inputs.size());
}

TEST(Gateway, CountsGarbageByCauseAndHandsNothingOn) {
  const auto good = bytes_of(ringing());
  const std::vector<std::uint8_t> huge(kMessageBytesMax + 1);
  const std::array<std::uint8_t, 1> garbage{0xC1};
  arrive("doorcall/v1/flat2/inbox/door@gate", good);       // somebody else's inbox
  arrive("doorcall/v1/flat1/inbox/door@gate/more", good);  // no such topic
  arrive("", good);
  arrive("doorcall/v1/flat1/inbox/door@gate", garbage);
  arrive("doorcall/v1/flat1/inbox/door@gate", {});
  arrive("doorcall/v1/gate/presence/door", garbage);
  arrive("doorcall/v1/flat1/inbox/door@gate", huge);
  for (std::size_t size = 1; size < good.size(); ++size) {
    arrive("doorcall/v1/flat1/inbox/door@gate", std::span(good).first(size));
  }
  CHECK(inputs.empty());
  const GatewayCounters& counters = gateway.counters();
  CHECK_EQUAL(3U, counters.dropped_topic);
  CHECK_EQUAL(3U + good.size() - 1, counters.dropped_malformed);
  CHECK_EQUAL(1U, counters.dropped_too_large);
  CHECK_EQUAL(7U + good.size() - 1, counters.received);
  CHECK(counters.last_error == DecodeError::kTruncated);
}

TEST(Gateway, TellsTheEngineOfTheLink) {
  look = [](const Input& input) {
    CHECK_FALSE(std::get<LinkConnected>(input).mqtt5);
    CHECK(std::get<LinkConnected>(input).session_present);
  };
  gateway.link_up({false, true});
  look = [](const Input& input) {
    const auto& lost = std::get<LinkLost>(input);
    CHECK(lost.cause == LinkLost::Cause::kTakenOver);
    CHECK_EQUAL(0x8E, lost.code);
    CHECK(lost.text == "gone");
  };
  gateway.link_down({LinkDownInfo::Cause::kTakenOver, 0x8E, "gone"});
  int closed = 0;
  gateway.on_closed = [&] { ++closed; };
  gateway.link_down({LinkDownInfo::Cause::kClosed, 0, "closed"});
  CHECK_EQUAL(1, closed);
  CHECK_EQUAL(2U, inputs.size());
}

TEST(Gateway, ReportsRefusedPublications) {
  std::string seen;
  gateway.publish_refused("t", 0x87);
  gateway.on_refused = [&](std::string_view topic, std::uint8_t code) {
    seen = std::string(topic) + std::to_string(code);
  };
  gateway.publish_refused("t", 0x87);
  CHECK(seen == "t135");
  CHECK_EQUAL(2U, gateway.counters().publish_refused);
  CHECK(inputs.empty());
}
