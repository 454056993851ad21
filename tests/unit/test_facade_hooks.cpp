// Media hooks as child processes of an agent: what they are told, what their states do to the call,
// and a peer that goes on at another device.
#include <poll.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "tests/fakes/temp_dir.hpp"
#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using doorcall::test::FacadeHub;
using doorcall::test::TempDir;

/// Writes each order with the peer to the file, and does what the orders' file names say.
static const char* const kHook =
    "echo 'doorcall-hook 1'\n"
    "while read -r word rest; do\n"
    "  case $word in\n"
    "    prepare) echo \"offer $(printf prepared | base64)\" ;;\n"
    "    start) echo 'state connected' ;;\n"
    "    candidate) echo \"state $(echo $rest | base64 -d)\" ;;\n"
    "  esac\n"
    "  [ $word = doorcall-hook ] || echo \"$word $DOORCALL_PEER\" >>\"$0\"\n"
    "  [ $word = stop ] || continue\n"
    "  while [ -e \"$0.hold\" ]; do sleep 0.02; done\n"
    "  exit 0\n"
    "done\n";

TEST_GROUP(FacadeHooks) {
  TempDir dir;
  FacadeHub hub;
  std::unique_ptr<Agent> door;
  std::unique_ptr<Agent> hall;
  std::unique_ptr<Agent> kitchen;
  std::string call;

  std::unique_ptr<Agent> make(const char* user, const char* device, bool hook, bool prewarm) {
    AgentOptions options;
    options.user = user;
    options.device = device;
    options.media_prewarm = prewarm;
    options.media_stop_time = std::chrono::seconds(30);
    if (hook) {
      options.media_command = {"/bin/sh", "-c", kHook, dir.file("orders")};
    }
    auto agent = hub.make(std::move(options));
    agent->start();
    return agent;
  }
  void start(bool prewarm) {
    door = make("door", "one", true, prewarm);
    hall = make("apt", "hall", false, false);
    kitchen = make("apt", "kitchen", false, false);
    settle();
    call = door->call("apt").call;
    settle();
    hall->answer(call);
    settle();
  }
  void settle() const {
    FacadeHub::settle({door.get(), hall.get(), kitchen.get()});
  }
  std::string orders() const {
    std::ifstream file(dir.file("orders"));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  /// Hooks are processes: what they do takes time. Each turn waits a little for the door's.
  template <typename Condition>
  bool until(Condition condition) const {
    constexpr int kTurnsMax = 1000;
    constexpr int kTurnMs = 20;
    for (int turn = 0; turn < kTurnsMax; ++turn) {
      if (condition()) {
        return true;
      }
      pollfd fd{door->fd(), POLLIN, 0};
      ::poll(&fd, 1, kTurnMs);
      settle();
    }
    return false;
  }
  MediaState media_state() const {
    return door->calls().at(0).media_state;
  }
  /// The hall's side makes the hook at the door say a state.
  void make_say(std::string_view state) {
    InfoMessage message;
    message.kind = InfoKind::kMediaCandidate;
    message.bytes.assign(state.begin(), state.end());
    hall->send(call, message);
  }
};

TEST(FacadeHooks, TheirStatesAreThoseOfTheCall) {
  start(false);
  CHECK(until([this] { return media_state() == MediaState::kConnected; }));
  make_say("reconnecting");
  CHECK(until([this] { return media_state() == MediaState::kReconnecting; }));
  make_say("connected");
  CHECK(until([this] { return media_state() == MediaState::kConnected; }));
  LONGS_EQUAL(CallState::kConnected, door->calls().at(0).state);
  make_say("failed");
  CHECK(until([this] { return hall->calls().at(0).state == CallState::kEnded; }));
  LONGS_EQUAL(Reason::kMediaFailed, hall->calls().at(0).reason);
}

TEST(FacadeHooks, DisconnectedHangsUp) {
  start(false);
  CHECK(until([this] { return media_state() == MediaState::kConnected; }));
  make_say("disconnected");
  CHECK(until([this] { return hall->calls().at(0).state == CallState::kEnded; }));
  LONGS_EQUAL(Reason::kHangUp, hall->calls().at(0).reason);
}

TEST(FacadeHooks, TheDeviceIsBusyUntilItsHookHasEnded) {
  start(false);
  CHECK(until([this] { return media_state() == MediaState::kConnected; }));
  const std::string hold = dir.write("orders.hold", "");
  hall->hang_up(call);
  settle();
  LONGS_EQUAL(CallState::kEnded, door->calls().at(0).state);
  LONGS_EQUAL(Errc::kBusy, door->call("apt").code);
  std::filesystem::remove(hold);
  CHECK(until([this] { return door->call("apt").code == Errc::kOk; }));
  CHECK_EQUAL(std::string("start hall@apt\nstop hall@apt\n"), orders());
}

TEST(FacadeHooks, TheCallersHookIsPreparedWhileItRings) {
  start(true);
  CHECK(until([this] { return orders() == "prepare @apt\nstart @apt\n"; }));
}

TEST(FacadeHooks, ANewPeerGetsANewHookAndTheCallLivesOn) {
  start(false);
  CHECK(until([this] { return media_state() == MediaState::kConnected; }));
  LONGS_EQUAL(Errc::kOk, kitchen->pull().code);
  CHECK(until([this] {
    return orders() == "start hall@apt\nstop hall@apt\nstart kitchen@apt\n" &&
           media_state() == MediaState::kConnected;
  }));
  LONGS_EQUAL(CallState::kConnected, door->calls().at(0).state);
  LONGS_EQUAL(CallState::kConnected, kitchen->calls().at(0).state);
}

TEST(FacadeHooks, WhoIsMutedStaysSoWithANewPeer) {
  start(false);
  CHECK(until([this] { return media_state() == MediaState::kConnected; }));
  LONGS_EQUAL(Errc::kOk, door->mute(call, true));
  CHECK(until([this] { return orders() == "start hall@apt\nmute hall@apt\n"; }));
  LONGS_EQUAL(Errc::kOk, kitchen->pull().code);
  CHECK(until([this] {
    return orders() ==
           "start hall@apt\nmute hall@apt\nstop hall@apt\n"
           "mute kitchen@apt\nstart kitchen@apt\n";
  }));
}
