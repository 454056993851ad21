#include <optional>
#include <string>

#include "agent/daemon/agent_options.hpp"

namespace doorcall::daemon {
namespace {

LampOptions to_lamp(const platform::LampConfig& config) {
  LampOptions lamp{
      .name = config.name, .gpio = config.gpio, .active_low = config.active_low, .codes = {}};
  for (std::uint8_t number = 0; number <= kLampStateLast; ++number) {
    const auto state = static_cast<LampState>(number);
    if (const auto code = config.codes.find(std::string(to_string(state)));
        code != config.codes.end()) {
      lamp.codes.emplace(state, code->second);
    }
  }
  return lamp;
}

std::optional<SoundOptions> to_sound(const platform::SoundConfig& config) {
  if (config.command.empty() && config.file.empty()) {
    return std::nullopt;
  }
  return SoundOptions{
      .command = config.command, .file = config.file, .times = config.times, .gap = config.gap};
}

}  // namespace

OutputOptions to_outputs(const platform::Config& config) {
  OutputOptions outputs;
  for (const platform::LampConfig& lamp : config.lamps) {
    outputs.lamps.push_back(to_lamp(lamp));
  }
  const platform::Config::Door& door = config.door;
  if (!door.gpio.empty() || !door.command.empty()) {
    outputs.relay = RelayOptions{.gpio = door.gpio,
                                 .command = door.command,
                                 .active_low = door.active_low,
                                 .pulse = door.pulse,
                                 .longest = door.longest};
  }
  if (!door.contact.empty()) {
    outputs.contact = ContactOptions{.gpio = door.contact,
                                     .active_low = door.contact_active_low,
                                     .bias = to_bias(door.contact_bias)};
  }
  outputs.chime = to_sound(config.chime);
  outputs.ring_back = to_sound(config.ring_back);
  return outputs;
}

}  // namespace doorcall::daemon
