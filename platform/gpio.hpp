#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/device_fault.hpp"

namespace doorcall::platform {

/// One GPIO line: its name as in the device tree, or "gpiochip0:17", or "/dev/gpiochip0:17".
struct GpioLine {
  std::string text;

  bool operator==(const GpioLine&) const = default;
};

/// What a configuration may say for a line, for error messages.
inline constexpr std::string_view kGpioLineForm =
    R"(a line's name of up to 31 bytes, or a chip and a number such as "gpiochip0:17")";
/// Whether the text has that form.
[[nodiscard]] bool is_gpio_line(std::string_view text);

/// What holds a line that nothing drives.
enum class GpioBias : std::uint8_t { kAsIs, kPullUp, kPullDown, kDisabled };

struct GpioInputOptions {
  bool active_low = false;
  GpioBias bias = GpioBias::kAsIs;
  Millis debounce{0};  ///< by the kernel, where adapter and kernel can; 0: none

  bool operator==(const GpioInputOptions&) const = default;
};

struct GpioOutputOptions {
  bool active_low = false;
  bool open_drain = false;

  bool operator==(const GpioOutputOptions&) const = default;
};

/// A change of an input.
struct GpioEdge {
  Instant at;   ///< on the loop's clock, made from the kernel's time stamp
  bool active;  ///< the new level, after polarity

  bool operator==(const GpioEdge&) const = default;
};

/// A line that is read; destroying it releases the line. Thread: one.
class GpioInput {
 public:
  virtual ~GpioInput() = default;

  /// Readable when there are edges, or when the line is gone.
  [[nodiscard]] virtual int fd() const = 0;
  /// Appends the edges that wait, without blocking. The kernel keeps 16 and drops the rest, so
  /// ask for the level() afterwards. False: the line is gone.
  [[nodiscard]] virtual bool read_edges(std::vector<GpioEdge>& ret_edges) = 0;
  /// The level now, after polarity; empty: the line is gone.
  [[nodiscard]] virtual std::optional<bool> level() = 0;
  /// Whether the kernel does the debouncing that was asked for.
  [[nodiscard]] virtual bool debounced() const = 0;
};

/// A line that is driven; destroying it releases the line. Thread: one.
class GpioOutput {
 public:
  virtual ~GpioOutput() = default;

  /// False: the line is gone.
  [[nodiscard]] virtual bool set(bool on) = 0;
};

/// Opens lines. Thread: one.
class Gpio {
 public:
  virtual ~Gpio() = default;

  /// Null with a reason in `ret_fault`: no such line, in use, no access, or settings that the
  /// hardware does not have.
  [[nodiscard]] virtual std::unique_ptr<GpioInput> open_input(const GpioLine& line,
                                                              const GpioInputOptions& options,
                                                              DeviceFault& ret_fault) = 0;
  /// The line is driven as `on` says from the moment on that it is ours. Null as open_input().
  [[nodiscard]] virtual std::unique_ptr<GpioOutput> open_output(const GpioLine& line,
                                                                const GpioOutputOptions& options,
                                                                bool on,
                                                                DeviceFault& ret_fault) = 0;
};

/// The adapter that was built in; null without one (CMake option DOORCALL_GPIO).
[[nodiscard]] std::unique_ptr<Gpio> make_gpio();
/// The library it uses, such as "libgpiod 1"; empty without one.
[[nodiscard]] std::string_view gpio_library();

}  // namespace doorcall::platform
