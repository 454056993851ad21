#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/config.hpp"

namespace doorcall::platform::detail {

/// A config that is being read: what the file says so far and what is wrong with it.
struct ConfigDraft {
  Config config;
  std::string file;
  std::vector<ConfigError>& errors;
  /// The line of each key that holds an accepted value, by "section.key"; a repeated section's by
  /// "section.NUMBER.key".
  std::map<std::string, std::uint32_t, std::less<>> lines;
  /// Where the entries of each repeated section begin.
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> entry_lines;

  void error(std::uint32_t line, std::string_view key, std::string_view message);
  /// An error of a key that was accepted by itself.
  void error(std::string_view section, std::string_view key, std::string_view message);
  /// An error of an entry of a repeated section, at its `key` if that is there.
  void error(std::string_view section, std::size_t entry, std::string_view key,
             std::string_view message);
  [[nodiscard]] bool has(std::string_view section, std::string_view key) const;
};

/// "[call]", "[[button]]", "[plans.NAME]".
[[nodiscard]] std::string shown(std::string_view section, std::string_view name = "NAME");

/// Checks what no key can know alone: relations between keys, and the files that are named. Reads
/// the password and makes file names absolute or relative to the working directory.
void check_config(ConfigDraft& draft);

/// The parts of it for plans and lists of users, and for buttons.
void check_people(ConfigDraft& draft);
void check_buttons(ConfigDraft& draft);

/// The part of it for lamps, sounds and the door.
void check_devices(ConfigDraft& draft);

/// Sees that a section's command begins with a program; a name without a slash is looked for when
/// it is started.
void check_program(ConfigDraft& draft, std::string_view section, std::vector<std::string>& command);

/// File names count from the config's own directory, wherever the daemon was started.
void resolve(std::string& name, const std::string& config_file);

}  // namespace doorcall::platform::detail
