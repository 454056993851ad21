// doorcall's own share of a call: two engines in one process, with the bytes passed in memory. A
// call is invite, ringing, accept, confirm, ack, end and ack; each message is sent by one engine
// and taken by the other, timers and presence included. Once the engines alone, once with what
// stands between them and MQTT: topics made and read, messages encoded and decoded.
//
// --instructions runs a fixed number of calls and prints how many messages they had, for
// instructions.sh to count their instructions.

#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "tests/bench/bench_report.hpp"
#include "tests/bench/engine_station.hpp"
#include "tests/sim/sim_alloc.hpp"

namespace {

using namespace doorcall;
using namespace doorcall::bench;

constexpr int kRuns = 15;
constexpr int kCallsOfRun = 2'000;
constexpr int kMessagesOfCall = 7;

class World {
 public:
  explicit World(bool as_bytes)
      : door_("station@door", 1, as_bytes, now_), flat_("panel@flat", 2, as_bytes, now_) {
    for (Station* station : {&door_, &flat_}) {
      station->give(Start{});
      station->give(LinkConnected{true, false});
    }
    for (int i = 0; i < 100; ++i) {
      pass(Millis{100});
    }
  }

  void call() {
    const Invitee invitee{flat_.self.user, 0};
    InviteUsers invite;
    invite.invitees = {&invitee, 1};
    invite.media = MediaKind::kVideo;
    invite.line = "bell-1";
    invite.offer = offer_;
    const CallId id = door_.give(invite).call;
    deliver();
    AcceptCall accept;
    accept.call = id;
    accept.answer = offer_;
    flat_.give(accept);
    deliver();
    if (door_.state != CallState::kConnected || flat_.state != CallState::kConnected) {
      throw std::runtime_error("a call did not come through");
    }
    door_.give(HangUpCall{id, {}});
    deliver();
    pass(Millis{20});
  }

  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  void pass(Millis span) {
    now_ += span;
    for (Station* station : {&door_, &flat_}) {
      pump_time(*station->engine, now_, [station](const Output& output) { station->take(output); });
    }
    deliver();
  }

  void deliver() {
    while (door_.outbox.count + flat_.outbox.count > 0) {
      deliver_from(door_);
      deliver_from(flat_);
    }
  }

  /// In its order; what is said in answer waits. A letter's views hold until its sender is given
  /// something, which is why the sender hears its own last.
  void deliver_from(Station& from) {
    Station& other = &from == &door_ ? flat_ : door_;
    const std::size_t count = from.outbox.count;
    for (std::size_t i = 0; i < count; ++i) {
      Letter& letter = from.outbox.letters[i];
      letter.from = from.self;
      const bool to_itself = letter.is_presence || is_for(letter, from);
      if (letter.is_presence || !to_itself) {
        messages_ += letter.is_presence ? 0U : 1U;
        other.hear(letter);
      }
      if (to_itself) {
        from.hear(letter);
      }
    }
    std::move(from.outbox.letters.begin() + static_cast<std::ptrdiff_t>(count),
              from.outbox.letters.begin() + static_cast<std::ptrdiff_t>(from.outbox.count),
              from.outbox.letters.begin());
    from.outbox.count -= count;
  }

  static bool is_for(const Letter& letter, const Station& station) {
    const std::string_view topic(letter.topic.data(), letter.topic_size);
    return station.bytes ? topic.ends_with(station.self.user.view()) &&
                               topic.find(std::string_view("/inbox/")) != topic.npos &&
                               transport::parse_topic({}, topic).user == station.self.user
                         : letter.to == station.self.user;
  }

  Instant now_{Millis{1'000'000}};
  Station door_;
  Station flat_;
  std::array<std::uint8_t, 48> offer_{};
  std::uint64_t messages_ = 0;
};

[[gnu::noinline]] void measured_calls(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    world.call();
  }
}

struct Cost {
  std::vector<double> ns_a_message;
  double allocations = 0;
};

void run(World& world, Cost& cost) {
  using Clock = std::chrono::steady_clock;
  const std::uint64_t messages_before = world.messages();
  const std::uint64_t allocations_before = sim::watched_allocations();
  const auto begin = Clock::now();
  {
    const sim::AllocationWatch watch;
    measured_calls(world, kCallsOfRun);
  }
  const std::chrono::duration<double, std::nano> taken = Clock::now() - begin;
  const auto messages = static_cast<double>(world.messages() - messages_before);
  if (messages != kMessagesOfCall * kCallsOfRun) {
    throw std::runtime_error("a call has not the messages that it should have");
  }
  cost.ns_a_message.push_back(taken.count() / messages);
  cost.allocations +=
      static_cast<double>(sim::watched_allocations() - allocations_before) / messages / kRuns;
}

void print_row(const char* name, const Cost& cost) {
  const double ns = median(cost.ns_a_message);
  std::printf("%-34s %12.0f %12.0f %12.2f\n", name, ns, 1e9 / (ns * kMessagesOfCall),
              cost.allocations);
}

void print_memory() {
  Limits more;
  more.calls = static_cast<std::uint16_t>(more.calls + 1);
  more.legs = static_cast<std::uint16_t>(more.legs + 3);
  const std::size_t all = Engine::bytes_needed(Limits{});
  std::printf(
      "memory of an engine: %zu bytes, %zu of them for messages that await an answer; a "
      "further call with three legs: %zu\n",
      all, static_cast<std::size_t>(Limits{}.pool_bytes), Engine::bytes_needed(more) - all);
}

int compare() {
  World structs(false);
  World bytes(true);
  Cost alone;
  Cost whole;
  for (int i = 0; i < kRuns; ++i) {
    run(structs, alone);
    run(bytes, whole);
  }
  std::printf("%-34s %12s %12s %12s\n", "both sides of a call", "ns/message", "calls/s", "mallocs");
  print_row("engines and timers", alone);
  print_row("with topics, encode and decode", whole);
  print_memory();
  std::printf("\n");
  Targets targets;
  targets.at_most("own share of a message, us (decode, engine, timers, encode)",
                  median(whole.ns_a_message) / 1'000, 2);
  targets.at_most("allocations in the engine", alone.allocations, 0);
  return targets.exit_code();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 1) {
      return compare();
    }
    if (argc == 2 && std::strcmp(argv[1], "--instructions") == 0) {
      World world(true);
      const std::uint64_t before = world.messages();
      measured_calls(world, kCallsOfRun);
      std::printf("%llu\n", static_cast<unsigned long long>(world.messages() - before));
      return 0;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_engine: %s\n", error.what());
    return 2;
  }
  std::fprintf(stderr, "usage: %s [--instructions]\n", argv[0]);
  return 2;
}
