// Confirm, the third step of an answer (PROTOCOL rule 1): this device has the call, or another one
// of the same user has it.

#include "agent/core/core.hpp"

namespace doorcall {

void Core::on_confirm(const MessageReceived& input, const Header& header,
                      const Confirm& confirm) noexcept {
  if (header.leg.owner != input.sender || header.leg.number == 0) {  // leg 0 is in from the start
    ++counters.dropped_not_entitled;
    return;
  }
  const bool mine = confirm.winner == settings.self.device;
  if (!mine) {
    overhear(header.call, input.sender, confirm.winner);
  }
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    const Slot tomb = find_tombstone(header.call, header.leg);
    const bool gave_up = tomb == kNoSlot || tombstones_[tomb].winner.empty();
    if (mine && gave_up) {
      refuse_confirm(input.sender, header);
    } else {
      if (tomb == kNoSlot) {
        bury_early(input.sender, header, Reason::kAnsweredElsewhere);
      }
      post_ack(input.sender, header);
    }
    return;
  }
  Call& call = calls_[slot];
  // A late copy of an earlier confirm is no answer to the join.
  const bool old =
      find_tombstone(header.call, header.leg) != kNoSlot || find_early_end(header) != kNoSlot;
  if (call.joining && mine && !old && header.leg.owner.user == call.inviter.user) {
    own_leg(call).key = header.leg;
    call.inviter = input.sender;
    call.owner_life = header.incarnation;
    call.joining = false;
  }
  if (own_leg(call).key == header.leg) {
    own_confirm(input, call, confirm);
  } else {
    other_confirm(input, call, mine);
  }
}

void Core::own_confirm(const MessageReceived& input, Call& call, const Confirm& confirm) noexcept {
  const bool mine = confirm.winner == settings.self.device;
  owner_heard(call);
  if (mine && call.state != CallState::kAccepting && call.state != CallState::kConnected) {
    post_reject(input.sender, call.id, own_leg(call).key, Reason::kAcceptFailed);
    return;
  }
  post_ack(input.sender, input.message->header);
  if (!mine) {
    if (call.state != CallState::kConnected) {
      finish(call, Reason::kAnsweredElsewhere);
    }
    return;
  }
  own_leg(call).join_number = confirm.join_number;
  if (call.state == CallState::kAccepting) {
    connect(call, confirm.legs);
  } else {  // the own leg was taken over: the heir has heard
    drop_live_outgoing(slot_of(own_leg(call)));
  }
}

/// Nobody here waits for it any more; nor is a late copy of it the answer to a join that follows.
void Core::refuse_confirm(const Account& sender, const Header& header) noexcept {
  if (find_tombstone(header.call, header.leg) == kNoSlot) {
    bury_early(sender, header, Reason::kAcceptFailed);
  }
  post_reject(sender, header.call, header.leg, Reason::kAcceptFailed);
}

/// Of another leg of this user in the same call.
void Core::other_confirm(const MessageReceived& input, Call& call, bool mine) noexcept {
  const Header& header = input.message->header;
  if (mine) {
    refuse_confirm(input.sender, header);
    return;
  }
  if (find_leg(call, header.leg) == kNoSlot) {  // its invite may still be on its way
    bury_early(input.sender, header, Reason::kAnsweredElsewhere);
  }
  if (!names_user(call, input.sender.user)) {
    ++counters.dropped_not_entitled;
    return;
  }
  post_ack(input.sender, header);  // also to who has left since, lest it goes on
  if (call.state == CallState::kRinging && find_member(call, input.sender) != kNoSlot) {
    finish(call, Reason::kAnsweredElsewhere);
  }
}

/// This device is in the call.
void Core::connect(Call& call, std::span<const LegView> legs) noexcept {
  Leg& own = own_leg(call);
  call.orphan = false;
  set_leg(call, own, LegState::kConnected);
  learn_roster(call, legs);
  for (const Slot slot : others_of(call)) {
    if (legs_[slot].connected() && legs_[slot].user != settings.self.user) {
      watch_member(legs_[slot]);
    }
  }
  enter_connected(call, call.inviter, {}, {});
  if (!yield_place(call)) {
    (void)still_alive(call, Reason::kPeerLost);
  }
}

void Core::on_confirm_time(Call& call) noexcept {
  decline(call, Reason::kAcceptFailed, {});
}

}  // namespace doorcall
