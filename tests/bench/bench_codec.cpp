// What one message costs in the codec: time and allocations of encode and decode for the messages
// of a call, beside a plain copy of the same bytes as the floor. Prints one table. Each figure is
// the median of several runs, to be compared within one table only.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "transport/codec.hpp"

namespace {

std::size_t allocations = 0;  // one thread only

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) {
    std::abort();
  }
  return memory;
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace {

using namespace doorcall;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 9;
constexpr std::chrono::milliseconds kRunTime{20};

struct Cost {
  double ns = 0;
  double allocations = 0;
};

/// Keeps the compiler from dropping what `pointer` points to.
void keep(const void* pointer) {
  asm volatile("" : : "g"(pointer) : "memory");
}

template <typename Work>
Cost measure(Work&& work) {
  std::array<double, kRuns> runs{};
  std::size_t count = 0;
  const std::size_t allocations_before = allocations;
  for (double& run : runs) {
    std::size_t done = 0;
    const auto begin = Clock::now();
    auto elapsed = Clock::duration::zero();
    while (elapsed < kRunTime) {
      for (int i = 0; i < 100; ++i) {
        work();
      }
      done += 100;
      elapsed = Clock::now() - begin;
    }
    run = std::chrono::duration<double, std::nano>(elapsed).count() / static_cast<double>(done);
    count += done;
  }
  std::sort(runs.begin(), runs.end());
  return {runs[kRuns / 2],
          static_cast<double>(allocations - allocations_before) / static_cast<double>(count)};
}

Message message_of(const Body& body) {
  Message message;
  message.header.call = CallId::parse("00112233445566778899aabbccddeeff").value();
  message.header.leg = LegKey{Account::parse("gate@front-door").value(), 1};
  message.header.incarnation = 0x0123456789ABCDEF;
  message.header.connect = 1;
  message.header.sequence = 1;
  message.body = body;
  return message;
}

Invite invite_of(std::string_view data, Bytes offer) {
  Invite invite;
  invite.caller = Account::parse("gate@front-door").value();
  invite.caller_name = "Front door";
  invite.media = MediaKind::kVideo;
  invite.ring_left = Millis{90'000};
  invite.data = data;
  invite.offer = offer;
  invite.line = "bell-1";
  return invite;
}

bool report(const char* name, const Message& message) {
  using transport::Decoded;
  static std::array<std::uint8_t, kMessageBytesMax> packet;
  static std::array<std::uint8_t, kMessageBytesMax> copy;
  static Decoded decoded;
  const std::size_t size = transport::encode(message, packet);
  if (size == 0 || !transport::decode({packet.data(), size}, decoded).ok()) {
    std::fprintf(stderr, "bench_codec: %s does not survive the codec\n", name);
    return false;
  }
  std::size_t written = 0;
  const Cost copying = measure([&] {
    std::memcpy(copy.data(), packet.data(), size);
    keep(copy.data());
  });
  const Cost encoding = measure([&] {
    written += transport::encode(message, copy);
    keep(copy.data());
  });
  bool ok = true;
  const Cost decoding = measure([&] {
    ok = transport::decode({packet.data(), size}, decoded).ok() && ok;
    keep(&decoded);
  });
  std::printf("%-14s %6zu %10.1f %10.1f %8.2f %10.1f %8.2f\n", name, size, copying.ns, encoding.ns,
              encoding.allocations, decoding.ns, decoding.allocations);
  return ok && written != 0;
}

}  // namespace

int main() {
  const std::string offer(48, 'o');
  const std::string big_offer(3 * 1024, 'o');
  const std::string big_data(5 * 1024 - 140, 'd');
  const auto bytes = [](const std::string& text) {
    return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  Sync sync;
  const std::array<LegView, 2> legs{LegView{{Account::parse("gate@front-door").value(), 0},
                                            UserId::parse("front-door").value(),
                                            DeviceId::parse("gate").value(),
                                            LegState::kConnected,
                                            Reason::kNone},
                                    LegView{{Account::parse("gate@front-door").value(), 1},
                                            UserId::parse("flat-12").value(),
                                            DeviceId::parse("kitchen").value(),
                                            LegState::kConnected,
                                            Reason::kNone}};
  sync.legs = legs;

  std::printf("%-14s %6s %10s %10s %8s %10s %8s\n", "message", "bytes", "memcpy ns", "encode ns",
              "allocs", "decode ns", "allocs");
  bool ok = report("invite", message_of(invite_of("door", bytes(offer))));
  ok = report("ringing", message_of(Ringing{})) && ok;
  ok = report("accept", message_of(Accept{bytes(offer), {}})) && ok;
  ok = report("sync, 2 legs", message_of(sync)) && ok;
  ok = report("invite, 8 KiB", message_of(invite_of(big_data, bytes(big_offer)))) && ok;
  return ok ? 0 : 1;
}
