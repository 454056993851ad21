#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"
#include "platform/event_loop.hpp"
#include "platform/gpio.hpp"
#include "platform/log.hpp"
#include "platform/watched_child.hpp"

namespace doorcall::platform {

/// How a relay is driven.
struct RelayOptions {
  std::vector<std::string> command;  ///< relay_command(), or a program that talks as it does
  Millis pulse{3'000};

  bool operator==(const RelayOptions&) const = default;
};

/// The command that drives a line by the program that comes with doorcall: the one beside the
/// running program, as it is built, or in its place beside that, as it is installed, or else where
/// it was to be installed. No pulse is longer than `longest`.
[[nodiscard]] std::vector<std::string> relay_command(const GpioLine& line, bool active_low,
                                                     Millis longest);

/// A door relay. Its line belongs to a program of its own, which bounds each pulse by itself and
/// switches off when this process is gone, so that neither a crash nor a hang leaves a door open.
/// The program is started again when it ends. Thread: loop. Lifetime: loop and log must outlive it;
/// destroying it switches off, and waits up to kEndTime for that.
class Relay {
 public:
  static constexpr Millis kAnswerTime{1'000};  ///< a program that is silent for longer is killed
  static constexpr Millis kReadyTime{5'000};
  static constexpr Millis kEndTime{500};
  static constexpr Millis kRestartMin{250};
  static constexpr Millis kRestartMax{60'000};
  static constexpr std::size_t kWaitingMax = 4;

  /// Whether the relay went on, and if not why, for people.
  using Done = std::function<void(bool ok, std::string_view why)>;

  /// `on_change`: on(), ready() or fault() has changed. Callbacks must not destroy the relay.
  Relay(EventLoop& loop, Log& log, RelayOptions options, std::function<void()> on_change);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Starts the program, once.
  void start();

  /// Switches on for the pulse's time; `done` is called exactly once, perhaps at once, unless the
  /// relay is destroyed first. While it is on it stays so for another pulse, as long as the longest
  /// one allows; just after one it refuses.
  void pulse(Done done);
  /// Ends the waiting for answers, with this reason.
  void refuse_waiting(std::string_view why);
  /// For the pulses from now on.
  void set_pulse(Millis pulse) noexcept { options_.pulse = pulse; }
  /// Devices have come or gone: is the line still there, or there again?
  void check();

  [[nodiscard]] const RelayOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool on() const noexcept { return on_; }
  /// The line is its own, so that it can pulse.
  [[nodiscard]] bool ready() const noexcept { return ready_since_ != kNever; }
  /// Why it is not ready, for people; empty: it is, or is being started for the first time.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
  [[nodiscard]] pid_t pid() const noexcept { return child_ ? child_->pid() : -1; }

 private:
  void serve(std::string_view line);
  void take_ready();
  void answer(bool ok, std::string_view why);
  void lose_patience();
  void on_exit(const ChildExit& exit);
  void restart_later();
  void set_on(bool on);
  void set_fault(std::string fault);

  EventLoop& loop_;
  Log& log_;
  RelayOptions options_;
  std::function<void()> on_change_;
  std::unique_ptr<WatchedChild> child_;
  std::deque<Done> waiting_;  ///< for the answers to their pulses, in order
  Timer patience_;
  Timer restart_;
  Millis restart_wait_ = kRestartMin;
  Instant ready_since_ = kNever;
  std::string fault_;
  std::string reason_;  ///< what the program said when it gave up
  bool on_ = false;
};

}  // namespace doorcall::platform
