// The second pass over lamps, sounds and the door.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "platform/config_checks.hpp"
#include "platform/config_table.hpp"

namespace doorcall::platform::detail {
namespace {

void check_door(ConfigDraft& draft) {
  Config::Door& door = draft.config.door;
  check_program(draft, "door", door.command);
  if (!door.gpio.empty() && !door.command.empty()) {
    draft.error("door", "command", "found beside gpio, allowed is one of them");
  }
  if (door.gpio.empty() && door.active_low) {
    draft.error("door", "active_low", "found without gpio, whose line it is about");
  }
  if (door.contact.empty() && door.contact_active_low) {
    draft.error("door", "contact_active_low", "found without contact, whose line it is about");
  }
  if (door.contact.empty() && door.contact_bias != GpioBias::kAsIs) {
    draft.error("door", "contact_bias", "found without contact, whose line it is about");
  }
  if (door.pulse > door.longest) {
    draft.error("door", draft.has("door", "pulse") ? "pulse" : "longest",
                "found pulse " + duration_text(door.pulse) + " and longest " +
                    duration_text(door.longest) + "; pulse must not be over longest");
  }
}

void check_sound(ConfigDraft& draft, std::string_view section, SoundConfig& sound) {
  check_program(draft, section, sound.command);
  if (!sound.command.empty() && !sound.file.empty()) {
    draft.error(section, "file", "found beside command, allowed is one of them");
  }
  if (sound.command.empty() && sound.file.empty() && sound != SoundConfig{}) {
    draft.error(section, sound.times != 0 ? "times" : "gap",
                "found without command or file: what is to sound?");
  }
  resolve(sound.file, draft.file);
  struct stat status {};
  if (!sound.file.empty() &&
      (::stat(sound.file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
       ::access(sound.file.c_str(), R_OK) != 0)) {
    draft.error(section, "file",
                "found " + sound.file + ", which is no file that this user can read");
  }
}

/// Something of a lamp was refused already; then more may be missing only because of that.
bool lamp_refused(const ConfigDraft& draft) {
  return std::any_of(draft.errors.begin(), draft.errors.end(),
                     [](const ConfigError& error) { return error.key.starts_with(shown("lamp")); });
}

void check_lamps(ConfigDraft& draft) {
  const bool refused = lamp_refused(draft);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < draft.config.lamps.size(); ++i) {
    const LampConfig& lamp = draft.config.lamps[i];
    if (!lamp.name.empty() && !names.insert(lamp.name).second) {
      draft.error("lamp", i, "name", "found '" + lamp.name + "' a second time");
    }
    if (lamp.codes.empty() && !refused) {
      draft.error("lamp", i, "",
                  "found without any blink code, such as ringing = \"100ms 900ms\"; it would "
                  "never be lit");
    }
  }
}

void check_lines(ConfigDraft& draft) {
  const Config& config = draft.config;
  constexpr const char* kTwice = " is used a second time; a line has one use";
  constexpr const char* kMissing = "this build has no GPIO (libgpiod)";
  const bool any = !config.door.gpio.empty() || !config.door.contact.empty();
  if (any && gpio_library().empty()) {
    draft.error("door", config.door.gpio.empty() ? "contact" : "gpio", kMissing);
  }
  std::set<std::string_view> lines;
  const auto again = [&](const std::string& line) {
    return !line.empty() && !lines.insert(line).second;
  };
  for (const ButtonConfig& button : config.buttons) {
    lines.insert(button.gpio);
  }
  if (again(config.door.gpio)) {
    draft.error("door", "gpio", "found " + config.door.gpio + ", which" + kTwice);
  }
  if (again(config.door.contact)) {
    draft.error("door", "contact", "found " + config.door.contact + ", which" + kTwice);
  }
  for (std::size_t i = 0; i < config.lamps.size(); ++i) {
    if (gpio_library().empty()) {
      draft.error("lamp", i, "gpio", kMissing);
    } else if (again(config.lamps[i].gpio)) {
      draft.error("lamp", i, "gpio", "found " + config.lamps[i].gpio + ", which" + kTwice);
    }
  }
}

}  // namespace

void check_devices(ConfigDraft& draft) {
  check_door(draft);
  check_sound(draft, "chime", draft.config.chime);
  check_sound(draft, "ring_back", draft.config.ring_back);
  check_lamps(draft);
  check_lines(draft);
}

}  // namespace doorcall::platform::detail
