#pragma once

// Messages as another device would send them: what a test plays against one engine, right or wrong.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "agent/core/message.hpp"
#include "tests/fakes/engine_words.hpp"

namespace doorcall::fakes {

inline CallId call_id(std::uint8_t n) {
  CallId id;
  id.bytes.fill(n);
  return id;
}

/// One other device, and what it says. Sequence numbers count up by themselves.
class Actor {
 public:
  explicit Actor(std::string_view account, Incarnation incarnation = 0xACE)
      : self(account_of(account)), incarnation_(incarnation) {}

  Message say(const CallId& call, const LegKey& leg, const Body& body,
              std::string_view to_device = {}) {
    Message message;
    message.header = {call, leg, incarnation_, connect, ++sequence_, {}};
    if (!to_device.empty()) {
      message.header.to = DeviceId::parse(to_device).value();
    }
    message.body = body;
    return message;
  }

  /// The first leg of a call that this device has made.
  [[nodiscard]] LegKey own_leg() const { return {self, 1}; }

  [[nodiscard]] Invite invite_body(Millis ring_left) const {
    Invite invite;
    invite.caller = self;
    invite.ring_left = ring_left;
    return invite;
  }

  Message invite(const CallId& call, Millis ring_left = Millis{90'000}) {
    return say(call, own_leg(), invite_body(ring_left));
  }
  Message pending_sync(const CallId& call, std::string_view to, Millis ring_left,
                       std::uint64_t nonce) {
    return say(call, own_leg(), Sync{{}, invite_body(ring_left), nonce}, to);
  }
  Message confirm(const CallId& call, std::string_view winner) {
    return say(call, own_leg(), Confirm{DeviceId::parse(winner).value(), 1, {}});
  }
  Message cancel(const CallId& call, Reason reason = Reason::kCancelled) {
    return say(call, own_leg(), Cancel{reason, {}});
  }
  Message ringing(const CallId& call, const LegKey& leg, Alert alert = Alert::kRinging,
                  std::uint64_t nonce = 0) {
    return say(call, leg, Ringing{alert, nonce}, leg.owner.device.view());
  }
  Message accept(const CallId& call, const LegKey& leg) {
    return say(call, leg, Accept{}, leg.owner.device.view());
  }
  Message reject(const CallId& call, const LegKey& leg, Reason reason) {
    return say(call, leg, Reject{reason, {}}, leg.owner.device.view());
  }
  Message end(const CallId& call, const LegKey& leg, Reason reason = Reason::kHangUp) {
    return say(call, leg, End{reason, {}});
  }
  Message leave(const CallId& call, const LegKey& leg, Reason reason = Reason::kHangUp,
                std::span<const LegView> legs = {}) {
    return say(call, leg, Leave{reason, {}, legs});
  }
  Message roster(const CallId& call, const LegKey& leg, std::span<const LegView> legs,
                 std::string_view to) {
    return say(call, leg, Roster{legs}, to);
  }
  Message join(const CallId& call, bool move = false, std::string_view to = {}) {
    return say(call, {}, Join{move, {}, {}}, to);
  }
  Message sync(const CallId& call, const LegKey& leg, std::span<const LegView> legs,
               std::string_view to) {
    return say(call, leg, Sync{legs, std::nullopt, 0}, to);
  }
  Message ack(const Header& of) { return say(of.call, of.leg, Ack{of.sequence}); }

  [[nodiscard]] Presence presence(PresenceState state, bool settled = false) const {
    Presence presence;
    presence.incarnation = incarnation_;
    presence.connect = connect;
    presence.state = state;
    presence.settled = settled;
    return presence;
  }

  /// The agent restarts: it knows nothing any more.
  void restart() {
    ++incarnation_;
    connect = 1;
    sequence_ = 0;
  }

  [[nodiscard]] Incarnation incarnation() const { return incarnation_; }

  const Account self;
  ConnectNumber connect = 1;

 private:
  Incarnation incarnation_;
  std::uint32_t sequence_ = 0;
};

/// Both legs of an answered call.
inline std::array<LegView, 2> connected_view(const Account& owner, const Account& callee) {
  LegView first;
  first.key = {owner, 0};
  first.user = owner.user;
  first.device = owner.device;
  first.state = LegState::kConnected;
  LegView second = first;
  second.key.number = 1;
  second.user = callee.user;
  second.device = callee.device;
  second.join_number = 1;
  return {first, second};
}

}  // namespace doorcall::fakes
