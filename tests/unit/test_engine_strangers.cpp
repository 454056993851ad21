// Strangers cost nothing (PROTOCOL rule 16): whatever somebody says who is not entitled to it
// changes nothing and is counted.

#include <string>
#include <vector>

#include "tests/fakes/engine_inputs.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineStrangers){static std::uint32_t drops(const Counters& c){
    return c.dropped_retained + c.dropped_not_entitled + c.dropped_not_addressed +
           c.dropped_own_echo + c.dropped_bad_state + c.dropped_unknown_call +
           c.dropped_table_full + c.dropped_quota;
}

/// Live stages, in which a stranger has nothing to say.
static std::vector<Stage> live() {
  return {Stage::kCalling, Stage::kAlerted,   Stage::kOutConnected, Stage::kWaiting,
          Stage::kRinging, Stage::kAccepting, Stage::kInConnected};
}

/// What may be said to somebody who is not entitled: that a leg of which they speak is none, or
/// that a leg of their own, which this device does not have, is over as they wish.
static bool harmless(const Message& message, const Scene& scene, const std::string& words) {
  const Header& header = message.header;
  switch (kind_of(message.body)) {
    case MessageKind::kRinging:
    case MessageKind::kAccept:
      return words == "cancel(caller_lost)" && header.leg.owner == scene.station.self &&
             header.leg.number != scene.leg.number;
    case MessageKind::kCancel: return words == "ack" && !(header.leg == scene.leg);
    case MessageKind::kJoin: return words.starts_with("reject(");
    case MessageKind::kInfo: return words == "door(no_door)";
    case MessageKind::kConfirm:
      return words == "reject(accept_failed)" && !(header.leg == scene.leg);
    case MessageKind::kInvite:
    case MessageKind::kSync:
      return words == "reject(already_here)" && header.leg.owner == scene.peer.self &&
             !(header.leg == scene.leg);
    case MessageKind::kReject:
    case MessageKind::kEnd:
    case MessageKind::kLeave:
    case MessageKind::kRoster:
    case MessageKind::kAck:
    case MessageKind::kMarker: return false;
  }
  return false;
}

/// A message from somebody else about the scene's call: nothing is told or changed, and nothing
/// said but to its sender.
static void check_dropped(Stage stage, const Account& from, const Message& message, Scene& scene) {
  const std::string before = scene.state();
  const std::size_t events = scene.station.events.size();
  const std::uint32_t dropped = drops(scene.counters());
  (void)scene.station.words();
  scene.station.hear(from, message, 90);
  const std::string what = describe(message.body) + " in " + std::string(to_string(stage));
  STRCMP_EQUAL_TEXT(before.c_str(), scene.state().c_str(), what.c_str());
  UNSIGNED_LONGS_EQUAL_TEXT(events, scene.station.events.size(), what.c_str());
  const std::string words = scene.station.words();
  if (harmless(message, scene, words)) {
    CHECK_TRUE(scene.station.sent.back().to == from.user);
    CHECK_TRUE(scene.station.sent.back().header().to == from.device);
    return;
  }
  STRCMP_EQUAL_TEXT("", words.c_str(), what.c_str());
  UNSIGNED_LONGS_EQUAL_TEXT(dropped + 1, drops(scene.counters()), what.c_str());
}
}
;

// With the true leg and with a leg of the stranger's own, in every live state: twenty kinds of
// hijack of a call whose id is known.
TEST(EngineStrangers, CanNotHijackACallThoughTheyKnowItsId) {
  for (const Stage stage : live()) {
    for (const std::string_view what : kMessages) {
      for (const bool own_leg : {false, true}) {
        Scene scene(stage);
        Actor stranger("imp@elsewhere", scene.peer.incarnation());
        Message message = inputs::message_of(what, scene, stranger);
        if (own_leg) {
          message.header.leg.owner = stranger.self;
        }
        check_dropped(stage, stranger.self, message, scene);
      }
    }
  }
}

TEST(EngineStrangers, AnotherDeviceOfTheCallersUserIsAStrangerToo) {
  for (const Stage stage :
       {Stage::kWaiting, Stage::kRinging, Stage::kAccepting, Stage::kInConnected}) {
    for (const std::string_view what : kMessages) {
      if (what == "join(move)" && stage == Stage::kInConnected) {
        continue;  // a user may pull its own call over
      }
      Scene scene(stage);
      Actor sibling("phone@gate", scene.peer.incarnation());
      check_dropped(stage, sibling.self, inputs::message_of(what, scene, sibling), scene);
    }
  }
}

TEST(EngineStrangers, ALegOfAnotherNumberIsNoLegOfThisCall) {
  for (const Stage stage : live()) {
    for (const std::string_view what : kMessages) {
      if (what.starts_with("end") || what == "leave" || what == "sync(connected)" ||
          what == "roster(connected)" || what.starts_with("join") || what == "confirm(hall)") {
        continue;  // these are of the sender's own leg, of none, or of any of the user's
      }
      Scene scene(stage);
      Message message = inputs::message_of(what, scene, scene.peer);
      message.header.leg.number = 2;
      check_dropped(stage, scene.peer.self, message, scene);
    }
  }
}

TEST(EngineStrangers, NothingRetainedIsTaken) {
  for (const Stage stage : kStages) {
    for (const std::string_view what : kMessages) {
      Scene scene(stage);
      const std::uint32_t before = scene.counters().dropped_retained;
      scene.station.hear(scene.peer.self, inputs::message_of(what, scene, scene.peer), 90, true);
      STRCMP_EQUAL("", scene.station.words().c_str());
      UNSIGNED_LONGS_EQUAL(before + 1, scene.counters().dropped_retained);
    }
  }
}

TEST(EngineStrangers, WhatIsForAnotherDeviceIsLeftToIt) {
  for (const std::string_view what : kMessages) {
    Scene scene(Stage::kRinging);
    Message message = inputs::message_of(what, scene, scene.peer);
    message.header.to = DeviceId::parse("hall").value();
    check_dropped(Stage::kRinging, scene.peer.self, message, scene);
    UNSIGNED_LONGS_EQUAL(1, scene.counters().dropped_not_addressed);
  }
}

TEST(EngineStrangers, OwnMessagesAndThoseOfTheOwnUsersDevicesAreEchoes) {
  Scene scene(Stage::kUnknown);
  Actor self("panel@apt1");
  Actor hall("hall@apt1");
  for (Actor* each : {&self, &hall}) {
    scene.station.hear(each->self, each->invite(call_id(4)), 90);
    scene.station.hear(each->self, each->cancel(call_id(5)));
  }
  STRCMP_EQUAL("", scene.station.words().c_str());
  UNSIGNED_LONGS_EQUAL(4, scene.counters().dropped_own_echo);
}

TEST(EngineStrangers, AnInviteIsTheLegOwnersOnly) {
  Scene scene(Stage::kUnknown);
  Message forged = scene.peer.invite(scene.call);
  Actor stranger("imp@elsewhere");
  check_dropped(Stage::kUnknown, stranger.self, forged, scene);
  forged.header.leg.number = 0;
  check_dropped(Stage::kUnknown, scene.peer.self, forged, scene);
}

TEST(EngineStrangers, AnInviteThatNamesAnotherCallerIsDropped) {
  Scene scene(Stage::kUnknown);
  Message forged = scene.peer.invite(scene.call);
  std::get<Invite>(forged.body).caller = account_of("police@station");
  check_dropped(Stage::kUnknown, scene.peer.self, forged, scene);
}

TEST(EngineStrangers, AnotherVersionsInviteIsAnsweredAndEverythingElseOfItIsNot) {
  Scene scene(Stage::kRinging);
  Message message = scene.peer.invite(call_id(5));
  ForeignVersionReceived foreign{scene.peer.self, false, MessageKind::kInvite, message.header};
  scene.station.give(foreign);
  STRCMP_EQUAL("reject(unsupported_version)", scene.station.words().c_str());
  foreign.retained = true;
  scene.station.give(foreign);
  foreign.retained = false;
  foreign.kind = MessageKind::kCancel;
  foreign.header.call = scene.call;
  scene.station.give(foreign);
  foreign.kind = MessageKind::kInvite;
  foreign.sender = account_of("imp@elsewhere");
  scene.station.give(foreign);
  STRCMP_EQUAL("", scene.station.words().c_str());
  STRCMP_EQUAL("ringing", scene.state().c_str());
}

TEST(EngineStrangers, PresenceOfAnotherAccountOfThePeersUserTouchesNoCall) {
  Scene scene(Stage::kInConnected);
  Actor stranger("imp@gate");
  for (const bool retained : {false, true}) {
    scene.station.give(PresenceReceived{stranger.self, retained, 3600,
                                        stranger.presence(PresenceState::kOffline, true)});
  }
  scene.run(Millis{10});
  STRCMP_EQUAL("connected", scene.state().c_str());
}

TEST(EngineStrangers, AnotherVersionsInviteHasToBeItsSendersOwnAndForThisDevice) {
  Scene scene(Stage::kUnknown);
  const Message message = scene.peer.invite(call_id(5));
  ForeignVersionReceived foreign{scene.peer.self, false, MessageKind::kInvite, message.header};
  foreign.header.to = DeviceId::parse("hall").value();
  scene.station.give(foreign);
  Actor sibling("hall@apt1");
  scene.station.give(ForeignVersionReceived{sibling.self, false, MessageKind::kInvite,
                                            sibling.invite(call_id(5)).header});
  STRCMP_EQUAL("", scene.station.words().c_str());
  foreign.header.to = scene.station.self.device;
  scene.station.give(foreign);
  STRCMP_EQUAL("reject(unsupported_version)", scene.station.words().c_str());
  scene.station.give(Stop{});
  (void)scene.station.words();
  scene.station.give(foreign);
  STRCMP_EQUAL("", scene.station.words().c_str());
}

TEST(EngineStrangers, AnotherVersionsInviteOfNoCallIsNotAnswered) {
  Scene scene(Stage::kUnknown);
  Message message = scene.peer.invite(CallId{});
  scene.station.give(
      ForeignVersionReceived{scene.peer.self, false, MessageKind::kInvite, message.header});
  STRCMP_EQUAL("", scene.station.words().c_str());  // an answer without a call could not be read
}

TEST(EngineStrangers, ALegOfTheInviterThatShowsSomebodyElseIsNotLearned) {
  const std::pair<std::string_view, LegState> wrong[] = {{"", LegState::kConnected},
                                                         {"x@far", LegState::kConnected},
                                                         {"other@gate", LegState::kConnected},
                                                         {"door@gate", LegState::kRinging}};
  for (const auto& [account, state] : wrong) {
    Scene scene(Stage::kUnknown);
    LegView view;
    view.key = {scene.peer.self, 0};
    const Account shown = Account::parse(account).value_or(Account{{}, scene.peer.self.user});
    view.user = shown.user;
    view.device = shown.device;
    view.state = state;
    Message message = scene.peer.invite(scene.call);
    std::get<Invite>(message.body).roster = std::span(&view, 1);
    scene.station.hear(scene.peer.self, message, 90);  // and a key names one leg of a call
    const auto inviter = scene.station.engine().member_at(scene.call, 0);
    CHECK(inviter && inviter->key == view.key && inviter->device == scene.peer.self.device);
    CHECK(scene.station.engine().member_at(scene.call, 1).has_value());
    UNSIGNED_LONGS_EQUAL(2, scene.station.engine().find_call(scene.call)->members);
  }
}

TEST(EngineStrangers, WhoRingsIsInWhateverItsRosterSaysOfIt) {
  Scene scene(Stage::kUnknown);
  std::array<LegView, 2> twice;
  twice[0].key = {scene.peer.self, 0};
  twice[0].user = scene.peer.self.user;
  twice[0].device = scene.peer.self.device;
  twice[0].state = LegState::kConnected;
  twice[1] = twice[0];
  twice[1].state = LegState::kEnded;
  twice[1].reason = Reason::kHangUp;
  Message message = scene.peer.invite(scene.call);
  std::get<Invite>(message.body).roster = twice;
  scene.station.hear(scene.peer.self, message, 90);  // and a key names one leg of a call
  const auto inviter = scene.station.engine().member_at(scene.call, 0);
  CHECK(inviter && inviter->key == twice[0].key && inviter->state == LegState::kConnected);
  UNSIGNED_LONGS_EQUAL(2, scene.station.engine().find_call(scene.call)->members);
}

TEST(EngineStrangers, ANamesakeOfAMembersDeviceIsNotTheMember) {
  Scene scene(Stage::kUnknown);
  Actor imp("door@else");
  Invite invite = scene.peer.invite_body(Millis{90'000});  // names the caller, and itself …
  LegView view;
  view.key = {scene.peer.self, 0};
  view.user = scene.peer.self.user;
  view.device = scene.peer.self.device;
  view.state = LegState::kConnected;
  invite.roster = {&view, 1};
  check_dropped(Stage::kUnknown, imp.self, imp.say(call_id(7), imp.own_leg(), invite), scene);
}
