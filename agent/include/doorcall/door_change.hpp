#pragma once

#include <cstdint>
#include <string_view>

namespace doorcall {

/// What became of asking for a door. The numbers are the wire's, but for the last.
enum class DoorResult : std::uint8_t {
  kOpened = 0,
  kFailed = 1,      ///< the door's lock could not be driven
  kNotAllowed = 2,  ///< who asks is neither in a call with the door nor on its list
  kStale = 3,       ///< the order came too late, or a second time, or was never allowed
  kNoDoor = 4,      ///< that device has no door
  kBusy = 5,        ///< too many ask at a time
  kNoResponse = 6,  ///< nothing was heard from the door
};

inline constexpr std::uint8_t kDoorResultLast = 5;  ///< of those on the wire

/// What happened to a door, here or elsewhere.
enum class DoorChange : std::uint8_t {
  kAsked,          ///< this device's door was ordered to open by somebody who may
  kOpened,         ///< it was opened
  kRefused,        ///< it was not; the result says why
  kContactOpened,  ///< this device's door contact: the door stands open
  kContactClosed,
};

/// The result's name as in the log and the control socket, for example "not_allowed".
/// Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(DoorResult result) noexcept {
  switch (result) {
    case DoorResult::kOpened: return "opened";
    case DoorResult::kFailed: return "failed";
    case DoorResult::kNotAllowed: return "not_allowed";
    case DoorResult::kStale: return "stale";
    case DoorResult::kNoDoor: return "no_door";
    case DoorResult::kBusy: return "busy";
    case DoorResult::kNoResponse: return "no_response";
  }
  return "unknown";
}

/// The change's name as in the log and the control socket, for example "contact_opened".
/// Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(DoorChange change) noexcept {
  switch (change) {
    case DoorChange::kAsked: return "asked";
    case DoorChange::kOpened: return "opened";
    case DoorChange::kRefused: return "refused";
    case DoorChange::kContactOpened: return "contact_opened";
    case DoorChange::kContactClosed: return "contact_closed";
  }
  return "unknown";
}

}  // namespace doorcall
