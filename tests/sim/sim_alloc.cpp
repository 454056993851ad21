#include "tests/sim/sim_alloc.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local bool g_watching = false;
thread_local std::uint64_t g_count = 0;

void count() noexcept {
  g_count += g_watching ? 1U : 0U;
}

void* allocate(std::size_t size) {
  count();
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) {
    std::abort();
  }
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

// The C functions too, where the C library lets them be wrapped and no sanitizer has done so.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define DOORCALL_SIM_WRAP_MALLOC
#endif
#else
#define DOORCALL_SIM_WRAP_MALLOC
#endif
#endif

#ifdef DOORCALL_SIM_WRAP_MALLOC
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) noexcept {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) noexcept {
  count();
  return __libc_calloc(number, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  count();
  return __libc_realloc(memory, size);
}
}
#endif

namespace doorcall::sim {

AllocationWatch::AllocationWatch() noexcept {
  g_watching = true;
}
AllocationWatch::~AllocationWatch() {
  g_watching = false;
}

std::uint64_t watched_allocations() noexcept {
  return g_count;
}

}  // namespace doorcall::sim
