// Loaded into a program by LD_PRELOAD: what DOORCALL_FAKE_KERNEL_SETUP says, its commands divided
// by ';', is done before main(); after it a thread takes commands on the socket that
// DOORCALL_FAKE_KERNEL names, a line each, and answers each with a line. Between them it lets time
// pass.
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <sstream>
#include <string>
#include <thread>

#include "tests/hardware/fake_kernel.hpp"
#include "tests/hardware/fake_state.hpp"

namespace doorcall::fake_kernel {
namespace {

std::string answer(const std::string& line) {
  try {
    return command(line);
  } catch (const std::exception& error) {
    return std::string("? ") + error.what();
  }
}

/// Waits for a character of the next command.
bool next(int client, char& ret_character) {
  constexpr int kTickMs = 2;
  pollfd fd{.fd = client, .events = POLLIN, .revents = 0};
  while (::poll(&fd, 1, kTickMs) == 0) {
    pass_time(clock_ns(CLOCK_MONOTONIC));
  }
  return ::read(client, &ret_character, 1) == 1;
}

void serve(int listener) {
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    std::string line;
    for (char c = 0; next(client, c);) {
      if (c != '\n') {
        line += c;
        continue;
      }
      const std::string reply = answer(line) + "\n";
      (void)!::write(client, reply.data(), reply.size());
      line.clear();
    }
    ::close(client);
  }
}

/// The program's signals are not for this thread.
void start_thread(int listener) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread(serve, listener).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

[[gnu::constructor]] void open_remote() {
  const char* const path = std::getenv("DOORCALL_FAKE_KERNEL");
  if (path == nullptr) {
    return;
  }
  reset();
  if (const char* const setup = std::getenv("DOORCALL_FAKE_KERNEL_SETUP")) {
    std::istringstream commands(setup);
    for (std::string each; std::getline(commands, each, ';');) {
      answer(each);
    }
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(listener, generic, sizeof address) != 0 || ::listen(listener, 1) != 0) {
    std::abort();
  }
  ::unsetenv("DOORCALL_FAKE_KERNEL");  // not for children
  ::unsetenv("LD_PRELOAD");
  start_thread(listener);
}

}  // namespace
}  // namespace doorcall::fake_kernel
