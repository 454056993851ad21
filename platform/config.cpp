// toml++ reads the syntax; this walks the result section by section against the table of settings.
// It goes on after an error, so that a person sees everything that is wrong in one go; only a
// syntax error ends it, because nothing after it can be trusted.
#include "platform/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <limits>

#include "platform/config_checks.hpp"
#include "platform/config_lists.hpp"
#include "platform/config_table.hpp"
#include "platform/config_value.hpp"
#include "platform/small_file.hpp"

namespace doorcall::platform {
namespace {

using detail::ConfigDraft;
using detail::Repeated;
using detail::Setting;
using detail::shown;

constexpr std::size_t kNameCharactersMax = 32;

/// One section of the file, an entry of a repeated one included.
struct Place {
  std::string_view section;
  std::string title;  ///< "[call]", "[[button]]", "[plans.night]"
  std::string lines;  ///< what its keys are called in ConfigDraft::lines, before the key
};

Place single(std::string_view section) {
  return {section, shown(section), std::string(section).append(".")};
}

const Setting* find_setting(std::string_view section, std::string_view key) {
  for (const Setting& setting : detail::settings()) {
    if (setting.section == section && setting.key == key) {
      return &setting;
    }
  }
  return nullptr;
}

/// The table's sections, or with `section` its keys.
std::vector<std::string_view> known_names(const std::string_view* section) {
  std::vector<std::string_view> names;
  for (const Setting& setting : detail::settings()) {
    if (section != nullptr && setting.section == *section) {
      names.push_back(setting.key);
    } else if (section == nullptr && (names.empty() || names.back() != setting.section)) {
      names.push_back(setting.section);
    }
  }
  return names;
}

std::string known_text(const std::vector<std::string_view>& names) {
  std::string text = "; known are ";
  for (const std::string_view name : names) {
    text.append(name == names.front() ? "" : ", ").append(name);
  }
  return text;
}

/// ", it belongs in [call]", or nothing for a key of no section.
std::string home_text(std::string_view key) {
  for (const Setting& setting : detail::settings()) {
    if (setting.key == key) {
      return ", it belongs in " + shown(setting.section);
    }
  }
  return {};
}

/// "unknown key 'ring_tme' in [call], did you mean 'ring_time'?"
std::string unknown_key_text(const Place& place, std::string_view key) {
  const std::vector<std::string_view> names = known_names(&place.section);
  const std::string_view meant = detail::nearest(key, names);
  const std::string home = home_text(key);
  return "unknown key '" + std::string(key) + "' in " + place.title +
         (!meant.empty() ? ", did you mean '" + std::string(meant) + "'?"
          : home.empty() ? known_text(names)
                         : home);
}

std::string unknown_section_text(std::string_view section) {
  const std::vector<std::string_view> names = known_names(nullptr);
  const std::string_view meant = detail::nearest(section, names);
  return "unknown section '" + std::string(section) + "'" +
         (meant.empty() ? known_text(names) : ", did you mean " + shown(meant) + "?");
}

void read_key(ConfigDraft& draft, const Place& place, const Setting& setting,
              const toml::node& node, std::uint32_t line) {
  std::optional<detail::Value> value = detail::convert(node, setting.rule);
  if (!value) {
    draft.error(line, place.title + ' ' + std::string(setting.key),
                "found " + detail::found_text(node) + ", allowed is " + setting.rule.allowed());
    return;
  }
  draft.lines[place.lines + std::string(setting.key)] = line;
  setting.store(draft.config, *value);
}

void read_node(ConfigDraft& draft, std::string_view section, const toml::node& node,
               std::uint32_t line);

void read_section(ConfigDraft& draft, const Place& place, const toml::table& table) {
  const std::vector<std::string_view> sections = known_names(nullptr);
  for (const auto& [key, node] : table) {
    const std::uint32_t line = key.source().begin.line;
    const std::string nested = std::string(place.section).append(".").append(key.str());
    if (std::find(sections.begin(), sections.end(), nested) != sections.end()) {
      read_node(draft, nested, node, line);
    } else if (const Setting* const setting = find_setting(place.section, key.str())) {
      read_key(draft, place, *setting, node, line);
    } else {
      draft.error(line, "", unknown_key_text(place, key.str()));
    }
  }
  for (const Setting& setting : detail::settings()) {
    if (setting.section == place.section && setting.required && !table.contains(setting.key)) {
      draft.error(table.source().begin.line, place.title + ' ' + std::string(setting.key),
                  "is missing, allowed is " + setting.rule.allowed());
    }
  }
}

/// One entry of a repeated section.
void read_entry(ConfigDraft& draft, const Repeated& repeated, std::string_view name,
                const toml::table& table, std::uint32_t line) {
  std::vector<std::uint32_t>& lines = draft.entry_lines[std::string(repeated.section)];
  const std::string number = std::to_string(lines.size());
  lines.push_back(line);
  repeated.open(draft.config, name);
  read_section(draft,
               {repeated.section, shown(repeated.section, name),
                std::string(repeated.section).append(".").append(number).append(".")},
               table);
}

void refuse_count(ConfigDraft& draft, const Repeated& repeated, std::size_t count,
                  std::uint32_t line) {
  draft.error(line, shown(repeated.section),
              "found " + std::to_string(count) + ' ' + std::string(repeated.plural) +
                  ", allowed are " + std::to_string(repeated.max));
}

/// [[button]], each entry in double brackets.
void read_list(ConfigDraft& draft, const Repeated& repeated, const toml::node& node,
               std::uint32_t line) {
  const toml::array* const entries = node.as_array();
  if (entries == nullptr || !(entries->empty() || entries->is_homogeneous<toml::table>())) {
    draft.error(line, shown(repeated.section),
                "found " + detail::found_text(node) + ", allowed are sections, each opened by " +
                    shown(repeated.section) + " in double brackets");
    return;
  }
  if (entries->size() > repeated.max) {
    refuse_count(draft, repeated, entries->size(), line);
    return;
  }
  for (const toml::node& entry : *entries) {
    read_entry(draft, repeated, "", *entry.as_table(), entry.source().begin.line);
  }
}

/// [plans.NAME], each entry with a name of its own.
void read_named(ConfigDraft& draft, const Repeated& repeated, const toml::table& table,
                std::uint32_t line) {
  if (table.size() > repeated.max) {
    refuse_count(draft, repeated, table.size(), line);
    return;
  }
  constexpr detail::Rule kName{
      .type = detail::Rule::Type::kName, .low = 1, .high = kNameCharactersMax};
  for (const auto& [key, node] : table) {
    const std::uint32_t at = key.source().begin.line;
    if (!node.is_table()) {
      draft.error(at, "",
                  "unknown key '" + std::string(key.str()) + "' in [" +
                      std::string(repeated.section) + "], allowed are sections, each opened by " +
                      shown(repeated.section));
    } else if (!detail::is_name(key.str(), kNameCharactersMax)) {
      draft.error(at, shown(repeated.section, key.str()),
                  "found this name, allowed is " + kName.allowed());
    } else {
      read_entry(draft, repeated, key.str(), *node.as_table(), at);
    }
  }
}

void read_node(ConfigDraft& draft, std::string_view section, const toml::node& node,
               std::uint32_t line) {
  const Repeated* const repeated = detail::repeated(section);
  if (repeated != nullptr && !repeated->named) {
    read_list(draft, *repeated, node, line);
  } else if (!node.is_table()) {
    draft.error(line, shown(section),
                "found " + detail::found_text(node) + ", allowed is a section");
  } else if (repeated != nullptr) {
    read_named(draft, *repeated, *node.as_table(), line);
  } else {
    draft.config.broker.tls.enabled |= section == "broker.tls";
    read_section(draft, single(section), *node.as_table());
  }
}

void read_file(ConfigDraft& draft, const toml::table& root) {
  const std::vector<std::string_view> sections = known_names(nullptr);
  for (const auto& [key, node] : root) {
    const std::string_view name = key.str();
    const std::uint32_t line = key.source().begin.line;
    const bool known = name.find('.') == std::string_view::npos &&
                       std::find(sections.begin(), sections.end(), name) != sections.end();
    if (known) {
      read_node(draft, name, node, line);
    } else if (node.is_table() || node.is_array_of_tables()) {
      draft.error(line, "", unknown_section_text(name));
    } else {
      draft.error(line, "",
                  "key '" + std::string(name) + "' stands before any section" + home_text(name));
    }
  }
  for (const Setting& setting : detail::settings()) {
    if (setting.required && detail::repeated(setting.section) == nullptr &&
        !root.contains(setting.section)) {
      draft.error(0, shown(setting.section) + ' ' + std::string(setting.key),
                  "is missing, allowed is " + setting.rule.allowed());
    }
  }
}

void sort_by_line(std::vector<ConfigError>::iterator begin,
                  std::vector<ConfigError>::iterator end) {
  std::stable_sort(begin, end, [](const ConfigError& a, const ConfigError& b) {
    constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
    return (a.line == 0 ? kLast : a.line) < (b.line == 0 ? kLast : b.line);
  });
}

}  // namespace

std::string ConfigError::text() const {
  return file + ':' + (line == 0 ? "" : std::to_string(line) + ':') + ' ' +
         (key.empty() ? "" : key + ": ") + message;
}

Config load_config(const std::string& path, std::vector<ConfigError>& ret_errors) {
  std::string text;
  std::string problem;
  if (!read_small_file(path, kSmallFileBytesMax, text, problem)) {
    ret_errors.push_back({.file = path, .line = 0, .key = "", .message = problem});
    return {};
  }
  return parse_config(text, path, ret_errors);
}

Config parse_config(std::string_view text, const std::string& file,
                    std::vector<ConfigError>& ret_errors) {
  const auto first_new = static_cast<std::ptrdiff_t>(ret_errors.size());
  ConfigDraft draft{
      .config = {}, .file = file, .errors = ret_errors, .lines = {}, .entry_lines = {}};
  try {
    read_file(draft, toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    draft.error(error.source().begin.line, "", std::string(error.description()));
    return {};
  }
  check_config(draft);
  sort_by_line(ret_errors.begin() + first_new, ret_errors.end());
  return std::move(draft.config);
}

std::string describe_settings() {
  std::string text;
  std::string_view section;
  for (const Setting& setting : detail::settings()) {
    if (setting.section != section) {
      section = setting.section;
      text.append(text.empty() ? "" : "\n").append(shown(section)).append("\n");
    }
    text.append(setting.key).append(": ").append(setting.meaning).append(". Allowed is ");
    text.append(setting.rule.allowed());
    if (!setting.initial.empty()) {
      text.append("; default ").append(setting.initial);
    }
    text.append(setting.required ? "; required\n" : "\n");
  }
  return text;
}

}  // namespace doorcall::platform
