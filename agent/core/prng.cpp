#include "agent/core/prng.hpp"

#include <bit>
#include <cstddef>

namespace doorcall {

namespace {

void quarter_round(std::array<std::uint32_t, 16>& x, std::array<std::size_t, 4> at) noexcept {
  const auto [a, b, c, d] = at;
  x[a] += x[b];
  x[d] = std::rotl(x[d] ^ x[a], 16);
  x[c] += x[d];
  x[b] = std::rotl(x[b] ^ x[c], 12);
  x[a] += x[b];
  x[d] = std::rotl(x[d] ^ x[a], 8);
  x[c] += x[d];
  x[b] = std::rotl(x[b] ^ x[c], 7);
}

}  // namespace

Prng::Prng(std::span<const std::uint8_t, 32> seed) noexcept
    : state_{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574} {
  for (std::size_t i = 0; i < seed.size(); ++i) {
    state_[4 + i / 4] |= static_cast<std::uint32_t>(seed[i]) << (8 * (i % 4));
  }
}

std::uint32_t Prng::next32() noexcept {
  if (used_ == block_.size()) {
    refill();
  }
  return block_[used_++];
}

std::uint64_t Prng::next64() noexcept {
  const std::uint64_t low = next32();
  return low | static_cast<std::uint64_t>(next32()) << 32;
}

void Prng::refill() noexcept {
  block_ = state_;
  for (int round = 0; round < 10; ++round) {
    quarter_round(block_, {0, 4, 8, 12});
    quarter_round(block_, {1, 5, 9, 13});
    quarter_round(block_, {2, 6, 10, 14});
    quarter_round(block_, {3, 7, 11, 15});
    quarter_round(block_, {0, 5, 10, 15});
    quarter_round(block_, {1, 6, 11, 12});
    quarter_round(block_, {2, 7, 8, 13});
    quarter_round(block_, {3, 4, 9, 14});
  }
  for (std::size_t i = 0; i < block_.size(); ++i) {
    block_[i] += state_[i];
  }
  if (++state_[12] == 0) {
    ++state_[13];
  }
  used_ = 0;
}

}  // namespace doorcall
