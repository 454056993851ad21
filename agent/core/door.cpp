// This device's door (PROTOCOL rule 15). It opens for a party of a live call and for who is on its
// list, each time by a nonce that it has issued to that very account: kept in memory, good once and
// for kDoorNonceTime on this device's own clock. Every order to the lock is put here and nowhere
// else. An open door ends the ringing for it everywhere (rule 14).

#include "agent/core/core.hpp"

namespace doorcall {

void Core::on_door(const MessageReceived& input, const Header& header, const Door& door) noexcept {
  switch (door.step) {
    case DoorStep::kRequest: door_requested(input.sender, header); return;
    case DoorStep::kOpen: open_heard(input.sender, header, door.nonce); return;
    case DoorStep::kNonce:
    case DoorStep::kResult: door_answered(input.sender, header, door); return;
  }
}

/// A party of this live call, in the life that joined it; or somebody on the list.
bool CoreLookup::may_open(const Account& who, Incarnation life, const CallId& id) const noexcept {
  for (std::size_t i = 0; i < settings.door_allow_count; ++i) {
    const Account& allowed = settings.door_allow[i];
    if (allowed.user == who.user && (allowed.device.empty() || allowed.device == who.device)) {
      return true;
    }
  }
  const Slot slot = find_call(id);
  if (slot == kNoSlot || calls_[slot].state != CallState::kConnected) {
    return false;
  }
  const Slot member = find_member(calls_[slot], who);
  return member != kNoSlot && legs_[member].present() &&
         (legs_[member].incarnation == 0 || legs_[member].incarnation == life);
}

void Core::door_requested(const Account& from, const Header& header) noexcept {
  if (!settings.has_door) {
    if (header.to == settings.self.device) {
      answer_door(from, header, DoorResult::kNoDoor);
    } else {
      ++counters.dropped_not_addressed;  // for whoever of this user has one
    }
    return;
  }
  if (!caught_up_) {
    ++counters.dropped_bad_state;  // who knows how old it is
    return;
  }
  if (!may_open(from, header.incarnation, header.call)) {
    refuse_door(from, header, DoorResult::kNotAllowed);
    return;
  }
  const DoorNonce* nonce =
      nonces_.issue(from, header.incarnation, header.call, prng_.next64() | 1U, now_);
  if (nonce == nullptr) {
    ++counters.dropped_quota;
    answer_door(from, header, DoorResult::kBusy);
    return;
  }
  post_door(from, header.call,
            {DoorStep::kNonce, nonce->number, DoorResult::kOpened, header.sequence});
}

/// The same order again gets the same result again, and no second pulse.
void Core::open_heard(const Account& from, const Header& header, std::uint64_t number) noexcept {
  if (!settings.has_door || !caught_up_ || header.to != settings.self.device) {
    ++counters.dropped_bad_state;
    return;
  }
  DoorNonce* nonce = nonces_.find(from, header.incarnation, header.call, number);
  if (nonce == nullptr) {
    refuse_door(from, header, DoorResult::kStale);
    return;
  }
  switch (nonce->state) {
    case DoorNonce::State::kDone: answer_door(from, header, nonce->result); return;
    case DoorNonce::State::kOrdered: return;  // its result follows
    case DoorNonce::State::kFree:
    case DoorNonce::State::kIssued: break;
  }
  if (nonce->until <= now_) {
    *nonce = {};
    refuse_door(from, header, DoorResult::kStale);
  } else if (!may_open(from, header.incarnation, header.call)) {
    *nonce = {};
    refuse_door(from, header, DoorResult::kNotAllowed);
  } else {
    nonce->asked = header.sequence;
    order_pulse(*nonce);
  }
}

void Core::order_pulse(DoorNonce& nonce) noexcept {
  nonce.state = DoorNonce::State::kOrdered;
  nonce.until = after(now_, kDoorMemoryTime);
  ++counters.door_pulses;
  tell_door(DoorChange::kAsked, true, nonce.who, nonce.id, DoorResult::kOpened);
  put(PulseDoor{nonce.number, nonce.who, nonce.id});
}

void Core::refuse_door(const Account& to, const Header& asked, DoorResult why) noexcept {
  ++(why == DoorResult::kStale ? counters.door_stale : counters.door_not_allowed);
  tell_door(DoorChange::kRefused, true, to, asked.call, why);
  answer_door(to, asked, why);
}

void Core::answer_door(const Account& to, const Header& asked, DoorResult result) noexcept {
  post_door(to, asked.call, {DoorStep::kResult, 0, result, asked.sequence});
}

Result Core::on(const DoorPulsed& input) noexcept {
  DoorNonce* nonce = nonces_.ordered(input.number);
  if (nonce == nullptr) {
    ++counters.dropped_bad_state;
    return {};
  }
  nonce->state = DoorNonce::State::kDone;
  nonce->result = input.ok ? DoorResult::kOpened : DoorResult::kFailed;
  tell_door(input.ok ? DoorChange::kOpened : DoorChange::kRefused, true, nonce->who, nonce->id,
            nonce->result);
  if (nonce->who != settings.self) {
    post_door(nonce->who, nonce->id, {DoorStep::kResult, 0, nonce->result, nonce->asked});
  }
  if (input.ok) {
    arm(timers_.agent(AgentTimer::kDoor), now_);
  }
  return {};
}

Result Core::on(const DoorContact& input) noexcept {
  if (input.open == door_open_) {
    return {};
  }
  door_open_ = input.open;
  tell_door(input.open ? DoorChange::kContactOpened : DoorChange::kContactClosed, true, {}, {},
            DoorResult::kOpened);
  if (input.open) {
    arm(timers_.agent(AgentTimer::kDoor), now_);
  }
  return {};
}

/// The door was opened: whoever still rings for it need not come. One call or one user a step, so
/// that the outputs of a step stay bounded. Who is connected goes on talking.
void Core::stop_ringing_for_door() noexcept {
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    Call& call = calls_[s];
    if (call.state == CallState::kCalling) {
      arm(timers_.agent(AgentTimer::kDoor), now_);
      finish(call, Reason::kDoorOpened);
      return;
    }
    for (const Slot slot : others_of(call)) {
      if (legs_[slot].pending() && owned(legs_[slot])) {
        arm(timers_.agent(AgentTimer::kDoor), now_);
        end_leg(call, legs_[slot], Reason::kDoorOpened, {}, {});
        return;
      }
    }
  }
}

void Core::tell_door(DoorChange change, bool here, const Account& who, const CallId& id,
                     DoorResult result) noexcept {
  put(DoorEvent{change, here, who, id, find_call(id) != kNoSlot, result});
}

void Core::post_door(const Account& to, const CallId& id, const Door& door) noexcept {
  post(to.user, header_for(id, {settings.self, 0}, to.device), door, kDoorNonceTime);
}

}  // namespace doorcall
