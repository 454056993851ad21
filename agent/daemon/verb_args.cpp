// Arguments come from programs and people: each getter says in words what it wanted, and the first
// such sentence is the answer to the request.
#include "agent/daemon/verb_args.hpp"

#include <algorithm>
#include <utility>

namespace doorcall::daemon {
namespace {

std::string quoted(const char* key) {
  return std::string("'") + key + "'";
}

/// Nothing if `list` is not a list of texts.
std::optional<std::vector<std::string>> read_texts(platform::JsonView list) {
  std::vector<std::string> texts;
  if (!list.is_array()) {
    return std::nullopt;
  }
  for (platform::JsonView item = list.first(); item; item = item.next()) {
    if (!item.text()) {
      return std::nullopt;
    }
    texts.emplace_back(*item.text());
  }
  return texts;
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

std::optional<std::int64_t> VerbArgs::integer(const char* key, std::int64_t low,
                                              std::int64_t high) {
  const platform::JsonView value = args_[key];
  const auto number = value.integer();
  if (value && (!number || *number < low || *number > high)) {
    fail("invalid_argument", quoted(key) + " must be a whole number from " + std::to_string(low) +
                                 " to " + std::to_string(high));
    return std::nullopt;
  }
  return number;
}

std::optional<std::vector<std::string>> VerbArgs::texts(const char* key) {
  const platform::JsonView value = args_[key];
  if (!value) {
    return std::nullopt;
  }
  auto list = read_texts(value);
  if (!list) {
    fail("invalid_argument", quoted(key) + " must be a list of texts");
  }
  return list;
}

std::optional<std::vector<std::vector<std::string>>> VerbArgs::lists(const char* key) {
  const platform::JsonView value = args_[key];
  if (!value) {
    return std::nullopt;
  }
  std::vector<std::vector<std::string>> lists;
  for (platform::JsonView item = value.first(); item; item = item.next()) {
    if (auto list = read_texts(item)) {
      lists.push_back(std::move(*list));
    }
  }
  if (!value.is_array() || lists.size() != value.size()) {
    fail("invalid_argument", quoted(key) + " must be a list of lists of texts");
    return std::nullopt;
  }
  return lists;
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

std::optional<PressKind> VerbArgs::press_kind(const char* key) {
  const auto name = text(key);
  if (!name) {
    return std::nullopt;
  }
  for (const PressKind kind : {PressKind::kSingle, PressKind::kDouble, PressKind::kLong}) {
    if (*name == to_string(kind)) {
      return kind;
    }
  }
  fail("invalid_argument", quoted(key) + " must be single, double or long");
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
