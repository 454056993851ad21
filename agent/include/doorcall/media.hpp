#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doorcall/reason.hpp"
#include "doorcall/state.hpp"

namespace doorcall {

/// What the media of one connected call needs.
struct MediaRequest {
  std::string call;  ///< the call's id: the media room of both sides
  bool caller = false;
  std::string peer_user;
  std::string peer_device;
  MediaKind media = MediaKind::kAudio;
  std::vector<std::uint8_t> local_offer;   ///< as given to call() or answer()
  std::vector<std::uint8_t> remote_offer;  ///< the peer's
};

/// Says how the media of one call is doing: connecting, connected, reconnecting, disconnected or
/// failed; the last two end the call. Copyable; after the call's or the agent's end it does
/// nothing. Thread: loop (from another thread: through Agent::post()).
class MediaReporter {
 public:
  using Report = std::function<void(MediaState)>;

  explicit MediaReporter(Report report) : report_(std::make_shared<Report>(std::move(report))) {}
  /// Takes effect at once; what it causes is told from the loop.
  void report(MediaState state) const { (*report_)(state); }

 private:
  std::shared_ptr<const Report> report_;
};

/// Media in the embedder's own code.
struct MediaHandler {
  /// Start; answer with reporter.report(), at least kConnected within the media start time.
  std::function<void(const MediaRequest& request, MediaReporter reporter)> start;
  /// The call is over: stop. When this returns the devices must be free for the next call.
  std::function<void(const std::string& call, Reason reason)> stop;
};

}  // namespace doorcall
