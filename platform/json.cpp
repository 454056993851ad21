// cJSON behind types that own and that look. It is trusted with correct text only: what it would
// overlook or take too far (NUL characters, depth, bytes that are not UTF-8) is refused before, and
// whole numbers are written as digits, because it keeps 15 of them.
#include "platform/json.hpp"

#include <cJSON.h>

#include <charconv>
#include <cmath>
#include <new>

#include "agent/core/utf8.hpp"

namespace doorcall::platform {
namespace {

constexpr double kExactMax = 9007199254740992.0;  // 2^53

/// What cJSON does not check: it recurses a thousand levels deep, and a NUL, raw or escaped, would
/// cut a string short without a word.
bool safe_to_parse(std::string_view text) noexcept {
  constexpr std::string_view kEscapedNul = "u0000";
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') {
      return false;
    }
    if (quoted && c == '\\') {
      if (text.substr(i + 1, kEscapedNul.size()) == kEscapedNul) {
        return false;
      }
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{')) {
      if (++depth > Json::kDepthMax) {
        return false;
      }
    } else if (!quoted && (c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return true;
}

}  // namespace

// --- JsonView

JsonView JsonView::operator[](const char* key) const noexcept {
  return JsonView(cJSON_GetObjectItemCaseSensitive(node_, key));
}

JsonView JsonView::at(std::size_t index) const noexcept {
  return JsonView(is_array() ? cJSON_GetArrayItem(node_, static_cast<int>(index)) : nullptr);
}

std::size_t JsonView::size() const noexcept {
  return is_array() || is_object() ? static_cast<std::size_t>(cJSON_GetArraySize(node_)) : 0;
}

JsonView JsonView::first() const noexcept {
  return JsonView(is_array() || is_object() ? node_->child : nullptr);
}

JsonView JsonView::next() const noexcept {
  return JsonView(node_ == nullptr ? nullptr : node_->next);
}

std::string_view JsonView::key() const noexcept {
  return node_ == nullptr || node_->string == nullptr ? std::string_view() : node_->string;
}

bool JsonView::is_object() const noexcept {
  return cJSON_IsObject(node_) != 0;
}

bool JsonView::is_array() const noexcept {
  return cJSON_IsArray(node_) != 0;
}

bool JsonView::is_null() const noexcept {
  return cJSON_IsNull(node_) != 0;
}

std::optional<std::string_view> JsonView::text() const noexcept {
  if (cJSON_IsString(node_) == 0) {
    return std::nullopt;
  }
  return node_->valuestring;
}

std::optional<bool> JsonView::boolean() const noexcept {
  if (cJSON_IsBool(node_) == 0) {
    return std::nullopt;
  }
  return cJSON_IsTrue(node_) != 0;
}

std::optional<double> JsonView::number() const noexcept {
  if (cJSON_IsNumber(node_) == 0) {
    return std::nullopt;
  }
  return node_->valuedouble;
}

std::optional<std::int64_t> JsonView::integer() const noexcept {
  if (cJSON_IsRaw(node_) != 0) {  // built here
    const std::string_view digits(node_->valuestring);
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), whole);
    return error == std::errc() ? std::optional(whole) : std::nullopt;
  }
  const std::optional<double> value = number();
  if (!value || std::trunc(*value) != *value || std::fabs(*value) > kExactMax) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*value);
}

std::string JsonView::dump() const {
  const std::unique_ptr<char, void (*)(void*)> text(cJSON_PrintUnformatted(node_), cJSON_free);
  if (!text) {
    throw std::bad_alloc();
  }
  return text.get();
}

// --- Json

void Json::Delete::operator()(cJSON* node) const noexcept {
  cJSON_Delete(node);
}

Json::Json(cJSON* node) : node_(node) {
  if (!node_) {
    throw std::bad_alloc();
  }
}

Json::Json() : Json(cJSON_CreateNull()) {}
Json::Json(double value) : Json(cJSON_CreateNumber(value)) {}
Json::Json(const char* value) : Json(cJSON_CreateString(value)) {}
Json::Json(std::string_view value) : Json(std::string(value).c_str()) {}

cJSON* Json::boolean(bool value) noexcept {
  return cJSON_CreateBool(value ? 1 : 0);
}

/// As digits: cJSON would round a number to 15 of them.
cJSON* Json::integer(const std::string& digits) noexcept {
  return cJSON_CreateRaw(digits.c_str());
}

Json Json::object() {
  return Json(cJSON_CreateObject());
}

Json Json::array() {
  return Json(cJSON_CreateArray());
}

Json Json::copy(JsonView value) {
  if (const std::optional<std::int64_t> whole = value.integer()) {
    return *whole;  // a request's number comes back as it was sent
  }
  return value ? Json(cJSON_Duplicate(value.node_, 1)) : Json();
}

std::optional<Json> Json::parse(std::string_view text) {
  if (!is_utf8(text) || !safe_to_parse(text)) {
    return std::nullopt;
  }
  // cJSON 1.7.15 reads past the end of a text that is cut off in the wrong place, unless its length
  // includes a terminating NUL.
  const std::string terminated(text);
  cJSON* const node =
      cJSON_ParseWithLengthOpts(terminated.c_str(), terminated.size() + 1, nullptr, 1);
  if (node == nullptr) {
    return std::nullopt;
  }
  return Json(node);
}

Json& Json::set(const char* key, Json value) {
  cJSON_DeleteItemFromObjectCaseSensitive(node_.get(), key);
  if (cJSON_AddItemToObject(node_.get(), key, value.node_.get()) == 0) {
    throw std::bad_alloc();
  }
  static_cast<void>(value.node_.release());
  return *this;
}

Json& Json::push(Json value) {
  if (cJSON_AddItemToArray(node_.get(), value.node_.get()) == 0) {
    throw std::bad_alloc();
  }
  static_cast<void>(value.node_.release());
  return *this;
}

}  // namespace doorcall::platform
