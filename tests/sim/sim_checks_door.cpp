// A door pulse only for an authorised, first-seen order with a live nonce (PROTOCOL §7), and an
// answer to everybody who has asked for one.

#include <algorithm>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {

/// What is noted of a door's messages: to whom it has given which nonce.
void Checks::door_sent(Instant now, std::size_t device, const SendMessage& send) {
  const auto* door = std::get_if<Door>(&send.message.body);
  if (door == nullptr || trigger_.message == nullptr) {
    return;
  }
  const Header& asked = trigger_.message->header;
  const auto* heard = std::get_if<Door>(&trigger_.message->body);
  if (door->step == DoorStep::kNonce) {
    for (const Permission& permission : permissions_) {
      if (permission.door == device && permission.number == door->nonce) {
        return;  // said again
      }
    }
    permissions_.push_back({device, send.message.header.incarnation, door->nonce, trigger_.sender,
                            asked.incarnation, asked.call, now, kNever});
  } else if (door->step == DoorStep::kResult && heard != nullptr &&
             heard->step == DoorStep::kOpen && door->result == DoorResult::kOpened) {
    coverage_.hit(Feat::kDoorSaidAgain);
  }
}

void Checks::pulse(Instant now, std::size_t device, const PulseDoor& order) {
  const Account& self = truth_.account(device);
  const std::string place = where(device, order.id);
  coverage_.hit(Feat::kDoorPulsed);
  if (order.who == self) {
    return pressed_ ? void() : fail(now, "door pulse that nobody ordered", place);
  }
  const Message* message = trigger_.message;
  const auto* door = message == nullptr ? nullptr : std::get_if<Door>(&message->body);
  if (door == nullptr || door->step != DoorStep::kOpen || trigger_.sender != order.who ||
      message->header.to != self.device) {
    return fail(now, "door pulse that nobody ordered", place);
  }
  Permission* used = nullptr;
  for (Permission& permission : permissions_) {
    const bool fits = permission.door == device && permission.number == door->nonce &&
                      permission.life == engines_[device]->incarnation() &&
                      permission.to == order.who &&
                      permission.to_life == message->header.incarnation &&
                      permission.id == message->header.call && permission.used == kNever;
    used = fits ? &permission : used;
  }
  if (used == nullptr || now - used->issued >= kDoorNonceTime) {
    return fail(now, "door pulse without a live nonce", place);
  }
  used->used = now;
  if (!may_open(device, order.who, order.id)) {
    fail(now, "door pulse for someone not entitled", place);
  }
}

bool Checks::may_open(std::size_t device, const Account& who, const CallId& id) {
  const Settings& settings = plan(device).settings;
  for (std::size_t i = 0; i < settings.door_allow_count; ++i) {
    const Account& allowed = settings.door_allow[i];
    if (allowed.user == who.user && (allowed.device.empty() || allowed.device == who.device)) {
      return true;
    }
  }
  const CallTruth* call = find(id);
  if (call == nullptr || call->sides[device].state != CallState::kConnected) {
    return false;
  }
  for (std::size_t i = 0; const auto leg = engines_[device]->member_at(id, i); ++i) {
    if (leg->state == LegState::kConnected && leg->user == who.user && leg->device == who.device) {
      return true;
    }
  }
  return false;
}

void Checks::door_asked(Instant now, std::size_t device, const CallId& id) {
  doors_asked_[{device, id}] = now;
}

void Checks::door(Instant now, std::size_t device, const DoorEvent& event) {
  const bool over = event.change == DoorChange::kOpened || event.change == DoorChange::kRefused;
  coverage_.hit(event.change == DoorChange::kContactOpened ? Feat::kDoorContact
                : event.result == DoorResult::kStale       ? Feat::kDoorStale
                : event.result == DoorResult::kNotAllowed  ? Feat::kDoorNotAllowed
                : event.result == DoorResult::kNoResponse  ? Feat::kDoorUnanswered
                : event.here                               ? Feat::kDoorHere
                                                           : Feat::kDoorAnswered);
  const auto asked = doors_asked_.find({device, event.id});
  if (!over || event.here) {
    return;
  }
  if (asked == doors_asked_.end()) {
    return fail(now, "door answered that nobody asked", where(device, event.id));
  }
  const Account& self = truth_.account(device);
  const bool opened =
      std::any_of(permissions_.begin(), permissions_.end(), [&](const Permission& permission) {
        return permission.to == self && permission.id == event.id && permission.used != kNever &&
               permission.used >= asked->second;
      });
  doors_asked_.erase(asked);
  if (event.change == DoorChange::kOpened && !opened) {
    fail(now, "door said to be open without a pulse", where(device, event.id));
  }
}

/// Who dies or stops hears nothing any more.
void Checks::forget_doors(std::size_t device) {
  std::erase_if(doors_asked_, [device](const auto& asked) { return asked.first.first == device; });
}

void Checks::doors_answered(Instant now) {
  for (const auto& [who, asked] : doors_asked_) {
    if (engines_[who.first] != nullptr && now - asked > kDoorNonceTime + Millis{1'000}) {
      fail(now, "door never answered", where(who.first, who.second));
    }
  }
}

/// A nonce that some door has given to somebody, or one that is none.
std::uint64_t Checks::any_nonce(fakes::Prng& prng) const {
  const auto count = static_cast<std::uint32_t>(permissions_.size());
  return count == 0 || prng.chance(3'000)
             ? prng.next() | 1U
             : permissions_[count - 1 - prng.below(std::min(count, 4U))].number;
}

}  // namespace doorcall::sim
