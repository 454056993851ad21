// Calls through the public API: what each method answers at once, and how its completion ends.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using doorcall::test::FacadeHub;

namespace {

std::string text(Errc code) {
  return std::string(to_string(code));
}

/// Writes "<what> <code> <reason>" when called.
Completion note(std::vector<std::string>& log, const std::string& what) {
  return [&log, what](const Outcome& outcome) {
    log.push_back(what + ' ' + text(outcome.code) + ' ' + std::string(to_string(outcome.reason)));
  };
}

}  // namespace

TEST_GROUP(FacadeCalls) {
  FacadeHub hub;
  std::unique_ptr<Agent> door = hub.make("door");
  std::unique_ptr<Agent> apt = hub.make("apt");
  std::vector<std::string> log;

  void settle() const {
    FacadeHub::settle({door.get(), apt.get()});
  }
  void start() {
    LONGS_EQUAL(Errc::kOk, door->start());
    LONGS_EQUAL(Errc::kOk, apt->start());
    settle();
  }
  std::string ring() {
    const CallResult result = door->call("apt", {}, note(log, "call"));
    CHECK_EQUAL(text(Errc::kOk), text(result.code));
    settle();
    return result.call;
  }
  /// Checks what was logged since the last time, sorted: two agents have no order between them.
  void said(const std::string& expected) {
    std::string all;
    std::sort(log.begin(), log.end());
    for (const std::string& line : log) {
      all += (all.empty() ? "" : "; ") + line;
    }
    log.clear();
    CHECK_EQUAL(expected, all);
  }
};

TEST(FacadeCalls, StartCompletesAtTheFirstConnection) {
  door->start(note(log, "start"));
  said("");
  settle();
  said("start ok none");
  LONGS_EQUAL(LinkState::kConnected, door->link_state());
  LONGS_EQUAL(Errc::kAlreadySent, door->start());
}

TEST(FacadeCalls, StartCompletesWithNotConnectedWhenTheBrokerRefuses) {
  hub.refusing = true;
  LinkUpdate last;
  Listener listener;
  listener.on_link = [&](const LinkUpdate& link) { last = link; };
  door->add_listener(listener);
  door->start(note(log, "start"));
  settle();
  said("start not_connected none");
  LONGS_EQUAL(LinkState::kReconnecting, door->link_state());
  LONGS_EQUAL(LinkTrouble::kRefused, last.trouble);
  LONGS_EQUAL(135, last.code);
  CHECK_EQUAL(std::string("not authorised"), last.text);
  CHECK(door->next_deadline().count() > 0);
}

TEST(FacadeCalls, StopPublishesOfflineAndCompletesWhenTheLinkIsClosed) {
  start();
  const std::size_t online = hub.retained_bytes("doorcall/v1/door/presence/one");
  CHECK(online > 0);
  LONGS_EQUAL(Errc::kOk, door->stop(note(log, "stop")));
  said("");
  settle();
  said("stop ok none");
  LONGS_EQUAL(PresenceState::kOffline, apt->presence().at(0).state);
  LONGS_EQUAL(Errc::kNotStarted, door->stop());
  LONGS_EQUAL(Errc::kOk, door->start(note(log, "start")));
  settle();
  said("start ok none");
}

TEST(FacadeCalls, AnAnswerCompletesOnBothSidesWhenConfirmed) {
  start();
  const std::string call = ring();
  LONGS_EQUAL(CallState::kRinging, apt->calls().at(0).state);
  LONGS_EQUAL(Errc::kOk, apt->answer(call, {}, note(log, "answer")));
  said("");
  LONGS_EQUAL(Errc::kAlreadySent, apt->answer(call));
  settle();
  said("answer ok none; call ok none");
  LONGS_EQUAL(CallState::kConnected, door->calls().at(0).state);
  LONGS_EQUAL(Errc::kAlreadyAccepted, apt->answer(call));
  LONGS_EQUAL(Errc::kOk, apt->hang_up(call, {}, note(log, "hang_up")));
  settle();
  said("hang_up ok hang_up");
  LONGS_EQUAL(Errc::kAlreadyEnded, door->hang_up(call));
}

TEST(FacadeCalls, ACallThatIsDeclinedCompletesWithTheReason) {
  start();
  const std::string call = ring();
  LONGS_EQUAL(Errc::kOk, apt->decline(call, {}, note(log, "decline")));
  settle();
  said("call already_ended declined_everywhere; decline ok declined_everywhere");
}

TEST(FacadeCalls, DeclineFollowsTheOptionUnlessToldOtherwise) {
  AgentOptions options = apt->options();
  options.decline_here = true;
  apt->reconfigure(options);
  start();
  apt->decline(ring());
  settle();
  said("call already_ended declined");
  DeclineOptions everywhere;
  everywhere.here_only = false;
  apt->decline(ring(), everywhere);
  settle();
  said("call already_ended declined_everywhere");
}

TEST(FacadeCalls, CancelCompletesAndTheCalleeHearsTheData) {
  std::string data;
  Listener listener;
  listener.on_call = [&](const CallUpdate& update) { data = update.data; };
  apt->add_listener(listener);
  start();
  const std::string call = ring();
  LONGS_EQUAL(Errc::kNotAllowed, apt->cancel(call));
  LONGS_EQUAL(Errc::kOk, door->cancel(call, "sorry", note(log, "cancel")));
  settle();
  said("call already_ended cancelled; cancel ok cancelled");
  CHECK_EQUAL(std::string("sorry"), data);
}

TEST(FacadeCalls, MisuseIsAnsweredAtOnceAndNeverCompletes) {
  LONGS_EQUAL(Errc::kNotStarted, door->call("apt", {}, note(log, "early")).code);
  door->start();
  LONGS_EQUAL(Errc::kNotConnected, door->call("apt", {}, note(log, "early")).code);
  apt->start();
  settle();
  const CallResult bad = door->call("a b", {}, note(log, "bad"));
  LONGS_EQUAL(Errc::kInvalidUser, bad.code);
  LONGS_EQUAL(1, bad.errors.size());
  CHECK_EQUAL(std::string("a b"), bad.errors[0].user);
  LONGS_EQUAL(Errc::kSelfCall, door->call("door").code);
  CallOptions options;
  options.ring_time = std::chrono::milliseconds(0);
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, door->call("apt", options).code);
  options.ring_time = std::chrono::milliseconds(600'001);
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, door->call("apt", options).code);
  options.ring_time.reset();
  options.data = "\xff";
  LONGS_EQUAL(Errc::kNotUtf8, door->call("apt", options).code);
  options.data.assign(8 * 1024 + 1, 'x');
  LONGS_EQUAL(Errc::kDataTooLarge, door->call("apt", options).code);
  for (const char* call : {"", "nonsense", "0123456789abcdef0123456789abcdef"}) {
    LONGS_EQUAL(Errc::kUnknownCall, door->answer(call, {}, note(log, "answer")));
    LONGS_EQUAL(Errc::kUnknownCall, door->decline(call, {}, note(log, "decline")));
    LONGS_EQUAL(Errc::kUnknownCall, door->cancel(call, {}, note(log, "cancel")));
    LONGS_EQUAL(Errc::kUnknownCall, door->hang_up(call, {}, note(log, "hang_up")));
  }
  settle();
  said("");
}

TEST(FacadeCalls, StoppingEndsCallsWithTheirCompletions) {
  start();
  ring();
  door->stop(note(log, "stop"));
  settle();
  said("call already_ended shutting_down; stop ok none");
}

TEST(FacadeCalls, PresenceShowsNameKindAndState) {
  AgentOptions options = door->options();
  options.name = "The door";
  options.kind = "door_station";
  door = hub.make(options);
  start();
  const std::vector<DevicePresence> seen = apt->presence();
  LONGS_EQUAL(1, seen.size());
  CHECK_EQUAL(std::string("door"), seen[0].user);
  CHECK_EQUAL(std::string("one"), seen[0].device);
  CHECK_EQUAL(std::string("The door"), seen[0].name);
  CHECK_EQUAL(std::string("door_station"), seen[0].kind);
  LONGS_EQUAL(PresenceState::kIdle, seen[0].state);
}

TEST(FacadeCalls, OffersReachTheMediaOfTheOtherSide) {
  MediaRequest at_door;
  MediaRequest at_apt;
  MediaHandler media;
  media.start = [&](const MediaRequest& request, MediaReporter) { at_door = request; };
  door->set_media_handler(media);
  media.start = [&](const MediaRequest& request, MediaReporter) { at_apt = request; };
  apt->set_media_handler(media);
  start();
  CallOptions options;
  options.offer = {1, 2, 3};
  options.media = MediaKind::kVideo;
  const std::string call = door->call("apt", options).call;
  settle();
  AnswerOptions answer;
  answer.answer = {4, 5};
  apt->answer(call, answer);
  settle();
  CHECK(at_door.caller && !at_apt.caller);
  CHECK(at_door.local_offer == options.offer && at_door.remote_offer == answer.answer);
  CHECK(at_apt.local_offer == answer.answer && at_apt.remote_offer == options.offer);
  LONGS_EQUAL(MediaKind::kVideo, at_apt.media);
  CHECK_EQUAL(std::string("door"), at_apt.peer_user);
}
