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
  kMedia,         ///< `media_state` changed
  kEnded,         ///< final; exactly one for each call that was presented
  kRefusedBusy,   ///< an invitation was refused here because this device is busy; never presented
  kRefusedDnd,    ///< as above, because of do not disturb
  kMember,        ///< somebody else of the call: invited, ringing, connected, ended
  kSilenced,      ///< alerting stopped here, the call rings on elsewhere
  kLimitWarning,  ///< the longest call time is over in `ring_left`
  kOpenDoor,      ///< ring-to-open has answered: the peer's door is asked to open
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
    case CallChange::kRefusedDnd: return "refused_dnd";
    case CallChange::kMember: return "member";
    case CallChange::kSilenced: return "silenced";
    case CallChange::kLimitWarning: return "limit_warning";
    case CallChange::kOpenDoor: return "open_door";
  }
  return "unknown";
}

}  // namespace doorcall
