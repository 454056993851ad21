#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "agent/core/blob_pool.hpp"
#include "agent/core/message.hpp"
#include "agent/core/slot_table.hpp"

// What the engine's tables hold.

namespace doorcall {

/// What a device of the invited user has answered so far; kept by the leg's owner while it is
/// pending.
struct LegDevice {
  enum class Answer : std::uint8_t { kNone, kWaiting, kRinging, kRefused };
  DeviceId device;
  Incarnation incarnation = 0;
  Answer answer = Answer::kNone;
  Reason reason = Reason::kNone;  ///< with kRefused
};

/// One invitation of one user into one call. Leg 0 of a call is its creator's own, connected from
/// the start. Only the owner decides a pending leg; ownership never moves.
struct Leg {
  bool used = false;
  LegState state = LegState::kInviting;
  std::uint8_t device_count = 0;
  Slot call = kNoSlot;
  LegKey key;
  UserId user;
  DeviceId device;              ///< which device of `user` speaks, once known
  Incarnation incarnation = 0;  ///< of that device, 0 while unknown
  Instant ring_deadline{};
  std::array<LegDevice, kDevicesPerLegMax> devices;  ///< kept by the owner while pending

  [[nodiscard]] bool pending() const noexcept { return state < LegState::kConnected; }
  [[nodiscard]] bool held_by(const Account& account) const noexcept {
    return device == account.device && user == account.user;
  }
};

/// One call on this device. `legs[0]` is the creator's leg, `legs[1]` the invited user's.
struct Call {
  bool used = false;
  bool outgoing = false;
  bool wait_offline = false;
  bool announced = false;  ///< a listener has been told of it, so it will be told of its end
  CallState state = CallState::kIdle;
  MediaKind media = MediaKind::kAudio;
  MediaState media_state = MediaState::kNone;
  CallId id;
  std::array<Slot, 2> legs{kNoSlot, kNoSlot};
  Instant since{};          ///< of the present state
  Instant queried{};        ///< with kIdle: when freshness was asked
  std::uint64_t nonce = 0;  ///< with kIdle: what was asked
  Account caller;           ///< who created the call
  Blob own;                 ///< own caller name, line, data and offer, in this order
  std::uint16_t name_size = 0;
  std::uint16_t line_size = 0;
  std::uint16_t data_size = 0;
};

/// An own message that is repeated until each device it is meant for has answered.
struct Outgoing {
  bool used = false;
  MessageKind kind = MessageKind::kInvite;
  Reason reason = Reason::kNone;
  std::uint8_t attempts = 0;
  std::uint8_t target_count = 0;
  std::uint8_t answered = 0;  ///< bit set over targets
  Slot call = kNoSlot;        ///< the live call whose `own` it sends; kNoSlot for a final message
  std::uint32_t sequence = 0;
  std::uint64_t nonce = 0;  ///< ringing(waiting)
  CallId call_id;
  LegKey leg;
  UserId to;
  DeviceId winner;  ///< confirm
  Blob data;        ///< of a final message
  Instant give_up{};
  std::array<DeviceId, kDevicesPerLegMax> targets;  ///< whose ack is awaited; none: any one's

  [[nodiscard]] bool final_message() const noexcept { return call == kNoSlot; }
  [[nodiscard]] DeviceId addressed() const noexcept {
    return target_count == 1 ? targets[0] : DeviceId{};
  }
  [[nodiscard]] bool all_answered() const noexcept {
    return target_count == 0 ? answered != 0 : std::popcount(answered) == target_count;
  }
};

/// What is remembered of an ended call, so that late messages get the same answer again.
struct Tombstone {
  bool used = false;
  bool outgoing = false;  ///< we owned the leg
  bool early = false;     ///< a cancel that came before its invite
  Reason reason = Reason::kNone;
  CallId id;
  LegKey leg;             ///< the invited user's
  Account peer;           ///< the other end; device empty where it never spoke
  DeviceId winner;        ///< the device that was connected, empty if none
  std::uint32_t age = 0;  ///< order of making, for eviction
};

/// What is known of another device from its retained presence.
struct Peer {
  bool used = false;
  bool doubted = false;  ///< offline was seen, but is not believed yet
  PresenceState state = PresenceState::kOffline;
  ConnectNumber connect = 0;
  Incarnation incarnation = 0;
  Account account;
  Instant since{};

  [[nodiscard]] bool online() const noexcept { return state != PresenceState::kOffline; }
};

/// A media hook that still holds its devices after its call has ended.
struct Drain {
  bool used = false;
  CallId call;
};

}  // namespace doorcall
