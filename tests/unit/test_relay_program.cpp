// The relay program by itself: it is off in the end, whatever becomes of the process that gave it
// its orders. Real processes on a file instead of a line (tests/fakes/relay_on_file.cpp).
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "platform/child_process.hpp"
#include "platform/relay.hpp"
#include "platform/relay_protocol.hpp"
#include "tests/fakes/line_file.hpp"
#include "tests/fakes/log_fixture.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::Millis;
using doorcall::platform::ChildExit;
using doorcall::platform::ChildProcess;
using doorcall::platform::read_clock;
using doorcall::test::LineFile;

namespace {

constexpr Millis kPatience{5'000};

template <typename Done>
bool wait_until(Done done) {
  const Instant end = read_clock() + kPatience;
  while (!done()) {
    if (read_clock() > end) {
      return false;
    }
    ::poll(nullptr, 0, 2);
  }
  return true;
}

/// A pulse is counted from its order on: the line may be on a little later, but never longer.
std::int64_t ms_now() {
  return read_clock().time_since_epoch().count();
}

}  // namespace

TEST_GROUP_BASE(RelayProgram, doorcall::test::LogFixture) {
  LineFile line;
  ChildProcess program{ChildProcess::Orphan::kGoesOn};
  std::string said;
  pid_t daemon = -1;

  void teardown() override {
    if (daemon > 0) {
      ::kill(daemon, SIGKILL);
      ::waitpid(daemon, nullptr, 0);
    }
  }

  void start(const std::vector<std::string>& command) {
    std::string error;
    CHECK_TRUE(program.spawn(command, {}, error));
  }
  void order(const std::string& text) {
    const std::string bytes = text + '\n';
    CHECK_EQUAL(static_cast<ssize_t>(bytes.size()),
                ::write(program.input.get(), bytes.data(), bytes.size()));
  }
  /// A pulse that nobody has given up waiting for.
  void order_pulse(int ms) {
    order("pulse " + std::to_string(ms) + ' ' + std::to_string(ms_now() + 60'000));
  }
  bool until_said(const std::string& text) {
    return wait_until([&] {
      char buffer[256];
      const ssize_t count = ::read(program.output.get(), buffer, sizeof buffer);
      said.append(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
      return said.find(text) != std::string::npos;
    });
  }
  std::string end() {
    pollfd ended{program.exit_fd(), POLLIN, 0};
    ChildExit exit;
    return ::poll(&ended, 1, static_cast<int>(kPatience.count())) == 1 && program.reap(exit)
               ? exit.text()
               : "runs on";
  }
  bool until_history(const std::string& text) {
    return wait_until([&] { return line.history() == text; });
  }

  /// A process that drives a relay as the daemon does, and pulses at once.
  void start_daemon(const std::vector<std::string>& command, Millis pulse) {
    daemon = ::fork();
    if (daemon != 0) {
      return;
    }
    doorcall::platform::EventLoop loop;
    doorcall::platform::Relay relay(
        loop, log, doorcall::platform::RelayOptions{.command = command, .pulse = pulse}, [] {});
    relay.start();
    bool asked = false;
    while (loop.run_once(kPatience)) {
      if (relay.ready() && !asked) {
        asked = true;
        relay.pulse([](bool, std::string_view) {});
      }
    }
    ::_exit(0);
  }
};

TEST(RelayProgram, OpensTheLineAsOffAndSaysSo) {
  start(line.command());
  CHECK_TRUE(until_said("doorcall-relay 1\n"));
  STRCMP_EQUAL("off", line.history().c_str());
}

TEST(RelayProgram, TheEndOfItsInputSwitchesOffAtOnce) {
  start(line.command());
  order_pulse(10'000);
  CHECK_TRUE(until_said("on\n"));
  program.input.reset();
  STRCMP_EQUAL("exited(0)", end().c_str());
  STRCMP_EQUAL("off on off released", line.history().c_str());
}

TEST(RelayProgram, SigtermSwitchesOff) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    line.plug_in();
    start(line.command());
    order_pulse(10'000);
    CHECK_TRUE(until_said("on\n"));
    program.signal(number);
    STRCMP_EQUAL("exited(0)", end().c_str());
    STRCMP_EQUAL("off on off released", line.history().c_str());
    said.clear();
  }
}

TEST(RelayProgram, NoPulseIsLongerThanItsArgumentsAllow) {
  start(line.command("60"));
  const auto ordered = ms_now();
  order_pulse(60'000);
  CHECK_TRUE(until_said("off\n"));
  const auto changes = line.changes();
  STRCMP_EQUAL("off on off", line.history().c_str());
  CHECK_TRUE(changes[2].ms - ordered >= 60);
  CHECK_TRUE(changes[2].ms - changes[1].ms < 30'000);
}

TEST(RelayProgram, OrdersThatMakeNoSenseOrComeLateAreRefused) {
  start(line.command());
  order("open sesame");
  CHECK_TRUE(until_said("refused that is no order\n"));
  order("pulse 100");
  order("pulse -1 99999999999");
  order("pulse x y");
  order("pulse");
  order(std::string(1'000, 'x'));
  order("pulse 100 1");
  CHECK_TRUE(until_said("refused it came too late\n"));
  STRCMP_EQUAL("off", line.history().c_str());
}

TEST(RelayProgram, AReaderThatDoesNotReadDoesNotHoldItUp) {
  start(line.command());
  for (int i = 0; i < 20'000; ++i) {
    order("nonsense");  // whose answers are more than fits into a pipe
  }
  order_pulse(50);
  CHECK_TRUE(until_history("off on off"));
}

TEST(RelayProgram, AMissingLineIsAnErrorAndWrongArgumentsAreRefused) {
  line.unplug();
  start(line.command());
  CHECK_TRUE(until_said("failed " + line.path() + " is not there\n"));
  STRCMP_EQUAL("exited(1)", end().c_str());
  line.plug_in();
  auto without = line.command();
  without.resize(1);
  auto extra = line.command();
  extra.emplace_back("more");
  for (const auto& command : {line.command("0"), line.command("60001"), line.command("10s"),
                              line.command("10000", "-1"), without, extra}) {
    start(command);
    STRCMP_EQUAL("exited(2)", end().c_str());
  }
  STRCMP_EQUAL("", line.history().c_str());
}

TEST(RelayProgram, ADaemonKilledInAPulseLeavesTheLineOff) {
  start_daemon(line.command(), Millis(10'000));
  CHECK_TRUE(until_history("off on"));
  ::kill(daemon, SIGKILL);
  CHECK_TRUE(until_history("off on off released"));
}

TEST(RelayProgram, TheProgramOfAKilledDaemonGoesOnUntilItIsDone) {
  start_daemon({"/bin/sh", "-c",
                "echo \"off 1\" >" + line.path() +
                    "; cat >/dev/null; sleep 0.2; echo \"done 2\" >>" + line.path()},
               Millis(100));
  CHECK_TRUE(until_history("off"));
  ::kill(daemon, SIGKILL);
  CHECK_TRUE(until_history("off done"));
}

TEST(RelayProgram, ADaemonStoppedInAPulseLeavesTheLineOff) {
  const auto before = ms_now();
  start_daemon(line.command("300"), Millis(300));
  CHECK_TRUE(until_history("off on"));
  ::kill(daemon, SIGSTOP);
  CHECK_TRUE(until_history("off on off"));
  CHECK_TRUE(line.changes()[2].ms - before >= 300);
}
