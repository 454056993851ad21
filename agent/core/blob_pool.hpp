#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace doorcall {

/// A piece of the pool. Empty pieces take no room.
struct Blob {
  std::uint32_t at = 0;
  std::uint32_t size = 0;
};

/// Variable-sized byte strings in one block: first fit over chunks. Holds own data whose message
/// may have to be sent again.
class BlobPool {
 public:
  static constexpr std::size_t kChunkBytes = 64;

  BlobPool() noexcept = default;
  /// `map` has one byte for each chunk of `bytes`: 0 free; in a blob's first chunk how many names
  /// it has, kInside in the others.
  BlobPool(std::span<std::uint8_t> bytes, std::span<std::uint8_t> map) noexcept
      : bytes_(bytes), map_(map) {}

  /// The parts one after the other; false when there is no room (`out` untouched).
  [[nodiscard]] bool put(std::initializer_list<std::span<const std::uint8_t>> parts,
                         Blob& out) noexcept;
  /// Another name for the same bytes: they stay until each name is dropped. At most 254 names.
  [[nodiscard]] Blob share(const Blob& blob) noexcept;
  /// Makes `blob` empty; frees its bytes if it was their last name.
  void drop(Blob& blob) noexcept;

  [[nodiscard]] std::span<const std::uint8_t> bytes(const Blob& blob) const noexcept {
    return bytes_.subspan(blob.at, blob.size);
  }
  [[nodiscard]] std::size_t chunks_used() const noexcept { return used_; }
  [[nodiscard]] static constexpr std::size_t chunks(std::size_t bytes) noexcept {
    return (bytes + kChunkBytes - 1) / kChunkBytes;
  }

 private:
  static constexpr std::uint8_t kInside = 255;

  std::span<std::uint8_t> bytes_;
  std::span<std::uint8_t> map_;
  std::size_t used_ = 0;
};

[[nodiscard]] inline std::span<const std::uint8_t> as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace doorcall
