#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "transport/codec.hpp"

// The values of one msgpack message as a flat list, bounded and on the stack.

namespace doorcall::transport {

enum class ValueType : std::uint8_t {
  kUnsigned,
  kText,
  kBytes,
  kArray,
  kMap,
  kOther,  ///< nil, booleans, negative numbers, floats, extensions: no field has such a type
};

/// One value. What an array or a map holds follows it directly; in a map, key and value in turn.
struct Value {
  std::uint64_t number;  ///< kUnsigned: the number; kText, kBytes: where it begins in the input
  std::uint32_t size;    ///< kText, kBytes: bytes; kArray: elements; kMap: pairs
  std::uint16_t next;    ///< index of the first value behind this one and all it holds
  ValueType type;
};

/// What msgpack's parser found. About 8 KB: for the stack of one decode().
class Values {
 public:
  /// Reads exactly one msgpack value within the limits of size, depth and count.
  /// `bytes` must outlive this object.
  [[nodiscard]] DecodeError parse(std::span<const std::uint8_t> bytes) noexcept;

  [[nodiscard]] const Value& operator[](std::size_t index) const noexcept { return list_[index]; }

  /// The bytes of a kText or kBytes value.
  [[nodiscard]] std::span<const std::uint8_t> bytes_of(const Value& value) const noexcept {
    return input_.subspan(static_cast<std::size_t>(value.number), value.size);
  }

 private:
  friend class ValueCollector;

  std::span<const std::uint8_t> input_;
  std::size_t count_ = 0;
  std::array<Value, kMessageValuesMax> list_;  // only the first count_ are ever set and read
};

}  // namespace doorcall::transport
