#include "agent/core/blob_pool.hpp"

#include <algorithm>

namespace doorcall {

bool BlobPool::put(std::initializer_list<std::span<const std::uint8_t>> parts, Blob& out) noexcept {
  std::size_t size = 0;
  for (const auto& part : parts) {
    size += part.size();
  }
  if (size == 0) {
    out = Blob{};
    return true;
  }
  const std::size_t wanted = chunks(size);
  std::size_t run = 0;
  for (std::size_t i = 0; i < map_.size(); ++i) {
    run = map_[i] == 0 ? run + 1 : 0;
    if (run < wanted) {
      continue;
    }
    const std::size_t first = i + 1 - wanted;
    std::fill_n(map_.begin() + static_cast<std::ptrdiff_t>(first), wanted, kInside);
    map_[first] = 1;
    used_ += wanted;
    std::size_t at = first * kChunkBytes;
    out = Blob{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size)};
    for (const auto& part : parts) {
      std::copy(part.begin(), part.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
      at += part.size();
    }
    return true;
  }
  return false;
}

Blob BlobPool::share(const Blob& blob) noexcept {
  if (blob.size != 0) {
    ++map_[blob.at / kChunkBytes];
  }
  return blob;
}

void BlobPool::drop(Blob& blob) noexcept {
  if (blob.size == 0) {
    return;
  }
  const std::size_t first = blob.at / kChunkBytes;
  if (--map_[first] == 0) {
    const std::size_t count = chunks(blob.size);
    std::fill_n(map_.begin() + static_cast<std::ptrdiff_t>(first), count, std::uint8_t{0});
    used_ -= count;
  }
  blob = Blob{};
}

}  // namespace doorcall
