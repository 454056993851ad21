#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace doorcall {

/// The core's only source of chance: the ChaCha20 block function (RFC 8439 §2.3) in counter mode,
/// so that what others see of it (call ids, nonces) tells nothing of what comes next.
class Prng {
 public:
  explicit Prng(std::span<const std::uint8_t, 32> seed) noexcept;

  [[nodiscard]] std::uint32_t next32() noexcept;
  [[nodiscard]] std::uint64_t next64() noexcept;

  /// Uniform enough in [0, bound): the bias is below bound / 2^64. `bound` > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept { return next64() % bound; }

 private:
  void refill() noexcept;

  std::array<std::uint32_t, 16> state_;
  std::array<std::uint32_t, 16> block_{};
  std::size_t used_ = 16;
};

}  // namespace doorcall
