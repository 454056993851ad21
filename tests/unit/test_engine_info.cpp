// What members of a call tell each other beside the call: once each, in order, between members
// only, and never in the way of calls.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

static std::string texts(const Station& station) {
  std::string all;
  for (const InfoEvent& info : station.infos) {
    all += (all.empty() ? "" : " ") + std::string(info.text);
  }
  return all;
}

TEST_GROUP(EngineInfo) {
  Group group_{"panel@apt1", "panel@apt2"};

  void connect() {
    group_.call_users(invite_users({"apt1", "apt2"}));
    group_.answer({1, 2});
    group_.rig->forget_words();
  }
  Errc send(std::size_t from, std::string_view text, std::string_view to = {}) {
    SendInfo command = info_to(group_.call, text);
    if (!to.empty()) {
      command.user = user(to);
    }
    return group_.give(group_.at(from), command).code;
  }
};

TEST(EngineInfo, EveryOtherMemberGetsIt) {
  connect();
  SendInfo command = info_to(group_.call, "hello");
  const Result result = group_.give(group_.at(1), command);
  CHECK_TRUE(result.code == Errc::kOk);
  UNSIGNED_LONGS_EQUAL(2, result.copies);
  group_.run(Millis{100});
  STRCMP_EQUAL("hello", texts(group_.door()).c_str());
  STRCMP_EQUAL("hello", texts(group_.at(2)).c_str());
  CHECK_TRUE(group_.door().infos[0].from == group_.at(1).self);
  CHECK_TRUE(group_.door().infos[0].call == group_.call);
  UNSIGNED_LONGS_EQUAL(2, group_.at(1).receipts.size());
  UNSIGNED_LONGS_EQUAL(result.ticket, group_.at(1).receipts[0].ticket);
  UNSIGNED_LONGS_EQUAL(result.ticket, group_.at(1).receipts[1].ticket);
}

TEST(EngineInfo, OrOneOfThem) {
  connect();
  CHECK_TRUE(send(1, "psst", "apt2") == Errc::kOk);
  group_.run(Millis{100});
  STRCMP_EQUAL("", texts(group_.door()).c_str());
  STRCMP_EQUAL("psst", texts(group_.at(2)).c_str());
}

TEST(EngineInfo, EachKindArrivesAsItWasSent) {
  connect();
  const std::uint8_t bytes[] = {1, 0, 255};
  for (std::uint8_t i = 0; i <= kInfoKindLast; ++i) {
    SendInfo command;
    command.call = group_.call;
    command.user = user("apt1");
    command.kind = static_cast<InfoKind>(i);
    command.media = MediaKind::kVideo;
    command.bytes = bytes;
    command.text = command.kind == InfoKind::kMediaSwitch ? "no text\xFF" : "12#";
    CHECK_TRUE(group_.give(group_.door(), command).code == Errc::kOk);
  }
  group_.run(Millis{500});
  const auto& infos = group_.at(1).infos;
  UNSIGNED_LONGS_EQUAL(kInfoKindLast + 1U, infos.size());
  for (std::uint8_t i = 0; i <= kInfoKindLast; ++i) {
    const InfoEvent& info = infos[i];
    CHECK_TRUE(info.kind == static_cast<InfoKind>(i));
    const bool media = info.kind <= InfoKind::kMediaCandidate;
    UNSIGNED_LONGS_EQUAL(media ? 3 : 0, info.bytes.size());
    CHECK_TRUE(info.text == (media || info.kind == InfoKind::kMediaSwitch ? "" : "12#"));
  }
  CHECK_TRUE(infos[3].media == MediaKind::kVideo);
  UNSIGNED_LONGS_EQUAL(255, infos[2].bytes[2]);
}

TEST(EngineInfo, WhatIsLostIsSaidAgainAndNothingOvertakesIt) {
  connect();
  std::size_t lost = 0;
  group_.rig->pass = [&lost](const Account&, const Message& message) {
    return kind_of(message.body) != MessageKind::kInfo || ++lost > 2;
  };
  for (const std::string_view text : {"one", "two", "three"}) {
    CHECK_TRUE(send(0, text, "apt1") == Errc::kOk);
  }
  group_.run(Seconds{10});
  STRCMP_EQUAL("one two three", texts(group_.at(1)).c_str());
  UNSIGNED_LONGS_EQUAL(3, group_.door().receipts.size());
}

TEST(EngineInfo, WhereReceiptsAreLostNothingIsToldTwice) {
  connect();
  std::size_t lost = 0;
  group_.rig->pass = [&lost](const Account& from, const Message& message) {
    return from.user.view() != "apt1" || kind_of(message.body) != MessageKind::kAck || ++lost > 2;
  };
  CHECK_TRUE(send(0, "one", "apt1") == Errc::kOk);
  CHECK_TRUE(send(0, "two", "apt1") == Errc::kOk);
  group_.run(Seconds{10});
  STRCMP_EQUAL("one two", texts(group_.at(1)).c_str());
  UNSIGNED_LONGS_EQUAL(2, group_.door().receipts.size());
}

TEST(EngineInfo, AnOutageOnlyDelaysIt) {
  connect();
  group_.rig->disconnect(group_.at(1));
  CHECK_TRUE(send(0, "one", "apt1") == Errc::kOk);
  CHECK_TRUE(send(1, "two", "gate") == Errc::kOk);
  group_.run(Seconds{5});
  STRCMP_EQUAL("", texts(group_.at(1)).c_str());
  group_.rig->connect(group_.at(1));
  group_.run(Seconds{10});
  STRCMP_EQUAL("one", texts(group_.at(1)).c_str());
  STRCMP_EQUAL("two", texts(group_.door()).c_str());
}

TEST(EngineInfo, WhatAMemberHasNotGotGoesWithIt) {
  connect();
  group_.lose(MessageKind::kInfo);
  CHECK_TRUE(send(0, "late", "apt1") == Errc::kOk);
  group_.give(group_.at(1), hang_up(group_.call));
  group_.run(Seconds{3});
  group_.rig->pass = {};
  group_.run(Seconds{20});
  STRCMP_EQUAL("", texts(group_.at(1)).c_str());
  UNSIGNED_LONGS_EQUAL(0, group_.door().receipts.size());
  CHECK_TRUE(send(0, "later", "apt1") == Errc::kNotInvited);
}

TEST(EngineInfo, CommandsThatMakeNoSenseSayWhy) {
  CHECK_TRUE(send(0, "x") == Errc::kUnknownCall);
  group_.call_users(invite_users({"apt1"}));
  CHECK_TRUE(send(0, "x") == Errc::kNotAllowed);
  CHECK_TRUE(send(1, "x") == Errc::kNotAllowed);
  group_.answer({1});
  CHECK_TRUE(send(0, "x", "apt2") == Errc::kNotInvited);
  CHECK_TRUE(send(0, "\xC0\xAF") == Errc::kNotUtf8);
  CHECK_TRUE(send(0, std::string(kDataBytesMax + 1, 'x')) == Errc::kDataTooLarge);
  SendInfo keys = info_to(group_.call, "12E");
  keys.kind = InfoKind::kKeyPress;
  CHECK_TRUE(group_.give(group_.door(), keys).code == Errc::kInvalidArgument);
  SendInfo offer = info_to(group_.call, "");
  offer.kind = InfoKind::kMediaOffer;
  CHECK_TRUE(group_.give(group_.door(), offer).code == Errc::kInvalidArgument);
  const std::vector<std::uint8_t> large(kOfferBytesMax + 1);
  offer.bytes = large;
  CHECK_TRUE(group_.give(group_.door(), offer).code == Errc::kDataTooLarge);
  group_.give(group_.door(), hang_up(group_.call));
  CHECK_TRUE(send(0, "x") == Errc::kAlreadyEnded);
}

TEST(EngineInfo, AMemberThatDoesNotListenStopsTheSender) {
  connect();
  group_.lose(MessageKind::kInfo);
  for (std::size_t i = 0; i < kInfosPerMemberMax; ++i) {
    CHECK_TRUE(send(0, "x", "apt1") == Errc::kOk);
  }
  CHECK_TRUE(send(0, "x", "apt1") == Errc::kTooManyCalls);
  CHECK_TRUE(send(0, "x") == Errc::kTooManyCalls);  // not for the others either
  CHECK_TRUE(send(0, "x", "apt2") == Errc::kOk);
}

TEST(EngineInfo, LongDataLeavesRoomForCalls) {
  connect();
  group_.lose(MessageKind::kInfo);
  std::size_t taken = 0;
  while (send(0, std::string(kDataBytesMax, 'x'), "apt1") == Errc::kOk) {
    ++taken;
  }
  CHECK_TRUE(taken >= 2 && taken <= kInfosPerMemberMax);
  for (const std::size_t each : {0U, 1U}) {
    CHECK_TRUE(group_.give(group_.at(each), hang_up(group_.call)).code == Errc::kOk);
  }
  group_.run(Seconds{3});
  group_.call_users(invite_users({"apt1"}));
  STRCMP_EQUAL("ringing", group_.state(1).c_str());
}

// --- who may say it

TEST_GROUP(EngineInfoFromOthers) {
  Trio trio_{"panel@apt1"};
  const Info hello_{InfoKind::kData, MediaKind::kAudio, {}, "hello", {trio_.door.self, 1}};

  std::string hear(Actor & from, const LegKey& leg, std::string_view to = "panel") {
    return trio_.hear(from, from.say(trio_.call, leg, hello_, to));
  }
};

TEST(EngineInfoFromOthers, AMemberAboutItsOwnLeg) {
  STRCMP_EQUAL("ack info(data)", hear(trio_.two, {trio_.door.self, 2}).c_str());
  STRCMP_EQUAL("ack info(data)", hear(trio_.door, {trio_.door.self, 0}).c_str());
}

TEST(EngineInfoFromOthers, NobodyElse) {
  Actor stranger("imp@elsewhere", 0xBAD);
  STRCMP_EQUAL("", hear(stranger, {trio_.door.self, 2}).c_str());
  STRCMP_EQUAL("", hear(stranger, {stranger.self, 0}).c_str());
  STRCMP_EQUAL("", hear(trio_.two, {trio_.door.self, 0}).c_str());  // another's leg
  STRCMP_EQUAL("", hear(trio_.two, {trio_.door.self, 1}).c_str());  // this device's
  UNSIGNED_LONGS_EQUAL(4, trio_.station.counters().dropped_not_entitled);
  UNSIGNED_LONGS_EQUAL(0, trio_.station.infos.size());
}

TEST(EngineInfoFromOthers, NothingForAnEarlierLegOfThisDevice) {
  Info earlier = hello_;
  earlier.member = {trio_.two.self, 1};
  const Message message = trio_.two.say(trio_.call, {trio_.door.self, 2}, earlier, "panel");
  STRCMP_EQUAL("", trio_.hear(trio_.two, message).c_str());
  UNSIGNED_LONGS_EQUAL(1, trio_.station.counters().dropped_not_entitled);
}

TEST(EngineInfoFromOthers, NotToAllDevicesAndNotRetained) {
  STRCMP_EQUAL("", hear(trio_.two, {trio_.door.self, 2}, "").c_str());
  const Message message = trio_.two.say(trio_.call, {trio_.door.self, 2}, hello_, "panel");
  trio_.station.hear(trio_.two.self, message, 90, true);
  UNSIGNED_LONGS_EQUAL(1, trio_.station.counters().dropped_retained);
  UNSIGNED_LONGS_EQUAL(0, trio_.station.infos.size());
}

TEST(EngineInfoFromOthers, NotFromAnotherLifeOfAMember) {
  (void)hear(trio_.two, {trio_.door.self, 2});
  trio_.two.restart();
  STRCMP_EQUAL("", hear(trio_.two, {trio_.door.self, 2}).c_str());
  UNSIGNED_LONGS_EQUAL(1, trio_.station.counters().dropped_not_entitled);
}

TEST(EngineInfoFromOthers, TheSameAgainIsAcknowledgedOnly) {
  const Message first = trio_.two.say(trio_.call, {trio_.door.self, 2}, hello_, "panel");
  const Message second = trio_.two.say(trio_.call, {trio_.door.self, 2}, hello_, "panel");
  STRCMP_EQUAL("ack info(data)", trio_.hear(trio_.two, first).c_str());
  STRCMP_EQUAL("ack", trio_.hear(trio_.two, first).c_str());
  STRCMP_EQUAL("ack info(data)", trio_.hear(trio_.two, second).c_str());
  STRCMP_EQUAL("ack", trio_.hear(trio_.two, first).c_str());
}

TEST(EngineInfoFromOthers, AlsoWhenItsSenderHasANewLegSince) {
  const Message message = trio_.two.say(trio_.call, {trio_.door.self, 2}, hello_, "panel");
  STRCMP_EQUAL("ack info(data)", trio_.hear(trio_.two, message).c_str());
  const LegKey heirs{trio_.door.self, 7};
  const LegView views[] = {leg_view(heirs, "panel@apt2", LegState::kConnected, 3),
                           leg_view({trio_.door.self, 2}, "panel@apt2", LegState::kEnded, 2)};
  (void)trio_.roster(trio_.door, {trio_.door.self, 0}, views);
  Message again = message;
  again.header.leg = heirs;
  STRCMP_EQUAL("ack", trio_.hear(trio_.two, again).c_str());
}

TEST(EngineInfoFromOthers, ASequenceCountsWithinALife) {
  const Message message = trio_.two.say(trio_.call, {trio_.door.self, 2}, hello_, "panel");
  STRCMP_EQUAL("ack info(data)", trio_.hear(trio_.two, message).c_str());
  trio_.two.restart();
  (void)trio_.hear(trio_.two, trio_.two.join(trio_.call));
  const LegKey leg = trio_.station.last(MessageKind::kConfirm).header().leg;
  Message again = trio_.two.say(trio_.call, leg, hello_, "panel");
  again.header.sequence = message.header.sequence;
  STRCMP_EQUAL("ack info(data)", trio_.hear(trio_.two, again).c_str());
}

TEST(EngineInfoFromOthers, AlsoWhereTheNextLifeSpeaksOfTheEarlierLeg) {
  const Message message = trio_.two.say(trio_.call, {trio_.door.self, 2}, hello_, "panel");
  STRCMP_EQUAL("ack info(data)", trio_.hear(trio_.two, message).c_str());
  trio_.two.restart();
  (void)trio_.hear(trio_.two, trio_.two.leave(trio_.call, {trio_.door.self, 2}, Reason::kPeerLost));
  (void)trio_.hear(trio_.two, trio_.two.join(trio_.call));
  const LegKey leg = trio_.station.last(MessageKind::kConfirm).header().leg;
  Message again = trio_.two.say(trio_.call, leg, hello_, "panel");
  again.header.sequence = message.header.sequence;
  STRCMP_EQUAL("ack info(data)", trio_.hear(trio_.two, again).c_str());
}

TEST(EngineInfoFromOthers, OfACallThatIsNotKnownNothingIsOwed) {
  const Message message = trio_.two.say(call_id(0x99), {trio_.door.self, 2}, hello_, "panel");
  STRCMP_EQUAL("", trio_.hear(trio_.two, message).c_str());
  UNSIGNED_LONGS_EQUAL(1, trio_.station.counters().dropped_unknown_call);
}

TEST(EngineInfoFromOthers, TheReceiptOfAnotherDeviceIsNone) {
  CHECK_TRUE(trio_.station.give(info_to(trio_.call, "hello")).code == Errc::kOk);
  (void)trio_.station.words();
  const Sent sent = trio_.station.last(MessageKind::kInfo);
  Actor other("attic@" + std::string(sent.to.view()), 0xA3);
  STRCMP_EQUAL("", trio_.hear(other, other.ack(sent.header())).c_str());
  UNSIGNED_LONGS_EQUAL(0, trio_.station.receipts.size());
}
