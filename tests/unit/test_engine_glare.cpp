// Two calls that meet (PROTOCOL rules 7 and 8): both call each other, or a restarted peer calls
// again.

#include <algorithm>
#include <string>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineGlare) {
  struct Both {
    CallId from_door;
    CallId from_panel;
    CallId winner;
    CallId loser;
  };

  static Both call_each_other(EngineRig & rig, Millis apart, bool door_first = true) {
    Station& first = door_first ? rig.door() : rig.panel();
    Station& second = door_first ? rig.panel() : rig.door();
    Both both;
    const CallId a = rig.give(first, invite(second.self.user)).call;
    rig.run(apart);
    const CallId b = rig.give(second, invite(first.self.user)).call;
    both.from_door = door_first ? a : b;
    both.from_panel = door_first ? b : a;
    both.winner = std::min(a, b);
    both.loser = std::max(a, b);
    return both;
  }

  /// One call is up on both sides, and nobody was ever rung.
  static void check_met(EngineRig & rig, const Both& both) {
    STRCMP_EQUAL("connected", rig.door().state(both.winner).c_str());
    STRCMP_EQUAL("connected", rig.panel().state(both.winner).c_str());
    Station& loser = both.loser == both.from_door ? rig.door() : rig.panel();
    STRCMP_EQUAL("glare", std::string(to_string(loser.reason(both.loser))).c_str());
    UNSIGNED_LONGS_EQUAL(0, rig.door().count(CallChange::kIncoming));
    UNSIGNED_LONGS_EQUAL(0, rig.panel().count(CallChange::kIncoming));
    UNSIGNED_LONGS_EQUAL(1, loser.count(CallChange::kEnded));
    UNSIGNED_LONGS_EQUAL(
        1, rig.door().count(CallChange::kEnded) + rig.panel().count(CallChange::kEnded));
  }
};

TEST(EngineGlare, EndsInOneCallWhoeverWasFirst) {
  for (const bool door_first : {true, false}) {
    for (const std::int64_t apart : {0, 1, 4}) {
      Rig rig = online();
      const Both both = call_each_other(*rig, Millis{apart}, door_first);
      rig->run(Millis{2'000});
      check_met(*rig, both);
    }
  }
}

// Both orders of ids, by drawing many pairs: the lower id always wins.
TEST(EngineGlare, TheLowerCallIdWins) {
  int door_won = 0;
  Rig rig = online();
  for (int round = 0; round < 40; ++round) {
    const std::size_t ended = rig->door().count(CallChange::kEnded);
    const Both both = call_each_other(*rig, Millis{2});
    rig->run(Millis{1'000});
    STRCMP_EQUAL("connected", rig->door().state(both.winner).c_str());
    STRCMP_EQUAL("connected", rig->panel().state(both.winner).c_str());
    door_won += both.winner == both.from_door ? 1 : 0;
    rig->give(rig->door(), hang_up(both.winner));
    rig->run(Millis{5'000});
    CHECK_TRUE(rig->door().count(CallChange::kEnded) > ended);
  }
  CHECK_TRUE(door_won > 5 && door_won < 35);
}

TEST(EngineGlare, IsSettledOverThreeOneOneToo) {
  RigOptions options;
  options.mqtt5 = false;
  Rig rig = online(options);
  const Both both = call_each_other(*rig, Millis{3});
  rig->run(Millis{5'000});
  check_met(*rig, both);
}

TEST(EngineGlare, IsSettledThoughTheFirstMessagesAreLost) {
  for (const int lost : {1, 2, 3}) {
    Rig rig = online();
    int left = lost;
    rig->pass = [&left](const Account&, const Message&) { return left-- <= 0; };
    const Both both = call_each_other(*rig, Millis{3});
    rig->run(Millis{12'000});
    check_met(*rig, both);
  }
}

TEST(EngineGlare, AnInviteAfterTheFirstOneRangIsBusyAndNoGlare) {
  Rig rig = ringing();
  const Result result = rig->give(rig->panel(), invite(rig->door().self.user));
  CHECK_TRUE(result.code == Errc::kBusy);
}

TEST(EngineGlare, TheLosersOfferAnswersTheWinner) {
  Rig rig = online();
  const std::vector<std::uint8_t> of_door{1};
  const std::vector<std::uint8_t> of_panel{2};
  InviteUsers a = invite(rig->panel().self.user);
  a.offer = of_door;
  a.data = "from the door";
  InviteUsers b = invite(rig->door().self.user);
  b.offer = of_panel;
  b.data = "from the panel";
  const CallId from_door = rig->give(rig->door(), a).call;
  const CallId from_panel = rig->give(rig->panel(), b).call;
  rig->run(Millis{1'000});
  const bool door_won = from_door < from_panel;
  const CallEvent& connected = (door_won ? rig->door() : rig->panel()).events.back();
  CHECK_TRUE(connected.change == CallChange::kConnected);
  UNSIGNED_LONGS_EQUAL(1, connected.offer.size());
  UNSIGNED_LONGS_EQUAL(door_won ? 2 : 1, connected.offer[0]);
  CHECK_TRUE(connected.data == (door_won ? "from the panel" : "from the door"));
}

TEST(EngineGlare, AnotherUsersCallIsBusyAndNoGlare) {
  Scene scene(Stage::kCalling);
  Actor other("phone@apt2");
  scene.station.hear(other.self, other.invite(CallId{{1}}), 90);
  STRCMP_EQUAL("reject(busy) event:refused_busy(busy)", scene.station.words().c_str());
}

TEST_GROUP(EngineRecall){static Station::Options with_media(){Station::Options options;
options.settings.media_hook = true;
return options;
}
}
;

TEST(EngineRecall, ARestartedPeerThatCallsAgainReplacesItsOldCallWithoutAWord) {
  for (const Stage stage : {Stage::kInConnected, Stage::kOutConnected}) {
    Scene scene(stage);
    scene.peer.restart();
    const std::string answer = scene.answer_to(scene.peer.invite(call_id(0x55)));
    STRCMP_EQUAL("event:ended(superseded) ringing event:incoming", answer.c_str());
    STRCMP_EQUAL("superseded", std::string(to_string(scene.reason())).c_str());
    scene.run(Millis{2'000});
    UNSIGNED_LONGS_EQUAL(0, scene.station.count(MessageKind::kLeave));
    UNSIGNED_LONGS_EQUAL(0, scene.station.count(MessageKind::kEnd));
  }
}

TEST(EngineRecall, RingsThoughTheOldCallsMediaIsStillLettingGo) {
  Scene scene(Stage::kInConnected, with_media());
  scene.station.give(MediaReported{scene.call, MediaState::kConnected});
  scene.peer.restart();
  STRCMP_EQUAL("stop_media event:ended(superseded) ringing event:incoming",
               scene.answer_to(scene.peer.invite(call_id(0x55))).c_str());
}

TEST(EngineRecall, ReplacesARingThatIsNotAnswered) {
  for (const Stage stage : {Stage::kRinging, Stage::kAccepting}) {
    Scene scene(stage);
    scene.peer.restart();
    STRCMP_EQUAL("event:ended(caller_lost) ringing event:incoming",
                 scene.answer_to(scene.peer.invite(call_id(0x55))).c_str());
  }
}

TEST(EngineRecall, AnUnprovenInviteOfAnotherLifeReplacesNothing) {
  Scene scene(Stage::kInConnected);
  scene.peer.restart();
  scene.station.hear(scene.peer.self, scene.peer.invite(call_id(0x55)));
  STRCMP_EQUAL("ringing(waiting)", scene.station.words().c_str());
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineRecall, TheSameLifeIsBusyAndANewConnectOfItOnlySyncs) {
  Scene scene(Stage::kInConnected);
  ++scene.peer.connect;
  STRCMP_EQUAL("reject(busy) event:refused_busy(busy)",
               scene.answer_to(scene.peer.invite(call_id(0x55))).c_str());
  scene.hear(scene.peer.ack(scene.station.last(MessageKind::kReject).header()));
  scene.station.give(
      PresenceReceived{scene.peer.self, false, 3600, scene.peer.presence(PresenceState::kInCall)});
  scene.run(Millis{5});
  STRCMP_EQUAL("peer:in_call sync", scene.station.words().c_str());
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineGlare, ACallOfSeveralUsersIsNone) {
  Scene scene(Stage::kUnknown);
  const Invitee both[] = {{UserId::parse("gate").value(), 0}, {UserId::parse("apt2").value(), 0}};
  CHECK_TRUE(scene.station.give(invite(both)).code == Errc::kOk);
  STRCMP_EQUAL("reject(busy) event:refused_busy(busy)",
               scene.answer_to(scene.peer.invite(CallId{{1}})).c_str());
}

TEST(EngineGlare, WithoutRoomForItsOfferTheLoserAcceptsWithoutOne) {
  Station::Options options;
  options.limits.pool_bytes = 8 * 1024;
  Scene scene(Stage::kUnknown, options);
  const std::string data(6'000, 'x');
  InviteUsers command = invite(scene.peer.self.user);
  command.data = data;
  CHECK_TRUE(scene.station.give(command).code == Errc::kOk);
  (void)scene.answer_to(scene.peer.invite(CallId{{0, 1}}));
  const Accept accept = std::get<Accept>(scene.station.last(MessageKind::kAccept).message.body);
  CHECK_TRUE(accept.data.empty());
  UNSIGNED_LONGS_EQUAL(1, scene.counters().pool_full);
}
