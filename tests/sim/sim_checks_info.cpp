// What members tell each other comes once, in the order of the sender, and from who said it.

#include <charconv>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {

/// The world numbers what people say; the number is the text.
void Checks::info_said(std::size_t device, const CallId& call) {
  infos_.push_back({device, call});
}

void Checks::info(Instant now, std::size_t device, const InfoEvent& event) {
  std::size_t number = 0;
  std::from_chars(event.text.data(), event.text.data() + event.text.size(), number);
  const std::size_t from = truth_.device_of(event.from);
  if (number == 0 || number > infos_.size() || infos_[number - 1].device != from ||
      infos_[number - 1].call != event.call) {
    return fail(now, "info that nobody sent", where(device, event.call));
  }
  coverage_.hit(Feat::kInfo);
  std::size_t& last = info_heard_[{device, from, event.call}];
  if (number <= last) {
    return fail(now, "info twice or out of order", where(device, event.call));
  }
  last = number;
}

}  // namespace doorcall::sim
