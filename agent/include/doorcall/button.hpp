#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorcall {

/// What a press of a button does.
struct ButtonAction {
  enum class Kind : std::uint8_t {
    kCall,    ///< calls `user`
    kAnswer,  ///< answers the call that rings longest
    kDecline,
    kHangUp,  ///< hangs up; a call of one's own that is not answered is cancelled
    kToggle,  ///< answers when it rings, hangs up when in a call, else calls `user`
  };
  Kind kind = Kind::kAnswer;
  std::string user;  ///< with kCall; with kToggle it may be empty: then it does not call

  /// Reads "call:<user>", "answer", "decline", "hang_up", "toggle" or "toggle:<user>"; none for
  /// anything else.
  [[nodiscard]] static std::optional<ButtonAction> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

}  // namespace doorcall
