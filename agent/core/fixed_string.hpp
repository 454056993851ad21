#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace doorcall {

/// Text of at most `N` bytes, held in place. Ordered by bytes, a prefix first.
template <std::size_t N>
class FixedString {
  static_assert(N < 256);

 public:
  static constexpr std::size_t kCapacity = N;

  constexpr FixedString() noexcept = default;

  /// Takes `text` if it fits, else stays as it was and returns false.
  constexpr bool assign(std::string_view text) noexcept {
    if (text.size() > N) {
      return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
      bytes_[i] = text[i];
    }
    size_ = static_cast<std::uint8_t>(text.size());
    return true;
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

  friend constexpr bool operator==(const FixedString& a, const FixedString& b) noexcept {
    return a.view() == b.view();
  }
  friend constexpr std::strong_ordering operator<=>(const FixedString& a,
                                                    const FixedString& b) noexcept {
    return a.view() <=> b.view();
  }

 private:
  std::uint8_t size_ = 0;
  std::array<char, N> bytes_{};
};

}  // namespace doorcall
