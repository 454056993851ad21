// What was typed, in the form that the daemon takes. Everything that depends on its state or config
// is left to its answer.
#include "agent/cli/given.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace doorcall::cli {
namespace {

using platform::Json;

bool wrong(const std::string& sentence) {
  std::fprintf(stderr, "doorcall: %s\n", sentence.c_str());
  return false;
}

void set_text(Json& args, const char* key, const std::string& value) {
  if (!value.empty()) {
    args.set(key, value);
  }
}

void set_flag(Json& args, const char* key, bool value) {
  if (value) {
    args.set(key, true);
  }
}

void set_seconds(Json& args, const char* key, double value) {
  if (value > 0) {
    args.set(key, std::llround(value * 1000));
  }
}

Json list_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) {
    list.push(text);
  }
  return list;
}

bool read_data(Given& given) {
  if (given.data_file.empty()) {
    return true;
  }
  std::ifstream file(given.data_file, std::ios::binary);
  given.data.assign(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    return wrong("--data-file: " + given.data_file + " can't be read");
  }
  return true;
}

/// "a,b" "c" as [["a","b"],["c"]].
Json steps_of(const std::vector<std::string>& words) {
  Json steps = Json::array();
  for (const std::string& word : words) {
    std::vector<std::string> users;
    std::size_t begin = 0;
    for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
      comma = word.find(',', begin);
      users.push_back(word.substr(begin, comma == std::string::npos ? comma : comma - begin));
    }
    steps.push(list_of(users));
  }
  return steps;
}

bool fill_users(const Given& given, Command& command) {
  if (given.users.empty()) {
    return command.verb != "call" || !given.plan.empty() ||
           wrong("call whom? name one or more users, or --plan NAME of the config");
  }
  if (given.plan == "escalation") {
    command.args.set("steps", steps_of(given.users));
  } else {
    command.args.set("users", list_of(given.users));
  }
  return true;
}

/// Milliseconds of "30m", "1h", "90s", seconds; nothing for anything else.
std::optional<std::int64_t> read_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  constexpr Unit kUnits[] = {
      {"", 1'000}, {"s", 1'000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}};
  constexpr std::int64_t kNumberMax = 1'000'000;
  std::int64_t number = -1;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number < 0 || number > kNumberMax) {
    return std::nullopt;
  }
  for (const Unit& unit : kUnits) {
    if (unit.name == std::string_view(rest, static_cast<std::size_t>(end - rest))) {
      return number * unit.milliseconds;
    }
  }
  return std::nullopt;
}

bool fill_duration(const std::string& text, Json& args) {
  const std::optional<std::int64_t> duration = read_duration(text);
  if (!duration) {
    return wrong("'" + text + "' is no time; write 30m, 2h or 90s");
  }
  args.set("for_ms", *duration);
  return true;
}

bool fill_mode(const Given& given, Command& command) {
  if (command.verb == "dnd") {
    set_text(command.args, "set", given.word);
    set_text(command.args, "until", given.until);
    return given.duration.empty() || fill_duration(given.duration, command.args);
  }
  if (given.word.empty() || given.word == "status") {
    return true;
  }
  return fill_duration(given.word == "off" ? "0s" : given.word, command.args);
}

}  // namespace

bool fill(Given& given, Command& command) {
  if (command.verb == "send" || command.verb == "key" || command.verb == "switch") {
    const bool change = command.verb == "switch";
    set_text(command.args, "kind",
             command.verb == "send" ? "data" : (change ? "media_switch" : "key_press"));
    set_text(command.args, change ? "media" : "text", given.text);
    set_text(command.args, "call", given.call);
    set_text(command.args, "user", given.user);
    command.verb = "send";
    return true;
  }
  if (command.verb == "ring-to-open" || command.verb == "dnd") {
    const bool filled = fill_mode(given, command);
    command.verb = command.verb == "dnd" ? "dnd" : "ring_to_open";
    return filled;
  }
  if (!read_data(given) || !fill_users(given, command)) {
    return false;
  }
  Json& args = command.args;
  set_text(args, "user", given.user);
  set_text(args, "call", given.call);
  set_text(args, "name", given.button);
  if (given.double_press || given.long_press) {
    args.set("kind", given.double_press ? "double" : "long");
  }
  set_text(args, "plan", given.plan);
  set_text(args, "data", given.data);
  set_text(args, "media", given.media);
  set_text(args, "line", given.line);
  set_text(args, "push_title", given.push_title);
  set_text(args, "push_content", given.push_content);
  set_text(args, "via", given.via);
  set_flag(args, "wait_offline", given.wait_offline);
  set_flag(args, "here", given.here);
  set_seconds(args, "ring_time_ms", given.ring_time);
  set_seconds(args, "step_time_ms", given.step_time);
  if (given.cycles > 0) {
    args.set("cycles", given.cycles);
  }
  if (given.no_keep) {
    args.set("keep", false);
  }
  return true;
}

}  // namespace doorcall::cli
