// Media offers that travel while it rings: the caller's to each device that rings for it, as soon
// as its media hook has made one, and back from a device that wants to see who rings. None is
// acknowledged, for nothing depends on it: once the call is connected, what the other side still
// lacks is said again as an info that arrives.

#include "agent/core/core.hpp"

namespace doorcall {

Result Core::on(const OfferEarly& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  if (command.offer.empty() || command.offer.size() > kOfferBytesMax) {
    return {command.offer.empty() ? Errc::kInvalidArgument : Errc::kDataTooLarge, command.call, {}};
  }
  Call& call = calls_[slot];
  const LegKey& own = own_leg(call).key;
  if (call.state == CallState::kRinging) {
    post_offer(own.owner, call.id, own, InfoKind::kMediaAnswer, command.offer);
    return {Errc::kOk, call.id, {}};
  }
  if (call.state != CallState::kCalling) {
    return {Errc::kNotAllowed, call.id, {}};
  }
  pool_.drop(call.offer);
  if (!info_room(0) || !pool_.put({command.offer}, call.offer)) {
    ++counters.outgoing_full;
    return {Errc::kTooManyCalls, call.id, {}};
  }
  for (const Slot leg : others_of(call)) {
    for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
      if (devices_[s].leg == leg && devices_[s].answer == LegDevice::Answer::kRinging) {
        offer_to_ringing(call, legs_[leg], devices_[s].device);
      }
    }
  }
  return {Errc::kOk, call.id, {}};
}

void Core::post_offer(const Account& to, const CallId& call, const LegKey& leg, InfoKind kind,
                      Bytes offer) noexcept {
  post(to.user, header_for(call, leg, to.device), Info{kind, MediaKind::kAudio, offer, {}, leg},
       kRingTimeMax);
}

/// `device` rings for the own invitation `leg`, which is pending.
void Core::offer_to_ringing(const Call& call, const Leg& leg, const DeviceId& device) noexcept {
  const Bytes offer = pool_.bytes(call.offer);
  if (!offer.empty()) {
    post_offer({device, leg.user}, call.id, leg.key, InfoKind::kMediaOffer, offer);
  }
}

/// From who rings here, or from a device that rings for an own invitation; media only.
bool CoreLookup::is_early(const Call& call, const Account& sender, const Header& header,
                          const Info& info) const noexcept {
  const bool media = info.kind == InfoKind::kMediaOffer || info.kind == InfoKind::kMediaAnswer;
  const Slot found = find_leg(call, header.leg);
  if (!media || found == kNoSlot || !legs_[found].pending() || header.to != settings.self.device) {
    return false;
  }
  if (call.state == CallState::kRinging || call.state == CallState::kAccepting) {
    return found == call.legs[0] && sender == header.leg.owner;
  }
  const Leg& leg = legs_[found];
  const LegDevice* device = find_device(leg, sender.device);  // noted of own invitations alone
  return leg.user == sender.user && device != nullptr &&
         device->answer == LegDevice::Answer::kRinging;
}

}  // namespace doorcall
