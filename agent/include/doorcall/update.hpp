#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/call.hpp"
#include "doorcall/change.hpp"
#include "doorcall/door.hpp"
#include "doorcall/info.hpp"
#include "doorcall/inputs.hpp"
#include "doorcall/reason.hpp"
#include "doorcall/state.hpp"

namespace doorcall {

/// One change of one call.
struct CallUpdate {
  double at_ms = 0;  ///< when the agent took in what caused it; see Agent::clock_ms()
  CallChange change = CallChange::kCalling;
  std::string call;
  CallState state = CallState::kIdle;
  bool outgoing = false;
  bool waiting = false;   ///< with kIncoming: no line is free, so it can't be answered yet
  bool answered = false;  ///< somebody here has answered it, or one who was called from here
  /// Whom the change is about: the inviter, who answered, the member that kMember is about.
  std::string peer_user;
  std::string peer_device;             ///< empty while unknown
  LegState leg = LegState::kInviting;  ///< of the peer, or of the user who was invited
  std::uint32_t join_number = 0;       ///< of the peer, with kMember and kConnected
  std::string caller_user;             ///< who created the call
  std::string caller_device;
  std::string caller_name;
  MediaKind media = MediaKind::kAudio;
  MediaState media_state = MediaState::kNone;
  Reason reason = Reason::kNone;
  /// With kIncoming; with kLimitWarning: until the call ends.
  std::chrono::milliseconds ring_left{0};
  std::string data;  ///< the other side's, that came with this change
  std::string line;
  std::vector<std::uint8_t> offer;  ///< the other side's media offer or answer
  std::vector<MemberView> members;  ///< as CallView's, when this is told; with kEnded empty
};

/// True for the end of a call that rang here and nobody took: it was not answered in time, taken
/// back, or lost. Not for one that was answered or declined here or elsewhere. Thread: any.
[[nodiscard]] bool missed(const CallUpdate& update);

/// What this device does with calls by itself at the moment.
struct DeviceMode {
  double at_ms = 0;  ///< in an update: when it was taken in; see Agent::clock_ms()
  bool dnd = false;  ///< do not disturb: invitations are refused
  std::optional<std::chrono::milliseconds> dnd_left;  ///< none: until it is switched off
  bool ring_to_open = false;  ///< calls from the doors are answered, and the door is opened
  std::chrono::milliseconds ring_to_open_left{0};
};

/// Memory of the engine in bytes.
struct EngineMemory {
  std::size_t tables = 0;    ///< calls, legs, devices, timers and all else that it remembers
  std::size_t messages = 0;  ///< the pool for data of own messages that await their answers
};

/// What is known of one device.
struct DevicePresence {
  double at_ms = 0;  ///< in an update: when it was taken in; see Agent::clock_ms()
  std::string user;
  std::string device;
  PresenceState state = PresenceState::kOffline;
  bool known = true;  ///< false: its record was deleted or has expired
  bool door = false;  ///< it has a door that can be asked to open
  std::string name;
  std::string kind;
  std::string software;
};

/// Why there is no connection to the broker.
enum class LinkTrouble : std::uint8_t {
  kNone,
  kNetwork,    ///< no connection, or it broke
  kRefused,    ///< the broker said no; `code` and `text` say why
  kTakenOver,  ///< another client came with the same id
};

/// The trouble's name, for example "taken_over". Thread: any. Lifetime: static text.
[[nodiscard]] constexpr std::string_view to_string(LinkTrouble trouble) noexcept {
  switch (trouble) {
    case LinkTrouble::kNone: return "none";
    case LinkTrouble::kNetwork: return "network";
    case LinkTrouble::kRefused: return "refused";
    case LinkTrouble::kTakenOver: return "taken_over";
  }
  return "unknown";
}

/// A change of the connection to the broker.
struct LinkUpdate {
  double at_ms = 0;  ///< see Agent::clock_ms()
  LinkState state = LinkState::kStopped;
  LinkTrouble trouble = LinkTrouble::kNone;
  std::uint8_t code = 0;                  ///< MQTT reason code where there is one
  std::string text;                       ///< for people: what failed and where
  std::chrono::milliseconds retry_in{0};  ///< with kReconnecting
  bool mqtt5 = true;                      ///< with kConnected
};

/// Who wants to know what; each may be empty. An exception that leaves one is caught, logged and
/// counted, and touches nobody else.
struct Listener {
  std::function<void(const CallUpdate&)> on_call;
  std::function<void(const DevicePresence&)> on_presence;
  std::function<void(const LinkUpdate&)> on_link;
  std::function<void(const DeviceMode&)> on_mode;
  std::function<void(const InfoUpdate&)> on_info;
  std::function<void(const ButtonUpdate&)> on_button;
  std::function<void(const DoorUpdate&)> on_door;
};

/// 0 is no token.
using ListenerToken = std::uint64_t;

}  // namespace doorcall
