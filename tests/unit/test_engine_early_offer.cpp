// Media offers while it rings: from the caller to who rings, back from a ringing device, and from
// nobody else.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

static const std::uint8_t kOffer[] = {1, 2, 3};

TEST_GROUP(EngineEarlyOffer) {
  Group group_{"panel@apt1", "hall@apt1", "panel@apt2"};

  Errc offer(std::size_t from, Bytes bytes = kOffer) {
    const Errc code = group_.give(group_.at(from), OfferEarly{group_.call, bytes}).code;
    group_.run(Millis{100});
    return code;
  }
  std::size_t heard(std::size_t by) {
    return group_.at(by).infos.size();
  }
};

TEST(EngineEarlyOffer, EveryDeviceThatRingsGetsIt) {
  group_.call_users(invite_users({"apt1", "apt2"}));
  CHECK_TRUE(offer(0) == Errc::kOk);
  for (std::size_t i = 1; i <= 3; ++i) {
    UNSIGNED_LONGS_EQUAL(1, heard(i));
    CHECK_TRUE(group_.at(i).infos[0].kind == InfoKind::kMediaOffer);
    CHECK_TRUE(group_.at(i).infos[0].from == group_.door().self);
    UNSIGNED_LONGS_EQUAL(3, group_.at(i).infos[0].bytes.size());
  }
}

TEST(EngineEarlyOffer, SoDoesOneThatRingsLater) {
  const Result result = group_.give(group_.door(), invite_users({"apt1"}));
  group_.call = result.call;
  CHECK_TRUE(group_.give(group_.door(), OfferEarly{group_.call, kOffer}).code == Errc::kOk);
  group_.run(Millis{500});
  UNSIGNED_LONGS_EQUAL(1, heard(1));
  UNSIGNED_LONGS_EQUAL(1, heard(2));
  UNSIGNED_LONGS_EQUAL(0, heard(3));
}

TEST(EngineEarlyOffer, ADeviceThatRingsAnswersToTheCallerOnly) {
  group_.call_users(invite_users({"apt1", "apt2"}));
  CHECK_TRUE(offer(2) == Errc::kOk);
  UNSIGNED_LONGS_EQUAL(1, heard(0));
  CHECK_TRUE(group_.door().infos[0].from == group_.at(2).self);
  CHECK_TRUE(group_.door().infos[0].kind == InfoKind::kMediaAnswer);
  UNSIGNED_LONGS_EQUAL(0, heard(1) + heard(3));
}

TEST(EngineEarlyOffer, ALostOneComesAgainWhenTheDeviceSaysAgainThatItRings) {
  group_.call_users(invite_users({"apt1"}));
  group_.lose(MessageKind::kInfo);
  CHECK_TRUE(offer(0) == Errc::kOk);
  group_.rig->pass = nullptr;
  group_.run(Seconds{5});
  UNSIGNED_LONGS_EQUAL(0, heard(1));
  group_.run(Seconds{8});  // past a heartbeat, which ringing answers
  UNSIGNED_LONGS_EQUAL(1, heard(1));
}

TEST(EngineEarlyOffer, NotOnceItIsAnsweredOrOver) {
  group_.call_users(invite_users({"apt1"}));
  group_.answer({1});
  CHECK_TRUE(offer(0) == Errc::kNotAllowed);
  CHECK_TRUE(offer(1) == Errc::kNotAllowed);
  CHECK_TRUE(offer(2) == Errc::kAlreadyEnded);
  UNSIGNED_LONGS_EQUAL(0, heard(0) + heard(1) + heard(2));
}

TEST(EngineEarlyOffer, SizesAreChecked) {
  group_.call_users(invite_users({"apt1"}));
  const std::vector<std::uint8_t> large(kOfferBytesMax + 1);
  CHECK_TRUE(offer(0, {}) == Errc::kInvalidArgument);
  CHECK_TRUE(offer(0, large) == Errc::kDataTooLarge);
  CHECK_TRUE(offer(0, Bytes(large).first(kOfferBytesMax)) == Errc::kOk);
  CHECK_TRUE(offer(3) == Errc::kUnknownCall);
}

TEST(EngineEarlyOffer, OthersAndOtherKindsAreDropped) {
  group_.call_users(invite_users({"apt1"}));
  Station& panel = group_.at(1);
  Actor door("door@gate");
  const LegKey leg{group_.door().self, 1};
  const auto says = [&](const Account& from, InfoKind kind, std::string_view to) {
    Message message;
    message.header.call = group_.call;
    message.header.leg = leg;
    message.header.incarnation = 77;
    message.header.connect = 1;
    message.header.sequence = 5;
    message.header.to = DeviceId::parse(to).value();
    message.body = Info{kind, MediaKind::kAudio, kOffer, "1", {}};
    panel.hear(from, message, 90);
  };
  says(account_of("panel@apt2"), InfoKind::kMediaOffer, "panel");
  says(group_.door().self, InfoKind::kKeyPress, "panel");
  says(group_.door().self, InfoKind::kMediaOffer, "hall");
  UNSIGNED_LONGS_EQUAL(0, panel.infos.size());
  says(group_.door().self, InfoKind::kMediaOffer, "panel");
  UNSIGNED_LONGS_EQUAL(1, panel.infos.size());
}

static Message early_info(Scene& scene, InfoKind kind, const LegKey& leg) {
  return scene.peer.say(scene.call, leg, Info{kind, MediaKind::kAudio, kOffer, "1", leg},
                        scene.station.self.device.view());
}
static std::size_t heard_after(Scene& scene, const Message& message) {
  scene.hear(message);
  return scene.station.infos.size();
}

TEST(EngineEarlyOffer, TheCallerHearsWhoRingsAndNobodyElse) {
  Scene scene(Stage::kCalling);
  const Message answer = early_info(scene, InfoKind::kMediaAnswer, scene.leg);
  UNSIGNED_LONGS_EQUAL(0, heard_after(scene, answer));
  scene.hear(scene.peer.ringing(scene.call, scene.leg, Alert::kChime));
  UNSIGNED_LONGS_EQUAL(0, heard_after(scene, answer));
  CHECK_TRUE(scene.station.give(OfferEarly{scene.call, kOffer}).code == Errc::kOk);
  UNSIGNED_LONGS_EQUAL(0, scene.station.count(MessageKind::kInfo));  // a chime shows nothing
  scene.hear(scene.peer.ringing(scene.call, scene.leg));
  UNSIGNED_LONGS_EQUAL(1, scene.station.count(MessageKind::kInfo));
  scene.station.hear(account_of("panel@apt9"), answer, 90);
  UNSIGNED_LONGS_EQUAL(0, scene.station.infos.size());
  UNSIGNED_LONGS_EQUAL(
      0, heard_after(scene, early_info(scene, InfoKind::kMediaAnswer, {scene.peer.self, 7})));
  UNSIGNED_LONGS_EQUAL(1, heard_after(scene, answer));
  CHECK_TRUE(scene.counters().dropped_not_entitled >= 4);
}

TEST(EngineEarlyOffer, WhatIsAddressedToNoDeviceIsHeardByNone) {
  Scene scene(Stage::kRinging);
  Message offer = early_info(scene, InfoKind::kMediaOffer, scene.leg);
  offer.header.to = {};
  UNSIGNED_LONGS_EQUAL(0, heard_after(scene, offer));
  offer.header.to = scene.station.self.device;
  UNSIGNED_LONGS_EQUAL(1, heard_after(scene, offer));
}

TEST(EngineEarlyOffer, WhatIsMeantForAnotherWhoRingsIsNotHeard) {
  Scene scene(Stage::kUnknown);
  const LegKey others{scene.peer.self, 2};
  const LegView legs[] = {leg_view({scene.peer.self, 0}, "door@gate", LegState::kConnected),
                          leg_view(scene.leg, "panel@apt1", LegState::kRinging),
                          leg_view(others, "panel@apt2", LegState::kRinging)};
  Invite invite = scene.peer.invite_body(Millis{90'000});
  invite.roster = legs;
  scene.hear(scene.peer.say(scene.call, scene.leg, invite));
  STRCMP_EQUAL("door@gate connected, apt1 ringing, apt2 ringing",
               members(scene.station, scene.call).c_str());
  UNSIGNED_LONGS_EQUAL(0, heard_after(scene, early_info(scene, InfoKind::kMediaOffer, others)));
  UNSIGNED_LONGS_EQUAL(1, heard_after(scene, early_info(scene, InfoKind::kMediaOffer, scene.leg)));
}

TEST(EngineEarlyOffer, WhoHasAnsweredHearsItStillAndAConnectedOneNot) {
  Scene scene(Stage::kAccepting);
  const Message offer = early_info(scene, InfoKind::kMediaOffer, scene.leg);
  UNSIGNED_LONGS_EQUAL(1, heard_after(scene, offer));
  scene.hear(scene.peer.confirm(scene.call, "panel"));
  UNSIGNED_LONGS_EQUAL(1, heard_after(scene, offer));
}

TEST(EngineEarlyOffer, AMemberHearsWhoRingsForItsOwnAddition) {
  group_.call_users(invite_users({"apt1"}));
  group_.answer({1});
  InviteUsers more = invite_users({"apt2"});
  more.call = group_.call;
  CHECK_TRUE(group_.give(group_.door(), more).code == Errc::kOk);
  group_.run(Millis{500});
  CHECK_TRUE(offer(3) == Errc::kOk);
  UNSIGNED_LONGS_EQUAL(1, heard(0));
  UNSIGNED_LONGS_EQUAL(0, heard(1));
}

TEST(EngineEarlyOffer, AMemberHearsNobodyWhoRingsForAnothersAddition) {
  Trio trio("door@gate");
  const LegKey added{trio.one.self, 1};
  const LegView third = leg_view(added, "panel@apt3", LegState::kRinging);
  STRCMP_EQUAL("event:member(apt3 ringing) ack",
               trio.roster(trio.one, {trio.door.self, 1}, {&third, 1}).c_str());
  Actor three("panel@apt3");
  const Info answer{InfoKind::kMediaAnswer, MediaKind::kAudio, kOffer, {}, added};
  STRCMP_EQUAL("", trio.hear(three, three.say(trio.call, added, Ringing{}, "door")).c_str());
  STRCMP_EQUAL("", trio.hear(three, three.say(trio.call, added, answer, "door")).c_str());
  UNSIGNED_LONGS_EQUAL(2, trio.station.counters().dropped_not_entitled);
}

TEST(EngineEarlyOffer, ItLeavesRoomForCalls) {
  Station::Options options;
  options.limits.pool_bytes = 20'000;
  Scene scene(Stage::kUnknown, options);
  const std::string data(kDataBytesMax, 'x');
  const std::vector<std::uint8_t> large(kOfferBytesMax);
  InviteUsers command = invite(scene.peer.self.user);
  command.data = data;
  command.offer = large;
  const Result result = scene.station.give(command);
  CHECK_TRUE(result.code == Errc::kOk);
  CHECK_TRUE(scene.station.give(OfferEarly{result.call, kOffer}).code == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(1, scene.counters().outgoing_full);
}

TEST(EngineEarlyOffer, OneThatIsLargerThanThePoolIsRefused) {
  Station::Options options;
  options.limits.pool_bytes = 4'096;
  Scene scene(Stage::kCalling, options);
  const std::vector<std::uint8_t> large(kOfferBytesMax);
  CHECK_TRUE(scene.station.give(OfferEarly{scene.call, large}).code == Errc::kTooManyCalls);
  CHECK_TRUE(scene.station.give(OfferEarly{scene.call, kOffer}).code == Errc::kOk);
}
