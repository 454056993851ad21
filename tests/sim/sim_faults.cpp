// The kinds of faults, how often each strikes, and the table of strikes at the end.

#include "tests/sim/sim_faults.hpp"

namespace doorcall::sim {
namespace {

struct FaultKind {
  std::string_view name;
  std::uint16_t rate_max;  ///< strikes in 10,000 opportunities
  bool strikes;            ///< may strike at any event, not only where it belongs
};

constexpr std::array<FaultKind, kFaults> kKinds{{
    {"message delayed", 2000, false},
    {"message duplicated", 1500, false},
    {"message overtaken", 2000, false},
    {"message truncated", 800, false},
    {"acknowledgement lost", 1500, false},
    {"connection reset", 100, true},
    {"partition", 60, true},
    {"half-open, client side", 60, true},
    {"half-open, broker side", 60, true},
    {"session taken over", 40, true},
    {"connect refused", 4000, false},
    {"connack late", 3000, false},
    {"publication sent again", 5000, false},
    {"publication lost", 10000, false},
    {"will late", 5000, false},
    {"broker killed, store kept", 40, true},
    {"broker killed, no store", 40, true},
    {"broker killed, last lost", 40, true},
    {"broker killed, queues lost", 40, true},
    {"broker killed, old store", 40, true},
    {"broker clock stepped", 40, true},
    {"bridge cut", 40, true},
    {"bridge stored and forwarded", 40, true},
    {"agent crashed", 80, true},
    {"agent crashed mid-output", 80, true},
    {"process suspended", 40, true},
    {"agent crashed, calls again", 60, true},
    {"agent stopped and started", 40, true},
    {"timer late", 3000, false},
    {"garbage", 200, true},
    {"stranger's message", 300, true},
    {"insider's message", 300, true},
    {"foreign version", 100, true},
    {"message replayed", 300, true},
    {"retained signalling", 100, true},
    {"double press", 5000, false},
    {"answer meets cancel", 4000, false},
    {"glare", 4000, false},
    {"misuse", 2000, false},
    {"answers together", 6000, false},
    {"pulls together", 3000, false},
    {"add meets end", 3000, false},
    {"leavers together", 3000, false},
    {"media failed", 2500, false},
    {"media reconnected", 2500, false},
    {"media gone", 2500, false},
    {"media silent", 2000, false},
    {"media does not stop", 2000, false},
    {"tiny tables", 5000, false},
    {"mqtt 3.1.1", 6000, false},
    {"never healed", 3000, false},
}};

constexpr std::size_t kLastMessageFault = static_cast<std::size_t>(Fault::kAckLost);

}  // namespace

std::string_view to_string(Fault fault) {
  return kKinds[static_cast<std::size_t>(fault)].name;
}

std::size_t fault_named(std::string_view name) {
  std::size_t i = 0;
  while (i < kFaults && kKinds[i].name != name) {
    ++i;
  }
  return i;
}

bool strikes_anywhere(Fault fault) {
  return kKinds[static_cast<std::size_t>(fault)].strikes;
}

void FaultCounts::add(const FaultCounts& other) {
  for (std::size_t i = 0; i < kFaults; ++i) {
    hits[i] += other.hits[i];
  }
}

bool Swarm::any() const {
  for (const std::uint16_t rate : rates) {
    if (rate != 0) {
      return true;
    }
  }
  return false;
}

void Swarm::drop(Fault fault) {
  const auto i = static_cast<std::size_t>(fault);
  message_total -= i <= kLastMessageFault ? rates[i] : 0U;
  strike_total -= kKinds[i].strikes ? rates[i] : 0U;
  rates[i] = 0;
}

bool Swarm::draw_message_fault(fakes::Prng& prng, Fault& out) const {
  std::uint32_t drawn = prng.below(10'000);
  if (drawn >= message_total) {
    return false;
  }
  for (std::size_t i = 0; i <= kLastMessageFault; ++i) {
    if (drawn < rates[i]) {
      out = static_cast<Fault>(i);
      return true;
    }
    drawn -= rates[i];
  }
  return false;
}

bool Swarm::draw_strike(fakes::Prng& prng, Fault& out) const {
  std::uint32_t drawn = prng.below(10'000);
  if (drawn >= strike_total) {
    return false;
  }
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (!kKinds[i].strikes) {
      continue;
    }
    if (drawn < rates[i]) {
      out = static_cast<Fault>(i);
      return true;
    }
    drawn -= rates[i];
  }
  return false;
}

Swarm draw_swarm(fakes::Prng& prng) {
  Swarm swarm;
  const std::uint32_t present = prng.below(10'000);
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (!prng.chance(present)) {
      continue;
    }
    const std::uint32_t bound = std::uint32_t{kKinds[i].rate_max} >> prng.below(4);
    swarm.rates[i] = static_cast<std::uint16_t>(1 + prng.below(bound));
    swarm.message_total += i <= kLastMessageFault ? swarm.rates[i] : 0U;
    swarm.strike_total += kKinds[i].strikes ? swarm.rates[i] : 0U;
  }
  return swarm;
}

}  // namespace doorcall::sim
