#pragma once

#include <string>

#include "doorcall/media.hpp"

namespace doorcall::facade {

/// Who carries sound and picture: own code or child processes.
class MediaDriver {
 public:
  virtual ~MediaDriver() = default;
  /// Media of this call may be wanted soon: it rings.
  virtual void prepare(const MediaRequest& /*request*/) {}
  virtual void start(const MediaRequest& request) = 0;
  /// Of a call that was started.
  virtual void stop(const std::string& call, Reason reason) = 0;
  /// The call is over, started or not; stop() may have come before.
  virtual void release(const std::string& /*call*/, Reason /*reason*/) {}
};

}  // namespace doorcall::facade
