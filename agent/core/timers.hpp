#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/core/engine.hpp"
#include "agent/core/limits.hpp"
#include "agent/core/slot_table.hpp"
#include "agent/core/timer_wheel.hpp"

namespace doorcall {

enum class LegTimer : std::uint8_t {
  kRing,
  kReceipt,
  kNotice,
  kSettle,
  kConfirm,
  kLost,
  kHeartbeat,
};
enum class CallTimer : std::uint8_t { kMediaStart, kPlanStep, kAlone, kLongest };
enum class PeerTimer : std::uint8_t { kBelief, kExpiry };
enum class AgentTimer : std::uint8_t {
  kPresence,
  kRefresh,
  kBarrier,
  kMarker,
  kReconnect,
  kSettled,
  kGoodbye,
  kStop,
  kDnd,
  kRingToOpen,
  kDoor,
};

inline constexpr std::size_t kLegTimers = 7;
inline constexpr std::size_t kCallTimers = 4;
inline constexpr std::size_t kPeerTimers = 2;
inline constexpr std::size_t kAgentTimers = 11;

/// What a timer belongs to, told from its number alone: the nodes of the wheel are laid out as one
/// block for each table, so timers need no pointers and no callbacks.
struct TimerName {
  enum class Owner : std::uint8_t { kAgent, kCall, kLeg, kOutgoing, kTombstone, kPeer, kDrain };
  Owner owner = Owner::kAgent;
  Slot slot = 0;
  std::uint8_t kind = 0;
};

class TimerMap {
 public:
  explicit TimerMap(const Limits& limits) noexcept
      : calls_(kAgentTimers),
        legs_(calls_ + limits.calls * kCallTimers),
        outgoing_(legs_ + limits.legs * kLegTimers),
        tombstones_(outgoing_ + limits.outgoing),
        peers_(tombstones_ + limits.tombstones),
        drains_(peers_ + limits.peers * kPeerTimers),
        end_(drains_ + limits.calls) {}

  [[nodiscard]] std::size_t count() const noexcept { return end_; }

  [[nodiscard]] TimerId agent(AgentTimer kind) const noexcept { return static_cast<TimerId>(kind); }
  [[nodiscard]] TimerId call(Slot slot, CallTimer kind) const noexcept {
    return id(calls_, slot, kCallTimers, static_cast<std::size_t>(kind));
  }
  [[nodiscard]] TimerId leg(Slot slot, LegTimer kind) const noexcept {
    return id(legs_, slot, kLegTimers, static_cast<std::size_t>(kind));
  }
  [[nodiscard]] TimerId peer(Slot slot, PeerTimer kind) const noexcept {
    return id(peers_, slot, kPeerTimers, static_cast<std::size_t>(kind));
  }
  [[nodiscard]] TimerId outgoing(Slot slot) const noexcept { return id(outgoing_, slot, 1, 0); }
  [[nodiscard]] TimerId tombstone(Slot slot) const noexcept { return id(tombstones_, slot, 1, 0); }
  [[nodiscard]] TimerId drain(Slot slot) const noexcept { return id(drains_, slot, 1, 0); }

  [[nodiscard]] TimerName name(TimerId timer) const noexcept;
  [[nodiscard]] Wake why(TimerId timer) const noexcept;

 private:
  [[nodiscard]] static TimerId id(std::size_t base, Slot slot, std::size_t each,
                                  std::size_t kind) noexcept {
    return static_cast<TimerId>(base + slot * each + kind);
  }

  std::size_t calls_;
  std::size_t legs_;
  std::size_t outgoing_;
  std::size_t tombstones_;
  std::size_t peers_;
  std::size_t drains_;
  std::size_t end_;
};

}  // namespace doorcall
