#include "tests/bench/setup_pair.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <exception>
#include <new>
#include <stdexcept>
#include <thread>

namespace doorcall::bench {

namespace {

constexpr int kCallLimit_ms = 10'000;
constexpr int kReadyTries = 2'000;
constexpr std::chrono::milliseconds kReadyStep{5};

Shared* map_shared() {
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::runtime_error("no memory to share with the callers");
  }
  return new (memory) Shared;
}

void copy_script(const Script& from, Script& to) {
  to.messages = from.messages;
  to.count = from.count.load();
}

/// Always of three digits, for all topics to be of one size.
int next_number() {
  static int number = 100;
  return number++;
}

void run(const Role& role) {
  if (role.program == Program::kDoorcall) {
    run_doorcall(role);
  } else if (role.library == Library::kPaho) {
    run_bare_paho(role);
  } else {
    run_bare_mosquitto(role);
  }
}

}  // namespace

std::int64_t now_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void notify(int fd) noexcept {
  ::eventfd_write(fd, 1);
}

pid_t spawn(const std::function<void()>& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::runtime_error("cannot start a process");
  }
  if (child > 0) {
    return child;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_setup: %s\n", error.what());
  }
  ::_exit(1);
}

Pair::Pair(Program program, Library library, const BrokerPlace& broker, const Script* script)
    : role_{program,
            library,
            Side::kCaller,
            broker.port,
            broker.tls,
            next_number(),
            ::eventfd(0, EFD_CLOEXEC),
            ::eventfd(0, EFD_CLOEXEC),
            map_shared()} {
  if (script != nullptr) {
    copy_script(*script, role_.shared->script);
  }
  for (const Side side : {Side::kCallee, Side::kCaller}) {
    sides_[static_cast<std::size_t>(side)] = spawn([role = role_, side]() mutable {
      role.side = side;
      run(role);
    });
  }
  wait_ready();
}

Pair::~Pair() {
  for (const pid_t side : sides_) {
    ::kill(side, SIGKILL);
    ::waitpid(side, nullptr, 0);
  }
  ::close(role_.press);
  ::close(role_.done);
  ::munmap(role_.shared, sizeof(Shared));
}

void Pair::wait_ready() const {
  for (int i = 0; role_.shared->ready < 2; ++i) {
    if (i == kReadyTries) {
      throw std::runtime_error("the two sides do not come online");
    }
    std::this_thread::sleep_for(kReadyStep);
  }
}

Stamps Pair::call() {
  role_.shared->stamps = {};
  notify(role_.press);
  pollfd done{role_.done, POLLIN, 0};
  if (::poll(&done, 1, kCallLimit_ms) != 1) {
    throw std::runtime_error("a call did not come through");
  }
  eventfd_t count = 0;
  ::eventfd_read(role_.done, &count);
  return role_.shared->stamps;
}

void Pair::record() {
  role_.shared->script.recording = true;
  call();
  role_.shared->script.recording = false;
}

}  // namespace doorcall::bench
