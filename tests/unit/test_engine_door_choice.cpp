// Whose door is meant (PROTOCOL rule 15): of a user that has several devices, of a call of more
// than two, and when nobody shows a door. The test plays all others.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

namespace {

/// The device shows itself online, with a door or without one.
void show(Station& to, const Actor& who, bool door) {
  Presence presence = who.presence(PresenceState::kIdle);
  presence.capabilities = door ? kHasDoor : 0;
  to.give(PresenceReceived{who.self, false, 3600, presence});
}

/// "door@gate", whom the last request went to; "nobody" if none was sent.
std::string asked(const Station& station) {
  if (station.count(MessageKind::kInfo) == 0) {
    return "nobody";
  }
  const Sent& request = station.last(MessageKind::kInfo);
  CHECK_TRUE(std::holds_alternative<Door>(request.message.body));
  return std::string(request.header().to.view()) + "@" + std::string(request.to.view());
}

}  // namespace

TEST_GROUP(EngineDoorChoice) {
  Instant now_{Millis{1'000'000}};

  std::string ask(Station & station, const CallId& call, std::string_view name = {}) {
    const UserId meant = name.empty() ? UserId{} : user(name);
    CHECK_TRUE(station.give(OpenDoor{call, meant}).code == Errc::kOk);
    return asked(station);
  }
  void refuses(Station & station, Errc why, const CallId& call, std::string_view name = {}) {
    const UserId meant = name.empty() ? UserId{} : user(name);
    CHECK_TRUE(station.give(OpenDoor{call, meant}).code == why);
    STRCMP_EQUAL("nobody", asked(station).c_str());
  }
};

TEST(EngineDoorChoice, OfAUserTheDeviceThatIsOnlineAndShowsOne) {
  Station desk("desk@office", now_);
  desk.come_online();
  const Actor door("door@gate");
  const Actor side("side@gate");
  show(desk, Actor("panel@apt1"), true);
  show(desk, Actor("bell@gate"), false);
  show(desk, door, true);
  show(desk, side, true);
  desk.give(PresenceReceived{door.self, false, 3600, door.presence(PresenceState::kOffline, true)});
  STRCMP_EQUAL("side@gate", ask(desk, {}, "gate").c_str());
}

TEST(EngineDoorChoice, InACallTheMemberThatShowsOne) {
  Trio trio("panel@apt1");
  show(trio.station, trio.door, false);
  show(trio.station, trio.two, true);
  STRCMP_EQUAL("panel@apt2", ask(trio.station, trio.call).c_str());
}

TEST(EngineDoorChoice, InACallTheNamedUsersWhateverOthersShow) {
  Trio trio("panel@apt1");
  show(trio.station, trio.door, false);
  show(trio.station, trio.two, true);
  STRCMP_EQUAL("door@gate", ask(trio.station, trio.call, "gate").c_str());
}

TEST(EngineDoorChoice, WhereNobodyShowsOneThatOfWhomTheCallIsWith) {
  Trio trio("door@gate");
  STRCMP_EQUAL("panel@apt1", ask(trio.station, trio.call).c_str());
  trio.live(Seconds{40}, {&trio.two});  // the first one is lost: who is still there is meant
  STRCMP_EQUAL("panel@apt2", ask(trio.station, trio.call).c_str());
}

TEST(EngineDoorChoice, WhoOnlyRingsHasNone) {
  Trio trio("door@gate");
  InviteUsers more = invite_users({"apt3"});
  more.call = trio.call;
  CHECK_TRUE(trio.station.give(more).code == Errc::kOk);
  refuses(trio.station, Errc::kNotInvited, trio.call, "apt3");
}

TEST(EngineDoorChoice, NorHasAnotherDeviceOfThisUser) {
  Trio trio("panel@apt1");
  const LegView hall = leg_view({trio.two.self, 1}, "hall@apt1", LegState::kConnected, 3);
  STRCMP_EQUAL("event:member(apt1 connected) ack",
               trio.roster(trio.two, {trio.door.self, 2}, {&hall, 1}).c_str());
  show(trio.station, Actor("hall@apt1"), true);
  refuses(trio.station, Errc::kNotInvited, trio.call, "apt1");
}

TEST(EngineDoorChoice, WhoIsStillJoiningAsksNobody) {
  Station desk("desk@office", now_);
  desk.come_online();
  JoinCall command = join(call_id(0x77));
  command.via = user("gate");
  CHECK_TRUE(desk.give(command).code == Errc::kOk);
  STRCMP_EQUAL("accepting", desk.state(command.call).c_str());
  refuses(desk, Errc::kNotAllowed, command.call);
}

// Nor does one who came later change that.
TEST(EngineDoorChoice, WhereNobodyShowsOneNotThatOfTheLastOne) {
  Trio trio("door@gate");
  const LegView third = leg_view({trio.one.self, 1}, "panel@apt3", LegState::kConnected, 3);
  (void)trio.roster(trio.one, {trio.station.self, 1}, {&third, 1});
  CHECK_TRUE(trio.seen().find("panel@apt3 connected") != std::string::npos);
  STRCMP_EQUAL("panel@apt1", ask(trio.station, trio.call).c_str());
}
