#include "agent/daemon/verb_args.hpp"

#include <algorithm>

namespace doorcall::daemon {
namespace {

std::string quoted(const char* key) {
  return std::string("'") + key + "'";
}

}  // namespace

void VerbArgs::fail(std::string_view code, std::string message) {
  if (ok()) {
    code_ = code;
    error_ = std::move(message);
  }
}

std::optional<std::string> VerbArgs::text(const char* key) {
  const platform::JsonView value = args_[key];
  if (!value) {
    return std::nullopt;
  }
  if (!value.text()) {
    fail("invalid_argument", quoted(key) + " must be a text");
    return std::nullopt;
  }
  return std::string(*value.text());
}

std::string VerbArgs::needed_text(const char* key) {
  if (!args_[key]) {
    fail("invalid_argument", quoted(key) + " is missing");
  }
  return text(key).value_or("");
}

std::optional<bool> VerbArgs::flag(const char* key) {
  const platform::JsonView value = args_[key];
  if (value && !value.boolean()) {
    fail("invalid_argument", quoted(key) + " must be true or false");
  }
  return value.boolean();
}

std::optional<std::chrono::milliseconds> VerbArgs::milliseconds(const char* key) {
  const platform::JsonView value = args_[key];
  if (!value) {
    return std::nullopt;
  }
  if (!value.integer()) {
    fail("invalid_argument", quoted(key) + " must be a whole number of milliseconds");
    return std::nullopt;
  }
  return std::chrono::milliseconds(*value.integer());
}

std::optional<MediaKind> VerbArgs::media(const char* key) {
  const auto name = text(key);
  if (!name) {
    return std::nullopt;
  }
  for (const MediaKind kind : {MediaKind::kAudio, MediaKind::kVideo, MediaKind::kOther}) {
    if (*name == to_string(kind)) {
      return kind;
    }
  }
  fail("invalid_argument", quoted(key) + " must be audio, video or other");
  return std::nullopt;
}

std::string VerbArgs::call(const Agent& agent, const std::vector<CallState>& states) {
  if (const auto named = text("call")) {
    return *named;
  }
  if (!ok()) {
    return {};
  }
  std::vector<std::string> fitting;
  for (const CallView& view : agent.calls()) {
    if (std::find(states.begin(), states.end(), view.state) != states.end()) {
      fitting.push_back(view.call);
    }
  }
  if (fitting.size() == 1) {
    return fitting.front();
  }
  std::string wanted;
  for (const CallState state : states) {
    wanted += (wanted.empty() ? "" : " or ") + std::string(to_string(state));
  }
  if (fitting.empty()) {
    fail("unknown_call", "no call is " + wanted);
    return {};
  }
  std::string list;
  for (const std::string& id : fitting) {
    list += (list.empty() ? "" : ", ") + id;
  }
  fail("invalid_argument", "several calls are " + wanted + "; name one of " + list);
  return {};
}

}  // namespace doorcall::daemon
