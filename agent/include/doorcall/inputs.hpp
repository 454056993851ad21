#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "doorcall/button.hpp"
#include "doorcall/error.hpp"

namespace doorcall {

/// What holds a GPIO line that nothing drives.
enum class LineBias : std::uint8_t { kAsIs, kPullUp, kPullDown, kDisabled };

/// What a button is wired to: a GPIO line, or a key of an input device. It acts as
/// Agent::bind_button() says; kinds of press that are not bound are not waited for.
struct ButtonInput {
  std::string button;  ///< its name in bind_button(): [A-Za-z0-9_-], 1–32 bytes

  /// A line's name as in the device tree, or "gpiochip0:17". Either this or `key`.
  std::string gpio;
  bool active_low = false;  ///< pressed is low
  LineBias bias = LineBias::kAsIs;
  /// The wire of an AC bell: its half-waves are one press, their end is the release.
  bool ac = false;

  std::string key;  ///< the kernel's name of a key, such as "KEY_PHONE"
  /// The path of the input device, or its own name; empty: the first that has the key.
  std::string device;
  bool grab = false;  ///< nobody else gets the device's keys

  /// A gap that does not end a press, 0–500 ms; none: 5 ms, with `ac` 40 ms. By the kernel, where
  /// it debounces lines.
  std::optional<std::chrono::milliseconds> debounce;
  std::chrono::milliseconds hold{30};          ///< shorter is no press: 1 ms–5 s
  std::chrono::milliseconds double_time{400};  ///< between two presses: 50 ms–5 s
  std::chrono::milliseconds long_time{800};    ///< until it is a long press: 100 ms–30 s
  /// Held for so long it is stuck: told, and ignored until it is released. 0 = off, else 1 s–24 h.
  std::chrono::milliseconds stuck_time{60'000};

  bool operator==(const ButtonInput&) const = default;
};

/// How an input is.
enum class InputState : std::uint8_t {
  kOk,
  kMissing,  ///< line or device are not there; used as soon as they are
  kStuck,    ///< held for too long; ignored until it is released
  kError,    ///< there, but not to be had: in use, or no access; tried again
};

/// The state's name, for example "missing". Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(InputState state) noexcept {
  switch (state) {
    case InputState::kOk: return "ok";
    case InputState::kMissing: return "missing";
    case InputState::kStuck: return "stuck";
    case InputState::kError: return "error";
  }
  return "unknown";
}

/// One of the inputs.
struct InputView {
  std::string button;
  std::string source;  ///< for people: "GPIO line bell"
  InputState state = InputState::kOk;
  std::string text;  ///< for people: what is wrong and what to do
};

/// What happened to a button.
enum class ButtonChange : std::uint8_t {
  kPressed,   ///< physically, and for long enough
  kReleased,  ///< physically
  kAction,    ///< a press, also by Agent::press(), has acted, or was refused: `code`
  kState,     ///< `state` has changed
};

/// The change's name, for example "pressed". Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(ButtonChange change) noexcept {
  switch (change) {
    case ButtonChange::kPressed: return "pressed";
    case ButtonChange::kReleased: return "released";
    case ButtonChange::kAction: return "action";
    case ButtonChange::kState: return "state";
  }
  return "unknown";
}

/// A change of one button. Each press is told, whatever came of it, so that lamp or chime can say
/// so to who pressed.
struct ButtonUpdate {
  double at_ms = 0;  ///< see Agent::clock_ms()
  std::string button;
  ButtonChange change = ButtonChange::kAction;
  PressKind kind = PressKind::kSingle;  ///< with kAction
  Errc code = Errc::kOk;                ///< with kAction: as of Agent::press()
  InputState state = InputState::kOk;   ///< with kState
  std::string text;                     ///< with kState: as InputView's
};

}  // namespace doorcall
