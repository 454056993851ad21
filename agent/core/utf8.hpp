#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace doorcall {

namespace detail {

/// Bytes of the well-formed sequence that `text` begins with; 0: it begins with none. Not empty.
[[nodiscard]] constexpr std::size_t utf8_sequence(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  // The second byte's range is what shuts out overlong forms, surrogates and what is past U+10FFFF.
  std::size_t size = 0;
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    second_min = lead == 0xE0 ? 0xA0 : 0x80;
    second_max = lead == 0xED ? 0x9F : 0xBF;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    second_min = lead == 0xF0 ? 0x90 : 0x80;
    second_max = lead == 0xF4 ? 0x8F : 0xBF;
  }
  if (size == 0 || text.size() < size || byte(1) < second_min || byte(1) > second_max) {
    return 0;
  }
  for (std::size_t i = 2; i < size; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) {
      return 0;
    }
  }
  return size;
}

}  // namespace detail

/// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF).
/// Empty text is well formed, and so is U+0000. Thread: any.
[[nodiscard]] constexpr bool is_utf8(std::string_view text) noexcept {
  constexpr std::size_t kBlock = 16;
  while (!text.empty()) {
    if (text.size() >= kBlock) {
      unsigned bits = 0;  // most text is ASCII: a plain loop that compilers turn into wide loads
      for (std::size_t i = 0; i < kBlock; ++i) {
        bits |= static_cast<std::uint8_t>(text[i]);
      }
      if (bits < 0x80) {
        text.remove_prefix(kBlock);
        continue;
      }
    }
    const std::size_t size = detail::utf8_sequence(text);
    if (size == 0) {
      return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace doorcall
