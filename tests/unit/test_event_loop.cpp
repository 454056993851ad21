// The loop is tested with real descriptors and the real clock: what is asserted about time is only
// that nothing comes early, in the wrong order or without a cause.
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "platform/event_loop.hpp"
#include "tests/fakes/run_loop.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::kNever;
using doorcall::Millis;
using doorcall::platform::EventLoop;
using doorcall::platform::Fd;
using doorcall::platform::Timer;
using doorcall::platform::Wakeup;
using doorcall::platform::Watch;
using doorcall::test::kPatience;
using doorcall::test::run_ready;
using doorcall::test::run_until;

namespace {

struct PipePair {
  Fd read;
  Fd write;
  PipePair() {
    std::array<int, 2> fds{};
    CHECK_EQUAL(0, ::pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK));
    read = Fd(fds[0]);
    write = Fd(fds[1]);
  }
  void put() const { CHECK_EQUAL(1, ::write(write.get(), "x", 1)); }
};

}  // namespace

TEST_GROUP(EventLoop) {
  EventLoop loop;
};

TEST(EventLoop, CallsBackWithTheReadyEvents) {
  const PipePair pipe;
  std::uint32_t seen = 0;
  const Watch watch = loop.add(pipe.read.get(), EPOLLIN, [&](std::uint32_t e) { seen = e; });
  run_ready(loop);
  CHECK_EQUAL(0U, seen);
  pipe.put();
  CHECK_TRUE(loop.run_once(kPatience));
  CHECK_EQUAL(static_cast<std::uint32_t>(EPOLLIN), seen);
}

TEST(EventLoop, ADestroyedWatchIsNotCalled) {
  const PipePair pipe;
  int calls = 0;
  Watch watch = loop.add(pipe.read.get(), EPOLLIN, [&](std::uint32_t) { ++calls; });
  pipe.put();
  watch.reset();
  CHECK_FALSE(watch);
  CHECK_FALSE(loop.run_once(Millis(0)));
  CHECK_EQUAL(0, calls);
}

TEST(EventLoop, AWatchMayDestroyItselfInItsCallback) {
  const PipePair pipe;
  int calls = 0;
  Watch watch;
  const auto kept = std::make_shared<int>(7);
  watch = loop.add(pipe.read.get(), EPOLLIN, [&watch, &calls, kept](std::uint32_t) {
    watch.reset();
    calls += *kept;  // what the callback holds outlives the watch
  });
  pipe.put();
  run_ready(loop);
  CHECK_EQUAL(7, calls);
  CHECK_EQUAL(1, kept.use_count());
}

TEST(EventLoop, AWatchMayDestroyOthersThatAreReadyInTheSameTurn) {
  constexpr std::size_t kCount = 8;
  const std::array<PipePair, kCount> pipes;
  std::array<Watch, kCount> watches;
  int calls = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    watches[i] = loop.add(pipes[i].read.get(), EPOLLIN, [&](std::uint32_t) {
      ++calls;
      for (Watch& watch : watches) {
        watch.reset();
      }
    });
    pipes[i].put();
  }
  run_ready(loop);
  CHECK_EQUAL(1, calls);
}

TEST(EventLoop, ADescriptorReusedInTheSameTurnGetsNoForeignEvent) {
  auto old_pipe = std::make_unique<PipePair>();
  const PipePair trigger;
  Watch old_watch;
  Watch new_watch;
  std::unique_ptr<PipePair> new_pipe;
  int wrong = 0;
  const Watch first = loop.add(trigger.read.get(), EPOLLIN, [&](std::uint32_t) {
    std::array<char, 8> drained;
    CHECK_EQUAL(1, ::read(trigger.read.get(), drained.data(), drained.size()));
    old_watch.reset();
    old_pipe.reset();
    new_pipe = std::make_unique<PipePair>();  // gets the same numbers
    new_watch = loop.add(new_pipe->read.get(), EPOLLIN, [&](std::uint32_t) { ++wrong; });
  });
  old_watch = loop.add(old_pipe->read.get(), EPOLLIN, [&](std::uint32_t) { ++wrong; });
  trigger.put();
  old_pipe->put();
  run_ready(loop);
  CHECK_TRUE(new_pipe != nullptr);
  CHECK_EQUAL(0, wrong);
}

TEST(EventLoop, OwnersOfWatchesMayBeHeldByCallbacks) {
  const PipePair outer;
  const PipePair inner;
  Watch watch;
  {
    const auto owner = std::make_shared<Watch>(
        loop.add(inner.read.get(), EPOLLIN, [](std::uint32_t) { FAIL("destroyed"); }));
    watch = loop.add(outer.read.get(), EPOLLIN, [owner, &watch](std::uint32_t) { watch.reset(); });
  }
  outer.put();
  inner.put();
  watch.reset();
  CHECK_FALSE(loop.run_once(Millis(0)));
}

TEST(EventLoop, ModifyChangesWhatIsAwaited) {
  const PipePair pipe;
  int calls = 0;
  Watch watch = loop.add(pipe.write.get(), 0, [&](std::uint32_t) { ++calls; });
  run_ready(loop);
  CHECK_EQUAL(0, calls);
  watch.modify(EPOLLOUT);
  CHECK_TRUE(loop.run_once(kPatience));
  CHECK_EQUAL(1, calls);
}

TEST(EventLoop, RefusesWhatCannotBeAwaited) {
  CHECK_THROWS(std::system_error, static_cast<void>(loop.add(-1, EPOLLIN, {})));
  const Fd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  CHECK_THROWS(std::system_error, static_cast<void>(loop.add(file.get(), EPOLLIN, {})));
}

TEST(EventLoop, TheDeadlineIsNeverEarlyAndComesOnce) {
  std::vector<Instant> due;
  loop.on_deadline([&] { due.push_back(loop.now()); });
  for (int ms = 1; ms <= 20; ++ms) {
    const Instant wanted = loop.now() + Millis(ms);
    loop.set_deadline(wanted);
    due.clear();
    CHECK_TRUE(run_until(loop, [&] { return !due.empty(); }));
    CHECK_TRUE(due.front() >= wanted);
    run_ready(loop);
    CHECK_EQUAL(1U, due.size());
  }
}

TEST(EventLoop, ADeadlineInThePastIsDueAtOnce) {
  int calls = 0;
  loop.on_deadline([&] { ++calls; });
  loop.set_deadline(Instant::min());
  CHECK_TRUE(loop.run_once(kPatience));
  loop.set_deadline(loop.now() - Millis(1));
  CHECK_TRUE(loop.run_once(kPatience));
  CHECK_EQUAL(2, calls);
}

TEST(EventLoop, ADeadlineSetToNeverDoesNotWake) {
  int calls = 0;
  loop.on_deadline([&] { ++calls; });
  loop.set_deadline(loop.now());
  loop.set_deadline(kNever);
  CHECK_FALSE(loop.run_once(Millis(5)));
  CHECK_EQUAL(0, calls);
}

TEST(EventLoop, ADeadlineMovedInTheTurnInWhichItIsReadyCountsAsMoved) {
  const PipePair pipe;
  int calls = 0;
  loop.on_deadline([&] { ++calls; });
  const Watch watch = loop.add(pipe.read.get(), EPOLLIN, [&](std::uint32_t) {
    std::array<char, 8> drained;
    CHECK_EQUAL(1, ::read(pipe.read.get(), drained.data(), drained.size()));
    loop.set_deadline(loop.now() + Millis(3'600'000));
  });
  pipe.put();  // ready first, so served first
  loop.set_deadline(loop.now());
  run_ready(loop);
  CHECK_EQUAL(0, calls);
}

TEST(EventLoop, ADeadlineSetInsideACallbackIsArmedAtTheEndOfTheTurn) {
  int calls = 0;
  loop.on_deadline([&] {
    if (++calls < 3) {
      loop.set_deadline(loop.now() + Millis(1));
    }
  });
  loop.set_deadline(loop.now());
  CHECK_TRUE(run_until(loop, [&] { return calls == 3; }));
}

TEST(EventLoop, ADeadlineDueAtOnceIsServedInTheTurnThatSetIt) {
  const PipePair pipe;
  bool served = false;
  loop.on_deadline([&] { served = true; });
  const Watch watch = loop.add(pipe.read.get(), EPOLLIN, [&](std::uint32_t) {
    char byte = 0;
    CHECK_EQUAL(1, ::read(pipe.read.get(), &byte, 1));
    loop.set_deadline(loop.now());
  });
  pipe.put();
  CHECK_TRUE(loop.run_once(kPatience));
  CHECK_TRUE(served);
}

TEST(EventLoop, AnIdleLoopNeverWakes) {
  const Timer timer(loop, [] { FAIL("not armed"); });
  const Wakeup wakeup(loop, [] { FAIL("not notified"); });
  loop.on_deadline([] { FAIL("not set"); });
  CHECK_FALSE(loop.run_once(Millis(20)));
}

TEST(EventLoop, TimersFireInOrderAndMayBeDestroyedInTheirCallback) {
  std::vector<int> order;
  std::optional<Timer> first;
  std::optional<Timer> second;
  std::optional<Timer> third;
  first.emplace(loop, [&] {
    order.push_back(1);
    third.reset();
    first.reset();
  });
  second.emplace(loop, [&] { order.push_back(2); });
  third.emplace(loop, [&] { order.push_back(3); });
  const Instant now = loop.now();
  second->set(now + Millis(4));
  first->set(now + Millis(2));
  third->set(now + Millis(3));
  CHECK_TRUE(run_until(loop, [&] { return order.size() == 2; }));
  CHECK_EQUAL(1, order[0]);
  CHECK_EQUAL(2, order[1]);
  CHECK_FALSE(third.has_value());
}

TEST(EventLoop, ATimerCanBeCancelledAndSetAgain) {
  int calls = 0;
  Timer timer(loop, [&] { ++calls; });
  timer.set(loop.now());
  timer.cancel();
  CHECK_FALSE(loop.run_once(Millis(5)));
  for (int i = 1; i <= 3; ++i) {
    timer.set(Instant(Millis(1)));
    CHECK_TRUE(run_until(loop, [&] { return calls == i; }));
  }
}

TEST(EventLoop, AnotherThreadWakesTheLoop) {
  int calls = 0;
  Wakeup wakeup(loop, [&] { ++calls; });
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) {
      wakeup.notify();
    }
  });
  CHECK_TRUE(run_until(loop, [&] { return calls > 0; }));
  other.join();
  run_ready(loop);
  CHECK_TRUE(calls <= 1000);
  wakeup.notify();
  wakeup.notify();
  const int before = calls;
  run_ready(loop);
  CHECK_EQUAL(before + 1, calls);
}

TEST(EventLoop, SignalsComeAsEvents) {
  std::vector<int> raised;
  loop.on_signal({SIGUSR1, SIGUSR2}, [&](int number) { raised.push_back(number); });
  CHECK_EQUAL(0, ::pthread_kill(::pthread_self(), SIGUSR2));
  CHECK_EQUAL(0, ::pthread_kill(::pthread_self(), SIGUSR1));
  CHECK_TRUE(run_until(loop, [&] { return raised.size() == 2; }));
  CHECK_EQUAL(SIGUSR1, std::min(raised[0], raised[1]));
  CHECK_EQUAL(SIGUSR2, std::max(raised[0], raised[1]));
}

TEST(EventLoop, StopEndsRunAlsoWhenItCameBefore) {
  loop.stop();
  loop.run();
  Timer timer(loop, [&] { loop.stop(); });
  timer.set(loop.now() + Millis(1));
  loop.run();
}

TEST(EventLoop, ACallbackThatThrowsLeavesTheLoopUsable) {
  int calls = 0;
  Wakeup wakeup(loop, [&] {
    if (++calls == 1) {
      throw std::runtime_error("from a callback");
    }
  });
  wakeup.notify();
  CHECK_THROWS(std::runtime_error, loop.run_once(kPatience));
  int due = 0;
  loop.on_deadline([&] { ++due; });
  loop.set_deadline(loop.now());
  wakeup.notify();
  CHECK_TRUE(run_until(loop, [&] { return calls == 2 && due == 1; }));
}

TEST(EventLoop, NestsInAnotherLoop) {
  EventLoop outer;
  int turns = 0;
  const Watch watch = outer.add(loop.fd(), EPOLLIN, [&](std::uint32_t) {
    ++turns;
    loop.run_once(Millis(0));
  });
  bool due = false;
  loop.on_deadline([&] { due = true; });
  CHECK_FALSE(outer.run_once(Millis(0)));
  loop.set_deadline(loop.now() + Millis(2));
  CHECK_TRUE(run_until(outer, [&] { return due; }));
  CHECK_EQUAL(1, turns);
  CHECK_FALSE(outer.run_once(Millis(0)));
}
