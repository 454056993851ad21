// People and their sound: who calls, answers, declines, cancels and hangs up, twice or at the worst
// moment, and media hooks that work, fail, come back or say nothing. All deeds are events of their
// own: a person never acts inside an engine's output.

#include <algorithm>
#include <array>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {
namespace {

constexpr std::array<std::string_view, 4> kTexts = {
    "", "front door", "{\"type\":\"video\",\"name\":\"Z\xc3\xbcrich 4\"}",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
constexpr std::array<std::uint8_t, 5> kOffer = {1, 2, 3, 0, 255};
constexpr CallId kNobodysCall{{0xff, 1, 2, 3}};

}  // namespace

void World::plan_deed(std::size_t device, Deed deed, std::int64_t within_ms, std::uint32_t value) {
  push(now_ + Millis{prng_.between(0, within_ms)}, {{},
                                                    0,
                                                    EventKind::kPerson,
                                                    static_cast<std::uint8_t>(deed),
                                                    static_cast<std::uint8_t>(device),
                                                    0,
                                                    value});
}

void World::act(Device& device, const Event& event) {
  if (!acting_) {
    return;
  }
  const Deed deed = static_cast<Deed>(event.what);
  if (deed == Deed::kCall || deed == Deed::kCallBack) {
    if (device.running() && device.suspended_until <= now_) {
      call_somebody(device, event.value);
    }
    if (deed == Deed::kCall && calls_made_ < plan_.calls) {
      plan_deed(device.index, Deed::kCall, plan_.people.pause_ms, 0);
    }
    return;
  }
  if (!device.running() || defer_if_suspended(device, event)) {
    return;
  }
  CallId call = checks_.calls()[event.value].id;
  if (faulty_ && prng_.chance(plan_.swarm.rate(Fault::kMisuse))) {
    faults_->hit(Fault::kMisuse);
    call = kNobodysCall;
  }
  const std::string_view data = kTexts[prng_.below(kTexts.size())];
  switch (deed) {
    case Deed::kAnswer: feed(device, AcceptCall{call, data, kOffer}, {}); break;
    case Deed::kDecline:
      feed(device, RejectCall{call, Reason::kDeclinedEverywhere, data}, {});
      break;
    case Deed::kDeclineHere: feed(device, RejectCall{call, Reason::kDeclined, data}, {}); break;
    case Deed::kCancel: feed(device, CancelCall{call, data}, {}); break;
    case Deed::kHangUp: feed(device, HangUpCall{call, data}, {}); break;
    case Deed::kCall:
    case Deed::kCallBack: break;
  }
  if (device.running()) {
    maybe_strike(device);
  }
}

/// `value`: 1 + the device to call; 0: any other.
void World::call_somebody(Device& device, std::uint32_t value) {
  std::size_t callee = prng_.below(static_cast<std::uint32_t>(devices_.size() - 1));
  callee += callee >= device.index ? 1 : 0;
  if (value != 0) {
    callee = value - 1;
  }
  const Engine* other = checks_.engine(callee);
  const bool busy = other != nullptr && other->own_state() != PresenceState::kIdle;
  if (calls_made_ >= plan_.calls || (value == 0 && busy && prng_.chance(7'500))) {
    return;  // most people see on their panel that it would be in vain
  }
  InviteUser invite;
  invite.user = plan_.devices[callee].settings.self.user;
  invite.ring_time = Millis{prng_.chance(5'000) ? 0 : prng_.between(1, 40) * 1000};
  invite.media = static_cast<MediaKind>(prng_.below(3));
  invite.wait_offline = prng_.chance(plan_.people.wait_offline);
  invite.data = kTexts[prng_.below(kTexts.size())];
  invite.offer = Bytes(kOffer).first(prng_.below(6));
  const Result result = feed(device, invite, {});
  calls_made_ += result.code == Errc::kOk ? 1U : 0U;
  if (result.code == Errc::kOk && device.running()) {
    maybe_strike(device);
  }
}

void World::react(Device& device, const CallEvent& event) {
  const CallTruth* call = checks_.find(event.call);
  if (call == nullptr || !acting_ || plan_.calls == 0) {
    return;
  }
  const auto number = static_cast<std::uint32_t>(call - checks_.calls().data());
  const PeoplePlan& people = plan_.people;
  const std::int64_t ring_ms = std::max<std::int64_t>(0, (call->deadline - now_).count());
  const std::size_t self = device.index;
  if (event.change == CallChange::kCalling) {
    if (prng_.chance(people.cancel)) {
      plan_deed(self, Deed::kCancel, ring_ms, number);
    }
    if (prng_.chance(plan_.swarm.rate(Fault::kGlare)) && faulty_) {
      faults_->hit(Fault::kGlare);
      plan_deed(call->callee, Deed::kCallBack, 60, static_cast<std::uint32_t>(self + 1));
    }
  } else if (event.change == CallChange::kIncoming) {
    Deed deed = Deed::kAnswer;
    if (!prng_.chance(people.answer)) {
      deed = prng_.chance(5'000) ? Deed::kDecline : Deed::kDeclineHere;
      if (!prng_.chance(people.decline)) {
        return;
      }
    }
    const std::int64_t after_ms = prng_.between(0, std::min<std::int64_t>(ring_ms, 15'000));
    const Event press = {{},
                         0,
                         EventKind::kPerson,
                         static_cast<std::uint8_t>(deed),
                         static_cast<std::uint8_t>(self),
                         0,
                         number};
    push(now_ + Millis{after_ms}, press);
    if (faulty_ && prng_.chance(plan_.swarm.rate(Fault::kDoublePress))) {
      faults_->hit(Fault::kDoublePress);
      push(now_ + Millis{after_ms + prng_.between(0, 300)}, press);
    }
    if (faulty_ && prng_.chance(plan_.swarm.rate(Fault::kAnswerMeetsCancel))) {
      faults_->hit(Fault::kAnswerMeetsCancel);
      const std::int64_t skew = plan_.network.delay_max;
      push(now_ + Millis{std::max<std::int64_t>(0, after_ms + prng_.between(-skew, skew))},
           {{},
            0,
            EventKind::kPerson,
            static_cast<std::uint8_t>(Deed::kCancel),
            static_cast<std::uint8_t>(call->caller),
            0,
            number});
    }
  } else if (event.change == CallChange::kConnected) {
    const bool soon = prng_.chance(people.hang_up);
    if (soon || event.outgoing) {
      plan_deed(self, Deed::kHangUp, people.talk_ms * (soon ? 1 : 3), number);
    }
  }
}

void World::start_media(Device& device, const CallId& id) {
  const CallTruth* call = checks_.find(id);
  if (call == nullptr || plan_.calls == 0) {
    return;
  }
  const auto number = static_cast<std::uint32_t>(call - checks_.calls().data());
  const auto strikes = [this](Fault fault) {
    const bool hit = faulty_ && prng_.chance(plan_.swarm.rate(fault));
    if (hit) {
      faults_->hit(fault);
    }
    return hit;
  };
  if (strikes(Fault::kMediaSilent)) {
    return;
  }
  plan_media(device, number, MediaState::kConnecting, 200);
  if (strikes(Fault::kMediaFailed)) {
    plan_media(device, number, MediaState::kFailed, 3'000);
    return;
  }
  plan_media(device, number, MediaState::kConnected, 900);
  if (strikes(Fault::kMediaReconnected)) {
    plan_media(device, number, MediaState::kReconnecting, 10'000);
    plan_media(device, number, MediaState::kConnected, 20'000);
  }
  if (strikes(Fault::kMediaGone)) {
    plan_media(device, number, MediaState::kDisconnected, 20'000);
  }
}

void World::plan_media(Device& device, std::uint32_t call, MediaState state,
                       std::int64_t within_ms) {
  if (plan_.calls != 0) {
    push(now_ + Millis{prng_.between(0, within_ms)}, {{},
                                                      0,
                                                      EventKind::kMedia,
                                                      static_cast<std::uint8_t>(state),
                                                      static_cast<std::uint8_t>(device.index),
                                                      0,
                                                      call});
  }
}

void World::end_all_calls() {
  for (Device& device : devices_) {
    for (std::size_t number = 0; device.running() && number < checks_.calls().size(); ++number) {
      const Side& side = checks_.calls()[number].sides[device.index];
      const CallId call = checks_.calls()[number].id;
      if (!side.presented || side.ended) {
        continue;
      }
      switch (side.state) {
        case CallState::kConnected: feed(device, HangUpCall{call, {}}, {}); break;
        case CallState::kRinging:
          feed(device, RejectCall{call, Reason::kDeclinedEverywhere, {}}, {});
          break;
        case CallState::kCalling: feed(device, CancelCall{call, {}}, {}); break;
        case CallState::kIdle:
        case CallState::kAccepting:
        case CallState::kEnded: break;
      }
    }
  }
}

}  // namespace doorcall::sim
