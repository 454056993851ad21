#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <vector>

namespace doorcall::bench {

/// The value that `percent` of `values` do not exceed; 0 if there are none.
[[nodiscard]] inline double percentile(std::vector<double> values, double percent) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(percent / 100 * static_cast<double>(values.size()));
  return values[std::min(rank, values.size() - 1)];
}

[[nodiscard]] inline double median(std::vector<double> values) {
  return percentile(std::move(values), 50);
}

/// Prints one target and whether it is met; counts what is missed.
class Targets {
 public:
  void at_most(const char* what, double is, double limit) {
    missed_ += print(what, is, limit, "") ? 0 : 1;
  }
  /// The same, but only told.
  static void told(const char* what, double is, double limit, const char* why) {
    print(what, is, limit, why);
  }
  /// 0, or 1 where a target is missed.
  [[nodiscard]] int exit_code() const { return missed_ == 0 ? 0 : 1; }

 private:
  static bool print(const char* what, double is, double limit, const char* why) {
    const bool met = is <= limit;
    std::printf("  %-66s %8.2f  <= %6.2f  %s%s\n", what, is, limit, met ? "PASS" : "MISS", why);
    return met;
  }

  int missed_ = 0;
};

}  // namespace doorcall::bench
