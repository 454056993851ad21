#pragma once

#include "platform/event_loop.hpp"

namespace doorcall::test {

/// A turn of the loop waits for an event for this long at most; only a failing test waits it out.
inline constexpr Millis kPatience{5'000};

/// Serves events until `done()` is true. False: nothing happened for kPatience.
template <typename Done>
[[nodiscard]] bool run_until(platform::EventLoop& loop, Done done) {
  while (!done()) {
    if (!loop.run_once(kPatience)) {
      return done();
    }
  }
  return true;
}

/// Serves what is ready now.
inline void run_ready(platform::EventLoop& loop) {
  while (loop.run_once(Millis(0))) {
  }
}

}  // namespace doorcall::test
