#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <msgpack.hpp>
#include <span>
#include <string_view>

#include "transport/codec_fields.hpp"

// Writing fields with msgpack-c's packer into a buffer of fixed size.

namespace doorcall::transport {

/// What the packer writes to. Counts on when full, so that the size is known at the end.
class FixedBuffer {
 public:
  explicit FixedBuffer(std::span<std::uint8_t> out) noexcept
      : out_(out.first(std::min(out.size(), kMessageBytesMax))) {}

  void write(const char* data, std::size_t size) noexcept {
    if (size_ <= out_.size() && size <= out_.size() - size_ && size != 0) {
      std::memcpy(out_.data() + size_, data, size);
    }
    size_ += size;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Bytes written, 0 if they did not fit.
  [[nodiscard]] std::size_t result() const noexcept { return size_ <= out_.size() ? size_ : 0; }

  void set(std::size_t at, std::uint8_t byte) noexcept {
    if (at < out_.size()) {
      out_[at] = byte;
    }
  }
  void rewind(std::size_t size) noexcept { size_ = size; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t size_ = 0;
};

/// Packs single values.
class ValueWriter {
 public:
  explicit ValueWriter(FixedBuffer& buffer) noexcept : packer_(buffer) {}

  void number(std::uint64_t value) noexcept { packer_.pack_uint64(value); }
  void text(std::string_view text) noexcept {
    const auto size = static_cast<std::uint32_t>(text.size());
    packer_.pack_str(size);
    packer_.pack_str_body(text.data(), size);
  }
  void bytes(Bytes bytes) noexcept {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    packer_.pack_bin(size);
    packer_.pack_bin_body(reinterpret_cast<const char*>(bytes.data()), size);
  }
  void empty_map() noexcept { packer_.pack_map(0); }
  void array(std::size_t elements) noexcept {
    packer_.pack_array(static_cast<std::uint32_t>(elements));
  }

 private:
  msgpack::packer<FixedBuffer> packer_;
};

/// Writes a map of up to 15 fields; its size is set when it is done. An optional number that is 0
/// is left out, so are texts, bytes and maps that are empty: those that are required never are.
class MapWriter {
 public:
  explicit MapWriter(FixedBuffer& buffer) noexcept
      : buffer_(buffer), values_(buffer), start_(buffer.size()) {
    values_.empty_map();
  }

  void number(const Field& field, std::uint64_t value) noexcept {
    if (value != 0 || field.need == Need::kRequired) {
      begin(field).number(value);
    }
  }
  template <typename E>
  void enumerator(const Field& field, E value) noexcept {
    number(field, static_cast<std::uint64_t>(value));
  }
  void text(const Field& field, std::string_view text) noexcept {
    if (!text.empty()) {
      begin(field).text(text);
    }
  }
  void bytes(const Field& field, Bytes bytes) noexcept {
    if (!bytes.empty()) {
      begin(field).bytes(bytes);
    }
  }

  /// Writes the key; the caller writes exactly one value.
  ValueWriter& begin(const Field& field) noexcept {
    set_fields(fields_ + 1U);
    values_.number(field.key);
    return values_;
  }

  /// A map within this one, filled by `fill(MapWriter&)`.
  template <typename Fill>
  void map(const Field& field, Fill&& fill) noexcept {
    const std::size_t before = buffer_.size();
    begin(field);
    MapWriter inner(buffer_);
    fill(inner);
    if (inner.fields_ == 0) {
      buffer_.rewind(before);
      set_fields(fields_ - 1U);
    }
  }

 private:
  static constexpr unsigned kFixMap = 0x80;  // msgpack's map of up to 15 pairs: this + their number

  void set_fields(unsigned fields) noexcept {
    fields_ = fields;
    buffer_.set(start_, static_cast<std::uint8_t>(kFixMap | fields));
  }

  FixedBuffer& buffer_;
  ValueWriter values_;
  std::size_t start_;
  unsigned fields_ = 0;
};

}  // namespace doorcall::transport
