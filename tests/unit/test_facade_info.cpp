// Infos through the public API: to listeners, and back to who waits for the receipt.

#include <algorithm>
#include <string>

#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::test;

TEST_GROUP_BASE(FacadeInfo, FacadeParty) {
  Agent* door_ = nullptr;
  Agent* panel_ = nullptr;
  std::string call_;

  void setup() override {
    door_ = &add("gate", "door");
    panel_ = &add("apt1", "panel");
    call_ = door_->call("apt1").call;
    settle();
    panel_->answer(call_);
    settle();
    listen_info(*panel_, "panel");
    listen_info(*door_, "door");
  }
  void listen_info(Agent & agent, const std::string& who) {
    Listener listener;
    listener.on_info = [this, who](const InfoUpdate& info) {
      log.push_back(
          who + ':' + std::string(to_string(info.kind)) + ' ' + info.device + '@' + info.user +
          ' ' + info.text + std::string(info.bytes.begin(), info.bytes.end()) +
          (info.kind == InfoKind::kMediaSwitch ? std::string(to_string(info.media)) : ""));
    };
    agent.add_listener(listener);
  }
};

TEST(FacadeInfo, EachKindIsToldAndItsReceiptCompletes) {
  InfoMessage message;
  message.text = "hello";
  CHECK_TRUE(door_->send(call_, message, note("sent")) == Errc::kOk);
  CHECK_TRUE(log.empty());
  settle();
  CHECK_HEARD("panel:data door@gate hello");
  CHECK_HEARD("sent ok none");
  message.kind = InfoKind::kKeyPress;
  message.text = "4#";
  CHECK_TRUE(panel_->send(call_, message) == Errc::kOk);
  message.kind = InfoKind::kMediaSwitch;
  message.media = MediaKind::kVideo;
  CHECK_TRUE(panel_->send(call_, message) == Errc::kOk);
  message.kind = InfoKind::kMediaCandidate;
  message.bytes = {'a', '='};
  CHECK_TRUE(panel_->send(call_, message) == Errc::kOk);
  settle();
  CHECK_HEARD("door:key_press panel@apt1 4#");
  CHECK_HEARD("door:media_switch panel@apt1 video");
  CHECK_HEARD("door:media_candidate panel@apt1 a=");
}

TEST(FacadeInfo, ErrorsAreAnsweredAtOnceAndNothingCompletes) {
  InfoMessage message;
  message.text = "hello";
  CHECK_TRUE(door_->send("nonsense", message, note("sent")) == Errc::kUnknownCall);
  message.user = "no user";
  CHECK_TRUE(door_->send(call_, message, note("sent")) == Errc::kInvalidUser);
  message.user = "apt2";
  CHECK_TRUE(door_->send(call_, message, note("sent")) == Errc::kNotInvited);
  settle();
  CHECK_TRUE(log.empty());
}

TEST(FacadeInfo, WhoGoesWithoutItIsReported) {
  InfoMessage message;
  message.text = "hello";
  CHECK_TRUE(door_->send(call_, message, note("sent")) == Errc::kOk);
  CHECK_TRUE(door_->hang_up(call_) == Errc::kOk);
  settle();
  CHECK_HEARD("sent already_ended none");
}

TEST(FacadeInfo, StoppingCompletesWhatIsUnderWay) {
  InfoMessage message;
  message.text = "hello";
  CHECK_TRUE(door_->send(call_, message, note("sent")) == Errc::kOk);
  CHECK_TRUE(door_->stop() == Errc::kOk);
  settle();
  UNSIGNED_LONGS_EQUAL(1, std::count_if(log.begin(), log.end(), [](const std::string& line) {
                         return line.starts_with("sent ");
                       }));
}
