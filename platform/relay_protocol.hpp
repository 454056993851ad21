#pragma once

#include <string_view>

#include "agent/core/time.hpp"

// What the daemon and a relay program say to each other, in lines. README.md has the whole of it.

namespace doorcall::platform {

/// The program's first line: the line is its own, and off.
inline constexpr std::string_view kRelayReady = "doorcall-relay 1";

/// To the program: "pulse LENGTH_MS BY_MS", where BY_MS is the time on CLOCK_BOOTTIME after which
/// nobody waits for the pulse any more.
inline constexpr std::string_view kRelayPulse = "pulse";
/// To the program: see whether the line is still there.
inline constexpr std::string_view kRelayCheck = "check";

/// From the program: the answer to a pulse.
inline constexpr std::string_view kRelayOn = "on";
inline constexpr std::string_view kRelayRefused = "refused";
/// From the program: the pulse is over.
inline constexpr std::string_view kRelayOff = "off";
/// From the program: the line can't be used, and why. It ends after it.
inline constexpr std::string_view kRelayFailed = "failed";

/// No pulse is longer, whatever the settings say.
inline constexpr Millis kRelayLongestMax{60'000};
inline constexpr Millis kRelayLongestMin{50};

}  // namespace doorcall::platform
