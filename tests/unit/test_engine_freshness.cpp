// No ghost rings (PROTOCOL rule 4): an invite rings at once only if it is proven fresh, else its
// owner is asked, and it rings for the time that was left when it was asked.

#include <string>

#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineFreshness) {
  Instant now_{Millis{1'000'000}};
  Station panel_{"panel@apt1", now_};
  Actor door_{"door@gate"};
  CallId call_ = call_id(9);

  std::string answer_to(const Message& message, std::optional<std::uint32_t> expiry) {
    (void)panel_.words();
    panel_.hear(door_.self, message, expiry);
    return panel_.words();
  }

  std::uint64_t asked() {
    const auto ringing = std::get<Ringing>(panel_.last(MessageKind::kRinging).message.body);
    CHECK_TRUE(ringing.alert == Alert::kWaiting);
    CHECK_TRUE(ringing.nonce != 0);
    return ringing.nonce;
  }

  void proof(Millis left, std::uint64_t nonce) {
    panel_.hear(door_.self, door_.pending_sync(call_, "panel", left, nonce));
  }
};

TEST(EngineFreshness, AnAgeOfUpToTwoSecondsRingsAtOnce) {
  for (const std::uint32_t age : {0U, 1U, 2U}) {
    Instant now{Millis{1'000'000}};
    Station panel("panel@apt1", now);
    panel.come_online();
    panel.hear(door_.self, door_.invite(call_), 90 - age);
    STRCMP_EQUAL("ringing event:incoming", panel.words().c_str());
  }
}

TEST(EngineFreshness, AnOlderInviteIsAskedFor) {
  panel_.come_online();
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_), 87).c_str());
}

TEST(EngineFreshness, AnInviteFromTheFutureIsAskedFor) {
  panel_.come_online();
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_), 91).c_str());
}

TEST(EngineFreshness, AnAnswerElsewhereThatIsHeardOfMeanwhileIsRemembered) {
  panel_.come_online();
  (void)answer_to(door_.invite(call_), 60);
  Actor heir("panel@apt2", 0xA2);
  const LegKey leg{heir.self, 1};
  const LegView in{
      {door_.self, 1}, heir.self.user, heir.self.device, LegState::kConnected, Reason::kNone, 1,
      Millis{0}};
  Invite invite = heir.invite_body(Millis{60'000});
  invite.caller = door_.self;
  invite.roster = std::span(&in, 1);
  const Message invited = heir.say(call_, leg, invite);
  panel_.hear(heir.self, heir.say(call_, leg, Confirm{DeviceId::parse("hall").value(), 2, {}}), 60);
  panel_.hear(door_.self, door_.cancel(call_, Reason::kCallerLost), 60);
  (void)panel_.words();
  panel_.hear(heir.self, invited, 60);
  STRCMP_EQUAL("", panel_.words().c_str());
}

TEST(EngineFreshness, APartOfASecondIsRoundedUpAsTheSenderDoes) {
  panel_.come_online();
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_, Millis{80'001}), 78).c_str());
  Instant now{Millis{1'000'000}};
  Station panel("panel@apt1", now);
  panel.come_online();
  panel.hear(door_.self, door_.invite(call_, Millis{80'001}), 79);
  STRCMP_EQUAL("ringing event:incoming", panel.words().c_str());
}

TEST(EngineFreshness, WithoutAnExpiryItIsAskedFor) {
  panel_.come_online();
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_), std::nullopt).c_str());
}

TEST(EngineFreshness, BeforeTheBarrierEvenTheFreshestIsAskedFor) {
  panel_.give(Start{});
  panel_.give(LinkConnected{});
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_), 90).c_str());
}

TEST(EngineFreshness, TheOwnMarkerLiftsTheBarrier) {
  panel_.give(Start{});
  panel_.give(LinkConnected{});
  const Message marker = panel_.last(MessageKind::kMarker).message;
  panel_.hear(panel_.self, marker);
  STRCMP_EQUAL("ringing event:incoming", answer_to(door_.invite(call_), 90).c_str());
  const std::size_t markers = panel_.count(MessageKind::kMarker);
  panel_.run(Millis{10'000});
  UNSIGNED_LONGS_EQUAL(markers, panel_.count(MessageKind::kMarker));
}

TEST(EngineFreshness, AMarkerOfAnEarlierConnectOrLifeLiftsNothing) {
  panel_.give(Start{});
  panel_.give(LinkConnected{});
  const Message old = panel_.last(MessageKind::kMarker).message;
  panel_.give(LinkLost{});
  panel_.run(Millis{10'100});  // it had lasted for a moment only, so that takes a while
  panel_.give(LinkConnected{});
  panel_.hear(panel_.self, old);
  Message foreign = panel_.last(MessageKind::kMarker).message;
  ++foreign.header.incarnation;
  panel_.hear(panel_.self, foreign);
  const Message own = panel_.last(MessageKind::kMarker).message;
  panel_.hear(panel_.self, own, std::nullopt, true);  // and a retained one neither
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_), 90).c_str());
}

TEST(EngineFreshness, NorDoesAMarkerBehindTheLossOfItsLink) {
  panel_.give(Start{});
  panel_.give(LinkConnected{});
  const Message marker = panel_.last(MessageKind::kMarker).message;
  panel_.give(LinkLost{});
  panel_.hear(panel_.self, marker);
  UNSIGNED_LONGS_EQUAL(1, panel_.counters().dropped_bad_state);
}

TEST(EngineFreshness, TheMarkerIsRepeatedAndAfterThreeSecondsTheBarrierLiftsByItself) {
  panel_.give(Start{});
  panel_.give(LinkConnected{});
  panel_.run(Millis{2'999});
  UNSIGNED_LONGS_EQUAL(3, panel_.count(MessageKind::kMarker));
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_id(1)), 90).c_str());
  panel_.run(Millis{2});
  STRCMP_EQUAL("ringing event:incoming", answer_to(door_.invite(call_), 90).c_str());
  panel_.run(Millis{5'000});
  UNSIGNED_LONGS_EQUAL(3, panel_.count(MessageKind::kMarker));
}

TEST(EngineFreshness, TheBarrierIsUpAgainAfterEachConnect) {
  panel_.come_online();
  panel_.give(LinkLost{});
  panel_.run(Millis{1'100});
  panel_.give(LinkConnected{});
  STRCMP_EQUAL("ringing(waiting)", answer_to(door_.invite(call_), 90).c_str());
}

TEST(EngineFreshness, ItRingsForTheTimeThatIsLeftCountedFromTheQuestion) {
  panel_.come_online();
  panel_.hear(door_.self, door_.invite(call_));
  const Instant question = now_;
  panel_.run(Millis{700});
  proof(Millis{30'000}, asked());
  STRCMP_EQUAL("ringing", panel_.state(call_).c_str());
  CHECK_TRUE(panel_.events.back().ring_left == Millis{29'300});
  panel_.run(question + Millis{29'999} - now_);
  STRCMP_EQUAL("ringing", panel_.state(call_).c_str());
  panel_.run(Millis{1});
  STRCMP_EQUAL("no_answer", std::string(to_string(panel_.reason(call_))).c_str());
}

TEST(EngineFreshness, AWrongNumberProvesNothing) {
  panel_.come_online();
  panel_.hear(door_.self, door_.invite(call_));
  proof(Millis{30'000}, asked() + 2);
  proof(Millis{30'000}, 0);
  STRCMP_EQUAL("idle", panel_.state(call_).c_str());
  UNSIGNED_LONGS_EQUAL(0, panel_.events.size());
}

TEST(EngineFreshness, ARepeatedQuestionIsTheSameOneAndCountsFromTheFirst) {
  panel_.come_online();
  panel_.hear(door_.self, door_.invite(call_));
  const std::uint64_t first = asked();
  panel_.run(Millis{1'300});
  UNSIGNED_LONGS_EQUAL(2, panel_.count(MessageKind::kRinging));
  CHECK_TRUE(asked() == first);
  proof(Millis{30'000}, first);  // which of the two it answers nobody knows
  CHECK_TRUE(panel_.events.back().ring_left == Millis{28'700});
}

TEST(EngineFreshness, EachCallIsAskedForWithANumberOfItsOwn) {
  panel_.come_online();
  panel_.hear(door_.self, door_.invite(call_id(1)));
  const std::uint64_t first = asked();
  panel_.hear(door_.self, door_.invite(call_id(2)));
  CHECK_TRUE(asked() != first);
}

TEST(EngineFreshness, AProofThatComesAfterTheRingTimeRingsNoMore) {
  panel_.come_online();
  panel_.hear(door_.self, door_.invite(call_));
  panel_.run(Millis{600});
  proof(Millis{500}, asked());
  CHECK_FALSE(panel_.state(call_) == "ringing");
  UNSIGNED_LONGS_EQUAL(0, panel_.events.size());
}

TEST(EngineFreshness, TheOutcomeInsteadOfTheProofEndsItWithoutAWordToAnybody) {
  panel_.come_online();
  panel_.hear(door_.self, door_.invite(call_));
  STRCMP_EQUAL("ack", answer_to(door_.cancel(call_), std::nullopt).c_str());
  STRCMP_EQUAL("ended", panel_.state(call_).c_str());
  panel_.run(Millis{120'000});
  UNSIGNED_LONGS_EQUAL(0, panel_.events.size());
  UNSIGNED_LONGS_EQUAL(1, panel_.count(MessageKind::kRinging));
}

TEST(EngineFreshness, AQuestionThatNobodyAnswersIsForgottenAtTheRingTime) {
  panel_.come_online();
  panel_.hear(door_.self, door_.invite(call_));
  panel_.run(Millis{89'000});
  STRCMP_EQUAL("idle", panel_.state(call_).c_str());
  panel_.run(Millis{1'001});
  STRCMP_EQUAL("ended", panel_.state(call_).c_str());
  UNSIGNED_LONGS_EQUAL(0, panel_.events.size());
}

TEST(EngineFreshness, AnInviteWithoutRingTimeIsDropped) {
  panel_.come_online();
  STRCMP_EQUAL("", answer_to(door_.invite(call_, Millis{0}), 0).c_str());
  STRCMP_EQUAL("unknown", panel_.state(call_).c_str());
}

TEST(EngineFreshness, OverThreeOneOneItRingsWithinOneRoundTrip) {
  RigOptions options;
  options.mqtt5 = false;
  Rig rig = ringing(options);
  UNSIGNED_LONGS_EQUAL(1, rig->panel().counters().freshness_queries);
  const CallEvent& incoming = rig->panel().events.back();
  CHECK_TRUE(incoming.ring_left >= Millis{89'900});
}

TEST(EngineFreshness, AnInviteFromAnOfflineQueueRingsOnlyWhileItsCallerStillCalls) {
  for (const bool given_up : {false, true}) {
    RigOptions options;
    options.presence = false;
    Rig rig = online(options);
    rig->disconnect(rig->panel());
    const Result result = rig->give(rig->door(), invite(rig->panel().self.user));
    rig->run(Millis{20'000});
    if (given_up) {
      rig->give(rig->door(), cancel(result.call));
    }
    rig->connect(rig->panel());
    rig->run(Millis{1'000});
    STRCMP_EQUAL(given_up ? "ended" : "ringing", rig->panel().state(result.call).c_str());
    UNSIGNED_LONGS_EQUAL(given_up ? 0 : 1, rig->panel().count(CallChange::kIncoming));
  }
}
