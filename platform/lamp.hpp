#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/core/time.hpp"
#include "platform/blink.hpp"
#include "platform/event_loop.hpp"
#include "platform/gpio.hpp"

namespace doorcall::platform {

/// A lamp on a GPIO line that shows one blink code at a time. Steady codes cost no wake-up. Thread:
/// loop. Lifetime: loop and GPIO must outlive it; destroying it switches off.
class Lamp {
 public:
  /// Opens the line. `on_change`: fault() has changed after that; must not destroy the lamp.
  Lamp(EventLoop& loop, Gpio& gpio, GpioLine line, GpioOutputOptions options,
       std::function<void()> on_change);
  Lamp(const Lamp&) = delete;
  Lamp& operator=(const Lamp&) = delete;
  ~Lamp();

  /// Shows this code from its beginning, unless it is shown already.
  void show(const BlinkCode& code);
  /// Is the line still there, or there again?
  void check();

  /// What it shows at this moment.
  [[nodiscard]] bool lit() const noexcept { return lit_; }
  /// Why it is dark, for people; empty: the line works.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  void update();
  void set_fault(std::string fault);

  EventLoop& loop_;
  Gpio& gpio_;
  GpioLine where_;
  GpioOutputOptions options_;
  std::function<void()> on_change_;
  std::unique_ptr<GpioOutput> line_;
  BlinkCode code_;
  Instant began_{};
  bool lit_ = false;
  std::string fault_;
  Timer next_;
};

}  // namespace doorcall::platform
