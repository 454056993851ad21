// Buttons of whole agents on the fake kernel, on the real clock: from the edge to the call.
#include <linux/input-event-codes.h>
#include <poll.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "platform/event_loop.hpp"
#include "tests/hardware/fake_kernel.hpp"
#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;

namespace {

constexpr std::int64_t kMs = 1'000'000;

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

/// The agents of these tests have a link in memory and are built without any MQTT library.
std::string_view Agent::link_library() {
  return "hub";
}

TEST_GROUP_BASE(Inputs, doorcall::test::FacadeParty) {
  static constexpr unsigned kChip = 0;
  static constexpr unsigned kBell = 3;
  Agent* door = nullptr;
  Agent* apt = nullptr;

  void setup() override {
    fake_kernel::reset();
    add_gpio();
    fake_kernel::add_keyboard(1, "gpio-keys", {KEY_PHONE, KEY_A});
    apt = &add("apt", "one");
  }
  static void add_gpio() {
    fake_kernel::add_chip(kChip, 8);
    fake_kernel::name_line(kChip, kBell, "bell");
  }
  static ButtonInput wired(const char* gpio) {
    ButtonInput input;
    input.button = "bell";
    input.gpio = gpio;
    return input;
  }
  static ButtonInput keyed(const char* button, const char* key) {
    ButtonInput input;
    input.button = button;
    input.key = key;
    input.device = "gpio-keys";
    return input;
  }
  static AgentOptions options_with(std::vector<ButtonInput> inputs) {
    AgentOptions options;
    options.user = "door";
    options.device = "one";
    options.inputs = std::move(inputs);
    return options;
  }
  /// The door with these inputs; "bell" calls the apartment, a log notes what buttons tell.
  void start(std::vector<ButtonInput> inputs) {
    agents.push_back(hub.make(options_with(std::move(inputs))));
    door = agents.back().get();
    door->bind_button("bell", *ButtonAction::parse("call:apt"));
    Listener listener;
    listener.on_button = [this](const ButtonUpdate& update) {
      std::string line = update.button + ' ' + std::string(to_string(update.change));
      if (update.change == ButtonChange::kAction) {
        line += ' ' + std::string(to_string(update.kind)) + ' ' + test::text(update.code);
      } else if (update.change == ButtonChange::kState) {
        line += ' ' + std::string(to_string(update.state)) + ' ' + update.text;
      }
      log.push_back(line);
    };
    door->add_listener(listener);
    door->start();
    settle();
  }
  /// Serves all agents until it is so.
  bool until(const std::function<bool()>& so) const {
    const Instant end = platform::read_clock() + Millis{10'000};
    while (!so() && platform::read_clock() < end) {
      fake_kernel::pass_time(monotonic_ns());
      for (const auto& agent : agents) {
        pollfd fd{.fd = agent->fd(), .events = POLLIN, .revents = 0};
        if (::poll(&fd, 1, 2) > 0) {
          agent->process();
        }
      }
    }
    return so();
  }
  void serve(Millis span) const {
    const Instant end = platform::read_clock() + span;
    until([&] { return platform::read_clock() >= end; });
  }
  void hears(const char* line) {
    CHECK_TEXT(until([&] { return heard(line); }),
               (std::string(line) + " is not in\n" + all()).c_str());
  }
  long times(const char* line) const {
    return std::count(log.begin(), log.end(), line);
  }
  static void bell(bool high) {
    fake_kernel::set_level(kChip, kBell, high);
  }
  void press(Millis span = Millis{60}) const {
    bell(true);
    serve(span);
    bell(false);
    serve(Millis{20});
  }
  std::string state() const {
    const std::vector<InputView> views = door->inputs();
    return std::string(to_string(views.at(0).state)) + ' ' + views.at(0).text;
  }
};

TEST(Inputs, ALineRingsTheApartment) {
  start({wired("bell")});
  press();
  CHECK_TRUE(until([&] { return FacadeParty::state(*apt) == CallState::kRinging; }));
  hears("bell released");
  CHECK_EQUAL(std::string("bell state ok \nbell pressed\nbell action single ok\nbell released\n"),
              "bell state ok \n" + all());
  STRCMP_EQUAL("GPIO line bell", door->inputs().at(0).source.c_str());
}

TEST(Inputs, ATouchIsNoPress) {
  start({wired("bell")});
  serve(Millis{50});
  const std::int64_t now = monotonic_ns();
  fake_kernel::set_level(kChip, kBell, true, now - 22 * kMs);
  fake_kernel::set_level(kChip, kBell, false, now - 2 * kMs);
  serve(Millis{100});
  LONGS_EQUAL(0, times("bell pressed"));
}

TEST(Inputs, APressThatIsReadTooLateIsOfTheTimeThatItHad) {
  start({wired("bell")});
  door->bind_button("bell", PressKind::kLong, *ButtonAction::parse("dnd"));
  serve(Millis{1'200});
  const std::int64_t now = monotonic_ns();
  fake_kernel::set_level(kChip, kBell, true, now - 1'100 * kMs);
  fake_kernel::set_level(kChip, kBell, false, now - 900 * kMs);
  hears("bell action single ok");
}

TEST(Inputs, ARepeatedPressIsTold) {
  start({wired("bell")});
  press();
  press();
  hears("bell action single already_sent");
  LONGS_EQUAL(1, times("bell action single ok"));
}

TEST(Inputs, ARepeatedPressCancelsIfItShould) {
  start({wired("bell")});
  ButtonAction action = *ButtonAction::parse("call:apt");
  action.repeat = RepeatPress::kCancel;
  door->bind_button("bell", action);
  press();
  press();
  CHECK_TRUE(until([&] { return FacadeParty::state(*apt) == CallState::kEnded; }));
  LONGS_EQUAL(2, times("bell action single ok"));
}

TEST(Inputs, KindsOfPressAreToldApartOnceTheyAreBound) {
  ButtonInput input = keyed("key", "KEY_PHONE");
  input.double_time = Millis{150};
  input.long_time = Millis{200};
  start({input, keyed("other", "KEY_A")});
  int singles = 0;
  int doubles = 0;
  int longs = 0;
  door->bind_button("key", PressKind::kSingle, [&] { ++singles; });
  door->bind_button("key", PressKind::kDouble, [&] { ++doubles; });
  door->bind_button("key", PressKind::kLong, [&] { ++longs; });
  const auto tap = [&](std::int64_t from_ms_ago, std::int64_t to_ms_ago) {
    fake_kernel::key(1, KEY_PHONE, 1, from_ms_ago * kMs);
    fake_kernel::key(1, KEY_PHONE, 0, to_ms_ago * kMs);
  };
  serve(Millis{500});
  tap(400, 340);
  tap(280, 220);
  CHECK_TRUE(until([&] { return doubles == 1; }));
  serve(Millis{500});
  tap(450, 50);
  CHECK_TRUE(until([&] { return longs == 1; }));
  serve(Millis{500});
  tap(400, 340);
  CHECK_TRUE(until([&] { return singles == 1; }));
  LONGS_EQUAL(1, doubles);
  LONGS_EQUAL(1, longs);
  LONGS_EQUAL(0, times("other pressed"));
  fake_kernel::key(1, KEY_A, 1);
  hears("other action single invalid_argument");  // nothing is bound to it
}

TEST(Inputs, AMissingLineIsUsedWhenItComes) {
  fake_kernel::remove_chip(kChip);
  start({wired("bell"), keyed("key", "KEY_PHONE")});
  hears(
      "bell state missing no GPIO line has the name \"bell\"; gpioinfo lists those that there are");
  fake_kernel::key(1, KEY_PHONE, 1);
  hears("key pressed");  // the rest goes on
  add_gpio();
  hears("bell state ok ");
  press();
  hears("bell action single ok");
}

TEST(Inputs, AChipThatGoesWithoutAWordIsMissedAndComesBack) {
  start({wired("bell")});
  bell(true);
  hears("bell pressed");
  fake_kernel::remove_chip(kChip, false);
  hears("bell released");
  hears("bell state missing it has gone");
  add_gpio();
  hears("bell state ok ");
  press();
  CHECK_TRUE(until([&] { return times("bell pressed") == 2; }));
}

TEST(Inputs, AnUnpluggedKeyboardIsReleasedAndComesBack) {
  start({keyed("bell", "KEY_PHONE")});
  fake_kernel::key(1, KEY_PHONE, 1);
  hears("bell pressed");
  fake_kernel::remove_keyboard(1);
  hears("bell released");
  hears("bell state missing it has gone");
  fake_kernel::add_keyboard(1, "gpio-keys", {KEY_PHONE});
  hears("bell state ok ");
  fake_kernel::key(1, KEY_PHONE, 1);
  CHECK_TRUE(until([&] { return times("bell pressed") == 2; }));
}

TEST(Inputs, ABusyLineIsHadOnceItIsFree) {
  fake_kernel::take_line(kChip, kBell, "other");
  start({wired("bell")});
  hears("bell state error GPIO line \"bell\" is used by \"other\"; end that, or take another line");
  fake_kernel::take_line(kChip, kBell, "");
  hears("bell state ok ");  // by itself: nothing shows in /dev
}

TEST(Inputs, AccessThatIsGivenIsUsed) {
  fake_kernel::deny("/dev/gpiochip0", true);
  start({wired("gpiochip0:3")});
  CHECK_TRUE(state().starts_with("error /dev/gpiochip0: Permission denied; add"));
  fake_kernel::deny("/dev/gpiochip0", false);
  CHECK_TRUE(until([&] { return state() == "ok "; }));
}

TEST(Inputs, ALineThatIsHeldForTooLongIsStuckOnce) {
  ButtonInput input = wired("bell");
  input.stuck_time = Millis{1'000};
  start({input});
  bell(true);
  hears("bell state stuck it is held for too long; ignored until it is released");
  serve(Millis{200});
  LONGS_EQUAL(1, times("bell action single ok"));
  bell(false);
  hears("bell state ok ");
  hears("bell released");
}

TEST(Inputs, ALineThatIsActiveAtTheStartIsNoPress) {
  bell(true);
  start({wired("bell")});
  serve(Millis{100});
  bell(false);
  serve(Millis{50});
  LONGS_EQUAL(0, times("bell pressed"));
  press();
  hears("bell action single ok");
}

TEST(Inputs, NewOptionsKeepWhatStaysAndFreeWhatGoes) {
  start({wired("bell"), keyed("key", "KEY_PHONE")});
  bell(true);
  hears("bell pressed");
  fake_kernel::key(1, KEY_PHONE, 1);
  hears("key pressed");
  door->reconfigure(options_with({wired("bell")}));
  hears("key released");
  bell(false);
  hears("bell released");
  LONGS_EQUAL(1, times("bell pressed"));
  ButtonInput moved = wired("bell");
  moved.active_low = true;  // the same line, taken anew
  bell(true);
  door->reconfigure(options_with({moved}));
  bell(false);
  CHECK_TRUE(until([&] { return times("bell pressed") == 2; }));
  door->reconfigure(options_with({}));
  LONGS_EQUAL(0, door->inputs().size());
  LONGS_EQUAL(0, fake_kernel::flags(kChip, kBell));
}

/// An edge each millisecond. The line stands still when this thread does, hence the long gap.
TEST(Inputs, ALineThatChattersWithoutEndIsOnePressAtFewWakeUps) {
  ButtonInput input = wired("bell");
  input.ac = true;  // the kernel would debounce it away
  input.debounce = Millis{500};
  start({input});
  serve(Millis{50});
  constexpr std::int64_t kEdges = 3'000;
  const std::int64_t begin = monotonic_ns();
  std::int64_t turns = 0;
  for (std::int64_t edge = 0; edge < kEdges;) {
    for (; edge < kEdges && begin + edge * kMs <= monotonic_ns(); ++edge) {
      fake_kernel::set_level(kChip, kBell, edge % 2 == 0, begin + edge * kMs);
    }
    pollfd fd{.fd = door->fd(), .events = POLLIN, .revents = 0};
    if (::poll(&fd, 1, 1) > 0) {
      door->process();
      ++turns;
    }
  }
  hears("bell released");
  serve(Millis{300});
  LONGS_EQUAL(1, times("bell action single ok"));
  LONGS_EQUAL(1, times("bell pressed"));
  LONGS_EQUAL(1, times("bell released"));
  // 500 edges are served one by one, then ten reads a second; the call has some turns of its own.
  CHECK_COMPARE(turns, <, 700);
}

TEST(Inputs, ABurstThatTheLoopMissesEndsNoPress) {
  start({wired("bell")});
  bell(true);
  hears("bell pressed");
  const std::int64_t now = monotonic_ns();
  serve(Millis{200});
  for (std::int64_t edge = 0; edge < 100; ++edge) {
    fake_kernel::set_level(kChip, kBell, edge % 2 != 0, now + (100 + edge) * kMs);
  }
  serve(Millis{100});
  LONGS_EQUAL(0, times("bell released"));
  bell(false);
  hears("bell released");
  LONGS_EQUAL(1, times("bell pressed"));
}

TEST(Inputs, TheAgentMayBeDestroyedByWhatAPressDoes) {
  start({wired("bell")});
  door->bind_button("bell", [&] { agents.pop_back(); });
  bell(true);
  CHECK_TRUE(until([&] { return agents.size() == 1; }));
}

TEST(Inputs, OptionsThatMakeNoSenseAreRefused) {
  const auto refused = [&](const std::function<void(ButtonInput&)>& spoil, const char* words) {
    ButtonInput input = wired("bell");
    spoil(input);
    std::string said;
    try {
      (void)hub.make(options_with({input}));
    } catch (const std::invalid_argument& error) {
      said = error.what();
    }
    STRCMP_CONTAINS(words, said.c_str());
  };
  refused([](ButtonInput& input) { input.button = "a b"; }, "option inputs.button is 'a b'");
  refused([](ButtonInput& input) { input.gpio = ""; }, "'wired to nothing'; allowed: gpio or key");
  refused([](ButtonInput& input) { input.key = "KEY_A"; }, "'wired to two things'");
  refused([](ButtonInput& input) { input.gpio = "gpiochip0"; }, "inputs.bell.gpio");
  refused([](ButtonInput& input) { input.hold = Millis{0}; }, "inputs.bell.hold");
  refused([](ButtonInput& input) { input.stuck_time = Millis{1}; }, "inputs.bell.stuck_time");
  refused(
      [](ButtonInput& input) {
        input.gpio = "";
        input.key = "KEY_NONSENSE";
      },
      "such as KEY_PHONE");
}
