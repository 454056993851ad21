#include "agent/core/prng.hpp"

#include <cstddef>
#include <cstring>

namespace doorcall {

namespace {

/// A row of the state: one vector register, where the machine has such.
using Row = std::uint32_t __attribute__((vector_size(16)));

template <int Bits>
void mix(Row& sum, const Row& add, Row& rotated) noexcept {
  sum += add;
  rotated ^= sum;
  rotated = rotated << Bits | rotated >> (32 - Bits);
}

/// The quarter rounds of all four columns.
void column_round(Row& a, Row& b, Row& c, Row& d) noexcept {
  mix<16>(a, b, d);
  mix<12>(c, d, b);
  mix<8>(a, b, d);
  mix<7>(c, d, b);
}

template <int Places>
void turn(Row& row) noexcept {
  row = __builtin_shufflevector(row, row, Places, Places + 1, Places + 2, Places + 3);
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
  std::array<Row, 4> rows;
  static_assert(sizeof rows == sizeof state_);
  std::memcpy(rows.data(), state_.data(), sizeof rows);
  auto& [a, b, c, d] = rows;
  for (int round = 0; round < 10; ++round) {
    column_round(a, b, c, d);
    turn<1>(b);
    turn<2>(c);
    turn<3>(d);
    column_round(a, b, c, d);  // of the diagonals, which are columns now
    turn<3>(b);
    turn<2>(c);
    turn<1>(d);
  }
  std::memcpy(block_.data(), rows.data(), sizeof block_);
  for (std::size_t i = 0; i < block_.size(); ++i) {
    block_[i] += state_[i];
  }
  if (++state_[12] == 0) {
    ++state_[13];
  }
  used_ = 0;
}

}  // namespace doorcall
