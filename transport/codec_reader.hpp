#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "transport/codec_fields.hpp"
#include "transport/codec_values.hpp"

// Taking fields out of a parsed message. The first thing that is wrong is kept in one DecodeResult
// and everything after it reads as absent or harmless, so a reader of a message is a plain list of
// its fields and the result is looked at once, at the end.

namespace doorcall::transport {

class ArrayReader;
class MapReader;

/// Where a decode stands: the values, and the first error.
struct DecodeState {
  Values values;
  DecodeResult result;

  void fail(DecodeError error, const Field& field) noexcept {
    if (result.ok()) {
      result = DecodeResult{error, field.name};
    }
  }
};

/// The value of one field, or its absence. Each getter gives the value if it has the field's type
/// and is within its bounds; else it notes the error. Absent: 0, empty, `fallback`.
class FieldReader {
 public:
  FieldReader(DecodeState& state, const Field& field, const Value* value) noexcept
      : state_(state), field_(field), value_(value) {}

  [[nodiscard]] bool present() const noexcept { return value_ != nullptr; }

  [[nodiscard]] std::uint64_t number() const noexcept;
  [[nodiscard]] std::string_view text() const noexcept;
  [[nodiscard]] Bytes bytes() const noexcept;
  [[nodiscard]] CallId call_id() const noexcept;
  [[nodiscard]] UserId user() const noexcept;
  [[nodiscard]] DeviceId device() const noexcept;
  [[nodiscard]] Account account(const Account& fallback = {}) const noexcept;
  [[nodiscard]] MapReader map() const noexcept;
  [[nodiscard]] ArrayReader array() const noexcept;

  /// number() as an enumeration or a smaller integer: the field's bounds make it fit.
  template <typename T>
  [[nodiscard]] T as() const noexcept {
    return static_cast<T>(number());
  }

  void fail(DecodeError error) const noexcept { state_.fail(error, field_); }

 private:
  /// The value if it is present and of this type, else nullptr.
  [[nodiscard]] const Value* of_type(ValueType type) const noexcept;
  [[nodiscard]] std::string_view raw_text() const noexcept;
  template <typename T>
  [[nodiscard]] T id(const T& fallback) const noexcept;

  DecodeState& state_;
  const Field& field_;
  const Value* value_;
};

/// The fields of a map. Keys must be different integers 0–63, known or not.
class MapReader {
 public:
  /// An absent map (`map` null) has no fields.
  MapReader(DecodeState& state, const Field& field, const Value* map) noexcept;

  /// Notes an error if a required field is missing.
  [[nodiscard]] FieldReader operator[](const Field& field) const noexcept;

 private:
  static constexpr std::size_t kKnownKeys = 16;  ///< all fields have lower keys

  DecodeState& state_;
  std::array<std::uint16_t, kKnownKeys> at_{};  ///< index of a key's value; 0: none
};

/// The elements of an array, in turn. More than are asked for may follow.
class ArrayReader {
 public:
  /// An absent array (`array` null) has no elements.
  ArrayReader(DecodeState& state, const Value* array) noexcept;

  [[nodiscard]] std::size_t left() const noexcept { return left_; }

  /// The next element; notes an error if the array ends before it.
  [[nodiscard]] FieldReader next(const Field& field) noexcept;

  /// The next element; absent if the array ends before it.
  [[nodiscard]] FieldReader next_if_any(const Field& field) noexcept;

 private:
  DecodeState& state_;
  std::size_t left_ = 0;
  std::size_t at_ = 0;
};

}  // namespace doorcall::transport
