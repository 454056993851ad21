// End-to-end receipts (PROTOCOL rule 17): what changes a state is repeated, as the same message,
// from 1 s doubling to 8 s with a fifth of jitter, until its answer has come or its time is over.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineReceipts){
    static std::vector<Sent> all(const Scene& scene, MessageKind kind){std::vector<Sent> found;
for (const Sent& sent : scene.station.sent) {
  if (sent.kind() == kind) {
    found.push_back(sent);
  }
}
return found;
}

/// One sequence number, gaps of 1, 2, 4, 8, 8 … seconds ±20 %.
static void check_backoff(const std::vector<Sent>& repeats) {
  CHECK_TRUE(repeats.size() >= 3);
  std::int64_t base = 1'000;
  for (std::size_t i = 1; i < repeats.size(); ++i) {
    UNSIGNED_LONGS_EQUAL(repeats[0].header().sequence, repeats[i].header().sequence);
    const std::int64_t gap = (repeats[i].at - repeats[i - 1].at).count();
    CHECK_TRUE(gap >= base * 8 / 10 && gap <= base * 12 / 10);
    base = base * 2 > 8'000 ? 8'000 : base * 2;
  }
}
}
;

TEST(EngineReceipts, TheSameSequenceInAnotherCallOrLegIsNone) {
  Scene scene(Stage::kInConnected);
  scene.station.give(hang_up(scene.call));
  Header other = scene.station.last(MessageKind::kLeave).header();
  ++other.leg.number;
  scene.hear(scene.peer.ack(other));
  --other.leg.number;
  other.call = call_id(9);
  scene.hear(scene.peer.ack(other));
  (void)scene.station.words();
  scene.run(Millis{1'500});
  CHECK_TRUE(scene.station.words().find("leave(hang_up)") != std::string::npos);  // once more
}

TEST(EngineReceipts, TheInviteIsRepeatedUntilADeviceRings) {
  Scene scene(Stage::kCalling);
  scene.run(Millis{25'000});
  const auto invites = all(scene, MessageKind::kInvite);
  check_backoff(invites);
  scene.hear(scene.peer.ringing(scene.call, scene.leg));
  scene.run(Millis{20'000});
  UNSIGNED_LONGS_EQUAL(invites.size(), all(scene, MessageKind::kInvite).size());
}

TEST(EngineReceipts, EachRepeatedInviteTellsTheRingTimeThatIsLeft) {
  Scene scene(Stage::kCalling);
  scene.run(Millis{25'000});
  const auto invites = all(scene, MessageKind::kInvite);
  for (const Sent& sent : invites) {
    const Invite invite = std::get<Invite>(sent.message.body);
    CHECK_TRUE(invite.ring_left == Millis{90'000} - (sent.at - invites[0].at));
    UNSIGNED_LONGS_EQUAL(ceil_seconds(invite.ring_left), sent.expiry_s);
  }
}

TEST(EngineReceipts, TheAcceptIsRepeatedUntilTheConfirmTimerEnds) {
  Scene scene(Stage::kAccepting);
  scene.run(Millis{7'900});
  check_backoff(all(scene, MessageKind::kAccept));
  scene.run(Millis{60'000});
  const auto accepts = all(scene, MessageKind::kAccept);
  CHECK_TRUE(accepts.back().at - accepts.front().at <= Millis{8'000});
  STRCMP_EQUAL("accept_failed", std::string(to_string(scene.reason())).c_str());
}

TEST(EngineReceipts, TheConfirmIsRepeatedUntilItIsAcknowledged) {
  Scene scene(Stage::kAlerted);
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  for (int i = 0; i < 20; ++i) {  // the other side lives, only its receipts are lost
    scene.run(Millis{1'000});
    scene.hear(scene.peer.sync(scene.call, scene.leg,
                               connected_view(scene.station.self, scene.peer.self), "door"));
  }
  const auto confirms = all(scene, MessageKind::kConfirm);
  check_backoff(confirms);
  scene.hear(scene.peer.ack(confirms[0].header()));
  scene.run(Millis{9'000});
  UNSIGNED_LONGS_EQUAL(confirms.size(), all(scene, MessageKind::kConfirm).size());
}

TEST(EngineReceipts, ARepeatedAcceptGetsTheConfirmOfItsOwnLegAndCall) {
  Instant now{Millis{1'000'000}};
  Station::Options options;
  options.settings.lines = 2;
  Station door("door@gate", now, options);
  door.come_online();
  const CallId first = door.give(invite(UserId::parse("apt1").value())).call;
  const Invitee both[] = {{UserId::parse("apt2").value(), 0}, {UserId::parse("apt3").value(), 0}};
  const CallId second = door.give(invite(both)).call;
  Actor one("panel@apt1");
  Actor two("panel@apt2");
  Actor three("panel@apt3");
  door.hear(one.self, one.accept(first, {door.self, 1}));
  door.hear(two.self, two.accept(second, {door.self, 1}));
  door.hear(three.self, three.accept(second, {door.self, 2}));
  for (Actor* each : {&three, &two, &one}) {
    const CallId& call = each == &one ? first : second;
    const LegKey leg{door.self, each == &three ? 2U : 1U};
    door.hear(each->self, each->accept(call, leg));
    const Header& header = door.last(MessageKind::kConfirm).header();
    CHECK_TRUE(header.call == call && header.leg == leg);
    CHECK_TRUE(door.last(MessageKind::kConfirm).to == each->self.user);
  }
}

TEST(EngineReceipts, CancelLeaveAndRejectAreRepeatedUntilAcknowledged) {
  struct Case {
    Stage stage;
    MessageKind kind;
  };
  for (const Case& each :
       {Case{Stage::kAlerted, MessageKind::kCancel}, Case{Stage::kInConnected, MessageKind::kLeave},
        Case{Stage::kOutConnected, MessageKind::kLeave},
        Case{Stage::kRinging, MessageKind::kReject}}) {
    Scene scene(each.stage);
    if (each.kind == MessageKind::kReject) {
      scene.station.give(reject(scene.call));
    } else {
      scene.station.give(hang_up(scene.call));
    }
    scene.run(Millis{30'000});
    const auto repeats = all(scene, each.kind);
    check_backoff(repeats);
    scene.hear(scene.peer.ack(repeats[0].header()));
    scene.run(Millis{30'000});
    UNSIGNED_LONGS_EQUAL(repeats.size(), all(scene, each.kind).size());
  }
}

TEST(EngineReceipts, FinalMessagesAreGivenUpWithTheTombstone) {
  Scene scene(Stage::kInConnected);
  scene.station.give(hang_up(scene.call));
  scene.run(kTombstoneTime + Millis{10'000});
  const std::size_t repeats = all(scene, MessageKind::kLeave).size();
  scene.run(Millis{600'000});
  UNSIGNED_LONGS_EQUAL(repeats, all(scene, MessageKind::kLeave).size());
  CHECK_TRUE(scene.station.engine().quiet());
}

TEST(EngineReceipts, ACancelThatNobodyHeardOfIsGivenUpAfterTheRingTime) {
  Instant now{Millis{1'000'000}};
  Station door("door@gate", now);
  door.come_online();
  const Result result = door.give(invite(UserId::parse("apt1").value()));
  door.give(cancel(result.call));
  door.run(Millis{110'000});
  const std::size_t repeats = door.count(MessageKind::kCancel);
  CHECK_TRUE(repeats > 3);
  door.run(Millis{600'000});
  UNSIGNED_LONGS_EQUAL(repeats, door.count(MessageKind::kCancel));
}

TEST(EngineReceipts, AnAckOfSomethingElseOrOfSomebodyElseStopsNothing) {
  Scene scene(Stage::kInConnected);
  scene.station.give(hang_up(scene.call));
  const Header leave = scene.station.last(MessageKind::kLeave).header();
  Header other = leave;
  ++other.sequence;
  scene.hear(scene.peer.ack(other));
  Actor sibling("phone@gate");
  scene.station.hear(sibling.self, sibling.ack(leave));
  Actor namesake("door@elsewhere");
  scene.station.hear(namesake.self, namesake.ack(leave));
  scene.run(Millis{3'000});
  CHECK_TRUE(all(scene, MessageKind::kLeave).size() >= 2);
}

TEST(EngineReceipts, NothingIsRepeatedWithoutALinkAndEverythingAtOnceWhenItIsBack) {
  Scene scene(Stage::kInConnected);
  scene.station.give(hang_up(scene.call));
  scene.station.give(LinkLost{});
  scene.run(Millis{60'000});
  UNSIGNED_LONGS_EQUAL(1, all(scene, MessageKind::kLeave).size());
  scene.station.give(LinkConnected{});
  scene.run(Millis{10});
  const auto leaves = all(scene, MessageKind::kLeave);
  UNSIGNED_LONGS_EQUAL(2, leaves.size());
  UNSIGNED_LONGS_EQUAL(leaves[0].header().sequence, leaves[1].header().sequence);
}

TEST(EngineReceipts, TheJitterSpreads) {
  std::set<std::int64_t> gaps;
  for (std::uint8_t seed = 1; seed <= 20; ++seed) {
    Station::Options options;
    options.seed = seed;
    Scene scene(Stage::kCalling, options);
    scene.run(Millis{1'300});
    const auto invites = all(scene, MessageKind::kInvite);
    UNSIGNED_LONGS_EQUAL(2, invites.size());
    gaps.insert((invites[1].at - invites[0].at).count());
  }
  CHECK_TRUE(gaps.size() > 10);
}

TEST(EngineReceipts, SequenceNumbersAreNeverUsedForTwoMessages) {
  Scene scene(Stage::kAlerted);
  scene.hear(scene.peer.ringing(scene.call, scene.leg, Alert::kWaiting, 5));
  scene.run(Millis{25'000});
  scene.station.give(cancel(scene.call));
  std::map<std::uint32_t, MessageKind> kinds;
  for (const Sent& sent : scene.station.sent) {
    const auto [at, fresh] = kinds.emplace(sent.header().sequence, sent.kind());
    CHECK_TRUE(fresh || (at->second == sent.kind() && (sent.kind() == MessageKind::kInvite ||
                                                       sent.kind() == MessageKind::kCancel)));
  }
}

TEST(EngineReceipts, AnInviteIsNotAnsweredByAnAck) {
  Scene scene(Stage::kCalling);
  scene.hear(scene.peer.ack(scene.station.last(MessageKind::kInvite).header()));
  UNSIGNED_LONGS_EQUAL(1, scene.counters().dropped_bad_state);
  scene.run(Millis{1'300});
  UNSIGNED_LONGS_EQUAL(2, all(scene, MessageKind::kInvite).size());
}

TEST(EngineReceipts, AConfirmIsRepeatedToTheLosersAfterTheCallIsOver) {
  Scene scene(Stage::kAlerted);
  Actor hall("hall@apt1");
  scene.station.hear(hall.self, hall.ringing(scene.call, scene.leg));
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  scene.station.give(hang_up(scene.call));
  const std::size_t before = all(scene, MessageKind::kConfirm).size();
  scene.run(Millis{5'000});
  CHECK_TRUE(all(scene, MessageKind::kConfirm).size() > before);
  scene.station.hear(hall.self, hall.ack(all(scene, MessageKind::kConfirm)[0].header()));
  const std::size_t heard = all(scene, MessageKind::kConfirm).size();
  scene.run(Millis{10'000});
  UNSIGNED_LONGS_EQUAL(heard, all(scene, MessageKind::kConfirm).size());
}

TEST(EngineReceipts, ADeclineOfALoserIsNoReceiptForTheConfirm) {
  Scene scene(Stage::kAlerted);
  Actor hall("hall@apt1");
  scene.station.hear(hall.self, hall.ringing(scene.call, scene.leg));
  scene.hear(scene.peer.accept(scene.call, scene.leg));
  scene.hear(scene.peer.ack(scene.station.last(MessageKind::kConfirm).header()));
  scene.station.hear(hall.self, hall.reject(scene.call, scene.leg, Reason::kDeclined));
  const std::size_t before = all(scene, MessageKind::kConfirm).size();
  scene.run(Millis{3'000});
  CHECK_TRUE(all(scene, MessageKind::kConfirm).size() > before);
}
