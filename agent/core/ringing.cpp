// What the devices of an invited user answer before anybody accepts: it rings, it waits for proof
// of freshness, or nothing comes (PROTOCOL rules 2, 4, 9). The leg's owner keeps one line for each
// device.

#include "agent/core/core.hpp"

namespace doorcall {

/// The line of the sender's device; nullptr if there is no room for one.
LegDevice* Core::note_device(const Leg& leg, const MessageReceived& input) noexcept {
  const Slot of = slot_of(leg);
  std::size_t count = 0;
  LegDevice* found = nullptr;
  for (Slot s = devices_.next(0); s != kNoSlot; s = devices_.next(s + 1U)) {
    count += devices_[s].leg == of ? 1U : 0U;
    found =
        devices_[s].leg == of && devices_[s].device == input.sender.device ? &devices_[s] : found;
  }
  if (found == nullptr) {
    const Slot slot = count < kDevicesPerLegMax ? devices_.take() : kNoSlot;
    if (slot == kNoSlot) {
      ++counters.dropped_table_full;
      return nullptr;
    }
    found = &devices_[slot];
    found->leg = of;
    found->device = input.sender.device;
  }
  const Incarnation life = input.message->header.incarnation;
  if (found->incarnation != life) {  // the device has restarted, what it said is forgotten
    found->incarnation = life;
    found->answer = LegDevice::Answer::kNone;
    found->reason = Reason::kNone;
  }
  return found;
}

const LegDevice* CoreLookup::find_device(const Leg& leg, const DeviceId& device) const noexcept {
  const Slot of = slot_of(leg);
  const Slot slot =
      devices_.find([&](const LegDevice& each) { return each.leg == of && each.device == device; });
  return slot == kNoSlot ? nullptr : &devices_[slot];
}

void Core::on_ringing(const MessageReceived& input, Call& call, Leg& leg,
                      const Ringing& ringing) noexcept {
  LegDevice* device = note_device(leg, input);
  if (device == nullptr) {
    return;
  }
  if (device->given_up()) {  // a late message takes nothing back
    ++counters.dropped_bad_state;
    return;
  }
  disarm(timer(leg, LegTimer::kNotice));
  if (ringing.alert == Alert::kWaiting) {
    if (device->answer == LegDevice::Answer::kNone) {
      device->answer = LegDevice::Answer::kWaiting;
    }
    sync_pending(leg, input.sender.device, ringing.nonce);
    return;
  }
  disarm(timer(leg, LegTimer::kReceipt));
  device->answer =
      ringing.alert == Alert::kChime ? LegDevice::Answer::kChime : LegDevice::Answer::kRinging;
  if (leg.state < LegState::kRinging) {
    leg.device = input.sender.device;
    leg.incarnation = device->incarnation;
    set_leg(call, leg, LegState::kRinging, Reason::kNone);
    emit_of(call, leg, CallChange::kRemoteRinging);
    spread(call);
  }
  offer_to_ringing(call, leg, device->device);
  settle_invite(leg);
}

bool CoreLookup::every_online_answered(const Leg& leg) const noexcept {
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    const Peer& peer = peers_[s];
    if (peer.account.user == leg.user && peer.online()) {
      const LegDevice* device = find_device(leg, peer.account.device);
      if (device == nullptr || device->answer < LegDevice::Answer::kChime) {
        return false;
      }
    }
  }
  return any_device(leg, [](const LegDevice&) { return true; });
}

/// Stops repeating the invite once nobody who is there still owes an answer.
void Core::settle_invite(const Leg& leg) noexcept {
  const Slot slot = find_outgoing(slot_of(leg), MessageKind::kInvite);
  if (slot != kNoSlot && every_online_answered(leg)) {
    drop_outgoing(slot);
  }
}

/// If every device of `user` is offline now, what rings there rings for nobody.
void Core::user_offline(const UserId& user) noexcept {
  if (!known_offline(user)) {
    return;
  }
  for (Slot s = legs_.next(0); s != kNoSlot; s = legs_.next(s + 1U)) {
    Leg& leg = legs_[s];
    if (leg.user != user || !leg.pending() || !owned(leg)) {
      continue;
    }
    if (leg.waits) {
      ask_push(calls_[leg.call], leg);
    } else {
      arm(timer(leg, LegTimer::kReceipt), now_);  // each in a step of its own
    }
  }
}

}  // namespace doorcall
