// Call set-up through a real Mosquitto on loopback: caller, callee, broker and this program on one
// core. The caller is pressed, the callee answers as soon as it rings, the caller hangs up. Beside
// doorcall, bare clients of the same MQTT library replay the messages that doorcall's call
// consisted of. All take turns in rounds, so that a slow moment of the machine hits all of them.
//
// The other modes: --mtls the same through TLS with certificates on both sides, --isolated presses
// once in a while only, --presence while other devices change their presence.

#include <sched.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include "tests/bench/bench_report.hpp"
#include "tests/bench/setup_pair.hpp"
#include "tests/bench/setup_presence.hpp"
#include "tests/bench/setup_runner.hpp"
#include "tests/fakes/mosquitto_process.hpp"
#include "transport/codec.hpp"

namespace {

using namespace doorcall;
using namespace doorcall::bench;

constexpr int kWarmUps = 50;

/// The last core that this process may use; everything started from here on shares it.
void share_one_core() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  ::sched_getaffinity(0, sizeof cores, &cores);
  std::size_t last = 0;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    last = CPU_ISSET(core, &cores) ? core : last;
  }
  CPU_ZERO(&cores);
  CPU_SET(last, &cores);
  if (::sched_setaffinity(0, sizeof cores, &cores) != 0) {
    throw std::runtime_error("cannot pin the processes to one core");
  }
}

void print_script(const Script& script) {
  std::printf("the messages of a call:");
  transport::Decoded decoded;
  for (std::size_t i = 0; i < script.count; ++i) {
    const Recorded& message = script.messages[i];
    if (!transport::decode({message.payload.data(), message.size}, decoded).ok()) {
      throw std::runtime_error("a recorded message cannot be read");
    }
    std::printf("%s %s %s %zu B", i == 0 ? "" : ",", message.from == Side::kCaller ? "->" : "<-",
                std::string(to_string(kind_of(decoded.message().body))).c_str(), message.size);
  }
  std::printf("\n");
}

enum Row : std::size_t {
  kDoorcallMosquitto,
  kBareMosquitto,
  kDoorcallPaho,
  kBarePaho,
  kBarePahoLoop,
};

std::vector<Runner> start_all(const BrokerPlace& broker) {
  std::vector<Runner> runners;
  for (const Library library : {Library::kMosquitto, Library::kPaho}) {
    const bool paho = library == Library::kPaho;
    runners.push_back({paho ? "doorcall, Paho" : "doorcall, libmosquitto",
                       std::make_unique<Pair>(Program::kDoorcall, library, broker),
                       {},
                       {}});
    Pair& doorcall = *runners.back().pair;
    doorcall.call();
    doorcall.record();
    runners.push_back({paho ? "bare Paho" : "bare libmosquitto",
                       std::make_unique<Pair>(Program::kBare, library, broker, &doorcall.script()),
                       {},
                       {}});
  }
  Pair& doorcall = *runners[kDoorcallPaho].pair;
  runners.push_back(
      {"bare Paho, own loop",
       std::make_unique<Pair>(Program::kBareLoop, Library::kPaho, broker, &doorcall.script()),
       {},
       {}});
  print_script(doorcall.script());
  return runners;
}

void play_rounds(std::vector<Runner>& runners, int rounds, int calls, std::int64_t gap_us) {
  for (Runner& runner : runners) {
    runner.play(kWarmUps, 0);
    runner.all = {};
    runner.rounds.clear();
  }
  for (int round = 0; round < rounds; ++round) {
    for (Runner& runner : runners) {
      runner.play(calls, gap_us);
    }
  }
}

int measure_set_up(const BrokerPlace& broker) {
  std::vector<Runner> runners = start_all(broker);
  play_rounds(runners, 20, 200, 0);
  print_table("back to back", runners);
  const auto by = [&runners](Row one, Row other) { return ratio(runners[one], runners[other]); };
  const double mosquitto = by(kDoorcallMosquitto, kBareMosquitto);
  const double paho = by(kDoorcallPaho, kBarePaho);
  const double paho_loop = by(kDoorcallPaho, kBarePahoLoop);
  std::printf("Paho by libmosquitto: bare %.2f, doorcall %.2f\n", by(kBarePaho, kBareMosquitto),
              by(kDoorcallPaho, kDoorcallMosquitto));
  std::printf("bare Paho with its own loop by bare Paho: %.2f\n", by(kBarePahoLoop, kBarePaho));
  play_rounds(runners, 10, 25, 10'000);
  print_table("10 ms between calls", runners);
  std::printf("doorcall by bare: libmosquitto %.2f, Paho %.2f, Paho with its own loop %.2f\n",
              by(kDoorcallMosquitto, kBareMosquitto), by(kDoorcallPaho, kBarePaho),
              by(kDoorcallPaho, kBarePahoLoop));
  std::printf(
      "\nnot gated, measured elsewhere on one core, back to back: kamailio 5.6.3 as proxy 251 us "
      "to "
      "200 OK,\nbaresip 1.0.0 answering by itself 918 us\n\n");
  Targets targets;
  targets.at_most("press to accept processed, p50 by bare libmosquitto's", mosquitto, 1.2);
  targets.at_most("press to accept processed, p50 by bare Paho's with its own loop", paho_loop,
                  1.2);
  Targets::told("press to accept processed, p50 by bare Paho's on Paho's own thread", paho, 1.2,
                ", not gated: README.md says why");
  return targets.exit_code();
}

int measure_isolated(const BrokerPlace& broker) {
  constexpr int kPairs = 4;
  constexpr int kRounds = 25;
  std::vector<Runner> runners;
  for (int i = 0; i < kPairs; ++i) {
    for (const Library library : {Library::kMosquitto, Library::kPaho}) {
      runners.push_back({"", std::make_unique<Pair>(Program::kDoorcall, library, broker), {}, {}});
    }
  }
  std::mt19937 random(1);
  // Each pair in turn, so that one waits for all the others' gaps: 1.5 to 3 s.
  std::uniform_int_distribution<std::int64_t> gap_us(1'500'000 / (2 * kPairs),
                                                     3'000'000 / (2 * kPairs));
  for (int round = 0; round <= kRounds; ++round) {
    for (Runner& runner : runners) {
      runner.play(1, gap_us(random));
    }
  }
  Times times[2];
  for (std::size_t i = 0; i < runners.size(); ++i) {
    const std::vector<double>& ring = runners[i].all.ring;  // but the first, which warms up
    times[i % 2].ring.insert(times[i % 2].ring.end(), ring.begin() + 1, ring.end());
  }
  std::printf(
      "\nisolated messages, 1.5 to 3 s apart; us from press to ring, p50 / p90 / p99 of %zu\n",
      times[0].ring.size());
  for (const int i : {0, 1}) {
    std::printf("%-24s", i == 0 ? "doorcall, libmosquitto" : "doorcall, Paho");
    print_cell(times[i].ring);
    std::printf("\n");
  }
  std::printf("\n");
  Targets targets;
  targets.at_most("isolated message, p99 of the Paho build by libmosquitto's",
                  percentile(times[1].ring, 99) / percentile(times[0].ring, 99), 2);
  return targets.exit_code();
}

int measure_presence(const BrokerPlace& broker) {
  constexpr int kRounds = 10;
  constexpr int kCalls = 25;
  constexpr std::int64_t kGap_us = 10'000;
  Targets targets;
  for (const Library library : {Library::kMosquitto, Library::kPaho}) {
    Runner quiet{"quiet", std::make_unique<Pair>(Program::kDoorcall, library, broker), {}, {}};
    PresenceChanges changes(broker.port, quiet.pair->root());
    quiet.play(kWarmUps, 0);
    quiet.all = {};
    quiet.rounds.clear();
    Runner busy{"with presence changes", nullptr, {}, {}};
    for (int round = 0; round < kRounds; ++round) {
      quiet.play(kCalls, kGap_us);
      std::swap(quiet.pair, busy.pair);
      changes.start();
      busy.play(kCalls, kGap_us);
      changes.stop();
      std::swap(quiet.pair, busy.pair);
    }
    const double by = ratio(busy, quiet);
    const bool paho = library == Library::kPaho;
    std::vector<Runner> both;
    both.push_back(std::move(quiet));
    both.push_back(std::move(busy));
    print_table(paho ? "doorcall, Paho, 10 ms between calls, 100 presence changes a second"
                     : "doorcall, libmosquitto, 10 ms between calls, 100 presence changes a second",
                both);
    targets.at_most(paho ? "press to accept, p50 with presence changes by without, Paho"
                         : "press to accept, p50 with presence changes by without, libmosquitto",
                    by, 1.2);
  }
  return targets.exit_code();
}

/// A broker that takes only clients with a certificate of its CA; the folder has theirs.
void demand_certificates(fakes::MosquittoProcess& broker) {
  const std::string& at = broker.directory();
  const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  const std::string sign =
      " -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names 2>/dev/null";
  const std::string make = "cd " + at + " && openssl req -x509" + key +
                           " -days 2 -subj /CN=bench-ca -keyout ca.key -out ca.pem 2>/dev/null"
                           " && echo subjectAltName=IP:127.0.0.1 >names"
                           " && for one in server client; do openssl req" +
                           key + " -subj /CN=$one -keyout $one.key -out $one.csr 2>/dev/null" +
                           " && openssl x509 -req -in $one.csr -out $one.pem" + sign +
                           " || exit 1; done";
  if (std::system(make.c_str()) != 0) {
    throw std::runtime_error("openssl makes no certificates");
  }
  broker.set_extra_lines("listener " + std::to_string(broker.port()) +
                         " 127.0.0.1\nallow_anonymous true\nrequire_certificate true\ncafile " +
                         at + "/ca.pem\ncertfile " + at + "/server.pem\nkeyfile " + at +
                         "/server.key");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 2 ? argv[1] : "";
  if (argc > 2 || (argc == 2 && mode != "--isolated" && mode != "--presence" && mode != "--mtls")) {
    std::fprintf(stderr, "usage: %s [--isolated | --mtls | --presence]\n", argv[0]);
    return 2;
  }
  try {
    share_one_core();
    const bool mtls = mode == "--mtls";
    fakes::MosquittoProcess process({.extra_lines = {}, .own_listener = mtls, .start = false});
    if (mtls) {
      demand_certificates(process);
    }
    process.start();
    const BrokerPlace broker{process.port(), mtls ? process.directory() : std::string()};
    if (mode == "--isolated") {
      return measure_isolated(broker);
    }
    return mode == "--presence" ? measure_presence(broker) : measure_set_up(broker);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_setup: %s\n", error.what());
    return 2;
  }
}
