#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace doorcall {

/// Whom a call rings, and in which order: a value, made by one of the functions below.
///
/// The steps are rung one after the other, each for `step_time`, until somebody answers. A step of
/// which all users are known to be offline is skipped; who has declined is not rung again.
/// Errors, of the calls that take it: kInvalidArgument: there is no step, a step is empty, `cycles`
/// is out of its range or together with `keep`; kTimeoutOutOfRange: step_time or ring_time is;
/// kTooManyInvitees: over 15 users.
struct CallPlan {
  std::vector<std::vector<std::string>> steps;  ///< each user in one of them only
  bool first_wins = false;                      ///< the first answer ends the ringing of all others
  bool keep = false;                            ///< a step that is over rings on beside the next
  std::uint8_t cycles = 1;                      ///< how often all steps are gone through: 1–10
  std::chrono::milliseconds step_time{0};       ///< with several steps: 1–600 s
  /// How long one step rings: 1–600 s; none: as the call says. With several steps and no `keep`
  /// step_time goes before it.
  std::optional<std::chrono::milliseconds> ring_time;

  /// All ring at once, and whoever answers is in the call with those who answered before.
  [[nodiscard]] static CallPlan parallel(std::vector<std::string> users);
  /// All ring at once, and the first who answers has the call.
  [[nodiscard]] static CallPlan first_answer(std::vector<std::string> users);
  /// One after the other, again from the start for up to `cycles` times; the first answer has it.
  [[nodiscard]] static CallPlan hunt(std::vector<std::string> users,
                                     std::chrono::milliseconds step_time, std::uint8_t cycles = 1);
  /// One list of users after the other, with `keep` the earlier lists ringing on; the first answer
  /// has it.
  [[nodiscard]] static CallPlan escalation(std::vector<std::vector<std::string>> lists,
                                           std::chrono::milliseconds step_time, bool keep = true);

  /// All users in the order of the steps.
  [[nodiscard]] std::vector<std::string> users() const;

  bool operator==(const CallPlan&) const = default;
};

}  // namespace doorcall
