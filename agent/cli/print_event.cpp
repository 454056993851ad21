#include <cstdio>
#include <ctime>

#include "agent/cli/print.hpp"
#include "agent/cli/words.hpp"

namespace doorcall::cli {
namespace {

using platform::JsonView;

std::string moment_text(JsonView event) {
  const double wall_ms = event["wall_ms"].number().value_or(0);
  const auto whole = static_cast<time_t>(wall_ms / 1000);
  tm local{};
  ::localtime_r(&whole, &local);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min,
                local.tm_sec, static_cast<int>(wall_ms - static_cast<double>(whole) * 1000));
  return buffer;
}

/// Who and how, in the words of each change.
void add_change(std::string& line, JsonView event) {
  const std::string change = text(event, "change");
  add(line, change);
  if (change == "media") {
    add(line, text(event, "media_state"));
  }
  if (change != "member") {
    add(line, text(event, "direction"));
  }
  add(line, peer(event, "peer_user", "peer_device"));
  if (change == "member") {
    add(line, text(event, "leg"));
  }
  add(line, known(text(event, "reason")));
  if (change == "limit_warning") {
    add(line, "ends in " + time_text(event["ring_left_ms"].number().value_or(0)));
  }
  add(line, event["waiting"].boolean().value_or(false) ? "waiting: no line is free" : "");
  add(line, event["missed"].boolean().value_or(false) ? "missed" : "");
}

std::string call_event(std::string line, JsonView event) {
  add(line, text(event, "call").substr(0, 8));
  add_change(line, event);
  add(line, text(event, "caller_name"));
  add(line, text(event, "line"));
  add(line, text(event, "data"));
  if (event["members"].size() > 2) {
    add(line, "[" + members_text(event["members"]) + "]");
  }
  return line;
}

}  // namespace

std::string event_text(JsonView event) {
  const std::string type = text(event, "type");
  std::string line = moment_text(event);
  add(line, type);
  if (type == "call") {
    return call_event(line, event);
  }
  if (type == "presence") {
    add(line, peer(event, "user", "device"));
    add(line, event["known"].boolean().value_or(true) ? text(event, "state") : "unknown");
    add(line, text(event, "name"));
    return line;
  }
  if (type == "door") {
    add(line, text(event, "call").substr(0, 8));
    add(line, text(event, "change"));
    add(line, event["here"].boolean().value_or(false) ? "here" : "there");
    add(line, peer(event, "user", "device"));
    add(line, text(event, "change") == "refused" ? text(event, "result") : "");
    return line;
  }
  if (type == "info") {
    add(line, text(event, "call").substr(0, 8));
    add(line, text(event, "kind"));
    add(line, peer(event, "user", "device"));
    add(line, text(event, "kind") == "media_switch" ? text(event, "media") : text(event, "text"));
    return line;
  }
  if (type == "mode") {
    add(line, mode_text(event));
    return line;
  }
  if (type == "button") {
    add(line, text(event, "button"));
    add(line, text(event, "change"));
    add(line, text(event, "kind"));
    add(line, text(event, "code"));
  }
  add(line, text(event, "state"));
  add(line, known(text(event, "trouble")));
  add(line, text(event, "text"));
  return line;
}

}  // namespace doorcall::cli
