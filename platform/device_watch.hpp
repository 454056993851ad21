#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/event_loop.hpp"
#include "platform/fd.hpp"

namespace doorcall::platform {

/// Says when it is worth trying to open a missing device again: soon after /dev or /dev/input has
/// changed (a device file, its owner or its mode), and by itself at growing distances, because not
/// all that hinders shows there. While nothing is missing it does nothing, unless it is told to
/// look at changes always. Thread: loop.
class DeviceWatch {
 public:
  enum class When {
    kMissing,
    kAlways,  ///< also when a device that is there may have gone: an output tells it only when set
  };

  static constexpr Millis kSettle{50};  ///< udev makes a file and then gives it to its group
  static constexpr Millis kFirst{1'000};
  static constexpr Millis kLongest{60'000};

  /// `on_try` is called from the loop. Errors: throws std::system_error when
  /// the process is out of descriptors.
  explicit DeviceWatch(EventLoop& loop, std::function<void()> on_try, When when = When::kMissing,
                       std::vector<std::string> folders = {"/dev", "/dev/input",
                                                           "/dev/input/by-id"});

  /// Whether something is missing.
  void missing(bool any);

 private:
  void open();
  void watch();
  void changed();
  void due();

  EventLoop& loop_;
  std::function<void()> on_try_;
  When when_;
  std::vector<std::string> folders_;
  Timer timer_;
  Fd inotify_;
  Watch watch_;
  Instant due_ = kNever;
  Millis pause_ = kFirst;
  bool missing_ = false;
};

}  // namespace doorcall::platform
