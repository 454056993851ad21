// A device comes back into a call that it knows the end of: what was said of its leg before counts
// no more.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineJoinAgain){};

TEST(EngineJoinAgain, WhatIsSaidOfTheLegBeforeIsNoAnswer) {
  Scene scene(Stage::kInHungUp);
  JoinCall command = join(scene.call);
  CHECK_TRUE(scene.station.give(command).code == Errc::kOk);
  STRCMP_EQUAL("reject(accept_failed)",
               scene.answer_to(scene.peer.confirm(scene.call, "panel")).c_str());
  (void)scene.answer_to(scene.peer.reject(scene.call, {scene.station.self, 1}, Reason::kBusy));
  STRCMP_EQUAL("accepting", scene.state().c_str());
  scene.hear(
      scene.peer.say(scene.call, {scene.peer.self, 2}, Confirm{scene.station.self.device, 2, {}}));
  STRCMP_EQUAL("connected", scene.state().c_str());
}

// It had been let in after it had given up, again and again, and the owner has not heard its
// refusal.
TEST(EngineJoinAgain, NorIsAConfirmThatWasRefusedBefore) {
  Scene scene(Stage::kInHungUp);
  const Confirm early{scene.station.self.device, 2, {}};
  const Message confirm = scene.peer.say(scene.call, {scene.peer.self, 2}, early);
  STRCMP_EQUAL("reject(accept_failed)", scene.answer_to(confirm).c_str());
  CHECK_TRUE(scene.station.give(join(scene.call)).code == Errc::kOk);
  (void)scene.station.words();
  STRCMP_EQUAL("reject(accept_failed)", scene.answer_to(confirm).c_str());
  STRCMP_EQUAL("accepting", scene.state().c_str());
  scene.hear(
      scene.peer.say(scene.call, {scene.peer.self, 3}, Confirm{scene.station.self.device, 3, {}}));
  STRCMP_EQUAL("connected", scene.state().c_str());
}

// Where the earlier end lies behind the later one in the table, too: in the place of a call before.
TEST(EngineJoinAgain, OfACallThatWasJoinedAgainTheLastEndCounts) {
  for (const Millis pause : {Millis{0}, Millis{20'000}}) {
    Scene scene(Stage::kInHungUp);
    scene.run(kTombstoneTime - Millis{10'000});
    const CallId call = call_id(0x55);
    scene.hear(scene.peer.invite(call));
    scene.station.give(reject(call));
    scene.run(pause);  // after 10 seconds the first call is forgotten
    JoinCall command = join(call);
    command.via = scene.peer.self.user;
    CHECK_TRUE(scene.station.give(command).code == Errc::kOk);
    scene.hear(
        scene.peer.say(call, {scene.peer.self, 2}, Confirm{scene.station.self.device, 1, {}}));
    STRCMP_EQUAL("connected", scene.station.state(call).c_str());
    scene.station.give(hang_up(call));
    (void)scene.station.words();
    Actor other("hall@gate");
    scene.station.hear(other.self, other.join(call));
    STRCMP_EQUAL("reject(hang_up)", scene.station.words().c_str());
  }
}

TEST(EngineJoinAgain, NobodyIsLetInAsLegZero) {
  Scene scene(Stage::kUnknown);
  JoinCall command = join(scene.call);
  command.via = scene.peer.self.user;
  CHECK_TRUE(scene.station.give(command).code == Errc::kOk);
  const Body confirm = Confirm{scene.station.self.device, 1, {}};
  scene.station.hear(scene.peer.self, scene.peer.say(scene.call, {scene.peer.self, 0}, confirm));
  STRCMP_EQUAL("accepting", scene.state().c_str());
  scene.station.hear(scene.peer.self, scene.peer.say(scene.call, {scene.peer.self, 1}, confirm));
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineJoinAgain, NobodyElseIsBelievedToBeInLegZero) {
  Scene scene(Stage::kUnknown);
  JoinCall command = join(scene.call);
  command.via = scene.peer.self.user;
  scene.station.give(command);
  const LegView forged = leg_view({scene.peer.self, 0}, "panel@apt9", LegState::kConnected);
  const Body confirm = Confirm{scene.station.self.device, 1, {&forged, 1}};
  scene.station.hear(scene.peer.self, scene.peer.say(scene.call, {scene.peer.self, 1}, confirm));
  STRCMP_EQUAL("connected", scene.state().c_str());
  CHECK_TRUE(scene.station.engine().find_call(scene.call)->caller.user.empty());
  for (std::size_t i = 0; const auto view = scene.station.engine().member_at(scene.call, i); ++i) {
    CHECK_FALSE(view->user == user("apt9"));
  }
}

TEST(EngineJoinAgain, WhoHasNotHeardOfTheCreatorInvitesInItsOwnName) {
  Scene scene(Stage::kUnknown);
  JoinCall command = join(scene.call);
  command.via = scene.peer.self.user;
  scene.station.give(command);
  const Body confirm = Confirm{scene.station.self.device, 1, {}};
  scene.station.hear(scene.peer.self, scene.peer.say(scene.call, {scene.peer.self, 1}, confirm));
  InviteUsers invite_more = invite(user("apt9"));
  invite_more.call = scene.call;
  invite_more.wait_offline = true;
  CHECK_TRUE(scene.station.give(invite_more).code == Errc::kOk);
  const auto& sent = std::get<Invite>(scene.station.last(MessageKind::kInvite).message.body);
  CHECK(sent.caller == scene.station.self);  // without any, nobody could read it
}
