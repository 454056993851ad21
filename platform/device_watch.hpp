#pragma once

#include <functional>

#include "platform/event_loop.hpp"
#include "platform/fd.hpp"

namespace doorcall::platform {

/// Says when it is worth trying to open a missing device again: soon after /dev or /dev/input has
/// changed (a device file, its owner or its mode), and by itself at growing distances, because not
/// all that hinders shows there. While nothing is missing it watches nothing. Thread: loop.
class DeviceWatch {
 public:
  static constexpr Millis kSettle{50};  ///< udev makes a file and then gives it to its group
  static constexpr Millis kFirst{1'000};
  static constexpr Millis kLongest{60'000};

  /// `on_try` is called from the loop, until missing(false). Errors: throws std::system_error when
  /// the process is out of descriptors.
  DeviceWatch(EventLoop& loop, std::function<void()> on_try);

  /// Whether something is missing.
  void missing(bool any);

 private:
  void watch();
  void changed();
  void due();

  EventLoop& loop_;
  std::function<void()> on_try_;
  Timer timer_;
  Fd inotify_;
  Watch watch_;
  Instant due_ = kNever;
  Millis pause_ = kFirst;
  bool missing_ = false;
};

}  // namespace doorcall::platform
