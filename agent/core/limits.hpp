#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/core/time.hpp"

// Every bound of the core, and how they relate. What a full table does stands beside its name.

namespace doorcall {

// --- the wire
// -------------------------------------------------------------------------------------
inline constexpr std::size_t kUserIdBytesMax = 32;
inline constexpr std::size_t kDeviceIdBytesMax = 31;
inline constexpr std::size_t kAccountBytesMax = kDeviceIdBytesMax + 1 + kUserIdBytesMax;
inline constexpr std::size_t kMessageBytesMax = std::size_t{16} * 1024;
inline constexpr std::size_t kMessageDepthMax = 4;
inline constexpr std::size_t kOfferBytesMax = std::size_t{6} * 1024;
inline constexpr std::size_t kDataBytesMax = std::size_t{8} * 1024;
inline constexpr std::size_t kNameBytesMax = 64;      ///< a display name, UTF-8
inline constexpr std::size_t kLineIdBytesMax = 32;    ///< which button or line called
inline constexpr std::size_t kKeysMax = 32;           ///< key presses in one message
inline constexpr std::size_t kSoftwareBytesMax = 32;  ///< software name and version in presence
inline constexpr std::size_t kPushContentBytesMax = 256;
inline constexpr std::size_t kLegViewsMax = 16;  ///< legs in one roster, sync, …

static_assert(kAccountBytesMax == 64);
static_assert(kOfferBytesMax + kDataBytesMax + 1024 <= kMessageBytesMax);

// --- times that are not settings
// ------------------------------------------------------------------
inline constexpr Millis kRingTimeMin{1'000};
inline constexpr Millis kRingTimeMax{600'000};
inline constexpr Millis kTombstoneTime = kRingTimeMax + Millis{60'000};
inline constexpr Millis kFreshAgeMax{2'000};
inline constexpr Millis kRetryFirst{1'000};
inline constexpr Millis kRetryMax{8'000};
inline constexpr int kRetryJitterPercent = 20;
inline constexpr Millis kBarrierTime{3'000};
inline constexpr Millis kMarkerRepeat{1'000};
inline constexpr Millis kPresenceCoalesce{200};
inline constexpr Millis kPresenceRefresh{30 * 60'000};
inline constexpr Millis kPresenceExpiry{65 * 60'000};
inline constexpr Millis kReconnectFirst{1'000};
inline constexpr Millis kReconnectEagerMax{5'000};
inline constexpr Millis kReconnectIdleMax{60'000};
inline constexpr Millis kReconnectEagerPeriod{5 * 60'000};
inline constexpr Millis kShortLived{5'000};  ///< a connection that dies younger counts as a kick
inline constexpr Millis kStopTime{2'000};    ///< to say goodbye before the link is closed
/// For so long after another client with this account two of them kick each other less and less.
inline constexpr Millis kTakenOverMemory{10 * 60'000};
inline constexpr Millis kMediaDrainTime{
    3'000};                                 ///< busy after a call until its hook says it is gone
inline constexpr Millis kHeirTime{10'000};  ///< a ring without owner waits for who takes it over
inline constexpr Millis kLimitWarningTime{30'000};  ///< before the longest call time is over
inline constexpr Millis kDoorNonceTime{10'000};     ///< a nonce is good, and a door is asked
inline constexpr Millis kDoorMemoryTime{20'000};    ///< then an order can be repeated no more
inline constexpr Millis kModeTimeMax{7 * 24 * 3'600'000};  ///< of SetDnd, SetRingToOpen

// --- calls
// ----------------------------------------------------------------------------------------
inline constexpr std::size_t kPartiesMax =
    kLegViewsMax;  ///< the most that Settings::parties can be
inline constexpr std::size_t kInviteesMax = kPartiesMax - 1;
inline constexpr std::size_t kPlanCyclesMax = 10;
inline constexpr std::size_t kContactsMax = 32;
inline constexpr std::size_t kOverridesMax = 16;
inline constexpr std::size_t kDoorsMax = 8;
inline constexpr std::size_t kDoorAllowMax = 16;

// --- tables
// ---------------------------------------------------------------------------------------
inline constexpr std::size_t kLegsPerCallMax = kLegViewsMax;  ///< full: the oldest ended gives way
inline constexpr std::size_t kDevicesPerLegMax = 8;  ///< more devices: counted, not awaited
inline constexpr std::size_t kElsewhereMax = 4;  ///< overheard calls; full: the oldest gives way
inline constexpr std::size_t kOutputsMax = 48;   ///< orders of one handle(); timers wait for room
inline constexpr std::size_t kOutputsPerStepMax = 48;
inline constexpr std::size_t kEventsPerStepMax = 36;  ///< what a step puts out beside own messages
inline constexpr std::size_t kViewsMax = 3 * kLegViewsMax;  ///< leg views among the outputs
inline constexpr std::size_t kInfosPerMemberMax = 8;  ///< unreceived infos; full: too_many_calls
inline constexpr std::size_t kDoorNoncesMax = 8;      ///< full: told busy
inline constexpr std::size_t kDoorNoncesPerSenderMax = 2;
inline constexpr std::size_t kDoorsAskedMax = 4;          ///< at a time; full: too_many_calls
inline constexpr std::size_t kQuestionsPerSenderMax = 2;  ///< unproven invites; more: dropped

/// Sizes of the tables, set at start. Each bound's policy when full stands beside it.
struct Limits {
  std::uint16_t calls = 8;      ///< live calls; full: own refused too_many_calls, others told busy
  std::uint16_t legs = 36;      ///< legs of live calls; full: as above, or an ended one gives way
  std::uint16_t devices = 48;   ///< answers of devices to own invitations; full: not awaited
  std::uint16_t plans = 4;      ///< own invitations with several steps; full: too_many_calls
  std::uint16_t outgoing = 40;  ///< own messages that await an answer; full: too_many_calls / drop
  std::uint16_t tombstones = 64;            ///< ended legs; full: the oldest is forgotten
  std::uint16_t tombstones_per_sender = 8;  ///< cancels that outran their invite; full: dropped
  std::uint16_t peers = 64;  ///< devices whose presence is kept; full: an offline one gives way
  std::uint32_t pool_bytes = 65'536;  ///< own data awaiting its answer; full: too_many_calls
};

}  // namespace doorcall
