// When an owner dies between its confirm and telling the others, the invited device alone knows
// that it is in the call (PROTOCOL rule 12): its word is taken, or the heir confirms it anew.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineTakenOver) {
  Trio trio_{"panel@apt2"};  // not the heir: that is "panel@apt1"
  Actor three_{"panel@apt3", 0xA3};
  const LegKey threes_{trio_.door.self, 3};
  const std::array<LegView, 1> said_{leg_view(threes_, "panel@apt3", LegState::kConnected, 3)};

  void setup() override {
    const LegView rings = leg_view(threes_, "panel@apt3", LegState::kRinging);
    (void)trio_.roster(trio_.door, {trio_.door.self, 0}, std::span(&rings, 1));
  }
  /// What the door was ringing is rung on by the station, `trio`'s first: the leg that it makes.
  LegKey becomes_heir(Trio & trio) {
    const LegView rings = leg_view(threes_, "panel@apt3", LegState::kRinging);
    (void)trio.roster(trio.door, {trio.door.self, 0}, std::span(&rings, 1));
    (void)trio.hear(trio.door, trio.door.leave(trio.call, {trio.door.self, 0}));
    return trio.station.last(MessageKind::kInvite).header().leg;
  }
  void lose_door() {
    (void)trio_.hear(trio_.door, trio_.door.leave(trio_.call, {trio_.door.self, 0}));
  }
};

TEST(EngineTakenOver, TheDeviceOfAnOrphanedLegIsBelieved) {
  lose_door();
  const std::string words = trio_.roster(three_, threes_, said_);
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
  STRCMP_EQUAL(
      "panel@apt1 connected, panel@apt2 connected, panel@apt3 connected, gate "
      "ended(hang_up)",
      trio_.seen().c_str());
}

TEST(EngineTakenOver, AlsoWhereTheHeirHasEndedTheLeg) {
  lose_door();
  std::array<LegView, 2> ended{
      leg_view({trio_.door.self, 1}, "panel@apt1", LegState::kConnected, 1),
      leg_view(threes_, "panel@apt3", LegState::kEnded)};
  ended[1].reason = Reason::kCallerLost;
  (void)trio_.roster(trio_.one, {trio_.door.self, 1}, ended);
  CHECK_TRUE(trio_.seen().find("apt3 ended(caller_lost)") != std::string::npos);
  const std::string words = trio_.roster(three_, threes_, said_);
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
}

TEST(EngineTakenOver, OrTheOwnerThatComesBackSaysSo) {
  std::array<LegView, 1> lost{leg_view(threes_, "panel@apt3", LegState::kEnded)};
  lost[0].reason = Reason::kCallerLost;
  (void)trio_.roster(trio_.door, {trio_.door.self, 0}, lost);
  CHECK_TRUE(trio_.seen().find("apt3 ended(caller_lost)") != std::string::npos);
  (void)trio_.roster(trio_.one, {trio_.door.self, 1}, said_);  // the owner is there
  CHECK_TRUE(trio_.seen().find("apt3 ended(caller_lost)") != std::string::npos);
  const std::string words = trio_.roster(trio_.door, {trio_.door.self, 0}, said_);
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
}

TEST(EngineTakenOver, NotWhereItHasEndedOtherwise) {
  lose_door();
  std::array<LegView, 2> ended{
      leg_view({trio_.door.self, 1}, "panel@apt1", LegState::kConnected, 1),
      leg_view(threes_, "panel@apt3", LegState::kEnded)};
  ended[1].reason = Reason::kNoAnswer;
  (void)trio_.roster(trio_.one, {trio_.door.self, 1}, ended);
  STRCMP_EQUAL("", trio_.roster(three_, threes_, said_).c_str());
}

TEST(EngineTakenOver, OrAnHeirThatRangInVainSaysSo) {
  std::array<LegView, 1> vain{leg_view(threes_, "panel@apt3", LegState::kEnded)};
  vain[0].reason = Reason::kNoAnswer;
  (void)trio_.roster(trio_.door, {trio_.door.self, 0}, vain);
  (void)trio_.roster(trio_.one, {trio_.door.self, 1}, said_);  // it is not for this one to say
  CHECK_TRUE(trio_.seen().find("apt3 ended(no_answer)") != std::string::npos);
  const std::string words = trio_.roster(trio_.door, {trio_.door.self, 0}, said_);
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
}

TEST(EngineTakenOver, SoIsOneThatNobodyHasAnnounced) {
  const LegKey unknown{trio_.door.self, 9};
  const LegView claim = leg_view(unknown, "panel@apt3", LegState::kConnected, 3);
  const std::span<const LegView> said(&claim, 1);
  (void)trio_.roster(three_, unknown, said);  // the door is there
  CHECK_TRUE(trio_.seen().find("apt3 connected") == std::string::npos);
  lose_door();
  Actor imp("panel@apt4");
  const LegView imps = leg_view(unknown, "panel@apt4", LegState::kConnected, 3);
  STRCMP_EQUAL("", trio_.roster(imp, unknown, std::span(&imps, 1)).c_str());  // not a user of it
  STRCMP_EQUAL("", trio_.roster(three_, unknown, said_).c_str());             // of another leg
  const LegKey nobodys{imp.self, 9};
  const LegView foreign = leg_view(nobodys, "panel@apt3", LegState::kConnected, 3);
  STRCMP_EQUAL("", trio_.roster(three_, nobodys, std::span(&foreign, 1)).c_str());
  Actor own("hall@apt2");
  const LegView owns = leg_view(unknown, "hall@apt2", LegState::kConnected, 3);
  STRCMP_EQUAL("", trio_.roster(own, unknown, std::span(&owns, 1)).c_str());
  const LegKey mine{trio_.station.self, 9};
  const LegView mines = leg_view(mine, "panel@apt3", LegState::kConnected, 3);
  STRCMP_EQUAL("", trio_.roster(three_, mine, std::span(&mines, 1)).c_str());
  const std::string words = trio_.roster(three_, unknown, said);
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
}

TEST(EngineTakenOver, AlsoWhereItsOwnerIsOnlyLost) {
  trio_.live(Millis{35'000}, {&trio_.one});
  const LegKey unknown{trio_.door.self, 9};
  const LegView claim = leg_view(unknown, "panel@apt3", LegState::kConnected, 3);
  const std::string words = trio_.roster(three_, unknown, std::span(&claim, 1));
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
}

TEST(EngineTakenOver, NotWhileItsOwnerIsThere) {
  STRCMP_EQUAL("", trio_.roster(three_, threes_, said_).c_str());
  CHECK_TRUE(trio_.seen().find("apt3 ringing") != std::string::npos);
}

TEST(EngineTakenOver, NotAnotherUsersDevice) {
  lose_door();
  Actor imp("panel@apt4");
  STRCMP_EQUAL("", trio_.roster(imp, threes_, said_).c_str());
}

TEST(EngineTakenOver, NotWithoutSayingThatItIsConnectedItself) {
  lose_door();
  const LegView others[] = {leg_view(threes_, "panel@apt3", LegState::kRinging),
                            leg_view(threes_, "hall@apt3", LegState::kConnected, 3),
                            leg_view({trio_.door.self, 2}, "panel@apt3", LegState::kConnected, 3)};
  for (const LegView& view : others) {
    STRCMP_EQUAL("", trio_.roster(three_, threes_, std::span(&view, 1)).c_str());
  }
  CHECK_TRUE(trio_.seen().find("apt3 ringing") != std::string::npos);
}

TEST(EngineTakenOver, WhomTheHeirHasRungInVainIsBelievedToo) {
  Trio trio("panel@apt1");
  const LegKey made = becomes_heir(trio);
  const LegView early = leg_view(made, "panel@apt3", LegState::kConnected, 3);
  STRCMP_EQUAL("", trio.roster(three_, made, std::span(&early, 1)).c_str());  // it answers first
  trio.live(Millis{65'000}, {&trio.two});
  CHECK_TRUE(trio.seen().find("apt3 ringing") == std::string::npos);
  const LegView in = leg_view(made, "panel@apt3", LegState::kConnected, 3);
  Actor imp("panel@apt4");
  STRCMP_EQUAL("", trio.roster(imp, made, std::span(&in, 1)).c_str());
  const std::string words = trio.roster(three_, made, std::span(&in, 1));
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
}

TEST(EngineTakenOver, NotWhoHasAnsweredTheHeirAndLeft) {
  Trio trio("panel@apt1");
  const LegKey made = becomes_heir(trio);
  const LegView in = leg_view(made, "panel@apt3", LegState::kConnected, 3);
  const Message late = three_.roster(trio.call, made, std::span(&in, 1), "panel");
  (void)trio.hear(three_, three_.accept(trio.call, made));
  CHECK_TRUE(trio.seen().find("panel@apt3 connected") != std::string::npos);
  (void)trio.hear(three_, three_.leave(trio.call, made));
  STRCMP_EQUAL("", trio.hear(three_, late).c_str());
}

TEST(EngineTakenOver, WhoIsInByTheHeirsLegEndsTheOneBeforeItself) {
  (void)trio_.roster(trio_.door, {trio_.door.self, 0}, said_);
  CHECK_TRUE(trio_.seen().find("panel@apt3 connected") != std::string::npos);
  const LegKey heirs{trio_.one.self, 1};
  const LegView now[] = {leg_view(heirs, "panel@apt3", LegState::kConnected, 3),
                         leg_view(threes_, "panel@apt3", LegState::kEnded, 0, Reason::kCallerLost)};
  (void)trio_.roster(three_, threes_, now);
  const std::string before = trio_.seen();
  (void)trio_.roster(trio_.door, {trio_.door.self, 0}, said_);  // the door has not heard so far
  STRCMP_EQUAL(before.c_str(), trio_.seen().c_str());
}

TEST(EngineTakenOver, TheHeirsInviteStillNamesTheLegThatItStandsFor) {
  Trio trio("panel@apt1");
  (void)becomes_heir(trio);
  UNSIGNED_LONGS_EQUAL(1, trio.station.count(MessageKind::kInvite));
  (void)trio.roster(three_, threes_, said_);
  CHECK_TRUE(trio.seen().find("panel@apt3 connected") != std::string::npos);
  trio.station.run(Millis{1'500});
  CHECK_TRUE(trio.station.count(MessageKind::kInvite) > 1);
  const auto invite = std::get<Invite>(trio.station.last(MessageKind::kInvite).message.body);
  CHECK_TRUE(invite.replaces == threes_);
}

TEST(EngineTakenOver, AlsoOnceWhoHadTakenThatLegHasHungUp) {
  Trio trio("panel@apt1");
  (void)becomes_heir(trio);
  (void)trio.roster(three_, threes_, said_);
  (void)trio.hear(three_, three_.leave(trio.call, threes_));
  CHECK_TRUE(trio.seen().find("apt3 ended(hang_up)") != std::string::npos);
  const std::size_t before = trio.station.count(MessageKind::kInvite);
  trio.station.run(Millis{3'000});
  CHECK_TRUE(trio.station.count(MessageKind::kInvite) > before);
  const auto invite = std::get<Invite>(trio.station.last(MessageKind::kInvite).message.body);
  CHECK_TRUE(invite.replaces == threes_);
}

// The other side: connected by the owner that died, and invited again by the heir.
TEST(EngineTakenOver, WhoseOwnerIsThereAndHasNotSaidSoIsToldThatThisDeviceIsIn) {
  const LegKey unknown{trio_.door.self, 9};
  const LegView claim = leg_view(unknown, "panel@apt3", LegState::kConnected, 3);
  (void)trio_.roster(three_, unknown, std::span(&claim, 1));
  const auto& told = trio_.station.last(MessageKind::kRoster);
  CHECK(told.header().to == trio_.door.self.device);
}

TEST(EngineTakenOver, AlsoWhereWhoLetItInHasComeAndGoneUnheard) {
  lose_door();
  const Account between = account_of("hall@apt1");
  const LegKey last{between, 1};
  const std::array<LegView, 2> chain{
      leg_view(last, "panel@apt3", LegState::kConnected, 4),
      leg_view({trio_.door.self, 9}, "hall@apt1", LegState::kEnded, 3, Reason::kMoved)};
  STRCMP_EQUAL("", trio_.roster(three_, last, std::span(chain).first(1)).c_str());
  const std::string words = trio_.roster(three_, last, chain);
  CHECK_TRUE(words.find("event:member(apt3 connected)") != std::string::npos);
}

TEST(EngineTakenOver, AChainThatLeadsToNobodyLetsNobodyIn) {
  lose_door();
  const LegKey one{account_of("hall@apt1"), 1};
  const LegKey other{account_of("attic@apt1"), 1};
  const std::array<LegView, 3> ring{leg_view(one, "panel@apt3", LegState::kConnected, 4),
                                    leg_view(other, "hall@apt1", LegState::kEnded, 3),
                                    leg_view(one, "attic@apt1", LegState::kEnded, 3)};
  STRCMP_EQUAL("", trio_.roster(three_, one, ring).c_str());
}

TEST(EngineTakenOver, AnEarlierDeviceOfTheOwnUserIsShownWithItsName) {
  Trio trio("panel@apt2");
  const LegView before =
      leg_view({trio.one.self, 7}, "hall@apt2", LegState::kEnded, 9, Reason::kMoved);
  (void)trio.roster(trio.one, {trio.door.self, 1}, std::span(&before, 1));
  const auto shown = trio.station.engine().member_at(trio.call, 3);
  CHECK_TRUE(shown.has_value());
  STRCMP_EQUAL("hall", std::string(shown->device.view()).c_str());
}

TEST(EngineTakenOver, AnEarlierDeviceThatIsInAfterAllStays) {
  Trio trio("panel@apt2");
  const LegKey earlier{trio.one.self, 7};
  const LegView moved = leg_view(earlier, "hall@apt2", LegState::kEnded, 1, Reason::kMoved);
  (void)trio.roster(trio.one, {trio.door.self, 1}, std::span(&moved, 1));
  const LegView stays = leg_view(earlier, "hall@apt2", LegState::kConnected, 1);
  (void)trio.roster(trio.one, {trio.door.self, 1}, std::span(&stays, 1));
  STRCMP_EQUAL("moved", text(trio.station.reason(trio.call)).c_str());
}

static std::string heir_invites(Trio& trio, const LegKey& leg) {
  Invite invite;
  invite.caller = trio.door.self;
  invite.ring_left = Millis{60'000};
  invite.replaces = {trio.door.self, 2};
  const std::array<LegView, 3> views{
      leg_view({trio.door.self, 0}, "door@gate", LegState::kEnded),
      leg_view({trio.door.self, 1}, "panel@apt1", LegState::kConnected, 1),
      leg_view(leg, "panel@apt2", LegState::kInviting)};
  invite.roster = views;
  return trio.hear(trio.one, trio.one.say(trio.call, leg, invite));
}

TEST(EngineTakenOver, WhoIsConnectedAcceptsTheHeirsInviteAndStaysConnected) {
  Trio trio("panel@apt2");
  const LegKey leg{trio.one.self, 1};
  const std::string words = heir_invites(trio, leg);
  CHECK_TRUE(words.find("accept") != std::string::npos);
  CHECK_TRUE((trio.station.last(MessageKind::kAccept).header().leg == leg));
  STRCMP_EQUAL("connected", trio.state().c_str());
  const Confirm confirm{trio.station.self.device, 3, {}};
  STRCMP_EQUAL("ack", trio.hear(trio.one, trio.one.say(trio.call, leg, confirm)).c_str());
  const std::size_t accepts = trio.station.count(MessageKind::kAccept);
  trio.live(Millis{20'000}, {&trio.one});
  UNSIGNED_LONGS_EQUAL(accepts, trio.station.count(MessageKind::kAccept));
  STRCMP_EQUAL("connected", trio.state().c_str());
  UNSIGNED_LONGS_EQUAL(1, trio.station.count(CallChange::kConnected));
}

TEST(EngineTakenOver, AndDoesNotAskAnHeirThatIsGoneForEver) {
  Trio trio("panel@apt2");
  const LegKey leg{trio.one.self, 1};
  (void)heir_invites(trio, leg);
  const Cancel cancel{Reason::kNoAnswer, {}};
  STRCMP_EQUAL("ack", trio.hear(trio.one, trio.one.say(trio.call, leg, cancel)).c_str());
  const std::size_t accepts = trio.station.count(MessageKind::kAccept);
  trio.live(Millis{20'000}, {&trio.one});
  UNSIGNED_LONGS_EQUAL(accepts, trio.station.count(MessageKind::kAccept));
  STRCMP_EQUAL("connected", trio.state().c_str());
}

TEST(EngineTakenOver, AndIsInTheCallOnce) {
  Trio trio("panel@apt2");
  (void)heir_invites(trio, {trio.one.self, 1});
  const std::string before = trio.seen();
  const LegView old = leg_view({trio.door.self, 2}, "panel@apt2", LegState::kConnected, 2);
  (void)trio.roster(trio.door, {trio.door.self, 0}, std::span(&old, 1));
  STRCMP_EQUAL(before.c_str(), trio.seen().c_str());
  STRCMP_EQUAL("connected", trio.state().c_str());
}

TEST(EngineTakenOver, OfMoreRingsThanItHasRoomForTheHeirTakesWhatFits) {
  Station::Options options;
  options.limits.outgoing = 4;
  Trio trio("panel@apt1", options);
  std::array<LegView, 6> views;
  for (std::uint32_t n = 0; n < views.size(); ++n) {
    views[n] = leg_view({trio.door.self, n + 3}, "x@guest" + std::to_string(n), LegState::kRinging);
  }
  (void)trio.hear(trio.door,
                  trio.door.leave(trio.call, {trio.door.self, 0}, Reason::kHangUp, views));
  trio.station.run(Millis{2});
  CHECK_TRUE(trio.station.counters().outgoing_full > 0);
  STRCMP_EQUAL("connected", trio.state().c_str());
}
