#pragma once

#include <cstdint>
#include <string_view>

namespace doorcall {

/// One call as one device sees it.
///
///            invite                    accept processed
///   idle ───────────► calling ───────────────────────────► connected ──┐
///    │                   │ cancel, refused, time over                  │ hang up, lost,
///    │                   ▼                                             │ media failed
///    │                 ended ◄─────────────────────────────────────────┘
///    │                   ▲ cancelled, declined, time over, caller lost
///    │    fresh          │             answer             confirm
///    └──────────────► ringing ───────────────► accepting ──────────► connected
///
/// Ended is final. `idle` is a call that waits for the proof that its invitation is fresh: nobody
/// has been told of it.
enum class CallState : std::uint8_t { kIdle, kCalling, kRinging, kAccepting, kConnected, kEnded };

inline constexpr std::uint8_t kCallStateLast = 5;

/// One invitation of one user, ranked: two views merge to the higher rank, so duplicates and
/// reordered messages can never move a leg back.
enum class LegState : std::uint8_t {
  kInviting = 0,
  kNotYetReceived = 1,
  kRinging = 2,
  kAccepting = 3,
  kConnected = 4,
  kEnded = 5,
};

inline constexpr std::uint8_t kLegStateLast = 5;

/// What the media hook reports of a connected call.
enum class MediaState : std::uint8_t {
  kNone,       ///< no media hook, or not started
  kPreparing,  ///< asked to start, has not answered yet
  kConnecting,
  kConnected,
  kReconnecting,
  kDisconnected,  ///< the other side of the media is gone; ends the call
  kFailed,        ///< ends the call
};

inline constexpr std::uint8_t kMediaStateLast = 6;

/// What a call carries. The agent only passes it on.
enum class MediaKind : std::uint8_t { kAudio = 0, kVideo = 1, kOther = 2 };

inline constexpr std::uint8_t kMediaKindLast = 2;

/// What a device shows to those who may call it.
enum class PresenceState : std::uint8_t {
  kOffline = 0,
  kIdle = 1,
  kRinging = 2,
  kCalling = 3,
  kInCall = 4,
  kDnd = 5,
};

inline constexpr std::uint8_t kPresenceStateLast = 5;

/// The connection to the broker.
enum class LinkState : std::uint8_t {
  kStopped,     ///< not started, or stopped
  kConnecting,  ///< the first attempt since start
  kConnected,
  kReconnecting,  ///< lost, or the last attempt failed; further attempts follow
};

inline constexpr std::uint8_t kLinkStateLast = 3;

/// The name as used by the command line, for example "ringing".
/// Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(CallState state) noexcept {
  switch (state) {
    case CallState::kIdle: return "idle";
    case CallState::kCalling: return "calling";
    case CallState::kRinging: return "ringing";
    case CallState::kAccepting: return "accepting";
    case CallState::kConnected: return "connected";
    case CallState::kEnded: return "ended";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(LegState state) noexcept {
  switch (state) {
    case LegState::kInviting: return "inviting";
    case LegState::kNotYetReceived: return "not_yet_received";
    case LegState::kRinging: return "ringing";
    case LegState::kAccepting: return "accepting";
    case LegState::kConnected: return "connected";
    case LegState::kEnded: return "ended";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(MediaState state) noexcept {
  switch (state) {
    case MediaState::kNone: return "none";
    case MediaState::kPreparing: return "preparing";
    case MediaState::kConnecting: return "connecting";
    case MediaState::kConnected: return "connected";
    case MediaState::kReconnecting: return "reconnecting";
    case MediaState::kDisconnected: return "disconnected";
    case MediaState::kFailed: return "failed";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(MediaKind kind) noexcept {
  switch (kind) {
    case MediaKind::kAudio: return "audio";
    case MediaKind::kVideo: return "video";
    case MediaKind::kOther: return "other";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(PresenceState state) noexcept {
  switch (state) {
    case PresenceState::kOffline: return "offline";
    case PresenceState::kIdle: return "idle";
    case PresenceState::kRinging: return "ringing";
    case PresenceState::kCalling: return "calling";
    case PresenceState::kInCall: return "in_call";
    case PresenceState::kDnd: return "dnd";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_string(LinkState state) noexcept {
  switch (state) {
    case LinkState::kStopped: return "stopped";
    case LinkState::kConnecting: return "connecting";
    case LinkState::kConnected: return "connected";
    case LinkState::kReconnecting: return "reconnecting";
  }
  return "unknown";
}

}  // namespace doorcall
