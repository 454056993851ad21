#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/event_loop.hpp"
#include "platform/gpio.hpp"

namespace doorcall::platform {

/// A contact on a GPIO line, read when it has settled: for kSettleTime without a change, by the
/// kernel where that can. A contact that never settles costs a wake-up in that time and tells
/// nothing. Thread: loop. Lifetime: loop and GPIO must outlive it.
class Contact {
 public:
  static constexpr Millis kSettleTime{50};

  struct Events {
    /// The contact has become active or inactive. The first level that is read is told, too.
    std::function<void(bool active)> on_level;
    std::function<void()> on_fault;  ///< fault() has changed
  };

  /// Callbacks must not destroy it.
  Contact(EventLoop& loop, Gpio& gpio, GpioLine line, GpioInputOptions options, Events events);
  Contact(const Contact&) = delete;
  Contact& operator=(const Contact&) = delete;

  /// Opens the line, or sees whether it is still there.
  void check();

  /// Empty: not known, for the line has not been there yet.
  [[nodiscard]] std::optional<bool> active() const noexcept { return active_; }
  /// Why it can't be read, for people; empty: it can.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  void open();
  void on_ready(std::uint32_t events);
  void settle();
  void read_level();
  void lose();
  void set_fault(std::string fault);

  EventLoop& loop_;
  Gpio& gpio_;
  GpioLine where_;
  GpioInputOptions options_;
  Events events_;
  std::unique_ptr<GpioInput> line_;
  Watch watch_;
  Timer settle_;
  std::vector<GpioEdge> edges_;
  std::optional<bool> active_;
  std::string fault_;
};

}  // namespace doorcall::platform
