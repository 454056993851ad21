// Fields out of the flat list of values. A map is indexed once by its keys, which are small
// integers, so order does not matter, a key that stands twice is seen at once, and unknown keys
// cost nothing. Type, bounds, grammar and UTF-8 are checked here and nowhere else; the first error
// stays.

#include "transport/codec_reader.hpp"

#include <algorithm>

#include "agent/core/utf8.hpp"

namespace doorcall::transport {

namespace {

constexpr std::uint64_t kKeyMax = 63;

std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

const Value* FieldReader::of_type(ValueType type) const noexcept {
  if (value_ != nullptr && value_->type != type) {
    fail(DecodeError::kBadType);
    return nullptr;
  }
  return value_;
}

std::uint64_t FieldReader::number() const noexcept {
  const Value* value = of_type(ValueType::kUnsigned);
  if (value == nullptr) {
    return 0;
  }
  if (value->number < field_.min || value->number > field_.max) {
    fail(DecodeError::kOutOfRange);
    return 0;
  }
  return value->number;
}

std::string_view FieldReader::raw_text() const noexcept {
  const Value* value = of_type(ValueType::kText);
  return value == nullptr ? std::string_view{} : as_text(state_.values.bytes_of(*value));
}

std::string_view FieldReader::text() const noexcept {
  const std::string_view text = raw_text();
  if (text.size() > field_.max) {
    fail(DecodeError::kTooLong);
    return {};
  }
  if (!is_utf8(text)) {
    fail(DecodeError::kNotUtf8);
    return {};
  }
  return text;
}

Bytes FieldReader::bytes() const noexcept {
  const Value* value = of_type(ValueType::kBytes);
  if (value == nullptr) {
    return {};
  }
  if (value->size > field_.max) {
    fail(DecodeError::kTooLong);
    return {};
  }
  return state_.values.bytes_of(*value);
}

CallId FieldReader::call_id() const noexcept {
  CallId id;
  const Value* value = of_type(ValueType::kBytes);
  if (value == nullptr) {
    return id;
  }
  const Bytes bytes = state_.values.bytes_of(*value);
  if (bytes.size() == id.bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  }
  if (id.empty()) {
    fail(DecodeError::kOutOfRange);
  }
  return id;
}

template <typename T>
T FieldReader::id(const T& fallback) const noexcept {
  const std::string_view text = raw_text();
  if (text.empty() && field_.need == Need::kOptional) {
    return fallback;
  }
  const auto parsed = T::parse(text);
  if (!parsed) {
    fail(DecodeError::kBadId);
    return fallback;
  }
  return *parsed;
}

UserId FieldReader::user() const noexcept {
  return id(UserId{});
}
DeviceId FieldReader::device() const noexcept {
  return id(DeviceId{});
}
Account FieldReader::account(const Account& fallback) const noexcept {
  return id(fallback);
}

MapReader FieldReader::map() const noexcept {
  return MapReader(state_, field_, of_type(ValueType::kMap));
}

ArrayReader FieldReader::array() const noexcept {
  return ArrayReader(state_, of_type(ValueType::kArray));
}

MapReader::MapReader(DecodeState& state, const Field& field, const Value* map) noexcept
    : state_(state) {
  if (map == nullptr) {
    return;
  }
  std::uint64_t seen = 0;
  std::size_t at = static_cast<std::size_t>(map - &state.values[0]) + 1;
  while (at < map->next) {
    const Value& key = state.values[at];
    if (key.type != ValueType::kUnsigned || key.number > kKeyMax) {
      state.fail(DecodeError::kBadKey, field);
      return;
    }
    const std::uint64_t bit = std::uint64_t{1} << key.number;
    if ((seen & bit) != 0) {
      state.fail(DecodeError::kDuplicateKey, field);
      return;
    }
    seen |= bit;
    const std::size_t value = at + 1;
    if (key.number < kKnownKeys) {
      at_[static_cast<std::size_t>(key.number)] = static_cast<std::uint16_t>(value);
    }
    at = state.values[value].next;
  }
}

FieldReader MapReader::operator[](const Field& field) const noexcept {
  const std::size_t at = at_[field.key];
  if (at == 0) {
    if (field.need == Need::kRequired) {
      state_.fail(DecodeError::kMissingField, field);
    }
    return FieldReader(state_, field, nullptr);
  }
  return FieldReader(state_, field, &state_.values[at]);
}

ArrayReader::ArrayReader(DecodeState& state, const Value* array) noexcept : state_(state) {
  if (array != nullptr) {
    left_ = array->size;
    at_ = static_cast<std::size_t>(array - &state.values[0]) + 1;
  }
}

FieldReader ArrayReader::next(const Field& field) noexcept {
  if (left_ == 0) {
    state_.fail(DecodeError::kMissingField, field);
  }
  return next_if_any(field);
}

FieldReader ArrayReader::next_if_any(const Field& field) noexcept {
  if (left_ == 0) {
    return FieldReader(state_, field, nullptr);
  }
  --left_;
  const Value& value = state_.values[at_];
  at_ = value.next;
  return FieldReader(state_, field, &value);
}

}  // namespace doorcall::transport
