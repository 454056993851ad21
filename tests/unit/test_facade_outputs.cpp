// What lamps, sounds, relay and contact do in each state of a call, on GPIO lines in memory.
#include <poll.h>

#include <memory>
#include <string>

#include "tests/fakes/fake_gpio.hpp"
#include "tests/fakes/line_file.hpp"
#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace std::chrono_literals;
using doorcall::test::FacadeHub;
using doorcall::test::FakeGpio;
using doorcall::test::LineFile;

namespace {

SoundOptions endless_sound() {
  return {.command = {"tail", "-f", "/dev/null"}, .file = {}};
}

LampOptions lamp_of(const std::string& name, std::map<LampState, std::string> codes) {
  return {.name = name, .gpio = name, .active_low = false, .codes = std::move(codes)};
}

}  // namespace

TEST_GROUP(FacadeOutputs) {
  FacadeHub hub;
  std::shared_ptr<FakeGpio> gpio = std::make_shared<FakeGpio>();
  LineFile strike;
  std::unique_ptr<Agent> door = hub.make("door");
  AgentOptions options;
  std::unique_ptr<Agent> apt;
  std::string call;

  void setup() override {
    options.user = "apt";
    options.device = "one";
  }
  /// An apartment with this much, connected.
  void start() {
    make();
    door->start();
    apt->start();
    settle();
  }
  void make() {
    for (const LampOptions& lamp : options.outputs.lamps) {
      gpio->lines[lamp.gpio];
    }
    apt = hub.make(options, gpio);
  }
  void settle() const {
    FacadeHub::settle({door.get(), apt.get()});
  }
  void ring() {
    call = door->call("apt").call;
    settle();
  }
  /// Serves the apartment until it is so; false after five seconds.
  template <typename Done>
  bool until(Done done) const {
    for (int turns = 0; turns < 2'500 && !done(); ++turns) {
      pollfd fd{apt->fd(), POLLIN, 0};
      if (::poll(&fd, 1, 2) > 0) {
        apt->process();
      }
    }
    return done();
  }
  OutputView view(const std::string& kind, const std::string& name = "") const {
    for (const OutputView& each : apt->outputs()) {
      if (each.kind == kind && each.name == name) {
        return each;
      }
    }
    return {};
  }
  std::string state(const std::string& kind, const std::string& name = "") const {
    return view(kind, name).state;
  }
  bool lit(const std::string& name) const {
    return gpio->lines.at(name).on;
  }
};

TEST(FacadeOutputs, ALampShowsEachStateOfACall) {
  std::map<LampState, std::string> codes;
  for (std::uint8_t number = 0; number <= kLampStateLast; ++number) {
    codes[static_cast<LampState>(number)] = number % 2 == 0 ? "on" : "off";
  }
  options.outputs.lamps = {lamp_of("led", codes)};
  make();
  STRCMP_EQUAL("offline", state("lamp", "led").c_str());
  door->start();
  apt->start();
  settle();
  STRCMP_EQUAL("idle", state("lamp", "led").c_str());
  CHECK_FALSE(lit("led"));
  ring();
  STRCMP_EQUAL("ringing", state("lamp", "led").c_str());
  apt->silence(call);
  settle();
  STRCMP_EQUAL("ringing", state("lamp", "led").c_str());
  apt->answer(call);
  settle();
  STRCMP_EQUAL("in_call", state("lamp", "led").c_str());
  door->hang_up(call);
  settle();
  apt->set_dnd(true);
  settle();
  STRCMP_EQUAL("dnd", state("lamp", "led").c_str());
  CHECK_TRUE(lit("led"));
  apt->call("door");
  settle();
  STRCMP_EQUAL("calling", state("lamp", "led").c_str());
  apt->stop();
  settle();
  STRCMP_EQUAL("offline", state("lamp", "led").c_str());
  apt.reset();
  CHECK_FALSE(lit("led"));
}

TEST(FacadeOutputs, ALampWithoutACodeForAStateShowsTheNext) {
  options.outputs.lamps = {
      lamp_of("bell", {{LampState::kRinging, "on"}}), lamp_of("talk", {{LampState::kInCall, "on"}}),
      lamp_of("power", {{LampState::kRinging, "off"}, {LampState::kIdle, "on"}})};
  start();
  STRCMP_EQUAL("none", state("lamp", "bell").c_str());
  CHECK_TRUE(lit("power"));
  ring();
  CHECK_TRUE(lit("bell"));
  CHECK_FALSE(lit("power"));
  apt->answer(call);
  settle();
  CHECK_FALSE(lit("bell"));
  CHECK_TRUE(lit("talk"));
  CHECK_TRUE(lit("power"));
}

TEST(FacadeOutputs, TheChimeSoundsWhileItRingsAndIsNotSilenced) {
  options.outputs.chime = endless_sound();
  start();
  STRCMP_EQUAL("off", state("chime").c_str());
  ring();
  STRCMP_EQUAL("on", state("chime").c_str());
  apt->answer(call);
  settle();
  STRCMP_EQUAL("off", state("chime").c_str());
  door->hang_up(call);
  settle();
  ring();
  STRCMP_EQUAL("on", state("chime").c_str());
  door->cancel(call);
  settle();
  STRCMP_EQUAL("off", state("chime").c_str());
  ring();
  apt->silence(call);
  settle();
  STRCMP_EQUAL("off", state("chime").c_str());
  apt->decline(call);
  settle();
  apt->set_dnd(true);
  settle();
  ring();
  STRCMP_EQUAL("off", state("chime").c_str());
}

TEST(FacadeOutputs, TheRingBackToneSoundsWhileItRingsAtTheOtherSide) {
  options.outputs.ring_back = endless_sound();
  start();
  call = apt->call("door").call;
  STRCMP_EQUAL("off", state("ring_back").c_str());
  settle();
  STRCMP_EQUAL("on", state("ring_back").c_str());
  door->answer(call);
  settle();
  STRCMP_EQUAL("off", state("ring_back").c_str());
}

TEST(FacadeOutputs, ASoundThatFailsIsToldAndShown) {
  options.outputs.chime = SoundOptions{.command = {"false"}, .file = {}};
  options.outputs.lamps = {lamp_of("fault", {{LampState::kError, "on"}})};
  start();
  CHECK_FALSE(lit("fault"));
  ring();
  CHECK_TRUE(until([this] { return !view("chime").fault.empty(); }));
  STRCMP_EQUAL("the program has failed: exited(1)", view("chime").fault.c_str());
  CHECK_TRUE(lit("fault"));
}

TEST(FacadeOutputs, TheContactIsReadAndFollowed) {
  options.outputs.contact = ContactOptions{.gpio = "reed", .active_low = true};
  start();
  STRCMP_EQUAL("unknown", state("contact").c_str());
  STRCMP_EQUAL("no GPIO line has the name \"reed\"", view("contact").fault.c_str());
  gpio->lines["reed"].level = true;
  CHECK_TRUE(until([this] { return state("contact") == "open"; }));
  STRCMP_EQUAL("", view("contact").fault.c_str());
  gpio->change("reed", false);
  CHECK_TRUE(until([this] { return state("contact") == "closed"; }));
}

TEST(FacadeOutputs, AMissingLampIsShownAsAnErrorUntilItComes) {
  options.outputs.lamps = {lamp_of("led", {{LampState::kIdle, "on"}}),
                           lamp_of("fault", {{LampState::kError, "on"}})};
  gpio->lines["led"].busy = true;
  start();
  STRCMP_EQUAL("GPIO line \"led\" is in use", view("lamp", "led").fault.c_str());
  CHECK_TRUE(lit("fault"));
  gpio->lines["led"].busy = false;
  CHECK_TRUE(until([this] { return lit("led"); }));
  CHECK_FALSE(lit("fault"));
}

TEST(FacadeOutputs, TheRelayIsItsProgramsBusiness) {
  options.outputs.relay = RelayOptions{.gpio = {}, .command = strike.command()};
  start();
  CHECK_TRUE(until([this] { return strike.history() == "off"; }));
  STRCMP_EQUAL("off", state("relay").c_str());
  STRCMP_EQUAL("off", strike.history().c_str());
  apt.reset();
  STRCMP_EQUAL("off off released", strike.history().c_str());
}

TEST(FacadeOutputs, TheRelayOpensTheDoorForWhoIsInTheCall) {
  options.outputs.relay =
      RelayOptions{.gpio = {}, .command = strike.command(), .active_low = false, .pulse = 500ms};
  options.outputs.lamps = {lamp_of("open", {{LampState::kDoor, "on"}})};
  start();
  std::string results;
  const DoorCompletion done = [&](DoorResult result) {
    results += std::string(to_string(result)) + ' ';
  };
  CHECK_TRUE(until([this] { return strike.history() == "off"; }));
  ring();
  apt->answer(call);
  settle();
  do {  // the program says that it is ready a moment after the line is off
    results.clear();
    LONGS_EQUAL(Errc::kOk, door->open_door({}, done));
    settle();
    CHECK_TRUE(until([&] { return state("relay") == "on" || !results.empty(); }));
  } while (results == "failed ");
  CHECK_TRUE(lit("open"));
  settle();
  STRCMP_EQUAL("opened ", results.c_str());
  CHECK_TRUE(until([this] { return state("relay") == "off"; }));
  CHECK_FALSE(lit("open"));
  STRCMP_EQUAL("off on off", strike.history().c_str());
}

TEST(FacadeOutputs, ARelayThatCantPulseIsAFailedOrder) {
  strike.unplug();
  options.outputs.relay = RelayOptions{.gpio = {}, .command = strike.command()};
  start();
  CHECK_TRUE(until([this] { return !view("relay").fault.empty(); }));
  std::string results;
  LONGS_EQUAL(Errc::kOk,
              apt->open_door({}, [&](DoorResult result) { results += to_string(result); }));
  CHECK_TRUE(until([&] { return !results.empty(); }));
  STRCMP_EQUAL("failed", results.c_str());
}

TEST(FacadeOutputs, WithoutARelayThereIsNoDoor) {
  options.outputs.chime = endless_sound();
  start();
  LONGS_EQUAL(Errc::kNotAllowed, apt->open_door());
}

TEST(FacadeOutputs, TheOpenedDoorEndsAllRinging) {
  options.outputs.contact = ContactOptions{.gpio = "reed"};
  gpio->lines["reed"];
  start();
  call = apt->call("door").call;
  settle();
  LONGS_EQUAL(CallState::kRinging, door->calls().at(0).state);
  gpio->change("reed", true);
  CHECK_TRUE(until([this] { return state("contact") == "open"; }));
  settle();
  LONGS_EQUAL(Reason::kDoorOpened, apt->calls().at(0).reason);
  LONGS_EQUAL(Reason::kDoorOpened, door->calls().at(0).reason);
}

TEST(FacadeOutputs, NewOptionsLeaveAloneWhatStaysTheSame) {
  options.outputs.lamps = {lamp_of("one", {{LampState::kIdle, "on"}})};
  options.outputs.relay = RelayOptions{.gpio = {}, .command = strike.command()};
  options.outputs.chime = endless_sound();
  start();
  ring();
  CHECK_TRUE(until([this] { return strike.history() == "off"; }));
  const int sets = gpio->lines["one"].sets;
  options.outputs.relay->pulse = 1s;
  options.outputs.contact = ContactOptions{.gpio = "reed"};
  gpio->lines["reed"];
  apt->reconfigure(options);
  CHECK_EQUAL(sets, gpio->lines["one"].sets);
  STRCMP_EQUAL("off", strike.history().c_str());
  STRCMP_EQUAL("on", state("chime").c_str());
  STRCMP_EQUAL("closed", state("contact").c_str());
}

TEST(FacadeOutputs, ALineMayMoveFromOneUseToAnother) {
  options.outputs.lamps = {lamp_of("one", {{LampState::kIdle, "on"}})};
  options.outputs.relay = RelayOptions{.gpio = {}, .command = strike.command()};
  options.outputs.chime = endless_sound();
  start();
  ring();
  options.outputs.lamps = {lamp_of("two", {{LampState::kIdle, "on"}})};
  options.outputs.lamps.front().gpio = "one";
  options.outputs.relay.reset();
  options.outputs.chime = SoundOptions{.command = {"sleep", "1000"}, .file = {}};
  apt->reconfigure(options);
  CHECK_TRUE(lit("one"));
  STRCMP_EQUAL("", view("lamp", "two").fault.c_str());
  STRCMP_EQUAL("off off released", strike.history().c_str());
  STRCMP_EQUAL("on", state("chime").c_str());  // it rings still
  CHECK_EQUAL(2U, apt->outputs().size());
}
