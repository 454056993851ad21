#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <vector>

namespace doorcall::bench {

/// The table's columns.
enum Column : std::size_t { kSchedule, kCancel, kReschedule, kLife, kNextDue, kEarliest, kJump };
inline constexpr std::array kColumns{"schedule", "cancel",   "reschedule", "life",
                                     "next due", "earliest", "jump"};

/// A rival's nanoseconds an operation, a value a run.
struct Figures {
  std::array<std::vector<double>, kColumns.size()> values;

  double median(Column column) const {
    std::vector<double> sorted = values[column];
    std::sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : sorted[sorted.size() / 2];
  }
};

/// The time of each of several pieces of work that should take alike; the median leaves out those
/// in which the machine did something else.
class Samples {
 public:
  template <class Work>
  void time(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    ns_.push_back(taken.count());
  }
  double median() {
    std::sort(ns_.begin(), ns_.end());
    return ns_[ns_.size() / 2];
  }

 private:
  std::vector<double> ns_;
};

/// Prints one rival's row: the median and the range of each column.
inline void print_row(const char* name, const Figures& figures) {
  std::printf("%-26s", name);
  for (const std::vector<double>& values : figures.values) {
    char cell[64] = "-";
    if (!values.empty()) {
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      const auto column = static_cast<Column>(&values - figures.values.data());
      std::snprintf(cell, sizeof(cell), "%.1f (%.1f-%.1f)", figures.median(column), *least, *most);
    }
    std::printf(" %21s", cell);
  }
  std::printf("\n");
}

}  // namespace doorcall::bench
