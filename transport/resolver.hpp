#pragma once

#include <functional>
#include <string>
#include <vector>

namespace doorcall::transport {

/// What a host name stands for.
struct Resolution {
  std::vector<std::string> addresses;  ///< numeric, to be tried in this order; IPv4 first
  std::string error;                   ///< set if there are none
};

/// True for a numeric IPv4 or IPv6 address, which needs no resolver.
[[nodiscard]] bool is_numeric_address(const std::string& host) noexcept;

/// Runs `job` on a short-lived thread of its own that takes no signals. `job` must not throw.
/// False if no thread can be had.
bool run_in_background(std::function<void()> job) noexcept;

/// Looks the name up. May block for many seconds: not for the loop's thread.
[[nodiscard]] Resolution resolve(const std::string& host);

}  // namespace doorcall::transport
