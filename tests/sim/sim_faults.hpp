#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fakes/prng.hpp"

namespace doorcall::sim {

/// Everything that can go wrong in a simulated world. Each world draws which of them exist at all
/// and how often they strike.
enum class Fault : std::uint8_t {
  // one message
  kDelayed,
  kDuplicated,
  kOvertaken,
  kTruncated,
  kAckLost,
  // one connection
  kReset,
  kPartitioned,
  kOnlyClientThinksUp,
  kOnlyBrokerThinksUp,
  kTakenOver,
  kConnectRefused,
  kConnackLate,
  kResent,
  kPublishLost,
  kWillLate,
  // the broker
  kBrokerKilledStoreKept,
  kBrokerKilledNoStore,
  kBrokerKilledLastLost,
  kBrokerKilledQueuesLost,
  kBrokerKilledOldStore,
  kBrokerClockStepped,
  // the bridge between two sites, each with its own users
  kBridgeCut,
  kBridgeStored,
  // one agent
  kCrashed,
  kCrashedMidOutput,
  kSuspended,
  kRecalled,
  kStoppedAndStarted,
  kTimerLate,
  // outsiders
  kGarbage,
  kStranger,
  kInsider,
  kForeignVersion,
  kReplayed,
  kRetainedSignal,
  // people
  kDoublePress,
  kAnswerMeetsCancel,
  kGlare,
  kMisuse,
  kAnswersTogether,
  kPullsTogether,
  kAddMeetsEnd,
  kLeaversTogether,
  // media
  kMediaFailed,
  kMediaReconnected,
  kMediaGone,
  kMediaSilent,
  kMediaHangs,
  // the make of a device
  kTinyTables,
  kMqtt311,
  kNeverHealed,
};

inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::kNeverHealed) + 1;

[[nodiscard]] std::string_view to_string(Fault fault);
/// The fault of that name, kNeverHealed's successor for none.
[[nodiscard]] std::size_t fault_named(std::string_view name);
/// True for a fault that may strike at any event, not only where it belongs.
[[nodiscard]] bool strikes_anywhere(Fault fault);

/// How often each fault has struck.
struct FaultCounts {
  std::array<std::uint64_t, kFaults> hits{};

  void hit(Fault fault) { ++hits[static_cast<std::size_t>(fault)]; }
  void add(const FaultCounts& other);
};

/// Which faults exist in one world; for each the strikes in 10,000 opportunities.
struct Swarm {
  std::array<std::uint16_t, kFaults> rates{};
  std::uint32_t message_total = 0;  ///< sum over kDelayed to kAckLost
  std::uint32_t strike_total = 0;   ///< sum over the faults that strike at any event

  [[nodiscard]] std::uint16_t rate(Fault fault) const {
    return rates[static_cast<std::size_t>(fault)];
  }
  [[nodiscard]] bool any() const;
  /// No fault of this kind any more, for a simpler world.
  void drop(Fault fault);

  /// One fault for a message, by weight; false: none this time.
  bool draw_message_fault(fakes::Prng& prng, Fault& out) const;
  /// One fault for an event, by weight; false: none this time.
  bool draw_strike(fakes::Prng& prng, Fault& out) const;
};

[[nodiscard]] Swarm draw_swarm(fakes::Prng& prng);

}  // namespace doorcall::sim
