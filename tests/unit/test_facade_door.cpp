// Doors through the public API: who is asked, whose handler is called, and who is told what.

#include <stdexcept>
#include <string>

#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::test;

TEST_GROUP_BASE(FacadeDoor, FacadeParty) {
  Agent* gate_ = nullptr;
  Agent* panel_ = nullptr;
  Agent* desk_ = nullptr;
  bool works_ = true;

  void setup() override {
    AgentOptions options;
    options.user = "gate";
    options.device = "door";
    options.door_allow = {"desk"};
    agents.push_back(hub.make(options));
    gate_ = agents.back().get();
    gate_->set_door_handler([this](const DoorRequest& request, const DoorReporter& reporter) {
      log.push_back("pulse for " + request.device + '@' + request.user +
                    (request.call.empty() ? "" : " in call"));
      reporter.report(works_);
      reporter.report(!works_);  // the first one counts
    });
    gate_->start();
    panel_ = &add("apt1", "panel");
    desk_ = &add("desk", "one");
    settle();
    listen_door(*gate_, "gate");
    listen_door(*panel_, "panel");
    listen_door(*desk_, "desk");
  }
  void listen_door(Agent & agent, const std::string& who) {
    Listener listener;
    listener.on_door = [this, who](const DoorUpdate& door) {
      std::string line = who + ':' + std::string(to_string(door.change));
      line += (door.here ? " here " : " there ") + door.user;
      if (door.change == DoorChange::kRefused) {
        line += ' ' + std::string(to_string(door.result));
      }
      log.push_back(line + (door.call.empty() ? "" : " in call"));
    };
    agent.add_listener(listener);
  }
  std::string connect() {
    const std::string call = gate_->call("apt1").call;
    settle();
    panel_->answer(call);
    settle();
    return call;
  }
  DoorCompletion done() {
    return [this](DoorResult result) { log.push_back("done " + std::string(to_string(result))); };
  }
};

TEST(FacadeDoor, TheDoorOfTheConnectedCall) {
  const std::string call = connect();
  CHECK_TRUE(panel_->open_door({}, done()) == Errc::kOk);
  CHECK_TRUE(log.empty());
  settle();
  CHECK_HEARD("pulse for panel@apt1 in call");
  CHECK_HEARD("gate:asked here apt1 in call");
  CHECK_HEARD("gate:opened here apt1 in call");
  CHECK_HEARD("panel:opened there gate in call");
  CHECK_HEARD("done opened");
  UNSIGNED_LONGS_EQUAL(1, gate_->counters().at("door_pulses"));
}

TEST(FacadeDoor, ByUserWithAndWithoutACall) {
  CHECK_TRUE(desk_->open_door({.call = {}, .user = "gate"}, done()) == Errc::kOk);
  settle();
  CHECK_HEARD("pulse for one@desk");
  CHECK_HEARD("done opened");
  CHECK_TRUE(panel_->open_door({.call = {}, .user = "gate"}, done()) == Errc::kOk);
  settle();
  CHECK_HEARD("done not_allowed");
  CHECK_HEARD("gate:refused here apt1 not_allowed");
  CHECK_HEARD("panel:refused there gate not_allowed");
  connect();
  CHECK_TRUE(panel_->open_door({.call = {}, .user = "gate"}) == Errc::kOk);
  settle();
  CHECK_HEARD("pulse for panel@apt1 in call");
}

TEST(FacadeDoor, TheOwnDoorAlsoDuringACall) {
  connect();
  CHECK_TRUE(gate_->open_door({}, done()) == Errc::kOk);  // the panel shows none
  settle();
  CHECK_HEARD("pulse for door@gate");
  CHECK_HEARD("gate:opened here gate");
  CHECK_HEARD("done opened");
}

TEST(FacadeDoor, ALockThatFailsIsReported) {
  works_ = false;
  CHECK_TRUE(desk_->open_door({.call = {}, .user = "gate"}, done()) == Errc::kOk);
  settle();
  CHECK_HEARD("done failed");
  CHECK_HEARD("gate:refused here desk failed");
  gate_->set_door_handler(
      [](const DoorRequest&, const DoorReporter&) { throw std::runtime_error("stuck"); });
  log.clear();
  CHECK_TRUE(desk_->open_door({.call = {}, .user = "gate"}, done()) == Errc::kOk);
  settle();
  CHECK_HEARD("done failed");
  UNSIGNED_LONGS_EQUAL(1, gate_->counters().at("callback_exceptions"));
}

TEST(FacadeDoor, TheContactEndsWhatRings) {
  listen(*panel_, "panel");
  gate_->call("apt1");
  settle();
  gate_->door_contact(true);
  settle();
  CHECK_HEARD("gate:contact_opened here ");
  CHECK_HEARD("panel:ended door_opened");
  gate_->door_contact(false);
  settle();
  CHECK_HEARD("gate:contact_closed here ");
}

TEST(FacadeDoor, DevicesShowTheirDoor) {
  for (const DevicePresence& device : panel_->presence()) {
    CHECK_EQUAL(device.user == "gate", device.door);
  }
}

TEST(FacadeDoor, ErrorsAreAnsweredAtOnce) {
  CHECK_TRUE(panel_->open_door({}, done()) == Errc::kNotAllowed);
  CHECK_TRUE(panel_->open_door({.call = {}, .user = "a b"}, done()) == Errc::kInvalidUser);
  CHECK_TRUE(panel_->open_door({.call = "x", .user = {}}, done()) == Errc::kUnknownCall);
  CHECK_TRUE(panel_->open_door({.call = {}, .user = "apt1"}, done()) == Errc::kSelfCall);
  settle();
  CHECK_TRUE(log.empty());
}

TEST(FacadeDoor, StoppingCompletesWhatIsAsked) {
  CHECK_TRUE(desk_->open_door({.call = {}, .user = "nobody"}, done()) == Errc::kOk);
  CHECK_TRUE(desk_->open_door({.call = {}, .user = "nobody"}) == Errc::kAlreadySent);
  CHECK_TRUE(desk_->stop() == Errc::kOk);
  settle();
  CHECK_HEARD("done no_response");
}

TEST(FacadeDoor, AllowNamesUsersAndDevices) {
  AgentOptions options = gate_->options();
  options.door_allow = {"desk", "panel@apt1"};
  CHECK_TRUE(gate_->reconfigure(options).empty());
  CHECK_TRUE(panel_->open_door({.call = {}, .user = "gate"}, done()) == Errc::kOk);
  settle();
  CHECK_HEARD("done opened");
  options.door_allow = {"a b"};
  CHECK_THROWS(std::invalid_argument, gate_->reconfigure(options));
  options.door_allow.assign(17, "desk");
  CHECK_THROWS(std::invalid_argument, gate_->reconfigure(options));
}

// --- buttons: a row of the table in agent/README.md each

TEST(FacadeDoor, TheOpenButtonInEachState) {
  for (Agent* agent : {gate_, panel_, desk_}) {
    agent->bind_button("open", *ButtonAction::parse("open"));
    agent->bind_button("gate", *ButtonAction::parse("open:gate"));
  }
  CHECK_TRUE(panel_->press("open") == Errc::kNotAllowed);  // idle, no door
  CHECK_TRUE(gate_->press("open") == Errc::kOk);           // idle, the own one
  CHECK_TRUE(desk_->press("gate") == Errc::kOk);
  settle();
  CHECK_HEARD("gate:opened here gate");
  CHECK_HEARD("gate:opened here desk");
  gate_->call("desk");
  settle();
  log.clear();
  CHECK_TRUE(desk_->press("open") == Errc::kOk);  // ringing
  settle();
  CHECK_HEARD("desk:opened there gate in call");
  panel_->call("desk");
  settle();
  CHECK_TRUE(panel_->press("open") == Errc::kNotAllowed);  // calling, no door
  panel_->cancel(panel_->calls().front().call);
  settle();
  connect();
  log.clear();
  CHECK_TRUE(panel_->press("open") == Errc::kOk);  // in a call
  settle();
  CHECK_HEARD("panel:opened there gate in call");
}

TEST(FacadeDoor, OpenIsReadAndWritten) {
  for (const char* text : {"open", "open:gate"}) {
    CHECK_EQUAL(std::string(text), ButtonAction::parse(text).value().text());
  }
  CHECK_FALSE(ButtonAction::parse("open:").has_value());
}
