// Text from other devices (names, data) may hold anything but NUL: control characters are replaced,
// so that nobody can move the cursor of who reads it.
#include "agent/cli/print.hpp"

#include <cstdio>
#include <ctime>
#include <vector>

namespace doorcall::cli {
namespace {

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

std::string seconds(JsonView object, const char* key) {
  const double ms = object[key].number().value_or(0);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.0f s", ms / 1000);
  return buffer;
}

/// "  word word", for words that are not empty.
void add(std::string& line, const std::string& word) {
  if (!word.empty()) {
    line += line.empty() ? word : "  " + word;
  }
}

std::string known(const std::string& word) {
  return word == "none" ? std::string() : word;
}

std::string call_text(JsonView call) {
  std::string line = text(call, "call");
  add(line, text(call, "direction"));
  add(line, text(call, "state"));
  add(line, peer(call, "peer_user", "peer_device"));
  add(line, text(call, "media"));
  if (const std::string media = known(text(call, "media_state")); !media.empty()) {
    add(line, "media " + media);
  }
  add(line, known(text(call, "reason")));
  add(line, "for " + seconds(call, "age_ms"));
  return line;
}

std::string list_text(JsonView list, std::string (*one)(JsonView), const char* empty) {
  std::string lines;
  for (JsonView item = list.first(); item; item = item.next()) {
    lines += (lines.empty() ? "" : "\n") + one(item);
  }
  return lines.empty() ? empty : lines;
}

std::string device_text(JsonView device) {
  std::string line = peer(device, "user", "device");
  add(line, text(device, "state"));
  add(line, text(device, "name"));
  add(line, text(device, "kind"));
  add(line, text(device, "software"));
  return line;
}

std::string button_text(JsonView button) {
  return std::string(button.text().value_or(""));
}

std::string status_text(JsonView status) {
  const JsonView link = status["link"];
  std::string lines = peer(status, "user", "device");
  add(lines, text(status, "name"));
  add(lines, text(status, "kind"));
  lines += "\nstate    " + text(status, "state");
  lines += "\nbroker   " + text(link, "broker") + "  " + text(link, "state") + "  MQTT " +
           text(link, "protocol") + "  " + text(link, "library");
  lines += "\nversion  " + text(status, "version");
  lines += "\ncalls    " + list_text(status["calls"], call_text, "none");
  std::string buttons;
  for (JsonView item = status["buttons"].first(); item; item = item.next()) {
    buttons += (buttons.empty() ? "" : ", ") + button_text(item);
  }
  lines += "\nbuttons  " + (buttons.empty() ? "none" : buttons);
  for (JsonView item = status["counters"].first(); item; item = item.next()) {
    if (item.integer().value_or(0) != 0) {
      lines += "\n         " + std::string(item.key()) + ' ' + item.dump();
    }
  }
  return lines;
}

std::string clock_text(JsonView event) {
  const double wall_ms = event["wall_ms"].number().value_or(0);
  const auto whole = static_cast<time_t>(wall_ms / 1000);
  tm local{};
  ::localtime_r(&whole, &local);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min,
                local.tm_sec, static_cast<int>(wall_ms - static_cast<double>(whole) * 1000));
  return buffer;
}

}  // namespace

std::string result_text(std::string_view verb, JsonView result) {
  if (verb == "status") {
    return status_text(result);
  }
  if (verb == "calls") {
    return list_text(result["calls"], call_text, "no calls");
  }
  if (verb == "presence") {
    return list_text(result["devices"], device_text, "no device is known");
  }
  if (verb == "press") {
    return "pressed";
  }
  const std::string done = verb == "call" ? "calling" : verb == "answer" ? "answered" : "ended";
  return done + ' ' + text(result, "call");
}

std::string event_text(JsonView event) {
  const std::string type = text(event, "type");
  std::string line = clock_text(event);
  add(line, type);
  if (type == "call") {
    add(line, text(event, "call").substr(0, 8));
    add(line, text(event, "change"));
    if (text(event, "change") == "media") {
      add(line, text(event, "media_state"));
    }
    add(line, text(event, "direction"));
    add(line, peer(event, "peer_user", "peer_device"));
    add(line, known(text(event, "reason")));
    add(line, text(event, "caller_name"));
    add(line, text(event, "line"));
    add(line, text(event, "data"));
    return line;
  }
  if (type == "presence") {
    add(line, peer(event, "user", "device"));
    add(line, event["known"].boolean().value_or(true) ? text(event, "state") : "unknown");
    add(line, text(event, "name"));
    return line;
  }
  add(line, text(event, "state"));
  add(line, known(text(event, "trouble")));
  add(line, text(event, "text"));
  return line;
}

}  // namespace doorcall::cli
