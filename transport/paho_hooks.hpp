#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

// What the Paho link and the optional overrides of paho_shim.cpp know of each other.

namespace doorcall::transport {

/// The overrides: how often each was hit, and a switch for measuring what they bring.
struct PahoShim {
  std::atomic<bool> enabled{true};
  std::atomic<std::uint32_t> socket{0};
  std::atomic<std::uint32_t> usleep{0};
  std::atomic<std::uint32_t> poll{0};
  std::atomic<std::uint32_t> getaddrinfo{0};
};

/// nullptr unless paho_shim.cpp is part of the program. Thread: any.
[[nodiscard]] PahoShim* paho_shim() noexcept;

/// How many clients of this process are connecting now: the shim keeps waits short for them.
/// Thread: any.
[[nodiscard]] std::atomic<int>& paho_connecting() noexcept;

/// Names that the link has resolved, for the shim's getaddrinfo. One entry per name ever used.
/// Thread: any.
class PahoResolvedNames {
 public:
  void set(const std::string& name, const std::string& address);
  /// The numeric address; empty if the name is not known.
  [[nodiscard]] std::string find(const std::string& name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> addresses_;
};

[[nodiscard]] PahoResolvedNames& paho_resolved_names() noexcept;

}  // namespace doorcall::transport

/// Defined by paho_shim.cpp alone.
extern "C" doorcall::transport::PahoShim* doorcall_paho_shim() __attribute__((weak));
