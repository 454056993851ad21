#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"

namespace doorcall::platform {

/// What a configuration may say for a blink code, for error messages.
inline constexpr std::string_view kBlinkForm =
    R"("on", "off", or up to 16 times of 20ms to 1min, on and off by turns, such as "100ms 900ms")";

/// How a lamp shines while something lasts: steadily, or on and off by turns for ever. Thread: any.
class BlinkCode {
 public:
  static constexpr std::size_t kTimesMax = 16;
  static constexpr Millis kTimeMin{20};
  static constexpr Millis kTimeMax{60'000};

  /// What it shows at a moment, and when that changes: kNever when it is steady.
  struct Phase {
    bool on = false;
    Instant until = kNever;

    bool operator==(const Phase&) const = default;
  };

  /// Steadily off.
  BlinkCode() = default;

  /// Empty if the text is not of kBlinkForm.
  [[nodiscard]] static std::optional<BlinkCode> parse(std::string_view text);

  [[nodiscard]] bool steady() const noexcept { return times_.empty(); }
  /// The phase at `now` of a lamp that began at `began` with its first time on. All is counted from
  /// there, so late wake-ups neither add up nor are made up for. `now` is not before `began`.
  [[nodiscard]] Phase at(Instant began, Instant now) const noexcept;

  bool operator==(const BlinkCode&) const = default;

 private:
  bool on_ = false;            ///< when steady
  std::vector<Millis> times_;  ///< on, off, on, off, …
};

}  // namespace doorcall::platform
