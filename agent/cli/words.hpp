#pragma once

#include <string>

#include "platform/json.hpp"

// What the printed lines are made of.

namespace doorcall::cli {

/// A text member, its control characters replaced.
[[nodiscard]] std::string text(platform::JsonView object, const char* key);
/// "device@user", or the user alone.
[[nodiscard]] std::string peer(platform::JsonView object, const char* user, const char* device);
/// Nothing for "none".
[[nodiscard]] std::string known(const std::string& word);
/// "90 s", "20 min".
[[nodiscard]] std::string time_text(double milliseconds);
/// "22:05" of the local day.
[[nodiscard]] std::string clock_text(double wall_ms);
/// Appends "  word", if there is one.
void add(std::string& line, const std::string& word);

/// "door, hall@apt1, desk ringing, gate busy": who is in the call, and how the others are.
[[nodiscard]] std::string members_text(platform::JsonView members);
/// "do not disturb on until 07:00 (schedule)  ring-to-open off".
[[nodiscard]] std::string mode_text(platform::JsonView mode);

}  // namespace doorcall::cli
