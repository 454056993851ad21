#pragma once

#include <cstdint>

#include "agent/core/ids.hpp"
#include "agent/core/limits.hpp"
#include "agent/core/time.hpp"

namespace doorcall {

/// What an engine is told at start. Ranges are checked by whoever reads them from a person
/// (platform/config); the engine only relies on their being positive.
struct Settings {
  Account self;
  Millis ring_time{90'000};           ///< when the caller names none; 1–600 s
  Millis receipt_time{30'000};        ///< no device rings: no_response; 1–60 s
  Millis notice_time{0};              ///< not-yet-received notice; 0 = off, else 1–30 s
  Millis confirm_time{8'000};         ///< accept sent, no confirm: accept_failed; 2–30 s
  Millis heartbeat_time{10'000};      ///< sync of a live call; 2–60 s
  Millis lost_time{30'000};           ///< nothing heard from the party; 5–300 s
  Millis media_start_time{15'000};    ///< connected, media not; 1–120 s
  Millis offline_belief_time{5'000};  ///< an offline presence is believed after; 0–30 s
  std::uint16_t lines = 1;            ///< live calls before this device is busy; 1–8
  bool media_hook = false;            ///< somebody answers StartMedia with MediaReported
};

}  // namespace doorcall
