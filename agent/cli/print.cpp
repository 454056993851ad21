// Answers and events as lines for a person: what is not known or not worth saying is left out, so
// that most lines fit a terminal.
#include "agent/cli/print.hpp"

#include "agent/cli/words.hpp"

namespace doorcall::cli {
namespace {

using platform::JsonView;

double number(JsonView object, const char* key) {
  return object[key].number().value_or(0);
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
  add(line, "for " + time_text(number(call, "age_ms")));
  if (call["members"].size() > 2) {
    line += "\n         with " + members_text(call["members"]);
  }
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
  add(line, device["door"].boolean().value_or(false) ? "door" : "");
  return line;
}

std::string names_text(JsonView list) {
  std::string names;
  for (JsonView item = list.first(); item; item = item.next()) {
    names += (names.empty() ? "" : ", ") + std::string(item.text().value_or(""));
  }
  return names.empty() ? "none" : names;
}

std::string output_text(JsonView output) {
  std::string line = text(output, "kind");
  add(line, text(output, "name"));
  add(line, text(output, "state"));
  const std::string fault = text(output, "fault");
  add(line, fault.empty() ? "" : "FAULT: " + fault);
  return line;
}

std::string limits_text(JsonView limits) {
  const bool waiting = limits["call_waiting"].boolean().value_or(false);
  std::string line = "lines " + limits["lines"].dump() + (waiting ? " and one waiting" : "");
  add(line, "parties " + limits["parties"].dump());
  add(line, "ring time " + time_text(number(limits, "ring_time_ms")));
  if (const double longest = number(limits, "longest_call_ms"); longest > 0) {
    add(line, "longest call " + time_text(longest));
  }
  add(line, limits["chime_only"].boolean().value_or(false) ? "chime only" : "");
  return line;
}

std::string input_text(JsonView input) {
  std::string line = text(input, "button");
  add(line, text(input, "state"));
  add(line, text(input, "source"));
  add(line, text(input, "text"));
  return line;
}

std::string status_text(JsonView status) {
  const JsonView link = status["link"];
  std::string lines = peer(status, "user", "device");
  add(lines, text(status, "name"));
  add(lines, text(status, "kind"));
  lines += "\nstate    " + text(status, "state");
  lines += "\nmode     " + mode_text(status["mode"]);
  lines += "\nbroker   " + text(link, "broker") + "  " + text(link, "state") + "  MQTT " +
           text(link, "protocol") + "  " + text(link, "library");
  if (link["lacks"].size() > 0) {
    lines += "\nlacks    " + names_text(link["lacks"]);
  }
  lines += "\nversion  " + text(status, "version");
  lines += "\ncalls    " + list_text(status["calls"], call_text, "none");
  if (status["pullable"].size() > 0) {
    lines += "\nto pull  " + names_text(status["pullable"]);
  }
  lines += "\nbuttons  " + names_text(status["buttons"]);
  for (JsonView input = status["inputs"].first(); input; input = input.next()) {
    lines += "\ninput    " + input_text(input);
  }
  lines += "\nplans    " + names_text(status["plans"]);
  for (JsonView item = status["outputs"].first(); item; item = item.next()) {
    lines += "\noutput   " + output_text(item);
  }
  lines += "\nlimits   " + limits_text(status["limits"]);
  lines += "\nmemory   tables " + status["memory"]["tables_bytes"].dump() + " bytes, messages " +
           status["memory"]["messages_bytes"].dump();
  for (JsonView item = status["counters"].first(); item; item = item.next()) {
    if (item.integer().value_or(0) != 0) {
      lines += "\n         " + std::string(item.key()) + ' ' + item.dump();
    }
  }
  return lines;
}

std::string invitation_text(JsonView result) {
  std::string lines =
      (result["added"].boolean().value_or(false) ? "added to " : "calling ") + text(result, "call");
  for (JsonView error = result["errors"].first(); error; error = error.next()) {
    lines += "\nnot called: " + text(error, "user") + ": " + text(error, "message");
  }
  return lines;
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
  if (verb == "dnd" || verb == "ring_to_open") {
    return mode_text(result);
  }
  if (verb == "door") {
    const std::string at = peer(result, "user", "device");
    return "opened" + (at.empty() ? at : " at " + at);
  }
  if (verb == "press") {
    return "pressed";
  }
  if (verb == "call" || verb == "add") {
    return invitation_text(result);
  }
  const std::string done = verb == "answer"                      ? "answered"
                           : verb == "silence"                   ? "silenced"
                           : verb == "mute"                      ? "muted"
                           : verb == "unmute"                    ? "unmuted"
                           : verb == "send"                      ? "received in"
                           : verb == "join"                      ? "joined"
                           : verb == "pull"                      ? "pulled"
                           : verb == "hangup" || verb == "leave" ? "left"
                           : verb == "cancel"                    ? "cancelled"
                                                                 : "ended";
  return done + ' ' + text(result, "call");
}

}  // namespace doorcall::cli
