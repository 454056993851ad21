// The traps of the MQTT libraries that need a stage: a wall clock that steps back, a slow name
// service, and what paho_shim.cpp overrides.
//
// This program's clock_gettime and gettimeofday shift the wall clock for every library in it;
// the linker's --wrap makes getaddrinfo of our own code slow for one name.

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "tests/fakes/mosquitto_process.hpp"
#include "tests/integration/link_test.hpp"
#include "transport/paho_hooks.hpp"

using namespace doorcall;
using namespace doorcall::test;
using doorcall::fakes::MosquittoProcess;

namespace {

std::atomic<long> wall_clock_shift_s{0};
std::atomic<int> slow_lookups{0};
std::atomic<bool> looked_up_on_the_loop{false};
const std::thread::id loop_thread = std::this_thread::get_id();

constexpr const char* kSlowName = "slow.test";
constexpr std::chrono::milliseconds kSlow{700};

bool has_nodelay(int fd) {
  int on = 0;
  socklen_t size = sizeof on;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0 && on != 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long code = ::syscall(SYS_clock_gettime, clock, time);
  if (code == 0 && clock == CLOCK_REALTIME) {
    time->tv_sec += wall_clock_shift_s;
  }
  return static_cast<int>(code);
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1'000;
  return 0;
}

int __real_getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**);

int __wrap_getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                       addrinfo** list) {
  if (node == nullptr || std::strcmp(node, kSlowName) != 0) {
    return __real_getaddrinfo(node, service, hints, list);
  }
  ++slow_lookups;
  looked_up_on_the_loop = looked_up_on_the_loop || std::this_thread::get_id() == loop_thread;
  std::this_thread::sleep_for(kSlow);
  return __real_getaddrinfo("127.0.0.1", service, hints, list);
}

}  // extern "C"

LINK_GROUP(LinkTraps);

LINK_TEST(LinkTraps, ReconnectsAlthoughTheWallClockSteppedBack) {
  MosquittoProcess broker;
  Client client(make, options_for(broker.port()));
  client.open({{"t", 2}});
  CHECK(run_until_up(client));
  wall_clock_shift_s = 120;
  run_for({&client}, Millis{1'200});  // Paho's sender starts a wait of one second
  broker.kill_hard();
  CHECK(run_until_down(client));
  wall_clock_shift_s = 0;  // that wait now takes two minutes
  broker.start();
  client.open({{"t", 2}});
  CHECK(run_until_up(client, Millis{5'000}));
  CHECK(client.publish("t", "x"));
  CHECK(run_until({&client}, Millis{5'000}, [&] { return client.sink.received.size() == 1; }));
}

LINK_TEST(LinkTraps, ASlowNameServiceDoesNotHoldUpTheLoop) {
  const MosquittoProcess broker;
  LinkOptions options = options_for(broker.port());
  options.host = kSlowName;
  slow_lookups = 0;
  looked_up_on_the_loop = false;
  Client client(make, options);
  client.open();
  CHECK(run_until_up(client, Millis{5'000}));
  CHECK_EQUAL(1, slow_lookups);
  CHECK_FALSE(looked_up_on_the_loop);
  // Gives up on time, and can be destroyed, while the lookup is still under way.
  options.connect_timeout = Seconds{0};
  Client hasty(make, options);
  hasty.open();
  const Instant start = read_clock();
  hasty.link->close();
  CHECK(run_until_down(hasty));
  hasty.link.reset();
  CHECK(read_clock() - start < kSlow);
  std::this_thread::sleep_for(kSlow);
}

TEST_GROUP(PahoShim) {
  transport::PahoShim* shim = transport::paho_shim();

  void setup() override {
    CHECK(shim != nullptr);
  }
  void teardown() override {
    shim->enabled = true;
  }
};

TEST(PahoShim, PahoCallsTheOverridesThroughItsPlt) {
  const MosquittoProcess broker;
  Client client(&transport::make_paho_link, options_for(broker.port()));
  const auto socket = shim->socket.load();
  const auto usleep = shim->usleep.load();
  client.open();
  CHECK(run_until_up(client));
  CHECK_EQUAL(socket + 1, shim->socket);
  run_for({&client}, Millis{1'500});
  CHECK(shim->usleep > usleep);
}

TEST(PahoShim, AConnectIsNoticedWithinAPollThatWasCutShort) {
  const MosquittoProcess broker;
  const auto poll = shim->poll.load();
  Client client(&transport::make_paho_link, options_for(broker.port()));
  client.open();
  CHECK(run_until_up(client));
  CHECK(shim->poll > poll);
  CHECK_EQUAL(0, transport::paho_connecting());
}

TEST(PahoShim, WithoutItTheLinkStillSetsTcpNoDelay) {
  shim->enabled = false;
  const MosquittoProcess broker;
  Client client(&transport::make_paho_link, options_for(broker.port()));
  const auto socket = shim->socket.load();
  client.open();
  CHECK(run_until_up(client));
  CHECK_EQUAL(socket, shim->socket);
  CHECK(has_nodelay(client.link->socket()));
}

TEST(PahoShim, AMessageAfterAnIdleSecondIsNotHeldUp) {
  // Paho's receive thread polls for 1 s, then sleeps 100 ms: these come during that sleep.
  const MosquittoProcess broker;
  Client reader(&transport::make_paho_link, options_for(broker.port(), "reader"));
  Client writer(&transport::make_mosquitto_link, options_for(broker.port(), "writer"));
  reader.open({{"t", 2}});
  writer.open();
  CHECK(run_until_up(reader));
  CHECK(run_until_up(writer));
  std::vector<Millis> latencies;
  for (std::size_t i = 0; i < 6; ++i) {
    run_for({&reader, &writer}, Millis{1'015 + 8 * static_cast<int>(i)});
    const Instant sent = read_clock();
    CHECK(writer.publish("t", "ring"));
    CHECK(run_until({&reader, &writer}, Millis{1'000},
                    [&] { return reader.sink.received.size() == i + 1; }));
    latencies.push_back(read_clock() - sent);
  }
  std::nth_element(latencies.begin(), latencies.begin() + 3, latencies.end());
  CHECK(latencies[3] < Millis{20});  // without the shim 60 ms and more
}
