#include "tests/sim/sim_packets.hpp"

namespace doorcall::sim {

bool filter_takes(std::string_view filter, std::string_view topic) {
  while (true) {
    const std::size_t filter_end = filter.find('/');
    const std::size_t topic_end = topic.find('/');
    const std::string_view wanted = filter.substr(0, filter_end);
    if (wanted != "+" && wanted != topic.substr(0, topic_end)) {
      return false;
    }
    if (filter_end == std::string_view::npos || topic_end == std::string_view::npos) {
      return filter_end == topic_end;
    }
    filter.remove_prefix(filter_end + 1);
    topic.remove_prefix(topic_end + 1);
  }
}

TopicId Topics::intern(std::string_view text) {
  const auto found = ids_.find(text);
  if (found != ids_.end()) {
    return found->second;
  }
  const auto id = static_cast<TopicId>(texts_.size());
  ids_.emplace(text, id);
  texts_.emplace_back(text);
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    takes_[i].push_back(filter_takes(filters_[i], text) ? 1 : 0);
  }
  return id;
}

std::size_t Topics::intern_filter(std::string_view text) {
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (filters_[i] == text) {
      return i;
    }
  }
  filters_.emplace_back(text);
  std::vector<std::uint8_t> row;
  for (const std::string& topic : texts_) {
    row.push_back(filter_takes(text, topic) ? 1 : 0);
  }
  takes_.push_back(std::move(row));
  return filters_.size() - 1;
}

}  // namespace doorcall::sim
