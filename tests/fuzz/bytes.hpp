#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace doorcall::fuzz {

/// Draws from an input, front to back. At its end everything is 0 or empty.
class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> all) : rest_(all) {}

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }

  std::uint8_t byte() noexcept {
    if (rest_.empty()) {
      return 0;
    }
    const std::uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  /// 0 to `bound` - 1.
  std::uint32_t below(std::uint32_t bound) noexcept { return byte() % bound; }
  bool flag() noexcept { return (byte() & 1U) != 0; }

  std::uint32_t number() noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      value = value << 8U | byte();
    }
    return value;
  }

  /// As many as its own first two bytes say, and at most `most`.
  std::span<const std::uint8_t> piece(std::size_t most) noexcept {
    const std::size_t high = byte();
    const std::size_t wanted = high << 8U | byte();
    const auto taken = rest_.first(std::min({wanted, most, rest_.size()}));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  std::string_view text(std::size_t most) noexcept {
    const auto taken = piece(most);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace doorcall::fuzz
