// A door relay as the daemon sees it: the real relay program on a file instead of a line
// (tests/fakes/relay_on_file.cpp), and shell programs that misbehave.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "platform/relay.hpp"
#include "tests/fakes/line_file.hpp"
#include "tests/fakes/log_fixture.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::EventLoop;
using doorcall::platform::Relay;
using doorcall::test::LineFile;
using doorcall::test::run_ready;
using doorcall::test::run_until;

TEST_GROUP_BASE(Relay, doorcall::test::LogFixture) {
  LineFile line;
  EventLoop loop;
  std::unique_ptr<Relay> relay;
  std::string answers;

  void start(std::vector<std::string> command, Millis pulse = Millis(50)) {
    relay = std::make_unique<Relay>(
        loop, log, doorcall::platform::RelayOptions{.command = std::move(command), .pulse = pulse},
        [] {});
    relay->start();
  }
  void start_shell(const std::string& script) {
    start({"/bin/sh", "-c", script});
  }
  void pulse() {
    relay->pulse([this](bool ok, std::string_view why) {
      answers += (ok ? std::string("ok") : "no: " + std::string(why)) + ';';
    });
  }
  bool until_ready() {
    return run_until(loop, [this] { return relay->ready(); });
  }
  bool until_fault(const std::string& text) {
    return run_until(loop, [&] { return relay->fault().find(text) != std::string::npos; });
  }
  bool until_answered(const std::string& text) {
    return run_until(loop, [&] { return answers == text; });
  }
  bool until_on(bool on) {
    return run_until(loop, [&] { return relay->on() == on; });
  }
};

TEST(Relay, PulsesOnceAndSaysSo) {
  start(line.command());
  pulse();
  STRCMP_EQUAL("no: the relay is being started;", answers.c_str());
  CHECK_TRUE(until_ready());
  STRCMP_EQUAL("", relay->fault().c_str());
  answers.clear();
  const auto asked = doorcall::platform::read_clock().time_since_epoch().count();
  pulse();
  CHECK_TRUE(until_answered("ok;"));
  CHECK_TRUE(relay->on());
  CHECK_TRUE(until_on(false));
  STRCMP_EQUAL("off on off", line.history().c_str());
  CHECK_TRUE(line.changes()[2].ms - asked >= 50);
}

TEST(Relay, AnotherPulseMeanwhileIsTheSamePulse) {
  start(line.command("150"), Millis(100));
  CHECK_TRUE(until_ready());
  pulse();
  CHECK_TRUE(until_answered("ok;"));
  pulse();
  pulse();
  CHECK_TRUE(until_answered("ok;ok;ok;"));
  CHECK_TRUE(until_on(false));
  STRCMP_EQUAL("off on on on off", line.history().c_str());
}

TEST(Relay, JustAfterAPulseItRefuses) {
  start(line.command("10000", "60000"));
  CHECK_TRUE(until_ready());
  pulse();
  CHECK_TRUE(until_on(true) && until_on(false));
  answers.clear();
  pulse();
  CHECK_TRUE(until_answered("no: it has just been on;"));
  STRCMP_EQUAL("off on off", line.history().c_str());
}

TEST(Relay, OnlySoManyPulsesWaitForTheirAnswers) {
  start_shell("echo 'doorcall-relay 1'; exec tail -f /dev/null");
  CHECK_TRUE(until_ready());
  for (std::size_t i = 0; i <= Relay::kWaitingMax; ++i) {
    pulse();
  }
  STRCMP_EQUAL("no: too many pulses are waited for;", answers.c_str());
}

TEST(Relay, IsOffWhenItIsDestroyedInAPulse) {
  start(line.command(), Millis(10'000));
  CHECK_TRUE(until_ready());
  pulse();
  CHECK_TRUE(until_answered("ok;"));
  relay.reset();
  STRCMP_EQUAL("off on off released", line.history().c_str());
}

TEST(Relay, AKilledProgramIsStartedAgain) {
  start(line.command(), Millis(10'000));
  CHECK_TRUE(until_ready());
  pulse();
  CHECK_TRUE(until_answered("ok;"));
  ::kill(relay->pid(), SIGKILL);
  CHECK_TRUE(until_fault("the relay program has ended: killed by signal 9"));
  CHECK_FALSE(relay->on());
  answers.clear();
  pulse();
  STRCMP_EQUAL("no: the relay program has ended: killed by signal 9;", answers.c_str());
  CHECK_TRUE(until_ready());
  STRCMP_EQUAL("off on off", line.history().c_str());  // off: the new one, at its start
}

TEST(Relay, AProgramThatHangsIsKilledAndThePulseFails) {
  start(line.command());
  CHECK_TRUE(until_ready());
  const pid_t hanging = relay->pid();
  ::kill(hanging, SIGSTOP);
  pulse();
  CHECK_TRUE(until_answered("no: the relay program did not answer;"));
  CHECK_TRUE(until_ready());
  CHECK_TRUE(relay->pid() != hanging);
  STRCMP_EQUAL("off off", line.history().c_str());  // and the late pulse never comes
}

TEST(Relay, AMissingLineIsNamedAndTakenWhenItComes) {
  line.unplug();
  start(line.command());
  CHECK_TRUE(until_fault(line.path() + " is not there"));
  CHECK_TRUE(was_logged(" is not there; it is tried again"));
  pulse();
  CHECK_TRUE(answers.find(line.path() + " is not there") != std::string::npos);
  line.plug_in();
  relay->check();
  CHECK_TRUE(until_ready());
  pulse();
  CHECK_TRUE(until_on(true));
}

TEST(Relay, ABusyLineIsNamedAndTriedAgain) {
  line.plug_in("busy");
  start(line.command());
  CHECK_TRUE(until_fault("is used by \"somebody\""));
  line.plug_in();
  CHECK_TRUE(until_ready());
}

TEST(Relay, ALineThatGoesIsNoticed) {
  start(line.command());
  CHECK_TRUE(until_ready());
  relay->check();
  run_ready(loop);
  STRCMP_EQUAL("", relay->fault().c_str());
  line.unplug();
  relay->check();
  CHECK_TRUE(until_fault("the line is gone"));
}

TEST(Relay, ALineThatGoesFailsThePulse) {
  start(line.command());
  CHECK_TRUE(until_ready());
  line.unplug();
  pulse();
  CHECK_TRUE(until_answered("no: the line is gone;"));
}

TEST(Relay, AMissingProgramIsNamedAndLookedForAgain) {
  start({line.path() + "-program"});
  CHECK_TRUE(until_fault("cannot start " + line.path() + "-program: No such file or directory"));
  pulse();
  CHECK_TRUE(answers.find("cannot start") != std::string::npos);
}

TEST(Relay, WhatTheProgramSaysIsLogged) {
  start_shell("echo 'doorcall-relay 1'; echo nonsense; echo trouble >&2; exec tail -f /dev/null");
  CHECK_TRUE(until_ready());
  CHECK_TRUE(run_until(loop, [this] { return was_logged("makes no sense: nonsense"); }));
  CHECK_TRUE(run_until(loop, [this] { return was_logged("it says: trouble"); }));
}

TEST(Relay, TheCommandOfALineIsTheProgramBesideThisOne) {
  const auto command = doorcall::platform::relay_command({"no-such-line"}, true, Millis(5'000));
  CHECK_EQUAL(6U, command.size());
  CHECK_TRUE(command[0].find("/doorcall-relay") != std::string::npos);
  STRCMP_EQUAL(
      "--line no-such-line --longest 5000 --active-low",
      (command[1] + ' ' + command[2] + ' ' + command[3] + ' ' + command[4] + ' ' + command[5])
          .c_str());
  start(command);
  CHECK_TRUE(run_until(loop, [this] { return !relay->fault().empty(); }));
  CHECK_TRUE(relay->fault() == "doorcall was built without GPIO" ||
             relay->fault().find("no-such-line") != std::string::npos);
}

TEST(Relay, IdleItDoesNotWakeTheLoop) {
  start(line.command());
  CHECK_TRUE(until_ready());
  run_ready(loop);
  CHECK_FALSE(loop.run_once(Millis(20)));
}
