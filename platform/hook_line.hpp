#pragma once

#include <cstdint>
#include <string_view>

#include "doorcall/state.hpp"

namespace doorcall::platform {

inline constexpr std::string_view kHookProtocol = "doorcall-hook";
inline constexpr std::string_view kHookVersion = "1";

/// One line that a media hook has written.
struct HookLine {
  enum class Kind : std::uint8_t {
    kUnknown,
    kVersion,    ///< `text` is the version
    kState,      ///< `state`, and `text` for people
    kOffer,      ///< `text` is base64
    kCandidate,  ///< `text` is base64
    kLog,        ///< `text` for the log
  };
  Kind kind = Kind::kUnknown;
  MediaState state = MediaState::kNone;
  std::string_view text;  ///< lifetime: of the line that was parsed
};

/// Cuts the first word and the space behind it off `ret_text`.
[[nodiscard]] std::string_view take_word(std::string_view& ret_text) noexcept;

/// What is not UTF-8, not a known word or not a state is kUnknown.
[[nodiscard]] HookLine parse_hook_line(std::string_view line) noexcept;

}  // namespace doorcall::platform
