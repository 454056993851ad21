#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "agent/core/ids.hpp"
#include "agent/core/limits.hpp"
#include "agent/core/time.hpp"

namespace doorcall {

/// A short list of users.
template <std::size_t N>
struct UserList {
  std::array<UserId, N> users;
  std::size_t count = 0;

  [[nodiscard]] bool has(const UserId& user) const noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      if (users[i] == user) {
        return true;
      }
    }
    return false;
  }
  /// False if the list is full.
  bool add(const UserId& user) noexcept {
    if (count == N) {
      return false;
    }
    users[count++] = user;
    return true;
  }
};

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
  Millis busy_settle_time{2'000};     ///< all who answered are busy: wait for others; 0–10 s
  Millis alone_time{30'000};          ///< left alone while others still ring; 0 = off, 1–600 s
  Millis longest_call{0};             ///< duration_limit; 0 = off, else 1 min–24 h
  std::uint16_t lines = 1;            ///< live calls before this device is busy; 1–8
  std::uint16_t parties = 10;         ///< in one call, own included; 2–kPartiesMax
  bool call_waiting = false;          ///< while busy, one more call may ring
  bool chime_only = false;            ///< rings, but can't answer
  bool decline_here = false;          ///< declining leaves the user's other devices ringing
  bool refuse_strangers = false;      ///< who is not in `contacts` is refused with not_allowed
  bool hide_busy = false;             ///< who is not in `contacts` is told no_answer for busy, dnd
  bool media_hook = false;            ///< somebody answers StartMedia with MediaReported
  UserList<kContactsMax> contacts;
  UserList<kOverridesMax> dnd_overrides;  ///< who rings in spite of do not disturb
  bool has_door = false;                  ///< somebody answers PulseDoor with DoorPulsed
  /// Who may open this device's door without a call; device empty: any of the user's.
  std::array<Account, kDoorAllowMax> door_allow;
  std::size_t door_allow_count = 0;
  UserList<kDoorsMax> doors;  ///< whose calls ring-to-open answers
};

}  // namespace doorcall
