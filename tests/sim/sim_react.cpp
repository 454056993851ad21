// What people and their sound do when something happens: who answers, declines, silences, cancels,
// adds, hangs up, pulls and comes back, twice or at the worst moment, and media hooks that work,
// fail, come back or say nothing.

#include <algorithm>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

void World::react(Device& device, const CallEvent& event) {
  CallTruth* call = checks_.find(event.call);
  if (call == nullptr || !acting_ || plan_.calls == 0 || replay_) {
    return;
  }
  const PeoplePlan& people = plan_.people;
  const std::size_t self = device.index;
  if (event.change == CallChange::kCalling) {
    if (prng_.chance(people.cancel)) {
      const Deed deed = prng_.chance(2'500) ? Deed::kCancelSome : Deed::kCancel;
      plan_deed(self, deed, 30'000, call->number);
    }
    if (prng_.chance(people.doors / 4)) {
      plan_deed(self, Deed::kContact, 20'000, call->number);
    }
    if (struck(Fault::kGlare)) {
      const std::size_t other = prng_.below(static_cast<std::uint32_t>(devices_.size()));
      const auto user = static_cast<std::uint32_t>(plan_.devices[self].user);
      plan_deed(other, Deed::kCallBack, 60, user + 1);
    }
  } else if (event.change == CallChange::kIncoming) {
    react_to_ring(device, *call);
  } else if (event.change == CallChange::kConnected) {
    react_to_connected(device, event, *call);
  } else if (event.change == CallChange::kEnded && prng_.chance(people.rejoin)) {
    plan_deed(self, Deed::kRejoin, people.talk_ms / 2, call->number);
  }
}

void World::react_to_ring(Device& device, CallTruth& call) {
  const PeoplePlan& people = plan_.people;
  const std::size_t self = device.index;
  const std::int64_t ring_ms =
      std::max<std::int64_t>(0, (call.sides[self].ring_end - now_).count());
  if (prng_.chance(people.doors / 3)) {
    plan_deed(self, Deed::kOpenDoor, ring_ms, call.number);
  }
  if (prng_.chance(people.silence)) {
    plan_deed(self, Deed::kSilence, ring_ms, call.number);
  }
  Deed deed = Deed::kAnswer;
  if (!prng_.chance(people.answer)) {
    constexpr Deed kWays[] = {Deed::kDecline, Deed::kDeclineHere, Deed::kDeclineAsSet};
    deed = kWays[prng_.below(3)];
    if (!prng_.chance(people.decline)) {
      return;
    }
  }
  const Instant at = now_ + Millis{prng_.between(0, std::min<std::int64_t>(ring_ms, 15'000))};
  plan_at(at, self, deed, call.number);
  if (struck(Fault::kAnswersTogether)) {
    others_answer_too(device, call, at);
  }
  if (struck(Fault::kDoublePress)) {
    plan_at(at + Millis{prng_.between(0, 300)}, self, deed, call.number);
  }
  if (struck(Fault::kAnswerMeetsCancel)) {
    const std::int64_t skew = plan_.network.delay_max;
    plan_at(at + Millis{prng_.between(-skew, skew)}, call.creator, Deed::kCancel, call.number);
  }
}

/// The whole household, and whoever else rings, presses at the same moment.
void World::others_answer_too(const Device& device, const CallTruth& call, Instant at) {
  for (const Device& other : devices_) {
    const bool rings = call.has_user(plan_.devices[other.index].user);
    if (other.index != device.index && other.index != call.creator && rings) {
      plan_at(at, other.index, Deed::kAnswer, call.number);
    }
  }
}

void World::react_to_connected(Device& device, const CallEvent& event, CallTruth& call) {
  const PeoplePlan& people = plan_.people;
  const std::size_t self = device.index;
  const Deed deed = prng_.chance(people.end_for_all) ? Deed::kEnd : Deed::kHangUp;
  if (prng_.chance(people.add)) {
    plan_deed(self, Deed::kAdd, people.talk_ms, call.number);
  }
  const bool soon = prng_.chance(people.hang_up);
  if (soon || event.outgoing) {
    const std::int64_t within = people.talk_ms * (soon ? 1 : 3);
    const Instant at = now_ + Millis{prng_.between(0, within)};
    plan_at(at, self, deed, call.number);
    if (struck(Fault::kAddMeetsEnd)) {
      const std::size_t other = prng_.below(static_cast<std::uint32_t>(devices_.size()));
      plan_at(at, other, Deed::kAdd, call.number);
    }
    if (struck(Fault::kLeaversTogether)) {
      for (const Device& other : devices_) {
        plan_at(at, other.index, Deed::kHangUp, call.number);
      }
    }
  }
  for (int i = 0; i < 2 && prng_.chance(people.doors); ++i) {
    plan_deed(self, Deed::kOpenDoor, people.talk_ms, call.number);
  }
  for (int i = 0; i < 3 && prng_.chance(people.infos); ++i) {
    plan_deed(self, Deed::kInfo, people.talk_ms, call.number);
  }
  if (struck(Fault::kPullsTogether)) {
    const Instant at = now_ + Millis{prng_.between(0, people.talk_ms)};
    for (const Device& other : devices_) {
      if (plan_.devices[other.index].user == plan_.devices[self].user && other.index != self) {
        plan_at(at, other.index, Deed::kPull, call.number);
      }
    }
  }
}

void World::start_media(Device& device, const CallId& id) {
  const CallTruth* call = checks_.find(id);
  if (call == nullptr || plan_.calls == 0 || replay_ || struck(Fault::kMediaSilent)) {
    return;
  }
  const std::uint32_t number = call->number;
  plan_media(device, number, MediaState::kConnecting, 200);
  if (struck(Fault::kMediaFailed)) {
    plan_media(device, number, MediaState::kFailed, 3'000);
    return;
  }
  plan_media(device, number, MediaState::kConnected, 900);
  if (struck(Fault::kMediaReconnected)) {
    plan_media(device, number, MediaState::kReconnecting, 10'000);
    plan_media(device, number, MediaState::kConnected, 20'000);
  }
  if (struck(Fault::kMediaGone)) {
    plan_media(device, number, MediaState::kDisconnected, 20'000);
  }
}

void World::plan_media(Device& device, std::uint32_t call, MediaState state,
                       std::int64_t within_ms) {
  if (plan_.calls != 0 && !replay_) {
    plan_at(now_ + Millis{prng_.between(0, within_ms)}, device.index, Deed::kMedia, call,
            static_cast<std::uint32_t>(state));
  }
}

/// Every person hangs up, cancels or declines what is left.
void World::end_all_calls() {
  for (Device& device : devices_) {
    for (std::size_t number = 0; device.running() && number < checks_.calls().size(); ++number) {
      const Side& side = checks_.calls()[number].sides[device.index];
      const CallId call = checks_.calls()[number].id;
      if (!side.live()) {
        continue;
      }
      switch (side.state) {
        case CallState::kConnected: feed(device, HangUpCall{call, {}}, {}); break;
        case CallState::kRinging:
          feed(device, RejectCall{call, Reason::kDeclinedEverywhere, {}}, {});
          break;
        case CallState::kCalling: feed(device, CancelCall{call, {}, {}}, {}); break;
        case CallState::kIdle:
        case CallState::kAccepting:
        case CallState::kEnded: break;
      }
    }
  }
}

}  // namespace doorcall::sim
