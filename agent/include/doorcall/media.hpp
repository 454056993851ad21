#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doorcall/reason.hpp"
#include "doorcall/state.hpp"

namespace doorcall {

/// What the media of one call needs.
struct MediaRequest {
  std::string call;  ///< the call's id: the media room of both sides
  bool caller = false;
  std::string peer_user;
  std::string peer_device;
  MediaKind media = MediaKind::kAudio;
  std::vector<std::uint8_t> local_offer;   ///< as given to call(), answer() or a reporter
  std::vector<std::uint8_t> remote_offer;  ///< the peer's; empty while it is not known
  bool muted = false;  ///< start with silence: Agent::mute() was called before the peer changed
};

/// Says how the media of one call is doing, and what the other side must know of it. Copyable;
/// after the call's or the agent's end it does nothing. Thread: loop (from another thread: through
/// Agent::post()).
class MediaReporter {
 public:
  /// Where it goes; none may be empty.
  struct Sinks {
    std::function<void(MediaState state)> state;                     ///< report()
    std::function<void(std::vector<std::uint8_t> bytes)> offer;      ///< offer()
    std::function<void(std::vector<std::uint8_t> bytes)> candidate;  ///< candidate()
  };

  explicit MediaReporter(Sinks sinks) : sinks_(std::make_shared<Sinks>(std::move(sinks))) {}
  /// Connecting, connected, reconnecting, disconnected or failed; the last two end the call. Takes
  /// effect at once; what it causes is told from the loop.
  void report(MediaState state) const { sinks_->state(state); }
  /// The own offer, or the answer to the other side's: 1 to 6144 bytes, opaque. It travels by
  /// itself, with the answer where it is ready by then. Another one replaces it.
  void offer(std::vector<std::uint8_t> bytes) const { sinks_->offer(std::move(bytes)); }
  /// A way by which this side can be reached that was found after the offer: 1 to 6144 bytes. At
  /// most 16 are kept until the call is connected; further ones are dropped.
  void candidate(std::vector<std::uint8_t> bytes) const { sinks_->candidate(std::move(bytes)); }

 private:
  std::shared_ptr<const Sinks> sinks_;
};

/// Media in the embedder's own code.
struct MediaHandler {
  using Bytes = std::vector<std::uint8_t>;

  /// The call rings, here or there: open devices, make an offer. Optional, as all but start, stop.
  std::function<void(const MediaRequest& request, MediaReporter reporter)> prepare{};
  /// Media may flow from the caller to the ringing device ahead of the answer, never back. At the
  /// caller it comes for each ringing device that wants it; the request's peer is that device.
  std::function<void(const MediaRequest& request)> early{};
  /// Start; answer with reporter.report(), at least kConnected within the media start time.
  std::function<void(const MediaRequest& request, MediaReporter reporter)> start{};
  /// The peer's offer has come late, or has changed.
  std::function<void(const std::string& call, const Bytes& offer)> remote{};
  std::function<void(const std::string& call, const Bytes& candidate)> candidate{};
  /// The other side asks for this kind of media.
  std::function<void(const std::string& call, MediaKind media)> switch_to{};
  /// Agent::mute(): send silence, or sound again.
  std::function<void(const std::string& call, bool on)> mute{};
  /// The call is over: stop. When this returns the devices must be free for the next call.
  std::function<void(const std::string& call, Reason reason)> stop{};
};

}  // namespace doorcall
