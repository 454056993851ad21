#pragma once

#include <cstdint>
#include <string_view>

namespace doorcall {

/// What one device of a connected call tells another, beside the call itself.
enum class InfoKind : std::uint8_t {
  kMediaOffer = 0,      ///< bytes: a new offer, once the call is connected
  kMediaAnswer = 1,     ///< bytes: the answer to it
  kMediaCandidate = 2,  ///< bytes: one or more ways to reach the sender
  kMediaSwitch = 3,     ///< the call goes on as audio, video or other
  kKeyPress = 4,        ///< text: keys of a telephone, in the order of their presses
  kData = 5,            ///< text: anything of the application
};

inline constexpr std::uint8_t kInfoKindLast = 5;

/// The kind's name as in the log and the control socket, for example "key_press".
/// Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(InfoKind kind) noexcept {
  switch (kind) {
    case InfoKind::kMediaOffer: return "media_offer";
    case InfoKind::kMediaAnswer: return "media_answer";
    case InfoKind::kMediaCandidate: return "media_candidate";
    case InfoKind::kMediaSwitch: return "media_switch";
    case InfoKind::kKeyPress: return "key_press";
    case InfoKind::kData: return "data";
  }
  return "unknown";
}

}  // namespace doorcall
