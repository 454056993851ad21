// A chime rings but can't answer: it counts as a receipt, and not as somebody who may yet answer.
// Silence stops the alert on one device and changes nothing for the others.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

namespace {

Station::Options chime() {
  Station::Options options;
  options.settings.chime_only = true;
  return options;
}

}  // namespace

TEST_GROUP(EngineChime){};

TEST(EngineChime, RingsAndSaysWhatItIs) {
  Scene scene(Stage::kUnknown, chime());
  STRCMP_EQUAL("ringing(chime) event:incoming",
               scene.answer_to(scene.peer.invite(scene.call)).c_str());
  STRCMP_EQUAL("ringing(chime)", scene.answer_to(scene.peer.invite(scene.call)).c_str());
}

TEST(EngineChime, MayNotAnswerNorJoinNorOpen) {
  Station::Options options = chime();
  options.settings.doors.add(user("gate"));
  Scene scene(Stage::kRinging, options);
  CHECK_TRUE(scene.station.give(accept(scene.call)).code == Errc::kNotAllowed);
  STRCMP_EQUAL("ringing", scene.state().c_str());
  CHECK_TRUE(scene.station.give(SetRingToOpen{Millis{60'000}}).code == Errc::kNotAllowed);
  JoinCall command = join(call_id(9));
  command.via = user("gate");
  CHECK_TRUE(scene.station.give(command).code == Errc::kNotAllowed);
}

TEST(EngineChime, MayDecline) {
  Scene scene(Stage::kRinging, chime());
  CHECK_TRUE(scene.station.give(reject(scene.call, Reason::kDeclined)).code == Errc::kOk);
}

TEST(EngineChime, IsAReceiptAndTheCallRingsOn) {
  Scene scene(Stage::kCalling);
  STRCMP_EQUAL("event:remote_ringing",
               scene.answer_to(scene.peer.ringing(scene.call, scene.leg, Alert::kChime)).c_str());
  scene.run(Millis{31'000});
  STRCMP_EQUAL("calling", scene.state().c_str());
  UNSIGNED_LONGS_EQUAL(3, scene.station.count(MessageKind::kSync));  // it hears that it rings on
}

TEST(EngineChime, OfNoUseOnceTheOthersHaveRefused) {
  Scene scene(Stage::kCalling);
  Actor hall("hall@apt1");
  scene.station.give(PresenceReceived{hall.self, false, 3600, hall.presence(PresenceState::kIdle)});
  scene.hear(scene.peer.ringing(scene.call, scene.leg, Alert::kChime));
  scene.station.hear(hall.self, hall.reject(scene.call, scene.leg, Reason::kDnd));
  STRCMP_EQUAL("calling", scene.state().c_str());  // somebody may still come back
  scene.run(Millis{2'001});
  STRCMP_EQUAL("dnd", text(scene.reason()).c_str());
  CHECK_TRUE(scene.station.count(MessageKind::kCancel) > 0);  // the chime stops
}

TEST(EngineChime, AloneKeepsTheCallUntilItsUserIsOffline) {
  Instant now{Millis{1'000'000}};
  Station door("door@gate", now);
  Actor bell("bell@apt1");
  door.come_online();
  const CallId call = door.give(invite(user("apt1"))).call;
  door.hear(bell.self, bell.ringing(call, {door.self, 1}, Alert::kChime));
  door.give(PresenceReceived{bell.self, false, 3600, bell.presence(PresenceState::kIdle)});
  door.run(Millis{40'000});
  STRCMP_EQUAL("calling", door.state(call).c_str());
  door.give(PresenceReceived{bell.self, false, 3600, bell.presence(PresenceState::kOffline, true)});
  door.run(Millis{2});
  STRCMP_EQUAL("offline", text(door.reason(call)).c_str());
}

TEST(EngineChime, KeepsTheReceiptTimerFromEndingTheCall) {
  Instant now{Millis{1'000'000}};
  Station door("door@gate", now);
  Actor bell("bell@apt1");
  Actor hall("hall@apt1");
  door.come_online();
  const CallId call = door.give(invite(user("apt1"))).call;
  door.hear(bell.self, bell.ringing(call, {door.self, 1}, Alert::kChime));
  door.hear(hall.self, hall.reject(call, {door.self, 1}, Reason::kBusy));  // it runs again
  hall.restart();  // another life has refused nothing
  door.hear(hall.self, hall.ringing(call, {door.self, 1}, Alert::kWaiting, 5));
  door.run(Millis{40'000});
  STRCMP_EQUAL("calling", door.state(call).c_str());
}

TEST_GROUP(EngineSilence){};

TEST(EngineSilence, StopsTheAlertAndTellsTheOwner) {
  Scene scene(Stage::kRinging);
  CHECK_TRUE(scene.station.give(SilenceCall{scene.call}).code == Errc::kOk);
  STRCMP_EQUAL("ringing(silent) event:silenced", scene.station.words().c_str());
  STRCMP_EQUAL("ringing(silent)", scene.answer_to(scene.peer.invite(scene.call)).c_str());
}

TEST(EngineSilence, TwiceIsAlreadySent) {
  Scene scene(Stage::kRinging);
  scene.station.give(SilenceCall{scene.call});
  CHECK_TRUE(scene.station.give(SilenceCall{scene.call}).code == Errc::kAlreadySent);
}

TEST(EngineSilence, LeavesTheCallToBeAnsweredHereAndElsewhere) {
  Group group{"panel@apt1", "hall@apt1"};
  group.call_users(invite_users({"apt1"}));
  group.give(group.at(1), SilenceCall{group.call});
  group.run(Millis{35'000});
  STRCMP_EQUAL("ringing", group.state(1).c_str());
  STRCMP_EQUAL("ringing", group.state(2).c_str());
  STRCMP_EQUAL("calling", group.state(0).c_str());
  group.answer({1});
  STRCMP_EQUAL("answered_elsewhere", group.reason(2).c_str());
}

TEST(EngineSilence, IsForARingOnly) {
  const std::pair<Stage, Errc> cases[] = {
      {Stage::kAlerted, Errc::kNotInvited},        {Stage::kOutConnected, Errc::kNotInvited},
      {Stage::kUnknown, Errc::kUnknownCall},       {Stage::kWaiting, Errc::kUnknownCall},
      {Stage::kAccepting, Errc::kAlreadyAccepted}, {Stage::kInConnected, Errc::kAlreadyAccepted},
      {Stage::kDeclined, Errc::kAlreadyEnded}};
  for (const auto& [stage, code] : cases) {
    Scene scene(stage);
    CHECK_TRUE(scene.station.give(SilenceCall{scene.call}).code == code);
    STRCMP_EQUAL("", scene.station.words().c_str());
  }
}
