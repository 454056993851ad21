// Media offers between the media of two agents: with the invite, the answer, or after either; early
// media where both sides want it.
#include <memory>
#include <optional>
#include <string>

#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using doorcall::test::FacadeHub;

TEST_GROUP(FacadeOffers) {
  using Bytes = MediaHandler::Bytes;
  struct Side {
    std::unique_ptr<Agent> agent;
    std::string log;
    std::optional<MediaReporter> reporter;
    Bytes offers;  ///< at prepare(); empty: none
  };

  FacadeHub hub;
  Side door;
  Side apt;
  std::string call;

  static std::string text(const Bytes& bytes) {
    return bytes.empty() ? "-" : std::string(bytes.begin(), bytes.end());
  }
  void make(Side & side, const std::string& user, const Bytes& offers, bool early) {
    AgentOptions options;
    options.user = user;
    options.device = "one";
    options.media_early = early;
    side.agent = hub.make(std::move(options));
    side.offers = offers;
    MediaHandler media;
    media.prepare = [&side](const MediaRequest& request, const MediaReporter& given) {
      side.log += "prepare " + text(request.remote_offer) + "; ";
      side.reporter = given;
      if (!side.offers.empty()) {
        given.offer(side.offers);
      }
    };
    media.early = [&side](const MediaRequest& request) {
      side.log += "early " + request.peer_device + "@" + request.peer_user + " " +
                  text(request.remote_offer) + "; ";
    };
    media.start = [&side](const MediaRequest& request, const MediaReporter&) {
      side.log += "start " + text(request.local_offer) + " " + text(request.remote_offer) + "; ";
    };
    media.remote = [&side](const std::string&, const Bytes& offer) {
      side.log += "remote " + text(offer) + "; ";
    };
    media.candidate = [&side](const std::string&, const Bytes& candidate) {
      side.log += "candidate " + text(candidate) + "; ";
    };
    media.switch_to = [&side](const std::string&, MediaKind kind) {
      side.log += "media " + std::string(to_string(kind)) + "; ";
    };
    media.mute = [&side](const std::string&, bool on) { side.log += on ? "mute; " : "unmute; "; };
    media.stop = [&side](const std::string&, Reason) { side.log += "stop; "; };
    side.agent->set_media_handler(std::move(media));
    side.agent->start();
  }
  void make_both(const Bytes& at_door, const Bytes& at_apt, bool early = false) {
    make(door, "door", at_door, early);
    make(apt, "apt", at_apt, early);
    settle();
  }
  void settle() const {
    FacadeHub::settle({door.agent.get(), apt.agent.get()});
  }
  void ring() {
    call = door.agent->call("apt").call;
    settle();
  }
  void answer() {
    apt.agent->answer(call);
    settle();
  }
};

TEST(FacadeOffers, ThoseThatAreReadyInTimeAreThereAtTheStart) {
  make_both({'D'}, {'A'});
  ring();
  CHECK_EQUAL(std::string("prepare -; remote D; "), apt.log);
  answer();
  CHECK_EQUAL(std::string("prepare -; start D A; "), door.log);
  CHECK_EQUAL(std::string("prepare -; remote D; start A D; "), apt.log);
}

TEST(FacadeOffers, LateOnesFollow) {
  make_both({}, {});
  ring();
  answer();
  door.reporter->offer({'D'});
  apt.reporter->offer({'A'});
  settle();
  CHECK_EQUAL(std::string("prepare -; start - -; remote A; "), door.log);
  CHECK_EQUAL(std::string("prepare -; start - -; remote D; "), apt.log);
}

TEST(FacadeOffers, ANewOneReplacesTheFirst) {
  make_both({'D'}, {'A'});
  ring();
  answer();
  door.reporter->offer({'E'});
  settle();
  CHECK_EQUAL(std::string("prepare -; remote D; start A D; remote E; "), apt.log);
}

TEST(FacadeOffers, CandidatesWaitForTheAnswerAndAreBounded) {
  make_both({'D'}, {'A'});
  ring();
  for (std::uint8_t i = 0; i < 20; ++i) {
    door.reporter->candidate({static_cast<std::uint8_t>('a' + i)});
  }
  settle();
  CHECK(apt.log.find("candidate") == std::string::npos);
  answer();
  std::string all;
  for (char letter = 'a'; letter <= 'p'; ++letter) {
    all += std::string("candidate ") + letter + "; ";
  }
  CHECK(apt.log.find(all) != std::string::npos);
  CHECK(apt.log.find("candidate q; ") == std::string::npos);
  apt.reporter->candidate({'z'});
  settle();
  CHECK(door.log.find("candidate z; ") != std::string::npos);
}

TEST(FacadeOffers, EarlyMediaIsForBothWhoWantIt) {
  make_both({'D'}, {'A'}, true);
  ring();
  CHECK_EQUAL(std::string("prepare -; early one@apt A; "), door.log);
  CHECK_EQUAL(std::string("prepare -; remote D; early one@door D; "), apt.log);
  answer();
  CHECK_EQUAL(std::string("prepare -; early one@apt A; start D A; "), door.log);
}

TEST(FacadeOffers, NoEarlyMediaUnlessBothWantIt) {
  make(door, "door", {'D'}, true);
  make(apt, "apt", {'A'}, false);
  settle();
  ring();
  CHECK_EQUAL(std::string("prepare -; "), door.log);
  CHECK_EQUAL(std::string("prepare -; remote D; "), apt.log);
  door.agent->cancel(call);
  settle();
  apt.log.clear();
  call = apt.agent->call("door").call;
  settle();
  CHECK_EQUAL(std::string("prepare -; "), apt.log);
}

TEST(FacadeOffers, AnOfferOfTheApplicationRidesInTheInvite) {
  make_both({}, {});
  CallOptions options;
  options.offer = {'X'};
  call = door.agent->call("apt", options).call;
  settle();
  answer();
  CHECK_EQUAL(std::string("prepare -; start X -; "), door.log);
  CHECK_EQUAL(std::string("prepare X; start - X; "), apt.log);
}

TEST(FacadeOffers, TheOtherSideMaySwitchAndThisOneMute) {
  make_both({}, {});
  ring();
  LONGS_EQUAL(Errc::kNotAllowed, apt.agent->mute(call, true));
  LONGS_EQUAL(Errc::kUnknownCall, apt.agent->mute("", true));
  answer();
  InfoMessage to_audio;
  to_audio.kind = InfoKind::kMediaSwitch;
  to_audio.media = MediaKind::kAudio;
  door.agent->send(call, to_audio);
  LONGS_EQUAL(Errc::kOk, apt.agent->mute(call, true));
  LONGS_EQUAL(Errc::kOk, apt.agent->mute(call, false));
  settle();
  CHECK(apt.log.find("media audio; ") != std::string::npos);
  CHECK(apt.log.find("mute; unmute; ") != std::string::npos);
}
