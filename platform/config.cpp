// toml++ reads the syntax; this walks the result section by section against the table of settings.
// It goes on after an error, so that a person sees everything that is wrong in one go; only a
// syntax error ends it, because nothing after it can be trusted.
#include "platform/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <limits>

#include "platform/config_checks.hpp"
#include "platform/config_table.hpp"
#include "platform/config_value.hpp"

namespace doorcall::platform {
namespace {

using detail::ConfigDraft;
using detail::Setting;

constexpr std::size_t kFileBytesMax = std::size_t{1024} * 1024;
constexpr std::size_t kButtonsMax = 16;
constexpr std::string_view kButton = "button";

std::string shown(std::string_view section) {
  const bool list = section == kButton;
  return (list ? "[[" : "[") + std::string(section) + (list ? "]]" : "]");
}

std::string shown(std::string_view section, std::string_view key) {
  return shown(section).append(" ").append(key);
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

/// "unknown key 'ring_tme' in [call], did you mean 'ring_time'?"
std::string unknown_key_text(std::string_view section, std::string_view key) {
  std::string text = "unknown key '" + std::string(key) + "' in " + shown(section);
  const std::vector<std::string_view> names = known_names(&section);
  const std::string_view meant = detail::nearest(key, names);
  if (!meant.empty()) {
    return text + ", did you mean '" + std::string(meant) + "'?";
  }
  for (const Setting& setting : detail::settings()) {
    if (setting.key == key) {
      return text + ", it belongs in " + shown(setting.section);
    }
  }
  return text + known_text(names);
}

std::string unknown_section_text(std::string_view section) {
  const std::vector<std::string_view> names = known_names(nullptr);
  const std::string_view meant = detail::nearest(section, names);
  return "unknown section '" + std::string(section) + "'" +
         (meant.empty() ? known_text(names) : ", did you mean " + shown(meant) + "?");
}

std::string outside_text(std::string_view key) {
  std::string text = "key '" + std::string(key) + "' stands before any section";
  for (const Setting& setting : detail::settings()) {
    if (setting.key == key) {
      return text + ", it belongs in " + shown(setting.section);
    }
  }
  return text;
}

void read_key(ConfigDraft& draft, const Setting& setting, const toml::node& node,
              std::uint32_t line) {
  std::optional<detail::Value> value = detail::convert(node, setting.rule);
  if (!value) {
    draft.error(line, shown(setting.section, setting.key),
                "found " + detail::found_text(node) + ", allowed is " + setting.rule.allowed());
    return;
  }
  draft.lines[std::string(setting.section).append(".").append(setting.key)] = line;
  setting.store(draft.config, *value);
}

void read_section(ConfigDraft& draft, std::string_view section, const toml::table& table) {
  for (const auto& [key, node] : table) {
    const std::uint32_t line = key.source().begin.line;
    const std::string nested = std::string(section).append(".").append(key.str());
    const std::vector<std::string_view> sections = known_names(nullptr);
    const bool is_section = std::find(sections.begin(), sections.end(), nested) != sections.end();
    if (is_section && node.is_table()) {
      draft.config.broker.tls.enabled = true;  // the only section inside another
      read_section(draft, nested, *node.as_table());
    } else if (is_section) {
      draft.error(line, shown(nested),
                  "found " + detail::found_text(node) + ", allowed is a section");
    } else if (const Setting* const setting = find_setting(section, key.str())) {
      read_key(draft, *setting, node, line);
    } else {
      draft.error(line, "", unknown_key_text(section, key.str()));
    }
  }
  for (const Setting& setting : detail::settings()) {
    if (setting.section == section && setting.required && !table.contains(setting.key)) {
      draft.error(table.source().begin.line, shown(section, setting.key),
                  "is missing, allowed is " + setting.rule.allowed());
    }
  }
}

void read_buttons(ConfigDraft& draft, const toml::node& node, std::uint32_t line) {
  const toml::array* const buttons = node.as_array();
  if (buttons == nullptr || !buttons->is_homogeneous<toml::table>()) {
    draft.error(line, "[[button]]",
                "found " + detail::found_text(node) +
                    ", allowed are sections, each opened by [[button]] in double brackets");
    return;
  }
  if (buttons->size() > kButtonsMax) {
    draft.error(line, "[[button]]",
                "found " + std::to_string(buttons->size()) + " buttons, allowed are " +
                    std::to_string(kButtonsMax));
    return;
  }
  for (const toml::node& button : *buttons) {
    draft.config.buttons.emplace_back();
    draft.button_lines.push_back(button.source().begin.line);
    read_section(draft, kButton, *button.as_table());
  }
}

void read_file(ConfigDraft& draft, const toml::table& root) {
  const std::vector<std::string_view> sections = known_names(nullptr);
  for (const auto& [key, node] : root) {
    const std::string_view name = key.str();
    const std::uint32_t line = key.source().begin.line;
    const bool known = name.find('.') == std::string_view::npos &&
                       std::find(sections.begin(), sections.end(), name) != sections.end();
    if (known && name == kButton) {
      read_buttons(draft, node, line);
    } else if (known && node.is_table()) {
      read_section(draft, name, *node.as_table());
    } else if (known) {
      draft.error(line, shown(name),
                  "found " + detail::found_text(node) + ", allowed is a section");
    } else if (node.is_table() || node.is_array_of_tables()) {
      draft.error(line, "", unknown_section_text(name));
    } else {
      draft.error(line, "", outside_text(name));
    }
  }
  for (const Setting& setting : detail::settings()) {
    if (setting.required && setting.section != kButton && !root.contains(setting.section)) {
      draft.error(0, shown(setting.section, setting.key),
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
  if (!detail::read_small_file(path, kFileBytesMax, text, problem)) {
    ret_errors.push_back({.file = path, .line = 0, .key = "", .message = problem});
    return {};
  }
  return parse_config(text, path, ret_errors);
}

Config parse_config(std::string_view text, const std::string& file,
                    std::vector<ConfigError>& ret_errors) {
  const auto first_new = static_cast<std::ptrdiff_t>(ret_errors.size());
  ConfigDraft draft{
      .config = {}, .file = file, .errors = ret_errors, .lines = {}, .button_lines = {}};
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
