// Who is in a call, as everybody is told: members are numbered as they are confirmed, every view
// has the same numbers, what listeners hear fits what status shows, and no word on a user's earlier
// device comes after the word on the later one.

#include <algorithm>
#include <string>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {
namespace {

// What does not fit into a step goes out with one of the next.
constexpr Millis kSameMoment{10};

}  // namespace

/// There are, or were, more legs than the device is sure to have room for: it may have to learn old
/// ones anew.
bool Checks::crowded(std::size_t device, const CallTruth& call) const {
  const Limits& limits = plan(device).limits;
  return call.legs.size() + 1 >= std::min<std::size_t>(kLegsPerCallMax, limits.legs / limits.calls);
}

/// The owner has said which number the winner of `leg` has: it is so for ever, and higher than
/// those that it has given to the members who are there.
void Checks::numbered(Instant now, std::size_t device, const CallTruth& call, LegTruth& leg,
                      std::uint32_t number) {
  if (number == 0 || (leg.join_number != 0 && leg.join_number != number)) {
    return fail(now, "member without its number", where(device, call.id));
  }
  if (leg.join_number != 0) {
    return;
  }
  // One that is over had its number when it was not; whom an heir rings may have one already.
  if (!leg_shown(device, call.id, leg.winner, number) || leg.replaces != kNoLeg) {
    return;
  }
  for (const LegTruth& other : call.legs) {
    const bool before = &other != &leg && other.owner == device && !other.past &&
                        other.join_number != 0 && now > other.numbered + kSameMoment;
    if (before && call.sides[other.winner].connected && number <= other.join_number) {
      return fail(now, "members out of order", where(device, call.id) + ": numbers go back");
    }
  }
  leg.join_number = number;
  leg.numbered = now;
}

/// The listeners hear that somebody is in, or is out. Both are said of devices: the end of a leg
/// comes before the one that follows it, and none comes back while that is in.
void Checks::member_shown(Instant now, std::size_t device, const CallEvent& event,
                          CallTruth& call) {
  const std::size_t who = truth_.device_of(event.peer);
  Shown& shown = call.sides[device].shown[truth_.user_of(event.peer.user)];
  const bool in = event.leg == LegState::kConnected;
  roster_told_ = true;
  if (!in && event.join_number == 0 && who != call.creator) {
    shown.two_legs = true;  // one that never was in: beside another leg, or before that is heard
    return;
  }
  if (who == kNobody || (event.join_number == 0 && who != call.creator)) {
    return fail(now, "member without its number", where(device, call.id));
  }
  const bool same = shown.device == who && shown.join_number == event.join_number;
  const auto leg = leg_shown(device, call.id, who, event.join_number);
  const bool again = in && !same && leg && !shown.tell(*leg);
  // It may have been out of sight while a later one was in, or the later one is out.
  const bool back = again && shown.connected &&
                    leg_shown(device, call.id, shown.device, shown.join_number).has_value();
  const bool late = !in && shown.connected && shown.device != who &&
                    leg_shown(device, call.id, shown.device, shown.join_number);
  if ((back || late) && !crowded(device, call)) {
    return fail(now, "members out of order",
                where(device, call.id) + ": of d" + std::to_string(who) + " after d" +
                    std::to_string(shown.device));
  }
  shown.two_legs = in && shown.connected && !same;
  shown.device = who;
  shown.join_number = event.join_number;
  shown.connected = in;
}

/// The leg of that member in the status of `device`.
std::optional<LegKey> Checks::leg_shown(std::size_t device, const CallId& call, std::size_t who,
                                        std::uint32_t number) const {
  for (std::size_t i = 0;; ++i) {
    const std::optional<LegView> view = engines_[device]->member_at(call, i);
    if (!view || view->state != LegState::kConnected) {
      return std::nullopt;  // they come first
    }
    if (view->join_number == number && truth_.device_of({view->device, view->user}) == who) {
      return view->key;
    }
  }
}

/// Whether the status of `device` has a leg of `user` that nobody has answered yet.
bool Checks::shows_pending(std::size_t device, const CallId& call, std::size_t user) const {
  for (std::size_t i = 0;; ++i) {
    const std::optional<LegView> view = engines_[device]->member_at(call, i);
    if (!view) {
      return false;
    }
    if (view->state < LegState::kConnected && truth_.user_of(view->user) == user) {
      return true;
    }
  }
}

/// With its own connect a device shows who is there already.
void Checks::roster_shown(std::size_t device, CallTruth& call) {
  roster_told_ = true;
  call.sides[device].shown = {};
  for (std::size_t i = 0;; ++i) {
    const std::optional<LegView> view = engines_[device]->member_at(call.id, i);
    if (!view) {
      return;
    }
    Shown& shown = call.sides[device].shown[truth_.user_of(view->user)];
    const std::size_t who = truth_.device_of({view->device, view->user});
    if (view->state < LegState::kConnected) {
      shown.two_legs = true;
    } else if (view->state == LegState::kConnected && who != kNobody) {
      shown.two_legs = shown.connected;
      shown.device = who;
      shown.join_number = view->join_number;
      shown.connected = shown.tell(view->key);
    }
  }
}

/// What listeners were told of members is what status shows, with the numbers that their owners
/// have given; of two devices of this user the later one is not in.
bool Checks::roster_fits(Instant now, std::size_t device, CallTruth& call) {
  std::array<std::uint32_t, kUsersMax> there{};
  const std::size_t user = plan(device).user;
  bool wrong_number = false;
  bool later = false;
  for (std::size_t i = 0;; ++i) {
    const std::optional<LegView> view = engines_[device]->member_at(call.id, i);
    if (!view || view->state != LegState::kConnected) {
      break;
    }
    const std::size_t who = truth_.device_of({view->device, view->user});
    const std::uint32_t leg = truth_.find_leg(call, view->key);
    // A device that was confirmed before its owner was lost gets another number from the heir.
    const bool heirs = leg != kNoLeg && call.legs[leg].replaces != kNoLeg;
    const std::uint32_t number = leg == kNoLeg || heirs ? 0 : call.legs[leg].join_number;
    wrong_number |= who == kNobody || (view->join_number == 0 && view->key.number != 0) ||
                    (number != 0 && number != view->join_number);
    if (who != kNobody) {
      later |= who == device && there[user] != 0;  // they come in the order of joining
      there[plan(who).user] |= 1U << who;
    }
  }
  if (wrong_number || later) {
    fail(now, later ? "two devices of a user" : "member without its number",
         where(device, call.id) + ": in its roster");
    return false;
  }
  for (std::size_t other = 0; other < there.size(); ++other) {
    Shown& shown = call.sides[device].shown[other];
    const bool fits = there[other] == 0
                          ? !shown.connected
                          : shown.connected && (there[other] >> shown.device & 1U) != 0;
    shown.two_legs = shown.two_legs || (!fits && shows_pending(device, call.id, other));
    if (other != user && !fits && !shown.two_legs) {
      fail(now, "members differ from events",
           where(device, call.id) + ": of user u" + std::to_string(other));
      return false;
    }
  }
  return true;
}

/// Who had answered a leg of `user`, or of anybody, has taken that back; or may have, if the owner
/// had no link to say whom it took. Or a join has failed there, and who asked says so when it is
/// asked.
bool Checks::answer_failed(const CallTruth& call, std::size_t user) const {
  for (const LegTruth& leg : call.legs) {
    for (std::size_t i = 0; i < call.sides.size(); ++i) {
      const bool may = leg.winner == kNobody ? own_leg(i, leg) : leg.winner == i;
      if (may && (user == kNobody || leg.user == user) && call.sides[i].ever_gave_up) {
        return true;
      }
    }
  }
  const std::size_t sender = truth_.device_of(trigger_.sender);
  return trigger_.message != nullptr && sender != kNobody &&
         kind_of(trigger_.message->body) == MessageKind::kLeave &&
         call.sides[sender].reason == Reason::kAcceptFailed;
}

}  // namespace doorcall::sim
