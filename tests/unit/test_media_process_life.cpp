// How a media hook comes to life and ends: what cannot be started, the ladder from asking to
// killing, what is left behind, and callbacks that destroy the object. Hooks as in
// test_media_process.cpp.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "platform/fd.hpp"
#include "tests/fakes/media_fixture.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::MediaState;
using doorcall::Millis;
using doorcall::platform::ChildExit;
using doorcall::platform::Fd;
using doorcall::platform::MediaProcess;
using doorcall::platform::MediaProcessEvents;
using doorcall::platform::Watch;
using doorcall::test::kPrelude;
using doorcall::test::run_ready;
using doorcall::test::run_until;
using doorcall::test::TempDir;

TEST_GROUP_BASE(MediaProcessLife, doorcall::test::MediaFixture){};

TEST(MediaProcessLife, ASignalIsReported) {
  run_hook("kill -SEGV $$");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("killed by signal 11", exit->text().c_str());
}

TEST(MediaProcessLife, AMissingProgramIsReportedAtOnce) {
  CHECK_FALSE(start({"/nonexistent/hook"}));
  STRCMP_EQUAL("cannot start /nonexistent/hook: No such file or directory", error.c_str());
  CHECK_FALSE(start({"no-such-program-in-path"}));
  STRCMP_EQUAL("cannot start no-such-program-in-path: it is not in PATH", error.c_str());
  CHECK_FALSE(start({}));
  CHECK_FALSE(hook->running());
  run_ready(loop);
  CHECK_FALSE(exit.has_value());
}

TEST(MediaProcessLife, WhatIsNoProgramIsReportedAtOnce) {
  const TempDir dir;
  CHECK_FALSE(start({dir.write("plain", "text", 0644)}));
  STRCMP_CONTAINS(": Permission denied", error.c_str());
  CHECK_FALSE(start({dir.write("garbage", "no program", 0755)}));  // and no shell tries it
  STRCMP_CONTAINS(": Exec format error", error.c_str());
  CHECK_FALSE(start({dir.path()}));
  STRCMP_CONTAINS(": Permission denied", error.c_str());
  errno = 0;
  CHECK_EQUAL(-1, ::waitpid(-1, nullptr, WNOHANG));
  CHECK_EQUAL(ECHILD, errno);  // nothing is left behind
}

TEST(MediaProcessLife, IsFoundInThePath) {
  CHECK_TRUE(start({"true"}));
  CHECK_TRUE(until_exit());
  CHECK_TRUE(exit->clean());
}

TEST(MediaProcessLife, AHookThatIgnoresStopIsTerminated) {
  run_hook("echo 'state connected'; exec tail -f /dev/null", Millis(20));
  CHECK_TRUE(until_seen("connected;"));
  hook->stop("hang_up");
  hook->stop("again");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("killed by signal 15", exit->text().c_str());
  CHECK_TRUE(was_logged("terminating it"));
  CHECK_FALSE(was_logged("killing it"));
}

TEST(MediaProcessLife, AHookThatIgnoresSigtermIsKilled) {
  run_hook("trap '' TERM; echo 'state connected'; exec tail -f /dev/null", Millis(20));
  CHECK_TRUE(until_seen("connected;"));
  hook->stop("hang_up");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("killed by signal 9", exit->text().c_str());
  CHECK_TRUE(was_logged("killing it"));
}

TEST(MediaProcessLife, ChildrenOfTheHookDieWithIt) {
  const TempDir dir;
  const std::string path = dir.file("alive");  // a FIFO that the child of the hook holds open
  CHECK_EQUAL(0, ::mkfifo(path.c_str(), 0600));
  const Fd fifo(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::uint32_t events = 0;
  Watch watch = loop.add(fifo.get(), EPOLLIN, [&](std::uint32_t ready) {
    char byte = 0;
    events = ::read(fifo.get(), &byte, 1) == 1 ? ready : EPOLLHUP;
  });
  run_hook("(echo up; exec tail -f /dev/null) >" + path + " & wait_stop; exit 0");
  CHECK_TRUE(run_until(loop, [&] { return events == EPOLLIN; }));
  hook->stop("hang_up");
  CHECK_TRUE(run_until(loop, [&] { return exit.has_value() && events == EPOLLHUP; }));
  CHECK_TRUE(exit->clean());
}

TEST(MediaProcessLife, DestroyingItKillsTheHookWithoutACallback) {
  run_hook("trap '' TERM; echo 'state connected'; exec tail -f /dev/null");
  CHECK_TRUE(until_seen("connected;"));
  const pid_t pid = hook->pid();
  hook.reset();
  errno = 0;
  CHECK_EQUAL(-1, ::kill(pid, 0));
  CHECK_EQUAL(ESRCH, errno);  // dead and reaped
  run_ready(loop);
  CHECK_FALSE(exit.has_value());
}

TEST(MediaProcessLife, AHookThatClosesItsOutputEarlyLivesOnQuietly) {
  run_hook("exec >&-; echo closed >&2; wait_stop; exit 5");
  CHECK_TRUE(run_until(loop, [&] { return was_logged("hook: closed"); }));
  run_ready(loop);
  CHECK_FALSE(loop.run_once(Millis(20)));  // an ended output does not keep the loop busy
  CHECK_TRUE(hook->running());
  hook->stop("hang_up");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("exited(5)", exit->text().c_str());
}

TEST(MediaProcessLife, AHookThatClosesItsInputDoesNoHarm) {
  run_hook("exec <&-; echo 'state connected'; exec tail -f /dev/null", Millis(10));
  CHECK_TRUE(until_seen("connected;"));
  hook->prepare("");
  hook->start(std::string(6'000, 'x'));
  hook->stop("hang_up");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("killed by signal 15", exit->text().c_str());
}

TEST(MediaProcessLife, AHookThatDoesNotReadIsKilledWhenItsInputIsFull) {
  run_hook("echo 'state connected'; exec tail -f /dev/null");
  CHECK_TRUE(until_seen("connected;"));
  for (int i = 0; i < 1000 && !was_logged("does not read"); ++i) {
    hook->start(std::string(6'000, 'x'));
  }
  CHECK_TRUE(was_logged("does not read"));
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("killed by signal 9", exit->text().c_str());
}

TEST(MediaProcessLife, MayBeDestroyedInItsCallbacks) {
  for (const char* const script :
       {"echo 'state connected'; wait_stop", "echo 'offer AAAA'; wait_stop", "exit 0"}) {
    MediaProcessEvents destroying{.on_state =
                                      [this](MediaState, std::string_view) {
                                        hook.reset();
                                        seen += "x";
                                      },
                                  .on_offer =
                                      [this](std::string_view) {
                                        hook.reset();
                                        seen += "x";
                                      },
                                  .on_exit =
                                      [this](const ChildExit&) {
                                        hook.reset();
                                        seen += "x";
                                      }};
    hook = std::make_unique<MediaProcess>(
        loop, log,
        doorcall::platform::MediaProcessOptions{
            .command = {"/bin/sh", "-c", std::string(kPrelude) + script},
            .stop_time = Millis(5'000)},
        destroying);
    CHECK_TRUE(hook->spawn(call, error));
    CHECK_TRUE(until_seen("x"));
    CHECK_TRUE(hook == nullptr);
    run_ready(loop);
    STRCMP_EQUAL("x", seen.c_str());
    seen.clear();
  }
}

TEST(MediaProcessLife, CanBeStartedAgainInTheExitCallback) {
  int exits = 0;
  hook = std::make_unique<MediaProcess>(
      loop, log,
      doorcall::platform::MediaProcessOptions{.command = {"true"}, .stop_time = Millis(5'000)},
      MediaProcessEvents{.on_state = {}, .on_offer = {}, .on_exit = [&](const ChildExit&) {
                           if (++exits < 3) {
                             CHECK_TRUE(hook->spawn(call, error));
                           }
                         }});
  CHECK_TRUE(hook->spawn(call, error));
  CHECK_FALSE(hook->spawn(call, error));
  CHECK_TRUE(run_until(loop, [&] { return exits == 3; }));
}

TEST(MediaProcessLife, SeveralLiveSideBySide) {
  constexpr std::size_t kHooks = 8;
  std::vector<std::unique_ptr<MediaProcess>> hooks;
  std::size_t exits = 0;
  for (std::size_t i = 0; i < kHooks; ++i) {
    MediaProcessEvents own = events();
    own.on_exit = [&exits](const ChildExit& how) { exits += how.clean() ? 1U : 100U; };
    hooks.push_back(std::make_unique<MediaProcess>(
        loop, log,
        doorcall::platform::MediaProcessOptions{
            .command = {"/bin/sh", "-c",
                        std::string(kPrelude) + "echo \"state connected " + std::to_string(i) +
                            "\"; wait_stop; exit 0"},
            .stop_time = Millis(5'000)},
        std::move(own)));
    CHECK_TRUE(hooks.back()->spawn(call, error));
  }
  for (std::size_t i = 0; i < kHooks; ++i) {
    CHECK_TRUE(until_seen("connected(" + std::to_string(i) + ");"));
  }
  for (const auto& one : hooks) {
    one->stop("hang_up");
  }
  CHECK_TRUE(run_until(loop, [&] { return exits >= kHooks; }));
  CHECK_EQUAL(kHooks, exits);
}

TEST(MediaProcessLife, InheritsNoDescriptorSignalMaskOrIgnoredSignal) {
  const int leak = ::open("/dev/null", O_RDONLY);  // no O_CLOEXEC, as libraries do
  const int high = ::fcntl(leak, F_DUPFD, 200);
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
  run_hook(
      "echo \"state connected $(ls /proc/$$/fd | tr '\\n' ' ')\"\n"
      "while read -r name value; do case $name in\n"
      "SigBlk:|SigIgn:) echo \"state connected $name $value\";; esac; done </proc/$$/status");
  CHECK_TRUE(until_exit());
  ::signal(SIGPIPE, pipe_before);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(high);
  ::close(leak);
  STRCMP_CONTAINS("connected(0 1 2 ", seen.c_str());
  CHECK_TRUE(seen.find(" 200 ") == std::string::npos);
  CHECK_TRUE(seen.find((" " + std::to_string(leak) + " ")) == std::string::npos || leak > 10);
  STRCMP_CONTAINS("SigBlk: 0000000000000000)", seen.c_str());
  STRCMP_CONTAINS("SigIgn: 0000000000000000)", seen.c_str());
}

TEST(MediaProcessLife, ARunningHookDoesNotWakeTheLoop) {
  run_hook("echo 'state connected'; wait_stop");
  CHECK_TRUE(until_seen("connected;"));
  CHECK_FALSE(loop.run_once(Millis(20)));
}

TEST(MediaProcessLife, AChildReapedBySomebodyElseStillEnds) {
  run_hook("echo 'state connected'; exec tail -f /dev/null");
  CHECK_TRUE(until_seen("connected;"));
  const pid_t pid = hook->pid();
  ::kill(pid, SIGKILL);
  CHECK_EQUAL(pid, ::waitpid(pid, nullptr, 0));
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("ended", exit->text().c_str());
}
