#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/core/limits.hpp"
#include "agent/core/settings.hpp"
#include "tests/sim/sim_faults.hpp"

namespace doorcall::sim {

inline constexpr std::size_t kDevicesMax = 16;
inline constexpr std::size_t kUsersMax = 12;

/// How a device is left after the heal.
enum class Fate : std::uint8_t { kHealed, kDead, kCutOff, kRefused };

struct DevicePlan {
  std::size_t user = 0;
  Settings settings;
  Limits limits;
  bool mqtt5 = true;
  bool absent = false;  ///< never runs: taken out of the world to make a failure simpler
  Millis keep_alive{10'000};
  Millis will_delay{2'000};
  Millis clock_offset{0};  ///< of its monotonic clock against the world's
  Fate fate = Fate::kHealed;
};

/// Milliseconds that a message spends between a device and the broker, each way.
struct NetworkPlan {
  std::int64_t delay_min = 1;
  std::int64_t delay_max = 5;
  std::int64_t spike_max = 3'000;
  bool arrivals_before_up = false;  ///< a session's queue arrives before the last SUBACK
  std::uint32_t second_site = 0;    ///< bit set: users behind the bridge
};

/// What people do, each as a rate in 10,000.
struct PeoplePlan {
  std::uint16_t answer = 0;        ///< of each ringing device
  std::uint16_t decline = 0;       ///< of those who don't answer
  std::uint16_t silence = 0;       ///< of ringing devices
  std::uint16_t cancel = 0;        ///< of callers
  std::uint16_t hang_up = 0;       ///< of each member
  std::uint16_t end_for_all = 0;   ///< instead of hanging up
  std::uint16_t wait_offline = 0;  ///< of invitations
  std::uint16_t several = 0;       ///< of invitations: more than one user
  std::uint16_t ring_plan = 0;     ///< of those: not in parallel
  std::uint16_t add = 0;           ///< of members: more users are invited
  std::uint16_t rejoin = 0;        ///< of those who are out
  std::uint16_t pull = 0;          ///< of calls with another device of the user
  std::uint16_t infos = 0;         ///< of members: they tell the others something
  std::uint16_t doors = 0;         ///< of moments: somebody opens a door
  std::uint16_t modes = 0;         ///< of pauses: DND or ring-to-open is switched
  std::int64_t pause_ms = 1'000;   ///< longest time between calls
  std::int64_t talk_ms = 1'000;
};

/// Everything that a seed decides before the first event.
struct WorldPlan {
  std::uint64_t seed = 0;
  std::uint32_t calls = 0;  ///< to be made before the heal; 0: none by themselves
  std::size_t users = 0;
  Swarm swarm;
  NetworkPlan network;
  PeoplePlan people;
  std::vector<DevicePlan> devices;

  /// The most that `Settings` member `field` has in any device.
  [[nodiscard]] Millis longest(Millis Settings::*field) const;
  [[nodiscard]] bool second_site(std::size_t user) const {
    return (network.second_site >> user & 1U) != 0;
  }
};

/// The longest that a drawn invitation rings, with all steps and cycles of its plan.
inline constexpr Millis kInvitationMax{80'000};

/// A world for `seed` with `calls` calls and the faults the seed draws.
[[nodiscard]] WorldPlan draw_plan(std::uint64_t seed, std::uint32_t calls);

/// A world of healthy devices on a healthy network where nobody acts by themselves: one user for
/// each number, with that many devices. Device `n` is "d<n>@u<its user>".
[[nodiscard]] WorldPlan calm_plan(const std::vector<std::size_t>& devices_of_users);

/// User `number` of every world.
[[nodiscard]] UserId user_id(std::size_t number);

/// The parameters in a few lines of text.
[[nodiscard]] std::string describe(const WorldPlan& plan);

}  // namespace doorcall::sim
