// Headers and bodies of what the other device says.

#include "tests/fakes/engine_letters.hpp"

namespace doorcall::fakes {

CallId call_id(std::uint8_t n) {
  CallId id;
  id.bytes.fill(n);
  return id;
}

Actor::Actor(std::string_view account, Incarnation incarnation)
    : self(account_of(account)), incarnation_(incarnation) {}

Message Actor::say(const CallId& call, const LegKey& leg, const Body& body,
                   std::string_view to_device) {
  Message message;
  message.header = {call, leg, incarnation_, connect, ++sequence_, {}};
  if (!to_device.empty()) {
    message.header.to = DeviceId::parse(to_device).value();
  }
  message.body = body;
  return message;
}

LegKey Actor::own_leg() const {
  return {self, 1};
}

Invite Actor::invite_body(Millis ring_left) const {
  Invite invite;
  invite.caller = self;
  invite.ring_left = ring_left;
  return invite;
}

Message Actor::invite(const CallId& call, Millis ring_left) {
  return say(call, own_leg(), invite_body(ring_left));
}

Message Actor::pending_sync(const CallId& call, std::string_view to, Millis ring_left,
                            std::uint64_t nonce) {
  return say(call, own_leg(), Sync{{}, invite_body(ring_left), nonce}, to);
}

Message Actor::confirm(const CallId& call, std::string_view winner) {
  return say(call, own_leg(), Confirm{DeviceId::parse(winner).value(), 1, {}});
}

Message Actor::cancel(const CallId& call, Reason reason) {
  return say(call, own_leg(), Cancel{reason, {}});
}

Message Actor::ringing(const CallId& call, const LegKey& leg, Alert alert, std::uint64_t nonce) {
  return say(call, leg, Ringing{alert, nonce}, leg.owner.device.view());
}

Message Actor::accept(const CallId& call, const LegKey& leg) {
  return say(call, leg, Accept{}, leg.owner.device.view());
}

Message Actor::reject(const CallId& call, const LegKey& leg, Reason reason) {
  return say(call, leg, Reject{reason, {}}, leg.owner.device.view());
}

Message Actor::end(const CallId& call, const LegKey& leg, Reason reason) {
  return say(call, leg, End{reason, {}});
}

Message Actor::leave(const CallId& call, const LegKey& leg, Reason reason,
                     std::span<const LegView> legs) {
  return say(call, leg, Leave{reason, {}, legs});
}

Message Actor::roster(const CallId& call, const LegKey& leg, std::span<const LegView> legs,
                      std::string_view to) {
  return say(call, leg, Roster{legs}, to);
}

Message Actor::join(const CallId& call, bool move, std::string_view to) {
  return say(call, {}, Join{move, {}, {}}, to);
}

Message Actor::sync(const CallId& call, const LegKey& leg, std::span<const LegView> legs,
                    std::string_view to) {
  return say(call, leg, Sync{legs, std::nullopt, 0}, to);
}

Message Actor::ack(const Header& of) {
  return say(of.call, of.leg, Ack{of.sequence});
}

Presence Actor::presence(PresenceState state, bool settled) const {
  Presence presence;
  presence.incarnation = incarnation_;
  presence.connect = connect;
  presence.state = state;
  presence.settled = settled;
  return presence;
}

void Actor::restart() {
  ++incarnation_;
  connect = 1;
  sequence_ = 0;
}

Incarnation Actor::incarnation() const {
  return incarnation_;
}

std::array<LegView, 2> connected_view(const Account& owner, const Account& callee) {
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
