// A call of three under attack (PROTOCOL §3, rule 16): every kind of message from everybody who may
// not say it, of every leg, changes nothing for anybody. The attacker alone may get an answer.

#include <string>
#include <vector>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineAttackers) {
  static constexpr std::array kEngines{"door@gate", "panel@apt1", "panel@apt2"};

  /// The three talk, and "panel@apt3" rings for the door.
  struct Stage3 {
    explicit Stage3(std::string_view account) : trio(account) {
      if (account == "door@gate") {
        InviteUsers command = invite_users({"apt3"});
        command.call = trio.call;
        trio.station.give(command);
        Actor three("panel@apt3");
        (void)trio.hear(three, three.ringing(trio.call, {trio.door.self, 3}));
      } else {
        const LegView rings = leg_view({trio.door.self, 3}, "panel@apt3", LegState::kRinging);
        (void)trio.roster(trio.door, {trio.door.self, 0}, std::span(&rings, 1));
        (void)trio.hear(trio.two, trio.two.sync(trio.call, {trio.door.self, 2}, {}, ""));
        (void)trio.hear(trio.one, trio.one.sync(trio.call, {trio.door.self, 1}, {}, ""));
      }
      trio.station.run(Millis{300});
    }
    Trio trio;
  };

  static std::vector<LegKey> legs(const Trio& trio, const Account& sender) {
    return {{trio.door.self, 0}, {trio.door.self, 1}, {trio.door.self, 2}, {trio.door.self, 3},
            {trio.door.self, 9}, {sender, 0},         {sender, 1}};
  }

  /// What would end, move or fill the call if it were believed.
  static std::vector<Body> bodies(const Trio& trio, const Actor& sender,
                                  std::array<LegView, 4>& views) {
    views = {leg_view({trio.door.self, 0}, "door@gate", LegState::kEnded),
             leg_view({trio.door.self, 1}, "panel@apt1", LegState::kEnded),
             leg_view({trio.door.self, 3}, "imp@apt3", LegState::kConnected, 9),
             leg_view({sender.self, 1}, "imp@apt9", LegState::kConnected, 9)};
    Invite invite = sender.invite_body(Millis{90'000});
    const DeviceId panel = DeviceId::parse("panel").value();
    return {invite,
            Ringing{},
            Ringing{Alert::kWaiting, 5},
            Accept{},
            Confirm{panel, 9, views},
            Confirm{sender.self.device, 9, views},
            Reject{Reason::kDeclinedEverywhere, {}},
            Reject{Reason::kAlreadyHere, {}},
            Reject{Reason::kAcceptFailed, {}},
            Cancel{Reason::kCancelled, {}},
            Cancel{Reason::kCallerLost, {}},
            End{Reason::kHangUp, {}},
            End{Reason::kMoved, {}},
            Leave{Reason::kHangUp, {}, views},
            Roster{views},
            Join{},
            Sync{views, std::nullopt, 0},
            Sync{{}, invite, 5},
            Ack{3},
            Marker{}};
  }

  static void check_nothing(Trio & trio, Actor & sender, const LegKey& leg, const Body& body) {
    Station& station = trio.station;
    const std::string before = trio.seen();
    const std::size_t events = station.events.size();
    const std::size_t sent = station.sent.size();
    const Message message = sender.say(trio.call, leg, body, trio.station.self.device.view());
    station.hear(sender.self, message, 90);
    station.run(Millis{2});
    const std::string what = std::string(station.self.user.view()) + " hears " + describe(body) +
                             " of " + std::string(leg.owner.user.view()) + "#" +
                             std::to_string(leg.number) + " from " +
                             std::string(sender.self.user.view());
    STRCMP_EQUAL_TEXT(before.c_str(), trio.seen().c_str(), what.c_str());
    UNSIGNED_LONGS_EQUAL_TEXT(events, station.events.size(), what.c_str());
    for (std::size_t i = sent; i < station.sent.size(); ++i) {
      const bool to_sender = station.sent[i].to == sender.self.user &&
                             station.sent[i].header().to == sender.self.device;
      CHECK_TRUE_TEXT(to_sender, what.c_str());
    }
  }

  template <typename May>
  static void attack(std::string_view attacker, Incarnation life, May may) {
    for (const std::string_view engine : kEngines) {
      if (account_of(engine) == account_of(attacker)) {
        continue;
      }
      Stage3 stage(engine);
      Actor sender(attacker, life);
      std::array<LegView, 4> views;
      for (const Body& body : bodies(stage.trio, sender, views)) {
        for (const LegKey& leg : legs(stage.trio, sender.self)) {
          if (!may(stage.trio, leg, body)) {
            check_nothing(stage.trio, sender, leg, body);
          }
        }
      }
    }
  }
  /// A member's second invitation of this user: refused, and remembered as refused.
  static bool invites(const Account& self, const LegKey& leg, const Body& body) {
    const auto* sync = std::get_if<Sync>(&body);
    const bool invite = is_for(body, MessageKind::kInvite) || (sync != nullptr && sync->invite);
    return invite && leg.owner == self && leg.number != 0;
  }
  static bool is_for(const Body& body, MessageKind kind) {
    return kind_of(body) == kind;
  }
};

TEST(EngineAttackers, AStrangerWhoKnowsTheCallCanDoNothing) {
  attack("imp@else", 0xBAD, [](const Trio&, const LegKey&, const Body&) { return false; });
}

TEST(EngineAttackers, AnotherDeviceOfAMembersUserCanDoNothingButPull) {
  for (const std::string_view name : {"phone@gate", "phone@apt1", "phone@apt2"}) {
    attack(name, 0xBAD, [&](const Trio& trio, const LegKey&, const Body&) {
      return trio.station.self.user == account_of(name).user;  // an echo there
    });
  }
}

TEST(EngineAttackers, AnotherLifeOfAMemberCanOnlyComeBackOrGo) {
  for (const std::string_view name : {"door@gate", "panel@apt1", "panel@apt2"}) {
    attack(name, 0xBAD, [&](const Trio& trio, const LegKey& leg, const Body& body) {
      const Account self = account_of(name);
      const bool own = leg == LegKey{trio.door.self, self == trio.door.self  ? 0U
                                                     : self == trio.one.self ? 1U
                                                                             : 2U};
      // it says that it has forgotten the call, that it gave up, or asks to be let in
      const bool goes =
          own && (is_for(body, MessageKind::kLeave) || is_for(body, MessageKind::kEnd) ||
                  is_for(body, MessageKind::kReject));
      // and it has the right to the legs that it owns
      const bool owner = leg.owner == self && (is_for(body, MessageKind::kCancel) ||
                                               is_for(body, MessageKind::kConfirm));
      return goes || owner || invites(self, leg, body) || is_for(body, MessageKind::kJoin);
    });
  }
}

TEST(EngineAttackers, AMemberCanNotSpeakOfTheLegsOfOthers) {
  attack("panel@apt2", 0xA2, [](const Trio& trio, const LegKey& leg, const Body& body) {
    const bool own = leg == LegKey{trio.door.self, 2};
    return own || invites(trio.two.self, leg, body) || is_for(body, MessageKind::kJoin);
  });
}

TEST(EngineAttackers, WhoRingsCanOnlyAnswerItsOwnInvitation) {
  attack("panel@apt3", 0xACE, [](const Trio& trio, const LegKey& leg, const Body& body) {
    return leg == LegKey{trio.door.self, 3} || is_for(body, MessageKind::kJoin);
  });
}

TEST(EngineAttackers, WhoRingsCanNotMakeItselfAMemberOfItsLeg) {
  for (const std::string_view engine : kEngines) {
    Stage3 stage(engine);
    Actor three("panel@apt3");
    std::array<LegView, 4> views;
    for (const Body& body : bodies(stage.trio, three, views)) {
      const MessageKind kind = kind_of(body);
      const bool answers = kind == MessageKind::kRinging || kind == MessageKind::kAccept ||
                           kind == MessageKind::kReject || kind == MessageKind::kJoin;
      if (!answers) {
        check_nothing(stage.trio, three, {stage.trio.door.self, 3}, body);
      }
    }
  }
}

TEST(EngineAttackers, AnInviteInTheNameOfTheCallIsNotOfAMembersKind) {
  // somebody who is shown as a member in a roster of its own making
  Trio trio("panel@apt1");
  Actor imp("imp@else");
  const std::array<LegView, 1> views{
      leg_view({trio.door.self, 7}, "imp@else", LegState::kConnected, 7)};
  Invite invite;
  invite.caller = trio.door.self;
  invite.ring_left = Millis{90'000};
  invite.roster = views;
  invite.replaces = {trio.door.self, 1};
  STRCMP_EQUAL("", trio.hear(imp, imp.say(trio.call, {imp.self, 1}, invite)).c_str());
  STRCMP_EQUAL("door@gate connected, panel@apt1 connected, panel@apt2 connected",
               trio.seen().c_str());
}
