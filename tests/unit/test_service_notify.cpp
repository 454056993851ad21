#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "platform/fd.hpp"
#include "platform/service_notify.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::Fd;
using doorcall::platform::ServiceEnvironment;
using doorcall::platform::ServiceNotify;
using doorcall::platform::take_service_environment;
using doorcall::test::TempDir;

namespace {

/// The service manager's end.
class Manager {
 public:
  explicit Manager(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') {
      address.sun_path[0] = '\0';
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    CHECK_EQUAL(0, ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size));
  }

  /// The next datagram that has come; "-" if there is none.
  [[nodiscard]] std::string next() const {
    std::array<char, 512> buffer;
    const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size < 0 ? "-" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  Fd fd_;
};

}  // namespace

TEST_GROUP(ServiceNotify){void teardown() override{(void)take_service_environment();
}
static void give(const char* name, const std::string& value) {
  ::setenv(name, value.c_str(), 1);
}
}
;

TEST(ServiceNotify, TellsAManagerWhatHappens) {
  const TempDir directory;
  const Manager manager(directory.file("notify"));
  ServiceNotify notify(directory.file("notify"));
  CHECK_TRUE(notify.enabled());
  notify.ready();
  CHECK_EQUAL(std::string("READY=1"), manager.next());
  notify.reloading();
  const std::string reloading = manager.next();
  const std::string start = "RELOADING=1\nMONOTONIC_USEC=";
  CHECK_EQUAL(start, reloading.substr(0, start.size()));
  CHECK_TRUE(std::stoll(reloading.substr(start.size())) > 0);
  CHECK_TRUE(notify.feed_watchdog());
  CHECK_EQUAL(std::string("WATCHDOG=1"), manager.next());
  notify.stopping();
  CHECK_EQUAL(std::string("STOPPING=1"), manager.next());
}

TEST(ServiceNotify, TellsTheSameStatusOnce) {
  const TempDir directory;
  const Manager manager(directory.file("notify"));
  ServiceNotify notify(directory.file("notify"));
  notify.status("connected");
  notify.status("connected");
  notify.status("connecting");
  CHECK_EQUAL(std::string("STATUS=connected"), manager.next());
  CHECK_EQUAL(std::string("STATUS=connecting"), manager.next());
  CHECK_EQUAL(std::string("-"), manager.next());
}

TEST(ServiceNotify, SpeaksToAnAbstractSocket) {
  const std::string name = "@doorcall-test-" + std::to_string(::getpid());
  const Manager manager(name);
  ServiceNotify notify(name);
  notify.ready();
  CHECK_EQUAL(std::string("READY=1"), manager.next());
}

TEST(ServiceNotify, WithoutAManagerItDoesNothing) {
  for (const std::string& name :
       {std::string(), std::string("/nowhere/notify"), std::string("@"), std::string(200, 'x')}) {
    ServiceNotify notify(name);
    CHECK_FALSE(notify.enabled());
    notify.ready();
    notify.status("nobody listens");
    CHECK_FALSE(notify.feed_watchdog());
  }
}

TEST(ServiceNotify, AManagerThatReadsNothingCannotBlockIt) {
  const TempDir directory;
  const Manager manager(directory.file("notify"));
  ServiceNotify notify(directory.file("notify"));
  int fed = 0;
  while (notify.feed_watchdog()) {
    ++fed;
  }
  CHECK_TRUE(fed > 0);
  while (manager.next() != "-") {
  }
  CHECK_TRUE(notify.feed_watchdog());
}

TEST(ServiceNotify, TakesItsEnvironmentAway) {
  give("NOTIFY_SOCKET", "/run/notify");
  give("WATCHDOG_USEC", "180000000");
  give("WATCHDOG_PID", std::to_string(::getpid()));
  give("STATE_DIRECTORY", "/var/lib/doorcall");
  const ServiceEnvironment taken = take_service_environment();
  CHECK_EQUAL(std::string("/run/notify"), taken.socket);
  LONGS_EQUAL(180'000, taken.watchdog.count());
  CHECK_EQUAL(std::string("/var/lib/doorcall"), taken.state_directory);
  for (const char* const name :
       {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "STATE_DIRECTORY"}) {
    POINTERS_EQUAL(nullptr, std::getenv(name));
  }
  CHECK_EQUAL(std::string(), take_service_environment().socket);
}

TEST(ServiceNotify, AWatchdogOfAnotherProcessIsNone) {
  give("WATCHDOG_USEC", "180000000");
  give("WATCHDOG_PID", std::to_string(::getppid()));
  LONGS_EQUAL(0, take_service_environment().watchdog.count());
}

TEST(ServiceNotify, AWatchdogTimeThatIsNoNumberIsNone) {
  for (const char* const text : {"", "-5", "3min", "99999999999999999999"}) {
    give("WATCHDOG_USEC", text);
    LONGS_EQUAL(0, take_service_environment().watchdog.count());
  }
}
