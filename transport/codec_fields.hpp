#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "agent/core/limits.hpp"
#include "agent/core/message.hpp"

// The wire's tables: which key has which field, what it is called and what it may hold. Reader and
// writer both work from here, and PROTOCOL.md §4 and §5 say the same in words.

namespace doorcall::transport {

enum class Need : std::uint8_t {
  kRequired,  ///< always written; a message without it is refused
  kOptional,  ///< not written when 0 or empty, which is also what its absence means
};

struct Field {
  std::uint8_t key;  ///< in its map, or the position in its array
  std::string_view name;
  Need need = Need::kOptional;
  std::uint64_t min = 0;  ///< numbers: the lowest when present
  std::uint64_t max = 0;  ///< numbers: the highest; text, bytes and arrays: the longest
};

inline constexpr std::uint64_t kUint32Max = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint64_t kUint64Max = std::numeric_limits<std::uint64_t>::max();

/// Kind number of a presence. MessageKind has the others.
inline constexpr std::uint8_t kPresenceKindNumber = 15;

namespace header {
inline constexpr Field kVersion{0, "version", Need::kRequired, 0, kUint32Max};
inline constexpr Field kKind{1, "kind", Need::kRequired, 0, 255};
inline constexpr Field kCall{2, "call", Need::kOptional};
inline constexpr Field kLeg{3, "leg", Need::kOptional};
inline constexpr Field kIncarnation{4, "incarnation", Need::kRequired, 0, kUint64Max};
inline constexpr Field kConnect{5, "connect", Need::kRequired, 1, kUint32Max};
inline constexpr Field kSequence{6, "sequence", Need::kRequired, 1, kUint32Max};
inline constexpr Field kTo{7, "to", Need::kOptional};
inline constexpr Field kBody{8, "body", Need::kOptional};
}  // namespace header

// Positions in a leg's array. The header's leg has the first two only. A leg may end behind the
// reason: what is not there is 0.
namespace leg {
inline constexpr Field kOwner{0, "leg.owner", Need::kRequired};
inline constexpr Field kNumber{1, "leg.number", Need::kRequired, 0, kUint32Max};
inline constexpr Field kUser{2, "leg.user", Need::kRequired};
inline constexpr Field kDevice{3, "leg.device", Need::kOptional};
inline constexpr Field kState{4, "leg.state", Need::kRequired, 0, kLegStateLast};
inline constexpr Field kReason{5, "leg.reason", Need::kRequired, 0, kReasonLast};
inline constexpr Field kJoinNumber{6, "leg.join_number", Need::kOptional, 0, kUint32Max};
inline constexpr Field kRingLeft{7, "leg.ring_left", Need::kOptional, 0, kRingTimeMax.count()};
inline constexpr std::size_t kElements = 8;  ///< as many are always written
}  // namespace leg

namespace invite {
inline constexpr Field kCaller{0, "caller", Need::kOptional};
inline constexpr Field kCallerName{1, "caller_name", Need::kOptional, 0, kNameBytesMax};
inline constexpr Field kMedia{2, "media", Need::kOptional, 0, kMediaKindLast};
inline constexpr Field kRingLeft{3, "ring_left", Need::kRequired, 0, kRingTimeMax.count()};
inline constexpr Field kOffer{4, "offer", Need::kOptional, 0, kOfferBytesMax};
inline constexpr Field kData{5, "data", Need::kOptional, 0, kDataBytesMax};
inline constexpr Field kLine{6, "line", Need::kOptional, 0, kLineIdBytesMax};
/// Of the kind invite only: a sync's invite would nest too deep, its roster is in the sync's legs.
inline constexpr Field kRoster{7, "roster", Need::kOptional, 0, kLegViewsMax};
inline constexpr Field kReplaces{8, "replaces", Need::kOptional};
// Positions in its array.
inline constexpr Field kReplacesOwner{0, "replaces.owner", Need::kRequired};
inline constexpr Field kReplacesNumber{1, "replaces.number", Need::kRequired, 1, kUint32Max};
}  // namespace invite

namespace ringing {
inline constexpr Field kAlert{0, "alert", Need::kOptional, 0, kAlertLast};
inline constexpr Field kNonce{1, "nonce", Need::kOptional, 0, kUint64Max};
}  // namespace ringing

namespace accept {
inline constexpr Field kAnswer{0, "answer", Need::kOptional, 0, kOfferBytesMax};
inline constexpr Field kData{1, "data", Need::kOptional, 0, kDataBytesMax};
}  // namespace accept

namespace confirm {
inline constexpr Field kWinner{0, "winner", Need::kRequired};
inline constexpr Field kJoinNumber{1, "join_number", Need::kOptional, 0, kUint32Max};
inline constexpr Field kLegs{2, "legs", Need::kOptional, 0, kLegViewsMax};
}  // namespace confirm

// reject, cancel, end and leave alike
namespace ending {
inline constexpr Field kReason{0, "reason", Need::kRequired, 1, kReasonLast};
inline constexpr Field kData{1, "data", Need::kOptional, 0, kDataBytesMax};
}  // namespace ending

namespace leave {
inline constexpr Field kLegs{2, "legs", Need::kOptional, 0, kLegViewsMax};
}  // namespace leave

namespace roster {
inline constexpr Field kLegs{0, "legs", Need::kRequired, 0, kLegViewsMax};
}  // namespace roster

namespace join {
inline constexpr Field kMove{0, "move", Need::kOptional, 0, 1};
inline constexpr Field kAnswer{1, "answer", Need::kOptional, 0, kOfferBytesMax};
inline constexpr Field kData{2, "data", Need::kOptional, 0, kDataBytesMax};
}  // namespace join

namespace info {
inline constexpr std::uint8_t kAboutDoor = kInfoKindLast + 1;
inline constexpr Field kAbout{0, "about", Need::kRequired, 0, kAboutDoor};
inline constexpr Field kMedia{1, "media", Need::kOptional, 0, kMediaKindLast};
inline constexpr Field kBytes{2, "bytes", Need::kOptional, 0, kOfferBytesMax};
inline constexpr Field kText{3, "text", Need::kOptional, 0, kDataBytesMax};
inline constexpr Field kStep{4, "step", Need::kOptional, 0, kDoorStepLast};
inline constexpr Field kNonce{5, "nonce", Need::kOptional, 0, kUint64Max};
inline constexpr Field kResult{6, "result", Need::kOptional, 0, kDoorResultLast};
inline constexpr Field kAsked{7, "asked", Need::kOptional, 0, kUint32Max};
inline constexpr Field kMember{8, "member", Need::kRequired};
}  // namespace info

namespace sync {
inline constexpr Field kLegs{0, "legs", Need::kOptional, 0, kLegViewsMax};
inline constexpr Field kInvite{1, "invite", Need::kOptional};
inline constexpr Field kNonce{2, "nonce", Need::kOptional, 0, kUint64Max};
}  // namespace sync

namespace ack {
inline constexpr Field kSequence{0, "acked_sequence", Need::kRequired, 1, kUint32Max};
}  // namespace ack

namespace presence {
inline constexpr Field kState{0, "state", Need::kRequired, 0, kPresenceStateLast};
inline constexpr Field kName{1, "name", Need::kOptional, 0, kNameBytesMax};
inline constexpr Field kDeviceKind{2, "device_kind", Need::kOptional, 0, kLineIdBytesMax};
inline constexpr Field kCapabilities{3, "capabilities", Need::kOptional, 0, kUint32Max};
inline constexpr Field kSoftware{4, "software", Need::kOptional, 0, kSoftwareBytesMax};
inline constexpr Field kSettled{5, "settled", Need::kOptional, 0, 1};
}  // namespace presence

}  // namespace doorcall::transport
