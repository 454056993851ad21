#include "agent/core/core.hpp"

namespace doorcall {

Header Core::header_for(const CallId& call, const LegKey& leg, DeviceId to) noexcept {
  return {call, leg, incarnation, connect_, ++sequence_, to};
}

void Core::post(const UserId& to, const Header& header, const Body& body, Millis expiry) noexcept {
  if (!link_up()) {
    return;  // what must arrive is repeated, and all of it as soon as the link is up again
  }
  ++counters.messages_sent;
  put(SendMessage{to, ceil_seconds(expiry), Message{header, body}});
}

void Core::post_ack(const Account& to, const Header& of) noexcept {
  post(to.user, header_for(of.call, of.leg, to.device), Ack{of.sequence}, kTombstoneTime);
}

void Core::post_ringing(const Call& call, Alert alert) noexcept {
  const LegKey& key = own_leg(call).key;
  post(key.owner.user, header_for(call.id, key, key.owner.device), Ringing{alert, 0}, kRingTimeMax);
}

void Core::post_confirm(const Account& to, const CallId& call, const LegKey& leg,
                        const DeviceId& winner, std::uint32_t join_number) noexcept {
  const Confirm confirm{winner, join_number, needed_roster(find_call(call))};
  post(to.user, header_for(call, leg, to.device), confirm, kTombstoneTime);
}

void Core::post_cancel(const Account& to, const CallId& call, const LegKey& leg,
                       Reason reason) noexcept {
  post(to.user, header_for(call, leg, to.device), Cancel{reason, {}}, kTombstoneTime);
}

void Core::post_leave(const Account& to, const CallId& call, const LegKey& own,
                      Reason reason) noexcept {
  post(to.user, header_for(call, own, to.device), Leave{reason, {}, {}}, kTombstoneTime);
}

void Core::post_reject(const Account& to, const CallId& call, const LegKey& leg,
                       Reason reason) noexcept {
  post(to.user, header_for(call, leg, to.device), Reject{reason, {}}, kTombstoneTime);
}

}  // namespace doorcall
