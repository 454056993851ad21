// Text from other devices (names, data) may hold anything but NUL: control characters are replaced,
// so that nobody can move the cursor of who reads it.
#include "agent/cli/words.hpp"

#include <cstdio>
#include <ctime>

namespace doorcall::cli {

using platform::JsonView;

std::string text(JsonView object, const char* key) {
  std::string value(object[key].text().value_or(""));
  for (char& c : value) {
    const auto byte = static_cast<unsigned char>(c);
    c = byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return value;
}

std::string peer(JsonView object, const char* user, const char* device) {
  const std::string at = text(object, device);
  return at.empty() ? text(object, user) : at + '@' + text(object, user);
}

std::string known(const std::string& word) {
  return word == "none" ? std::string() : word;
}

std::string time_text(double milliseconds) {
  constexpr double kMinutesFrom = 10 * 60'000;
  const bool minutes = milliseconds >= kMinutesFrom;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.0f %s", milliseconds / (minutes ? 60'000 : 1'000),
                minutes ? "min" : "s");
  return buffer;
}

std::string clock_text(double wall_ms) {
  const auto whole = static_cast<time_t>(wall_ms / 1000);
  tm local{};
  ::localtime_r(&whole, &local);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%02d:%02d", local.tm_hour, local.tm_min);
  return buffer;
}

void add(std::string& line, const std::string& word) {
  if (!word.empty()) {
    line += line.empty() ? word : "  " + word;
  }
}

std::string members_text(JsonView members) {
  std::string line;
  for (JsonView member = members.first(); member; member = member.next()) {
    const std::string state = text(member, "state");
    line += (line.empty() ? "" : ", ") + peer(member, "user", "device");
    if (state == "ended") {
      line += ' ' + text(member, "reason");
    } else if (state != "connected") {
      line += ' ' + state;
    }
  }
  return line;
}

std::string mode_text(JsonView mode) {
  const bool dnd = mode["dnd"].boolean().value_or(false);
  std::string line = std::string("do not disturb ") + (dnd ? "on" : "off");
  if (const auto until = mode["dnd_until_ms"].number()) {
    line += " until " + clock_text(*until);
  }
  if (const std::string source = known(text(mode, "dnd_source")); !source.empty()) {
    line += " (" + source + ')';
  }
  const bool opens = mode["ring_to_open"].boolean().value_or(false);
  add(line, opens
                ? "ring-to-open for " + time_text(mode["ring_to_open_left_ms"].number().value_or(0))
                : "ring-to-open off");
  return line;
}

}  // namespace doorcall::cli
