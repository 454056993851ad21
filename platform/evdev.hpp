#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/device_fault.hpp"

namespace doorcall::platform {

/// A change of a key; autorepeat is none.
struct KeyEdge {
  Instant at;  ///< on the loop's clock, by the kernel's time stamp
  unsigned code;
  bool down;

  bool operator==(const KeyEdge&) const = default;
};

/// Which input device, and how it is used.
struct KeyboardOptions {
  /// A path, such as "/dev/input/by-id/…", or the device's own name, such as "gpio-keys"; empty:
  /// the first that has the keys.
  std::string device;
  bool grab = false;            ///< nobody else sees its keys
  std::vector<unsigned> codes;  ///< the keys that it must have
};

/// An input device with keys. Thread: one.
class Keyboard {
 public:
  virtual ~Keyboard() = default;

  /// Readable when there are edges, or when the device is gone.
  [[nodiscard]] virtual int fd() const = 0;
  /// Appends the edges that wait, without blocking; where the kernel has dropped some, those that
  /// lead to what is pressed now. False: the device is gone.
  [[nodiscard]] virtual bool read_edges(std::vector<KeyEdge>& ret_edges) = 0;
  /// Whether the key is pressed, as of the edges that were read.
  [[nodiscard]] virtual bool down(unsigned code) const = 0;
};

/// Opens input devices. Thread: one.
class Evdev {
 public:
  virtual ~Evdev() = default;

  /// Null with a reason in `ret_fault`: no such device, no such key, no access, grabbed.
  [[nodiscard]] virtual std::unique_ptr<Keyboard> open(const KeyboardOptions& options,
                                                       DeviceFault& ret_fault) = 0;
};

/// The adapter that was built in; null without one (CMake option DOORCALL_EVDEV).
[[nodiscard]] std::unique_ptr<Evdev> make_evdev();
/// The library it uses; empty without one.
[[nodiscard]] std::string_view evdev_library();

/// The code of a key by the kernel's name for it, such as "KEY_PHONE" or "BTN_0"; empty: there is
/// none of that name, or no adapter was built in.
[[nodiscard]] std::optional<unsigned> key_code(std::string_view name);

}  // namespace doorcall::platform
