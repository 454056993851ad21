#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/message.hpp"
#include "agent/core/output.hpp"

namespace doorcall::sim {

/// What is worth counting besides messages, events and reasons.
enum class Feat : std::uint8_t {
  kThreeInACall,  ///< a second leg of a call was answered
  kHousehold,     ///< more than one device rang for one leg
  kHeir,          ///< a leg took the place of another
  kTwoOwners,     ///< two invited one user into one call
  kJoined,        ///< a leg was made for who asked to be let in
  kMoved,         ///< and another one ended for it
  kFirstWins,
  kHunt,
  kEscalation,
  kCycles,
  kAdded,  ///< users invited into a running call
  kPushed,
  kPushOver,
  kCallWaiting,  ///< rang without a free line
  kChime,
  kAskedForProof,  ///< an invite was not proven fresh
  kInfo,           ///< was told something in a call
  kEarlyOffer,     ///< got a media offer while it rang
  kDoorPulsed,
  kDoorSaidAgain,  ///< an order came again after its pulse
  kDoorHere,       ///< what happened to a door was told at the door
  kDoorAnswered,   ///< and to who had asked
  kDoorNotAllowed,
  kDoorStale,
  kDoorUnanswered,
  kDoorContact,
  kForbidden,  ///< a message came from someone not entitled
  kTableFull,  ///< of a device, at its end
};

inline constexpr std::size_t kFeats = static_cast<std::size_t>(Feat::kTableFull) + 1;
inline constexpr std::size_t kKinds = static_cast<std::size_t>(MessageKind::kMarker) + 1;
inline constexpr std::size_t kChanges = static_cast<std::size_t>(CallChange::kOpenDoor) + 1;
inline constexpr std::size_t kReasons = std::size_t{kReasonLast} + 1;

/// What has happened in worlds: whatever stays at 0 is not tested by them. Plain data.
struct Coverage {
  std::array<std::uint64_t, kFeats> feats{};
  std::array<std::uint64_t, kKinds> sent{};
  std::array<std::uint64_t, kChanges> events{};
  std::array<std::uint64_t, kReasons> endings{};

  void hit(Feat feat) { ++feats[static_cast<std::size_t>(feat)]; }
  void add(const Coverage& other);
  /// The names of all that should have happened and has not; empty: nothing.
  [[nodiscard]] std::string missing() const;
  void print() const;
};

[[nodiscard]] std::string_view to_string(Feat feat);

}  // namespace doorcall::sim
