#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "agent/core/message.hpp"

// What the comments beside the examples in PROTOCOL.md say, as messages.

namespace doorcall::samples {

inline Account gate() {
  return Account::parse("gate@front-door").value();
}

inline Message from_gate(std::uint32_t sequence, std::string_view to, const Body& body) {
  Message message;
  message.header.call = CallId::parse("00112233445566778899aabbccddeeff").value();
  message.header.leg = {gate(), 1};
  message.header.incarnation = 0x0123456789ABCDEF;
  message.header.connect = 1;
  message.header.sequence = sequence;
  message.header.to = DeviceId::parse(to).value_or(DeviceId{});
  message.body = body;
  return message;
}

inline Message from_panel(std::uint32_t sequence, std::string_view to, const Body& body) {
  Message message = from_gate(sequence, to, body);
  message.header.incarnation = 0xFEDCBA9876543210;
  message.header.connect = 3;
  return message;
}

inline Bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline Invite invite(Millis ring_left) {
  Invite invite;
  invite.caller = gate();
  invite.caller_name = "Front door";
  invite.media = MediaKind::kVideo;
  invite.ring_left = ring_left;
  invite.offer = bytes("v=0");
  invite.data =
      "Gr\xC3\xBC\xC3\x9F"
      "e";
  invite.line = "bell-1";
  return invite;
}

inline LegView leg(std::uint32_t number, std::string_view account, LegState state,
                   std::uint32_t join_number, Millis ring_left = Millis{0}) {
  LegView view;
  view.key = {gate(), number};
  const auto device = Account::parse(account);
  view.user = device ? device->user : UserId::parse(account).value();
  view.device = device ? device->device : DeviceId{};
  view.state = state;
  view.join_number = join_number;
  view.ring_left = ring_left;
  return view;
}

/// The call of two, and the group: the caller, the flat, and a desk that rings.
inline const std::array<LegView, 3>& group() {
  static const std::array<LegView, 3> legs{leg(0, "gate@front-door", LegState::kConnected, 0),
                                           leg(1, "kitchen@flat-12", LegState::kConnected, 1),
                                           leg(2, "desk", LegState::kRinging, 0, Millis{60'000})};
  return legs;
}

/// As the caller says it when it leaves.
inline const std::array<LegView, 3>& group_left() {
  static const std::array<LegView, 3> legs = [] {
    auto left = group();
    left[0].state = LegState::kEnded;
    left[0].reason = Reason::kHangUp;
    left[2].ring_left = Millis{45'000};
    return left;
  }();
  return legs;
}

/// As the kitchen says it when it has taken the desk's leg over.
inline const std::array<LegView, 3>& group_inherited() {
  static const std::array<LegView, 3> legs = [] {
    auto inherited = group_left();
    inherited[2].key = {Account::parse("kitchen@flat-12").value(), 1};
    inherited[2].state = LegState::kInviting;
    inherited[2].ring_left = Millis{44'000};
    return inherited;
  }();
  return legs;
}

/// As the caller says it when the hall has taken the call over from the kitchen.
inline const std::array<LegView, 4>& group_moved() {
  static const std::array<LegView, 4> legs = [] {
    std::array<LegView, 4> moved{group()[0], group()[1], group()[2],
                                 leg(3, "hall@flat-12", LegState::kConnected, 2)};
    moved[1].state = LegState::kEnded;
    moved[1].reason = Reason::kMoved;
    return moved;
  }();
  return legs;
}

/// The kitchen rings the desk, in the place of the caller.
inline Message heirs_invite() {
  Invite heirs = invite(Millis{44'000});
  heirs.caller_name = "Flat 12";
  heirs.data = {};
  heirs.line = {};
  heirs.roster = group_inherited();
  heirs.replaces = {gate(), 2};
  Message message = from_panel(6, "", heirs);
  message.header.leg = group_inherited()[2].key;
  return message;
}

/// The hall, another panel of the flat, asks for the call of the kitchen.
inline Message halls_join() {
  Message message = from_panel(1, "gate", Join{true, bytes("v=1"), {}});
  message.header.leg = {Account::parse("hall@flat-12").value(), 0};
  message.header.incarnation = 0x1122334455667788;
  message.header.connect = 1;
  return message;
}

inline Message of_leg(std::uint32_t number, Message message) {
  message.header.leg.number = number;
  return message;
}

inline Info info(InfoKind kind, std::string_view text) {
  return {kind, MediaKind::kAudio, {}, text, {gate(), 0}};
}
inline Info candidate() {
  return {InfoKind::kMediaCandidate, MediaKind::kAudio, bytes("a=1"), {}, {gate(), 1}};
}

inline Message about_door(std::uint32_t sequence, const Door& door) {
  Message message = from_panel(sequence, "gate", door);
  message.header.leg = {Account::parse("kitchen@flat-12").value(), 0};
  return message;
}

/// What the comments beside the examples say.
inline std::map<std::string, Message> meanings() {
  constexpr std::uint64_t kNonce = 0x8899AABBCCDDEEFF;
  const DeviceId kitchen = DeviceId::parse("kitchen").value();
  const DeviceId hall = DeviceId::parse("hall").value();
  const std::span<const LegView> both = std::span(group()).first(2);
  const Invite pending = invite(Millis{61'500});
  Invite group_pending = pending;
  group_pending.roster = group();
  Message marker = from_panel(5, "", Marker{});
  marker.header.call = {};
  marker.header.leg = {};
  return {
      {"invite", from_gate(1, "", invite(Millis{90'000}))},
      {"ringing", from_panel(1, "gate", Ringing{})},
      {"ringing-waiting", from_panel(1, "gate", Ringing{Alert::kWaiting, kNonce})},
      {"accept", from_panel(2, "gate", Accept{bytes("v=1"), {}})},
      {"confirm", from_gate(2, "", Confirm{kitchen, 1, {}})},
      {"reject", from_panel(2, "gate", Reject{Reason::kDeclinedEverywhere, "not now"})},
      {"cancel", from_gate(2, "", Cancel{Reason::kCancelled, {}})},
      {"confirm-group", of_leg(3, from_gate(9, "", Confirm{hall, 2, group_moved()}))},
      {"end", of_leg(0, from_gate(5, "kitchen", End{Reason::kHangUp, {}}))},
      {"end-moved", of_leg(0, from_gate(8, "kitchen", End{Reason::kMoved, {}}))},
      {"leave", from_panel(4, "gate", Leave{Reason::kHangUp, {}, {}})},
      {"leave-group", of_leg(0, from_gate(6, "kitchen", Leave{Reason::kHangUp, {}, group_left()}))},
      {"invite-heir", heirs_invite()},
      {"roster", of_leg(0, from_gate(4, "kitchen", Roster{group()}))},
      {"join", halls_join()},
      {"info-key", from_panel(7, "gate", info(InfoKind::kKeyPress, "12#"))},
      {"info-candidate", of_leg(0, from_gate(10, "kitchen", candidate()))},
      {"info-door-request", about_door(8, Door{})},
      {"info-door-nonce",
       of_leg(0, from_gate(11, "kitchen", Door{DoorStep::kNonce, kNonce, {}, 8}))},
      {"info-door-open", about_door(9, Door{DoorStep::kOpen, kNonce, {}, 0})},
      {"info-door-result",
       of_leg(0, from_gate(12, "kitchen", Door{DoorStep::kResult, 0, DoorResult::kStale, 9}))},
      {"sync", of_leg(0, from_gate(3, "kitchen", Sync{both, std::nullopt, 0}))},
      {"sync-pending", from_gate(2, "kitchen", Sync{{}, pending, kNonce})},
      {"sync-pending-group", of_leg(2, from_gate(7, "tablet", Sync{{}, group_pending, 0}))},
      {"ack", from_panel(3, "gate", Ack{2})},
      {"marker", marker},
  };
}

inline std::map<std::string, Presence> presence_meanings() {
  Presence presence;
  presence.incarnation = 0xFEDCBA9876543210;
  presence.connect = 3;
  presence.state = PresenceState::kIdle;
  presence.name = "Kitchen";
  presence.device_kind = "panel";
  presence.software = "doorcall 0.1";
  Presence will = presence;
  will.state = PresenceState::kOffline;
  will.settled = true;
  return {{"presence", presence}, {"presence-will", will}};
}

}  // namespace doorcall::samples
