#include "platform/pulse.hpp"

#include <algorithm>

namespace doorcall::platform {

Pulse::Answer Pulse::ask(Millis length, Instant now) noexcept {
  if (!on() && now < next_on_) {
    return Answer::kPausing;
  }
  const Answer answer = on() ? Answer::kGoesOn : Answer::kOn;
  if (!on()) {
    on_since_ = now;
    off_at_ = now;
  }
  const Millis wanted = std::clamp(length, Millis{0}, limits_.longest);
  off_at_ = std::max(off_at_, std::min(now + wanted, on_since_ + limits_.longest));
  return answer;
}

void Pulse::end(Instant now) noexcept {
  off_at_ = kNever;
  next_on_ = now + limits_.pause;
}

}  // namespace doorcall::platform
