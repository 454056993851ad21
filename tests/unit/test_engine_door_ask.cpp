// Asking for another device's door: whole engines on a wire that loses what the test says.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineDoorAsk) {
  Group group_{"panel@apt1", "desk@office"};

  void setup() override {
    Settings settings = group_.door().engine().settings();
    settings.has_door = true;
    settings.door_allow[0] = group_.at(2).self;
    settings.door_allow_count = 1;
    group_.door().engine().reconfigure(settings);
    group_.rig->forget_words();
  }
  void connect() {
    group_.call_users(invite_users({"apt1"}));
    group_.answer({1});
    group_.rig->forget_words();
  }
  Errc ask(std::size_t who, const OpenDoor& command) {
    return group_.give(group_.at(who), command).code;
  }
  /// The door is driven as often as it is ordered, at once.
  void pass(Millis span) {
    for (Millis gone{0}; gone < span; gone += Millis{50}) {
      group_.run(Millis{50});
      while (driven_ < group_.door().pulses.size()) {
        group_.give(group_.door(), DoorPulsed{group_.door().pulses[driven_++].number, true});
      }
    }
  }
  void lose_first(DoorStep step, std::size_t count) {
    group_.rig->pass = [step, left = count](const Account&, const Message& message) mutable {
      const auto* door = std::get_if<Door>(&message.body);
      return door == nullptr || door->step != step || left == 0 || left-- == 0;
    };
  }
  /// The panel answers the gate by itself, and opens.
  void ring_to_open() {
    Settings settings = group_.at(1).engine().settings();
    (void)settings.doors.add(user("gate"));
    group_.at(1).engine().reconfigure(settings);
    CHECK_TRUE(group_.give(group_.at(1), SetRingToOpen{Millis{60'000}}).code == Errc::kOk);
  }
  std::string told(std::size_t who) {
    std::string all;
    for (const DoorEvent& event : group_.at(who).doors) {
      all += (all.empty() ? "" : " ") + std::string(event.here ? "" : "other:") +
             std::string(to_string(event.change));
      if (event.change == DoorChange::kRefused) {
        all += "(" + std::string(to_string(event.result)) + ")";
      }
    }
    return all;
  }
  std::size_t driven_ = 0;
};

TEST(EngineDoorAsk, OfTheConnectedCall) {
  connect();
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kOk);
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kAlreadySent);
  pass(Millis{500});
  STRCMP_EQUAL("other:opened", told(1).c_str());
  STRCMP_EQUAL("asked opened", told(0).c_str());
  CHECK_TRUE(group_.at(1).doors[0].who == group_.door().self);
  CHECK_TRUE(group_.at(1).doors[0].in_call);
  STRCMP_EQUAL("connected", group_.state(1).c_str());
}

TEST(EngineDoorAsk, OfAUserWithoutACall) {
  CHECK_TRUE(ask(2, {{}, user("gate")}) == Errc::kOk);
  pass(Millis{500});
  STRCMP_EQUAL("other:opened", told(2).c_str());
  CHECK_FALSE(group_.at(2).doors[0].in_call);
  CHECK_TRUE(ask(1, {{}, user("gate")}) == Errc::kOk);
  pass(Millis{500});
  STRCMP_EQUAL("other:refused(not_allowed)", told(1).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.door().pulses.size());
}

TEST(EngineDoorAsk, OfWhoRingsWhereTheListAllowsIt) {
  group_.call_users(invite_users({"office"}));
  CHECK_TRUE(ask(2, {group_.call, {}}) == Errc::kOk);
  pass(Millis{500});
  STRCMP_EQUAL("other:opened", told(2).c_str());
  STRCMP_EQUAL("ended", group_.state(2).c_str());  // nobody need come any more
  STRCMP_EQUAL("door_opened", group_.reason(2).c_str());
}

TEST(EngineDoorAsk, AnyLostStepIsSaidAgain) {
  connect();
  for (const DoorStep step :
       {DoorStep::kRequest, DoorStep::kNonce, DoorStep::kOpen, DoorStep::kResult}) {
    lose_first(step, 2);
    const std::size_t before = group_.door().pulses.size();
    group_.at(1).doors.clear();
    CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kOk);
    pass(Seconds{12});
    STRCMP_EQUAL("other:opened", told(1).c_str());
    UNSIGNED_LONGS_EQUAL(before + 1, group_.door().pulses.size());
  }
}

TEST(EngineDoorAsk, ADoorThatIsNotHeardIsGivenUp) {
  connect();
  group_.lose(MessageKind::kInfo);
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kOk);
  pass(kDoorNonceTime - Millis{100});
  STRCMP_EQUAL("", told(1).c_str());
  pass(Millis{200});
  STRCMP_EQUAL("other:refused(no_response)", told(1).c_str());
  group_.rig->pass = {};
  pass(Seconds{20});
  UNSIGNED_LONGS_EQUAL(0, group_.door().pulses.size());
}

TEST(EngineDoorAsk, OnlyWhoWasAskedAnswers) {
  CHECK_TRUE(ask(2, {{}, user("gate")}) == Errc::kOk);
  Actor imp("imp@elsewhere");
  Station& desk = group_.at(2);
  const CallId id = desk.last(MessageKind::kInfo).header().call;
  const std::uint32_t asked = desk.last(MessageKind::kInfo).header().sequence;
  for (const Door& door :
       {Door{DoorStep::kNonce, 7, {}, asked}, Door{DoorStep::kResult, 0, {}, asked}}) {
    desk.hear(imp.self, imp.say(id, {imp.self, 0}, door, "desk"), 10);
  }
  UNSIGNED_LONGS_EQUAL(0, desk.doors.size());
  const Sent request = desk.last(MessageKind::kInfo);
  desk.hear(group_.door().self, imp.ack(request.header()), 10);  // an ack is no answer
  pass(Millis{500});
  STRCMP_EQUAL("other:opened", told(2).c_str());
}

TEST(EngineDoorAsk, AnAnswerToWhatWasAskedBeforeIsNone) {
  connect();
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kOk);
  pass(Millis{500});
  std::vector<Message> answers;
  for (const Sent& sent : group_.door().sent) {
    if (std::holds_alternative<Door>(sent.message.body)) {
      answers.push_back(sent.message);
    }
  }
  UNSIGNED_LONGS_EQUAL(2, answers.size());
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kOk);
  for (const Message& answer : answers) {
    group_.at(1).hear(group_.door().self, answer, 10);
  }
  UNSIGNED_LONGS_EQUAL(1, group_.at(1).doors.size());
  pass(Millis{500});
  UNSIGNED_LONGS_EQUAL(2, group_.at(1).doors.size());
  UNSIGNED_LONGS_EQUAL(2, group_.door().pulses.size());
}

TEST(EngineDoorAsk, ADeviceWithoutADoorAnswersThatIfItIsTheOtherSide) {
  connect();
  CHECK_TRUE(ask(0, {group_.call, {}}) == Errc::kOk);
  pass(Millis{500});
  STRCMP_EQUAL("other:refused(no_door)", told(0).c_str());
}

TEST(EngineDoorAsk, CommandsThatMakeNoSenseSayWhy) {
  CHECK_TRUE(ask(1, {}) == Errc::kNotAllowed);  // it has no door
  CHECK_TRUE(ask(1, {{}, user("apt1")}) == Errc::kSelfCall);
  CHECK_TRUE(ask(1, {call_id(0x99), {}}) == Errc::kUnknownCall);
  group_.call_users(invite_users({"apt1"}));
  CHECK_TRUE(ask(0, {group_.call, {}}) == Errc::kNotAllowed);  // nobody is there yet
  CHECK_TRUE(ask(1, {group_.call, user("gate")}) == Errc::kNotAllowed);
  group_.answer({1});
  CHECK_TRUE(ask(1, {group_.call, user("office")}) == Errc::kNotInvited);
  group_.rig->disconnect(group_.at(1));
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kNotConnected);
  group_.give(group_.at(1), hang_up(group_.call));
  group_.rig->connect(group_.at(1));
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kAlreadyEnded);
}

TEST(EngineDoorAsk, NothingIsAskedByWhoStopsOrHasStopped) {
  connect();
  group_.give(group_.at(1), Stop{});
  CHECK_TRUE(ask(1, {{}, user("gate")}) == Errc::kNotStarted);  // it still says goodbye
  group_.run(Seconds{5});
  UNSIGNED_LONGS_EQUAL(1, group_.at(1).stops);
  CHECK_TRUE(ask(1, {{}, user("gate")}) == Errc::kNotStarted);
}

TEST(EngineDoorAsk, TheOwnDoorIsOrderedAsOftenAsItIsRemembered) {
  std::size_t ordered = 0;
  while (ordered < 100 && ask(0, {}) == Errc::kOk) {
    ++ordered;
  }
  UNSIGNED_LONGS_EQUAL(kDoorNoncesMax, ordered);
  CHECK_TRUE(ask(0, {}) == Errc::kTooManyCalls);
  UNSIGNED_LONGS_EQUAL(kDoorNoncesMax, group_.door().pulses.size());
}

TEST(EngineDoorAsk, FewAreAskedAtATime) {
  group_.lose(MessageKind::kInfo);
  for (std::size_t i = 0; i < kDoorsAskedMax; ++i) {
    CHECK_TRUE(ask(2, {{}, user("gate" + std::to_string(i))}) == Errc::kOk);
  }
  CHECK_TRUE(ask(2, {{}, user("gate")}) == Errc::kTooManyCalls);
  group_.give(group_.at(2), Stop{});
  group_.run(Seconds{5});
  UNSIGNED_LONGS_EQUAL(1, group_.at(2).stops);
}

TEST(EngineDoorAsk, EachOfSeveralRequestsIsRepeated) {
  lose_first(DoorStep::kRequest, 2);  // the first copy of each
  CHECK_TRUE(ask(2, {{}, user("nowhere")}) == Errc::kOk);
  CHECK_TRUE(ask(2, {{}, user("gate")}) == Errc::kOk);
  pass(Seconds{5});
  STRCMP_EQUAL("other:opened", told(2).c_str());
}

TEST(EngineDoorAsk, RingToOpenOpensTheDoorThatRang) {
  ring_to_open();
  group_.call_users(invite_users({"apt1"}));
  pass(Millis{500});
  STRCMP_EQUAL("connected", group_.state(1).c_str());
  STRCMP_EQUAL("other:opened", told(1).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.door().pulses.size());
}

TEST(EngineDoorAsk, RingToOpenAsksNoSecondTimeForWhatAPersonHasAskedFor) {
  ring_to_open();
  group_.call = group_.give(group_.door(), invite_users({"apt1"})).call;
  group_.run(Millis{5});
  STRCMP_EQUAL("accepting", group_.state(1).c_str());
  CHECK_TRUE(ask(1, {group_.call, {}}) == Errc::kOk);
  pass(Millis{500});
  STRCMP_EQUAL("other:opened", told(1).c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.door().pulses.size());
}

TEST(EngineDoorAsk, RingToOpenWaitsForNothingElseThatThePanelSays) {
  group_.call_users(invite_users({"apt1", "office"}));
  group_.answer({2});
  group_.lose(MessageKind::kAck);
  CHECK_TRUE(group_.give(group_.at(1), reject(group_.call)).code == Errc::kOk);
  CHECK_TRUE(ask(1, {{}, user("nowhere")}) == Errc::kOk);
  group_.run(Millis{100});  // from here on it repeats a refusal in this call and another request
  ring_to_open();
  InviteUsers again = invite_users({"apt1"});
  again.call = group_.call;
  CHECK_TRUE(group_.give(group_.door(), again).code == Errc::kOk);
  pass(Millis{500});
  STRCMP_EQUAL("connected", group_.state(1).c_str());
  STRCMP_EQUAL("other:opened", told(1).c_str());
}

TEST(EngineDoorAsk, RingToOpenThatFindsNoRoomToAskSaysSo) {
  ring_to_open();
  for (std::size_t i = 0; i < kDoorsAskedMax; ++i) {
    CHECK_TRUE(ask(1, {{}, user("gate" + std::to_string(i))}) == Errc::kOk);
  }
  group_.call_users(invite_users({"apt1"}));
  STRCMP_EQUAL("connected", group_.state(1).c_str());
  STRCMP_EQUAL("other:refused(busy)", told(1).c_str());
  CHECK_TRUE(group_.at(1).doors[0].who == group_.door().self);
  UNSIGNED_LONGS_EQUAL(0, group_.door().pulses.size());
}

TEST(EngineDoorAsk, DevicesShowThatTheyHaveADoor) {
  group_.rig->disconnect(group_.door());
  group_.rig->connect(group_.door());
  group_.run(Seconds{1});
  const auto peer = group_.at(1).engine().peer_at(0);
  CHECK_TRUE(peer && peer->account == group_.door().self && peer->door);
  CHECK_TRUE(ask(2, {{}, user("gate")}) == Errc::kOk);
  CHECK_TRUE(group_.at(2).last(MessageKind::kInfo).header().to == group_.door().self.device);
}
