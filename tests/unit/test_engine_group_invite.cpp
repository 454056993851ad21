// An invitation of several users (PROTOCOL rules 12, 19): each has a leg and a result of its own,
// and what can't be invited is told while the rest goes on.

#include <string>
#include <vector>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineGroupInvite){
    static std::string codes(const Result& result, std::size_t count){std::string all;
for (std::size_t i = 0; i < count; ++i) {
  all += (i == 0 ? "" : " ") + std::string(to_string(result.invitees[i]));
}
return all;
}
static std::vector<Invitee> many(std::size_t count) {
  std::vector<Invitee> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({user("apt" + std::to_string(i + 10)), 0});
  }
  return all;
}
}
;

TEST(EngineGroupInvite, RingsAllAndEachMayAnswer) {
  Group group{"panel@apt1", "panel@apt2", "panel@apt3"};
  group.call_users(invite_users({"apt1", "apt2", "apt3"}));
  STRCMP_EQUAL("door@gate connected, apt1 ringing, apt2 ringing, apt3 ringing",
               group.seen_by(0).c_str());
  group.answer({2, 1});
  STRCMP_EQUAL("door@gate connected, panel@apt2 connected, panel@apt1 connected, apt3 ringing",
               group.seen_by(0).c_str());
  group.answer({3});
  for (const std::size_t each : {0U, 1U, 2U, 3U}) {
    STRCMP_EQUAL(
        "door@gate connected, panel@apt2 connected, panel@apt1 connected, panel@apt3 connected",
        group.seen_by(each).c_str());
    UNSIGNED_LONGS_EQUAL(1, group.at(each).count(CallChange::kConnected));
  }
}

TEST(EngineGroupInvite, TellsEveryChangeOfTheOthersToEach) {
  Group group{"panel@apt1", "panel@apt2"};
  group.rig->forget_words();
  const Result result = group.give(group.door(), invite_users({"apt1", "apt2"}));
  STRCMP_EQUAL(
      "invite invite event:calling event:member(apt1 inviting) event:member(apt2 inviting)",
      group.door().words().c_str());
  group.call = result.call;
  group.run(Millis{500});
  STRCMP_EQUAL("event:remote_ringing event:remote_ringing presence:calling ",
               [&] {
                 std::string words = group.door().words();
                 for (std::size_t at = 0; (at = words.find("peer:")) != std::string::npos;) {
                   words.erase(at, words.find(' ', at) + 1 - at);
                 }
                 return words;
               }()
                   .c_str());
  group.answer({1});
  const CallEvent& first = group.door().events.back();
  CHECK_TRUE(first.change == CallChange::kConnected && first.peer == group.at(1).self);
  group.answer({2});
  const CallEvent& second = group.door().events.back();
  CHECK_TRUE(second.change == CallChange::kMember && second.leg == LegState::kConnected);
  CHECK_TRUE(second.peer == group.at(2).self && second.join_number == 2);
  const CallEvent& seen = group.at(1).events.back();
  CHECK_TRUE(seen.change == CallChange::kMember && seen.peer == group.at(2).self);
}

TEST(EngineGroupInvite, ADeclineEndsThatLegAlone) {
  Group group{"panel@apt1", "panel@apt2"};
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1});
  group.give(group.at(2), reject(group.call));
  group.run(Millis{300});
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, apt2 ended(declined_everywhere)",
               group.seen_by(0).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, apt2 ended(declined_everywhere)",
               group.seen_by(1).c_str());
}

TEST(EngineGroupInvite, WhenAllHaveRefusedTheStrongestReasonEndsIt) {
  Group group{"panel@apt1", "panel@apt2", "panel@apt3"};
  group.give(group.at(3), SetDnd{true, Millis{0}});
  group.call_users(invite_users({"apt1", "apt2", "apt3"}));
  group.give(group.at(1), reject(group.call, Reason::kBusy));
  group.run(Millis{3'000});
  STRCMP_EQUAL("calling", group.state(0).c_str());
  group.give(group.at(2), reject(group.call, Reason::kDeclinedEverywhere));
  group.run(Millis{300});
  STRCMP_EQUAL("declined_everywhere", group.reason(0).c_str());
  UNSIGNED_LONGS_EQUAL(1, group.door().count(CallChange::kEnded));
}

TEST(EngineGroupInvite, ReportsEachUserWhoCanNotBeInvited) {
  Scene scene(Stage::kUnknown);  // the panel of apt1
  const Invitee list[] = {
      {user("apt2"), 0}, {UserId{}, 0}, {user("apt1"), 0}, {user("apt2"), 0}, {user("apt3"), 0}};
  const Result result = scene.station.give(invite(list));
  CHECK_TRUE(result.code == Errc::kOk);
  STRCMP_EQUAL("ok invalid_user self_call already_sent ok", codes(result, 5).c_str());
  UNSIGNED_LONGS_EQUAL(2, scene.station.count(MessageKind::kInvite));
}

TEST(EngineGroupInvite, FailsAsTheFirstDidIfNoneIsLeft) {
  Scene scene(Stage::kUnknown);
  const Invitee list[] = {{user("apt1"), 0}, {UserId{}, 0}};
  const Result result = scene.station.give(invite(list));
  CHECK_TRUE(result.code == Errc::kSelfCall);
  STRCMP_EQUAL("self_call invalid_user", codes(result, 2).c_str());
  STRCMP_EQUAL("", scene.station.words().c_str());
}

TEST(EngineGroupInvite, WhoRingsHereIsBusyForUs) {
  Station::Options options;
  options.settings.lines = 2;
  Scene scene(Stage::kRinging, options);
  const Invitee list[] = {{user("gate"), 0}, {user("apt2"), 0}};
  const Result result = scene.station.give(invite(list));
  CHECK_TRUE(result.code == Errc::kOk);
  STRCMP_EQUAL("busy ok", codes(result, 2).c_str());
}

TEST(EngineGroupInvite, NobodyAndTooManyAreRefused) {
  Scene scene(Stage::kUnknown);
  CHECK_TRUE(scene.station.give(InviteUsers{}).code == Errc::kInvalidArgument);
  const auto list = many(kInviteesMax + 1);
  CHECK_TRUE(scene.station.give(invite(list)).code == Errc::kTooManyInvitees);
}

TEST(EngineGroupInvite, PartiesAreBoundedOwnIncluded) {
  Station::Options options;
  options.settings.parties = 4;
  Scene scene(Stage::kUnknown, options);
  const auto list = many(5);
  const Result result = scene.station.give(invite(list));
  CHECK_TRUE(result.code == Errc::kOk);
  STRCMP_EQUAL("ok ok ok too_many_invitees too_many_invitees", codes(result, 5).c_str());
  UNSIGNED_LONGS_EQUAL(3, scene.station.count(MessageKind::kInvite));
}

TEST(EngineGroupInvite, WhoIsKnownToBeOfflineEndsAtOnceAndTheOthersRing) {
  Scene scene(Stage::kUnknown);
  Actor away("panel@apt2");
  scene.station.give(
      PresenceReceived{away.self, false, 3600, away.presence(PresenceState::kOffline)});
  (void)scene.station.words();
  const Result result = scene.station.give(invite_users({"apt2", "gate"}));
  STRCMP_EQUAL("invite event:calling event:member(apt2 ended(offline)) event:member(gate inviting)",
               scene.station.words().c_str());
  STRCMP_EQUAL("panel@apt1 connected, gate inviting, apt2 ended(offline)",
               members(scene.station, result.call).c_str());
}

TEST(EngineGroupInvite, WhenAllAreOfflineItEndsAtOnce) {
  Scene scene(Stage::kUnknown);
  for (const std::string_view name : {"panel@apt2", "panel@apt3"}) {
    Actor away(name);
    scene.station.give(
        PresenceReceived{away.self, false, 3600, away.presence(PresenceState::kOffline)});
  }
  const Result result = scene.station.give(invite_users({"apt2", "apt3"}));
  CHECK_TRUE(result.code == Errc::kOk);
  STRCMP_EQUAL("offline", text(scene.station.reason(result.call)).c_str());
  UNSIGNED_LONGS_EQUAL(0, scene.station.count(MessageKind::kInvite));
  UNSIGNED_LONGS_EQUAL(0, scene.station.count(MessageKind::kCancel));
}

TEST(EngineGroupInvite, FirstWinsStopsTheOthersAtTheFirstAnswer) {
  Group group{"panel@apt1", "panel@apt2", "panel@apt3"};
  InviteUsers command = invite_users({"apt1", "apt2", "apt3"});
  command.plan.first_wins = true;
  group.call_users(command);
  group.give(group.at(2), accept(group.call));
  group.run(Millis{300});
  STRCMP_EQUAL("connected", group.state(2).c_str());
  STRCMP_EQUAL("answered_elsewhere", group.reason(1).c_str());
  STRCMP_EQUAL("answered_elsewhere", group.reason(3).c_str());
  STRCMP_EQUAL(
      "door@gate connected, panel@apt2 connected, apt1 ended(answered_elsewhere), apt3 "
      "ended(answered_elsewhere)",
      group.seen_by(0).c_str());
}

TEST(EngineGroupInvite, CancellingSomeLeavesTheOthersRinging) {
  Group group{"panel@apt1", "panel@apt2"};
  group.call_users(invite_users({"apt1", "apt2"}));
  const UserId one[] = {user("apt1")};
  CHECK_TRUE(group.give(group.door(), CancelCall{group.call, one, "not you"}).code == Errc::kOk);
  group.run(Millis{300});
  STRCMP_EQUAL("cancelled", group.reason(1).c_str());
  CHECK_TRUE(group.at(1).events.back().data == "not you");
  STRCMP_EQUAL("ringing", group.state(2).c_str());
  CHECK_TRUE(group.give(group.door(), CancelCall{group.call, one, {}}).code == Errc::kNotInvited);
  const UserId two[] = {user("apt2")};
  CHECK_TRUE(group.give(group.door(), CancelCall{group.call, two, {}}).code == Errc::kOk);
  group.run(Millis{300});
  STRCMP_EQUAL("cancelled", group.reason(0).c_str());
}

TEST(EngineGroupInvite, CancellingWhileConnectedStopsWhatStillRings) {
  Group group{"panel@apt1", "panel@apt2"};
  group.call_users(invite_users({"apt1", "apt2"}));
  group.answer({1});
  CHECK_TRUE(group.give(group.door(), cancel(group.call)).code == Errc::kOk);
  group.run(Millis{300});
  STRCMP_EQUAL("cancelled", group.reason(2).c_str());
  STRCMP_EQUAL("connected", group.state(0).c_str());
  CHECK_TRUE(group.give(group.door(), cancel(group.call)).code == Errc::kAlreadyAccepted);
}

TEST(EngineGroupInvite, ALegThatIsOverIsAnsweredTheSameWhileTheCallGoesOn) {
  Trio trio("door@gate");
  Actor hall("hall@apt1");
  const LegKey first{trio.door.self, 1};
  (void)trio.hear(trio.one, trio.one.leave(trio.call, first));
  STRCMP_EQUAL("confirm(panel)", trio.hear(hall, hall.accept(trio.call, first)).c_str());
  STRCMP_EQUAL("confirm(panel)", trio.hear(hall, hall.ringing(trio.call, first)).c_str());
  InviteUsers command = invite_users({"apt3"});
  command.call = trio.call;
  trio.station.give(command);
  const LegKey third{trio.door.self, 3};
  Actor three("panel@apt3");
  Actor other("hall@apt3");
  (void)trio.hear(three, three.reject(trio.call, third, Reason::kDeclinedEverywhere));
  STRCMP_EQUAL("cancel(declined_elsewhere)",
               trio.hear(other, other.accept(trio.call, third)).c_str());
  STRCMP_EQUAL("cancel(declined_elsewhere)",
               trio.hear(other, other.ringing(trio.call, third)).c_str());
  STRCMP_EQUAL("ack", trio.hear(other, other.reject(trio.call, third, Reason::kBusy)).c_str());
}
