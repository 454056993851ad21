#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorcall {

/// How a button is pressed.
enum class PressKind : std::uint8_t { kSingle, kDouble, kLong };

inline constexpr std::uint8_t kPressKindLast = 2;

/// The kind's name, for example "double". Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(PressKind kind) noexcept {
  switch (kind) {
    case PressKind::kSingle: return "single";
    case PressKind::kDouble: return "double";
    case PressKind::kLong: return "long";
  }
  return "unknown";
}

/// What a press does that would make a call which is being made already.
enum class RepeatPress : std::uint8_t {
  kRefuse,  ///< nothing, with kAlreadySent; on_button tells it
  kCancel,  ///< gives that call up
};

/// What a press of a button does.
struct ButtonAction {
  enum class Kind : std::uint8_t {
    kCall,    ///< calls `user`
    kAnswer,  ///< answers the call that rings longest
    kDecline,
    kHangUp,   ///< hangs up; a call of one's own that is not answered is cancelled
    kToggle,   ///< answers when it rings, hangs up when in a call, else calls `user`
    kPlan,     ///< calls the users of the plan named `plan`
    kSilence,  ///< silences the call that rings longest
    kDnd,      ///< switches do not disturb on, or off again
    kOpen,     ///< opens the door of `user`; empty: as Agent::open_door
    kPull,     ///< takes the call over that another device of the user is in
  };
  Kind kind = Kind::kAnswer;
  std::string user;  ///< with kCall; with kToggle and kOpen it may be empty
  std::string plan;  ///< with kPlan: a name in AgentOptions::plans
  RepeatPress repeat = RepeatPress::kRefuse;  ///< with kCall and kPlan

  /// Reads "call:<user>", "plan:<name>", "answer", "decline", "hang_up", "toggle", "toggle:<user>",
  /// "silence", "dnd", "pull", "open" or "open:<user>"; none for anything else.
  [[nodiscard]] static std::optional<ButtonAction> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

}  // namespace doorcall
