// msgpack-c's visitor parser walks the bytes once and calls us for each value; we append it to a
// list of fixed size. Everything that a hostile message can overdo is refused here, before any
// field is looked at: size, depth, number of values, announced counts. Nothing is copied: text and
// bytes stay where they are in the input. Exceptions of the library end at this line.

#include "transport/codec_values.hpp"

#include <msgpack.hpp>
#include <new>

#include "agent/core/limits.hpp"

namespace doorcall::transport {

class ValueCollector : public msgpack::null_visitor {
 public:
  ValueCollector(Values& values, const char* begin) noexcept : values_(values), begin_(begin) {}

  [[nodiscard]] DecodeError error() const noexcept { return error_; }

  bool visit_nil() { return append(ValueType::kOther); }
  bool visit_boolean(bool /*value*/) { return append(ValueType::kOther); }
  bool visit_positive_integer(std::uint64_t value) { return append(ValueType::kUnsigned, value); }
  bool visit_negative_integer(std::int64_t value) {
    // The parser calls this for every signed encoding, whatever the sign.
    return value < 0 ? append(ValueType::kOther)
                     : append(ValueType::kUnsigned, static_cast<std::uint64_t>(value));
  }
  bool visit_float32(float /*value*/) { return append(ValueType::kOther); }
  bool visit_float64(double /*value*/) { return append(ValueType::kOther); }
  bool visit_str(const char* data, std::uint32_t size) {
    return append(ValueType::kText, offset_of(data, size), size);
  }
  bool visit_bin(const char* data, std::uint32_t size) {
    return append(ValueType::kBytes, offset_of(data, size), size);
  }
  bool visit_ext(const char* /*data*/, std::uint32_t /*size*/) { return append(ValueType::kOther); }

  bool start_array(std::uint32_t elements) { return open(ValueType::kArray, elements, 1); }
  bool end_array() { return close(); }
  bool start_map(std::uint32_t pairs) { return open(ValueType::kMap, pairs, 2); }
  bool end_map() { return close(); }

  void parse_error(std::size_t /*parsed*/, std::size_t /*at*/) {
    error_ = DecodeError::kNotMsgpack;
  }
  void insufficient_bytes(std::size_t /*parsed*/, std::size_t /*at*/) {
    error_ = DecodeError::kTruncated;
  }

 private:
  bool append(ValueType type, std::uint64_t number = 0, std::uint32_t size = 0) noexcept {
    if (values_.count_ == kMessageValuesMax) {
      error_ = DecodeError::kTooManyValues;
      return false;
    }
    const auto next = static_cast<std::uint16_t>(values_.count_ + 1);
    values_.list_[values_.count_] = Value{number, size, next, type};
    values_.count_ = next;
    return true;
  }

  bool open(ValueType type, std::uint32_t count, std::size_t values_each) noexcept {
    if (depth_ == kMessageDepthMax) {
      error_ = DecodeError::kTooDeep;
      return false;
    }
    // A header of five bytes can announce four thousand million values; don't wait for them.
    if (count > (kMessageValuesMax - values_.count_) / values_each) {
      error_ = DecodeError::kTooManyValues;
      return false;
    }
    open_[depth_] = static_cast<std::uint16_t>(values_.count_);
    ++depth_;
    return append(type, 0, count);
  }

  bool close() noexcept {
    --depth_;
    values_.list_[open_[depth_]].next = static_cast<std::uint16_t>(values_.count_);
    return true;
  }

  /// The parser's pointer to empty text means nothing.
  [[nodiscard]] std::uint64_t offset_of(const char* data, std::uint32_t size) const noexcept {
    return size == 0 ? 0 : static_cast<std::uint64_t>(data - begin_);
  }

  Values& values_;
  const char* begin_;
  std::size_t depth_ = 0;
  std::array<std::uint16_t, kMessageDepthMax> open_{};  // the arrays and maps we are in
  DecodeError error_ = DecodeError::kOk;
};

static_assert(kMessageValuesMax < 0xFFFF);

DecodeError Values::parse(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() > kMessageBytesMax) {
    return DecodeError::kTooLarge;
  }
  input_ = bytes;
  count_ = 0;
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  ValueCollector collector(*this, begin);
  std::size_t end = 0;
  try {
    msgpack::parse(begin, bytes.size(), end, collector);
  } catch (const std::bad_alloc&) {
    return DecodeError::kNoMemory;
  } catch (...) {
    return DecodeError::kNotMsgpack;
  }
  if (collector.error() == DecodeError::kOk && end != bytes.size()) {
    return DecodeError::kTrailingBytes;
  }
  return collector.error();
}

}  // namespace doorcall::transport
