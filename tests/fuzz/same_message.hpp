#pragma once

#include <algorithm>
#include <span>
#include <tuple>
#include <variant>

#include "agent/core/message.hpp"

// Whether two messages say the same, field by field.

namespace doorcall::fuzz {

inline bool same(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

inline bool same(const LegView& a, const LegView& b) {
  const auto all = [](const LegView& leg) {
    return std::tie(leg.key, leg.user, leg.device, leg.state, leg.reason, leg.join_number,
                    leg.ring_left);
  };
  return all(a) == all(b);
}

inline bool same(std::span<const LegView> a, std::span<const LegView> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const LegView& one, const LegView& other) { return same(one, other); });
}

inline bool same(const Header& a, const Header& b) {
  const auto all = [](const Header& header) {
    return std::tie(header.call, header.leg, header.incarnation, header.connect, header.sequence,
                    header.to);
  };
  return all(a) == all(b);
}

inline bool same(const Invite& a, const Invite& b) {
  const auto plain = [](const Invite& invite) {
    return std::tie(invite.caller, invite.caller_name, invite.media, invite.ring_left, invite.data,
                    invite.line, invite.replaces);
  };
  return plain(a) == plain(b) && same(a.offer, b.offer) && same(a.roster, b.roster);
}
inline bool same(const Ringing& a, const Ringing& b) {
  return a.alert == b.alert && a.nonce == b.nonce;
}
inline bool same(const Accept& a, const Accept& b) {
  return a.data == b.data && same(a.answer, b.answer);
}
inline bool same(const Confirm& a, const Confirm& b) {
  return a.winner == b.winner && a.join_number == b.join_number && same(a.legs, b.legs);
}
template <typename Ending>
bool same_ending(const Ending& a, const Ending& b) {
  return a.reason == b.reason && a.data == b.data;
}
inline bool same(const Reject& a, const Reject& b) {
  return same_ending(a, b);
}
inline bool same(const Cancel& a, const Cancel& b) {
  return same_ending(a, b);
}
inline bool same(const End& a, const End& b) {
  return same_ending(a, b);
}
inline bool same(const Leave& a, const Leave& b) {
  return same_ending(a, b) && same(a.legs, b.legs);
}
inline bool same(const Roster& a, const Roster& b) {
  return same(a.legs, b.legs);
}
inline bool same(const Join& a, const Join& b) {
  return a.move == b.move && a.data == b.data && same(a.answer, b.answer);
}
inline bool same(const Info& a, const Info& b) {
  const auto plain = [](const Info& info) {
    return std::tie(info.kind, info.media, info.text, info.member);
  };
  return plain(a) == plain(b) && same(a.bytes, b.bytes);
}
inline bool same(const Door& a, const Door& b) {
  const auto all = [](const Door& door) {
    return std::tie(door.step, door.nonce, door.result, door.asked);
  };
  return all(a) == all(b);
}
inline bool same(const Sync& a, const Sync& b) {
  const bool invites = a.invite && b.invite;
  return a.nonce == b.nonce && same(a.legs, b.legs) &&
         a.invite.has_value() == b.invite.has_value() && (!invites || same(*a.invite, *b.invite));
}
inline bool same(const Ack& a, const Ack& b) {
  return a.sequence == b.sequence;
}
inline bool same(const Marker& /*a*/, const Marker& /*b*/) {
  return true;
}

inline bool same(const Message& a, const Message& b) {
  if (!same(a.header, b.header) || a.body.index() != b.body.index()) {
    return false;
  }
  return std::visit(
      [&b](const auto& body) { return same(body, std::get<std::decay_t<decltype(body)>>(b.body)); },
      a.body);
}

inline bool same(const Presence& a, const Presence& b) {
  const auto all = [](const Presence& presence) {
    return std::tie(presence.incarnation, presence.connect, presence.state, presence.settled,
                    presence.name, presence.device_kind, presence.capabilities, presence.software);
  };
  return all(a) == all(b);
}

}  // namespace doorcall::fuzz
