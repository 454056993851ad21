#pragma once

#include <string>

namespace doorcall::platform {

/// Why a device can't be used, for a person: names it, the reason, and what to do.
struct DeviceFault {
  bool missing = false;  ///< it is not there; else it is, and refuses
  std::string text;

  bool operator==(const DeviceFault&) const = default;
};

/// The fault that `error`, an errno, means for the device file at `path`, whose group is named
/// where joining it would help. Thread: any.
[[nodiscard]] DeviceFault device_fault(const std::string& path, int error);

}  // namespace doorcall::platform
