#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/core/limits.hpp"
#include "agent/core/settings.hpp"
#include "tests/sim/sim_faults.hpp"

namespace doorcall::sim {

inline constexpr std::size_t kDevicesMax = 6;

/// How a device is left after the heal.
enum class Fate : std::uint8_t { kHealed, kDead, kCutOff, kRefused };

struct DevicePlan {
  Settings settings;
  Limits limits;
  bool mqtt5 = true;
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
};

/// What people do, each as a rate in 10,000.
struct PeoplePlan {
  std::uint16_t answer = 6'000;
  std::uint16_t decline = 2'000;  ///< of those who don't answer
  std::uint16_t cancel = 2'000;
  std::uint16_t hang_up = 6'000;  ///< of each side
  std::uint16_t wait_offline = 2'000;
  std::int64_t pause_ms = 20'000;  ///< longest time between calls
  std::int64_t talk_ms = 40'000;
};

/// Everything that a seed decides before the first event.
struct WorldPlan {
  std::uint64_t seed = 0;
  std::uint32_t calls = 0;  ///< to be made before the heal; 0: none by themselves
  Swarm swarm;
  NetworkPlan network;
  PeoplePlan people;
  std::vector<DevicePlan> devices;

  /// The most that `Settings` member `field` has in any device.
  [[nodiscard]] Millis longest(Millis Settings::*field) const;
};

/// A world for `seed` with `calls` calls and the faults the seed draws.
[[nodiscard]] WorldPlan draw_plan(std::uint64_t seed, std::uint32_t calls);

/// A world of `devices` healthy devices on a healthy network where nobody acts by themselves.
/// Device `n` is "d<n>@u<n>".
[[nodiscard]] WorldPlan calm_plan(std::size_t devices);

/// The parameters in a few lines of text.
[[nodiscard]] std::string describe(const WorldPlan& plan);

}  // namespace doorcall::sim
