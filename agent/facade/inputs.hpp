#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/inputs.hpp"
#include "platform/device_watch.hpp"
#include "platform/evdev.hpp"
#include "platform/event_loop.hpp"
#include "platform/gpio.hpp"
#include "platform/press_recogniser.hpp"

namespace doorcall::facade {

/// The physical buttons: opens lines and devices, keeps trying those that are missing, and turns
/// their edges into presses. Nothing here knows what a press does. Thread: loop.
class Inputs {
 public:
  struct Owner {
    std::function<void(const std::function<void()>& work)> enter;  ///< around all work of the loop
    std::function<void(const std::string& button, platform::PressEvent::Kind kind)> on_press;
    std::function<void(const InputView& view)> on_state;
    std::function<bool(std::string_view button, PressKind kind)> bound;
  };

  Inputs(platform::EventLoop& loop, Owner owner);

  /// Uses these and no others. Those that stay as they were keep what is pressed.
  void configure(const std::vector<ButtonInput>& inputs);
  /// Other kinds of press of this button are bound now.
  void rebound(std::string_view button);
  [[nodiscard]] std::vector<InputView> views() const;

 private:
  struct Button {
    ButtonInput input;
    platform::PressRecogniser recogniser;
    InputView told;  ///< the last state that was told

    [[nodiscard]] unsigned code() const { return platform::key_code(input.key).value_or(0); }
  };
  /// A line with its one button, or a device with those that are its keys.
  struct Source {
    std::vector<Button> buttons;
    std::unique_ptr<platform::GpioInput> line;
    std::unique_ptr<platform::Keyboard> keyboard;
    platform::DeviceFault fault;
    platform::Watch watch;
    Instant window{};         ///< begin of the time in which edges are counted
    std::size_t edges = 0;    ///< in it
    int full_reads = 0;       ///< in it: the kernel's queue has run over
    Instant paused = kNever;  ///< it chatters: not read before

    [[nodiscard]] bool open() const noexcept { return line != nullptr || keyboard != nullptr; }
    [[nodiscard]] bool is_line() const { return !buttons.front().input.gpio.empty(); }
    [[nodiscard]] bool serves(const std::vector<ButtonInput>& inputs) const;
    [[nodiscard]] Instant deadline() const;
  };

  void look_again();
  void open_missing();
  void open_line(Source& source);
  void open_keyboard(Source& source);
  void started(Source& source);
  void lost(Source& source);
  void serve(Source& source);
  [[nodiscard]] bool read_line(Source& source);
  [[nodiscard]] bool read_keyboard(Source& source);
  [[nodiscard]] static bool chatters(Source& source, std::size_t edges, Instant now);
  void due();
  void take(const Source& source, Button& button);
  void tell_state(const Source& source, Button& button);
  void settle();
  [[nodiscard]] platform::PressTimes times_of(const Source& source, const ButtonInput& input) const;
  [[nodiscard]] static InputView view_of(const Source& source, const Button& button);

  platform::EventLoop& loop_;
  Owner owner_;
  std::unique_ptr<platform::Gpio> gpio_;
  std::unique_ptr<platform::Evdev> evdev_;
  platform::DeviceWatch missing_;
  platform::Timer timer_;
  Instant due_ = kNever;
  std::list<Source> sources_;
  std::vector<platform::PressEvent> events_;
  std::vector<platform::GpioEdge> line_edges_;
  std::vector<platform::KeyEdge> key_edges_;
};

}  // namespace doorcall::facade
