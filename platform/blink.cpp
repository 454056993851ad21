#include "platform/blink.hpp"

#include <algorithm>
#include <numeric>

#include "platform/config_table.hpp"

namespace doorcall::platform {

std::optional<BlinkCode> BlinkCode::parse(std::string_view text) {
  BlinkCode code;
  if (text == "on" || text == "off") {
    code.on_ = text == "on";
    return code;
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::optional<Millis> time = detail::parse_duration(text.substr(0, end));
    if (!time || *time < kTimeMin || *time > kTimeMax || code.times_.size() == kTimesMax) {
      return std::nullopt;
    }
    code.times_.push_back(*time);
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  const bool pairs = !code.times_.empty() && code.times_.size() % 2 == 0;
  return pairs ? std::optional(code) : std::nullopt;
}

BlinkCode::Phase BlinkCode::at(Instant began, Instant now) const noexcept {
  if (steady()) {
    return {.on = on_, .until = kNever};
  }
  const Millis round = std::accumulate(times_.begin(), times_.end(), Millis{0});
  Phase phase{.on = false, .until = now - (now - began) % round};
  for (const Millis time : times_) {
    phase.on = !phase.on;
    phase.until += time;
    if (now < phase.until) {
      break;
    }
  }
  return phase;
}

}  // namespace doorcall::platform
