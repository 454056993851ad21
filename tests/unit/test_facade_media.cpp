// Media in the embedder's code, and what a press of a button does in each state of a call.
#include <memory>
#include <optional>
#include <string>

#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using doorcall::test::FacadeHub;

TEST_GROUP(FacadeMedia) {
  FacadeHub hub;
  std::unique_ptr<Agent> door = hub.make("door");
  std::unique_ptr<Agent> apt = hub.make("apt");
  std::string log;
  std::optional<MediaReporter> reporter;
  std::string call;

  void settle() const {
    FacadeHub::settle({door.get(), apt.get()});
  }
  void connect() {
    MediaHandler media;
    media.start = [this](const MediaRequest& request, MediaReporter given) {
      log += "start " + request.peer_user + ' ';
      reporter = given;
    };
    media.stop = [this](const std::string& id, Reason reason) {
      CHECK_EQUAL(call, id);
      log += "stop " + std::string(to_string(reason)) + ' ';
    };
    apt->set_media_handler(media);
    door->start();
    apt->start();
    settle();
    call = door->call("apt").call;
    settle();
    apt->answer(call);
    settle();
  }
};

TEST(FacadeMedia, StartsOnlyWhenConnectedAndStopsAtTheEnd) {
  connect();
  CHECK_EQUAL(std::string("start door "), log);
  reporter->report(MediaState::kConnected);
  LONGS_EQUAL(MediaState::kConnected, apt->calls().at(0).media_state);
  door->hang_up(call);
  settle();
  CHECK_EQUAL(std::string("start door stop hang_up "), log);
}

TEST(FacadeMedia, TheLineIsFreeAsSoonAsStopReturns) {
  connect();
  reporter->report(MediaState::kConnected);
  door->hang_up(call);
  settle();
  call = door->call("apt").call;
  settle();
  LONGS_EQUAL(CallState::kRinging, apt->calls().at(0).state);
}

TEST(FacadeMedia, AFailureEndsTheCallOnBothSides) {
  connect();
  reporter->report(MediaState::kFailed);
  settle();
  LONGS_EQUAL(Reason::kMediaFailed, apt->calls().at(0).reason);
  LONGS_EQUAL(Reason::kMediaFailed, door->calls().at(0).reason);
}

TEST(FacadeMedia, AReporterOutlivesItsAgent) {
  connect();
  apt.reset();
  reporter->report(MediaState::kFailed);
  FacadeHub::settle({door.get()});
  LONGS_EQUAL(CallState::kConnected, door->calls().at(0).state);
}

TEST_GROUP(FacadeButtons) {
  FacadeHub hub;
  std::unique_ptr<Agent> door = hub.make("door");
  std::unique_ptr<Agent> apt = hub.make("apt");

  void setup() override {
    door->start();
    apt->start();
    settle();
    door->bind_button("bell", *ButtonAction::parse("call:apt"));
    apt->bind_button("one", *ButtonAction::parse("toggle"));
    apt->bind_button("recall", *ButtonAction::parse("toggle:door"));
    for (const char* action : {"answer", "decline", "hang_up"}) {
      door->bind_button(action, *ButtonAction::parse(action));
      apt->bind_button(action, *ButtonAction::parse(action));
    }
  }
  void settle() const {
    FacadeHub::settle({door.get(), apt.get()});
  }
  Errc press(Agent & agent, const char* name) const {
    const Errc code = agent.press(name);
    settle();
    return code;
  }
  static CallState state(const Agent& agent) {
    return agent.calls().at(0).state;
  }
};

TEST(FacadeButtons, TextAndActionAreOneToOne) {
  for (const char* text : {"call:apt", "answer", "decline", "hang_up", "toggle", "toggle:apt"}) {
    const auto action = ButtonAction::parse(text);
    CHECK(action.has_value());
    CHECK_EQUAL(std::string(text), action->text());
  }
  for (const char* text : {"", "call", "call:", "call:a b", "answer:apt", "hangup",
                           "toggle:", "call:apt:", "Answer", "toggle :apt"}) {
    CHECK(!ButtonAction::parse(text));
  }
}

TEST(FacadeButtons, IdleOnlyCallingButtonsAct) {
  LONGS_EQUAL(Errc::kInvalidArgument, press(*apt, "gong"));
  for (const char* name : {"one", "answer", "decline", "hang_up"}) {
    LONGS_EQUAL(Errc::kUnknownCall, press(*apt, name));
  }
  LONGS_EQUAL(Errc::kOk, press(*apt, "recall"));
  LONGS_EQUAL(CallState::kRinging, state(*door));
}

TEST(FacadeButtons, CallingASecondPressChangesNothingAndHangUpGivesUp) {
  LONGS_EQUAL(Errc::kOk, press(*door, "bell"));
  LONGS_EQUAL(Errc::kAlreadySent, press(*door, "bell"));
  LONGS_EQUAL(Errc::kUnknownCall, press(*door, "answer"));
  LONGS_EQUAL(Errc::kUnknownCall, press(*door, "decline"));
  LONGS_EQUAL(Errc::kOk, press(*door, "hang_up"));
  LONGS_EQUAL(Reason::kCancelled, apt->calls().at(0).reason);
}

TEST(FacadeButtons, RingingIsAnsweredOrDeclined) {
  press(*door, "bell");
  LONGS_EQUAL(Errc::kUnknownCall, press(*apt, "hang_up"));
  LONGS_EQUAL(Errc::kOk, press(*apt, "decline"));
  LONGS_EQUAL(Reason::kDeclinedEverywhere, door->calls().at(0).reason);
  press(*door, "bell");
  LONGS_EQUAL(Errc::kOk, press(*apt, "answer"));
  LONGS_EQUAL(CallState::kConnected, state(*door));
}

TEST(FacadeButtons, OneButtonAnswersAndThenHangsUp) {
  press(*door, "bell");
  LONGS_EQUAL(Errc::kOk, press(*apt, "one"));
  LONGS_EQUAL(CallState::kConnected, state(*door));
  LONGS_EQUAL(Errc::kBusy, press(*door, "bell"));
  LONGS_EQUAL(Errc::kOk, press(*apt, "recall"));
  LONGS_EQUAL(Reason::kHangUp, door->calls().at(0).reason);
}

TEST(FacadeButtons, OwnCodeRunsInTheLoop) {
  int presses = 0;
  door->bind_button("lamp", [&] { ++presses; });
  LONGS_EQUAL(Errc::kOk, door->press("lamp"));
  LONGS_EQUAL(0, presses);
  settle();
  LONGS_EQUAL(1, presses);
  CHECK(door->unbind_button("lamp"));
  CHECK(!door->unbind_button("lamp"));
  LONGS_EQUAL(Errc::kInvalidArgument, door->press("lamp"));
}
