#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

namespace doorcall {

/// Hands out parts of one block, once, at start. Without a block it only adds up what would be
/// needed, so that the sum and the layout can't differ.
class Arena {
 public:
  constexpr Arena() noexcept = default;
  explicit Arena(std::span<std::byte> block) noexcept : block_(block.data()), size_(block.size()) {}

  /// `count` value-initialised objects; an empty span when only measuring.
  template <typename T>
  [[nodiscard]] std::span<T> take(std::size_t count) noexcept {
    std::byte* at = take_raw(count * sizeof(T), alignof(T));
    if (at == nullptr) {
      return {};
    }
    T* first = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      T* made = new (at + i * sizeof(T)) T{};
      first = i == 0 ? made : first;
    }
    return {first, count};
  }

  /// `count` bytes that are written before they are read. Left as they are, so that a page that was
  /// never needed costs no memory.
  [[nodiscard]] std::span<std::uint8_t> take_bytes(std::size_t count) noexcept {
    std::byte* at = take_raw(count, 1);
    return at == nullptr ? std::span<std::uint8_t>{}
                         : std::span(reinterpret_cast<std::uint8_t*>(at), count);
  }

  /// Room for something that the caller constructs; nullptr when only measuring.
  [[nodiscard]] std::byte* take_raw(std::size_t bytes, std::size_t alignment) noexcept {
    used_ = (used_ + alignment - 1) / alignment * alignment;
    std::byte* at = block_ == nullptr ? nullptr : block_ + used_;
    used_ += bytes;
    assert(block_ == nullptr || used_ <= size_);
    return at;
  }

  [[nodiscard]] constexpr std::size_t used() const noexcept { return used_; }

 private:
  std::byte* block_ = nullptr;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
};

}  // namespace doorcall
