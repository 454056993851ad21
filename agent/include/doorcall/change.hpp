#pragma once

#include <cstdint>
#include <string_view>

namespace doorcall {

/// What happened to a call, as events tell it.
enum class CallChange : std::uint8_t {
  kCalling,         ///< own invitation is on its way
  kNotYetReceived,  ///< no receipt within the notice time
  kRemoteRinging,   ///< a device of the callee rings
  kIncoming,        ///< ring here, for `ring_left`
  kAccepting,       ///< answered here, waiting for the owner's confirm
  kConnected,
  kMedia,        ///< `media_state` changed
  kEnded,        ///< final; exactly one for each call that was presented
  kRefusedBusy,  ///< an invitation was refused here because this device is busy; never presented
};

/// The change's name as in the log and the control socket, for example "remote_ringing".
/// Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(CallChange change) noexcept {
  switch (change) {
    case CallChange::kCalling: return "calling";
    case CallChange::kNotYetReceived: return "not_yet_received";
    case CallChange::kRemoteRinging: return "remote_ringing";
    case CallChange::kIncoming: return "incoming";
    case CallChange::kAccepting: return "accepting";
    case CallChange::kConnected: return "connected";
    case CallChange::kMedia: return "media";
    case CallChange::kEnded: return "ended";
    case CallChange::kRefusedBusy: return "refused_busy";
  }
  return "unknown";
}

}  // namespace doorcall
