#include <algorithm>
#include <vector>

#include "platform/config_checks.hpp"
#include "platform/config_table.hpp"

namespace doorcall::platform::detail {
namespace {

/// Letters to insert, remove, replace or swap with their neighbour to get from one to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string shown(std::string_view section, std::string_view name) {
  const Repeated* const entry = detail::repeated(section);
  const bool list = entry != nullptr && !entry->named;
  std::string text = list ? "[[" : "[";
  text.append(section);
  if (entry != nullptr && entry->named) {
    text.append(".").append(name);
  }
  return text + (list ? "]]" : "]");
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> names) {
  constexpr std::size_t kWordBytesMax = 64;
  constexpr std::size_t kPrefixBytesMin = 4;
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  if (word.size() > kWordBytesMax) {
    return best;
  }
  for (const std::string_view name : names) {
    const std::size_t distance = edit_distance(word, name);
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  if (best.empty() && word.size() >= kPrefixBytesMin) {
    for (const std::string_view name : names) {
      if (name.substr(0, word.size()) == word) {
        return name;
      }
    }
  }
  return best;
}

}  // namespace doorcall::platform::detail
