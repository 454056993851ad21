#pragma once

#include <cstdint>

namespace doorcall::sim {

/// While one lives, every allocation of this thread is counted.
class AllocationWatch {
 public:
  AllocationWatch() noexcept;
  ~AllocationWatch();
  AllocationWatch(const AllocationWatch&) = delete;
  AllocationWatch& operator=(const AllocationWatch&) = delete;
};

/// Allocations counted so far.
[[nodiscard]] std::uint64_t watched_allocations() noexcept;

}  // namespace doorcall::sim
