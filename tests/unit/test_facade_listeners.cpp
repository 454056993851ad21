// When and how the embedder's code is called, and what it may do then.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using doorcall::test::FacadeHub;

TEST_GROUP(FacadeListeners) {
  FacadeHub hub;
  std::unique_ptr<Agent> door = hub.make("door");
  std::unique_ptr<Agent> apt = hub.make("apt");
  std::string log;

  void settle() const {
    FacadeHub::settle({door.get(), apt.get()});
  }
  void start() {
    door->start();
    apt->start();
    settle();
    log.clear();
  }
  Listener noting(const std::string& name) {
    Listener listener;
    listener.on_call = [this, name](const CallUpdate& update) {
      log += name + ':' + std::string(to_string(update.change)) + ' ';
    };
    return listener;
  }
};

TEST(FacadeListeners, AllAreCalledInTheOrderOfTheirComing) {
  door->add_listener(noting("a"));
  door->add_listener(noting("b"));
  start();
  door->call("apt");
  settle();
  CHECK_EQUAL(std::string("a:calling b:calling a:remote_ringing b:remote_ringing "), log);
}

TEST(FacadeListeners, NothingIsCalledFromInsideAMethod) {
  door->add_listener(noting("a"));
  start();
  door->call("apt");
  CHECK_EQUAL(std::string(), log);
  LONGS_EQUAL(0, door->next_deadline().count());
}

TEST(FacadeListeners, OneMayRemoveItselfAndOthersWhileCalled) {
  ListenerToken own = 0;
  ListenerToken other = 0;
  Listener remover;
  remover.on_call = [&](const CallUpdate&) {
    log += "remover ";
    CHECK(door->remove_listener(own));
    CHECK(door->remove_listener(other));
  };
  own = door->add_listener(remover);
  other = door->add_listener(noting("removed"));
  door->add_listener(noting("kept"));
  start();
  door->call("apt");
  settle();
  CHECK_EQUAL(std::string("remover kept:calling kept:remote_ringing "), log);
  CHECK(!door->remove_listener(own));
}

TEST(FacadeListeners, OneAddedInsideACallbackHearsTheNextEventFirst) {
  bool added = false;
  Listener adder;
  adder.on_call = [&](const CallUpdate&) {
    if (!added) {
      added = true;
      door->add_listener(noting("new"));
    }
  };
  door->add_listener(adder);
  start();
  door->call("apt");
  settle();
  CHECK_EQUAL(std::string("new:remote_ringing "), log);
}

TEST(FacadeListeners, AnExceptionIsCountedAndTouchesNobodyElse) {
  Listener thrower;
  thrower.on_call = [](const CallUpdate&) { throw std::runtime_error("mine"); };
  std::string lines;
  AgentOptions options = door->options();
  options.log = [&](std::string_view line) {
    lines += line;
    return true;
  };
  door = hub.make(options);
  door->add_listener(thrower);
  door->add_listener(noting("b"));
  start();
  door->call("apt", {}, [](const Outcome&) { throw 1; });
  settle();
  apt->answer(apt->calls().at(0).call);
  settle();
  CHECK_EQUAL(std::string("b:calling b:remote_ringing b:connected "), log);
  LONGS_EQUAL(4, door->counters().at("callback_exceptions"));
  CHECK(lines.find("an exception left a callback: mine") != std::string::npos);
}

TEST(FacadeListeners, CommandsInsideACallbackWork) {
  Listener answering;
  answering.on_call = [&](const CallUpdate& update) {
    if (update.change == CallChange::kIncoming) {
      LONGS_EQUAL(Errc::kOk, apt->answer(update.call));
    }
  };
  apt->add_listener(answering);
  apt->add_listener(noting("apt"));
  start();
  door->call("apt");
  settle();
  CHECK_EQUAL(std::string("apt:incoming apt:accepting apt:connected "), log);
}

TEST(FacadeListeners, TheAgentMayBeDestroyedInsideACallback) {
  Listener destroyer;
  destroyer.on_call = [&](const CallUpdate&) { door.reset(); };
  door->add_listener(destroyer);
  door->add_listener(noting("after"));
  start();
  Agent& agent = *door;
  agent.call("apt", {}, [&](const Outcome&) { log += "completed "; });
  agent.process();
  CHECK(door == nullptr);
  CHECK_EQUAL(std::string(), log);
}

TEST(FacadeListeners, TheAgentMayBeDestroyedInsideItsOwnRun) {
  Listener destroyer;
  destroyer.on_call = [&](const CallUpdate&) { door.reset(); };
  door->add_listener(destroyer);
  start();
  door->call("apt");
  door->run();
  CHECK(door == nullptr);
}

TEST(FacadeListeners, ProcessInsideACallbackDoesNothing) {
  Listener nesting;
  nesting.on_call = [&](const CallUpdate& update) {
    log += std::string(to_string(update.change)) + '(';
    door->process();
    log += ')';
  };
  door->add_listener(nesting);
  start();
  door->call("apt");
  settle();
  CHECK_EQUAL(std::string("calling()remote_ringing()"), log);
}

TEST(FacadeListeners, PostedTasksRunInTheLoopFromAnyThread) {
  start();
  int sum = 0;
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 100; ++n) {
        door->post([&sum, i] { sum += i; });
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  LONGS_EQUAL(0, sum);
  settle();
  LONGS_EQUAL(1000, sum);
}

TEST(FacadeListeners, StopLoopBeforeRunEndsItAtOnce) {
  door->stop_loop();
  door->run();
  door->post([&] {
    log += "ran";
    door->stop_loop();
  });
  door->run();
  CHECK_EQUAL(std::string("ran"), log);
}
