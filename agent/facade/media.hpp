#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "doorcall/media.hpp"

namespace doorcall::facade {

/// Who carries sound and picture: own code or child processes.
class MediaDriver {
 public:
  using Bytes = std::vector<std::uint8_t>;

  /// What it says of a call.
  struct Reports {
    std::function<void(const std::string& call, MediaState state)> on_state;
    std::function<void(const std::string& call, Bytes offer)> on_offer;
    std::function<void(const std::string& call, Bytes candidate)> on_candidate;
  };

  virtual ~MediaDriver() = default;
  /// Media of this call may be wanted soon: it rings.
  virtual void prepare(const MediaRequest& request) = 0;
  /// Media may flow from the caller to the ringing device ahead of the answer.
  virtual void early(const MediaRequest& request) = 0;
  virtual void start(const MediaRequest& request) = 0;
  /// The other side's offer is late or new. This and what follows: of a call that was prepared or
  /// started; else nothing happens.
  virtual void remote(const std::string& call, const Bytes& offer) = 0;
  virtual void candidate(const std::string& call, const Bytes& candidate) = 0;
  virtual void switch_to(const std::string& call, MediaKind media) = 0;
  virtual void mute(const std::string& call, bool on) = 0;
  /// Of a call that was started.
  virtual void stop(const std::string& call, Reason reason) = 0;
  /// The call is over, started or not; stop() may have come before.
  virtual void release(const std::string& call, Reason reason) = 0;
};

}  // namespace doorcall::facade
