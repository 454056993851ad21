// Every line, code and time of the outputs, checked before a device is opened.
#include <chrono>
#include <set>
#include <string>

#include "agent/core/ids.hpp"
#include "agent/facade/options.hpp"
#include "platform/blink.hpp"
#include "platform/relay_protocol.hpp"

namespace doorcall::facade {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLampsMax = 16;
constexpr int kTimesMax = 100;

/// The lines that are used, each once.
struct Lines {
  bool has_gpio = false;
  std::set<std::string> taken;

  void check(std::string_view option, const std::string& line) {
    if (!platform::is_gpio_line(line)) {
      refuse(option, line, std::string(platform::kGpioLineForm));
    }
    if (!has_gpio) {
      refuse(option, line, "no GPIO line, for this was built without GPIO");
    }
    if (!taken.insert(line).second) {
      refuse(option, line, "a line that nothing else uses");
    }
  }
};

void check_lamps(const std::vector<LampOptions>& lamps, Lines& lines) {
  if (lamps.size() > kLampsMax) {
    refuse("lamps", std::to_string(lamps.size()), "up to " + std::to_string(kLampsMax));
  }
  std::set<std::string> names;
  for (const LampOptions& lamp : lamps) {
    if (!UserId::parse(lamp.name) || !names.insert(lamp.name).second) {
      refuse("lamps.name", lamp.name, "letters, digits, '_' and '-', 1-32 of them, each name once");
    }
    lines.check("lamps.gpio", lamp.gpio);
    if (lamp.codes.empty()) {
      refuse("lamps.codes", "", "at least one");
    }
    for (const auto& [state, code] : lamp.codes) {
      if (!platform::BlinkCode::parse(code)) {
        refuse("lamps.codes", code, std::string(platform::kBlinkForm));
      }
    }
  }
}

void check_relay(const RelayOptions& relay, Lines& lines) {
  if (relay.gpio.empty() == relay.command.empty()) {
    refuse("relay.gpio", relay.gpio, "a line, or else a command");
  }
  if (!relay.gpio.empty()) {
    lines.check("relay.gpio", relay.gpio);
  }
  check_range("relay.longest", relay.longest, platform::kRelayLongestMin,
              platform::kRelayLongestMax);
  check_range("relay.pulse", relay.pulse, platform::kRelayLongestMin, relay.longest);
}

void check_sound(const std::string& option, const SoundOptions& sound) {
  if (sound.command.empty() == sound.file.empty()) {
    refuse(option + ".file", sound.file, "a file, or else a command");
  }
  if (sound.times < 0 || sound.times > kTimesMax) {
    refuse(option + ".times", std::to_string(sound.times), "0-" + std::to_string(kTimesMax));
  }
  check_range(option + ".gap", sound.gap, 100ms, 1min);
}

}  // namespace

void check_outputs(const AgentOptions& options, bool has_gpio) {
  const OutputOptions& outputs = options.outputs;
  Lines lines{.has_gpio = has_gpio, .taken = {}};
  for (const ButtonInput& input : options.inputs) {
    lines.taken.insert(input.gpio);
  }
  check_lamps(outputs.lamps, lines);
  if (outputs.relay) {
    check_relay(*outputs.relay, lines);
  }
  if (outputs.contact) {
    lines.check("contact.gpio", outputs.contact->gpio);
  }
  if (outputs.chime) {
    check_sound("chime", *outputs.chime);
  }
  if (outputs.ring_back) {
    check_sound("ring_back", *outputs.ring_back);
  }
}

}  // namespace doorcall::facade
