// The link: one attempt after the other on the engine's own timers, with full jitter and a fresh
// connect number each; the catch-up barrier (PROTOCOL rule 4); start, and the goodbye at stop.

#include <algorithm>

#include "agent/core/core.hpp"

namespace doorcall {

namespace {

constexpr std::string_view kTwinText =
    "another client with this account keeps taking the session over; each device needs an account "
    "of its own";

}  // namespace

Result Core::on(const Start& /*command*/) noexcept {
  if (link_state != LinkState::kStopped) {
    return {Errc::kAlreadySent, {}, {}};
  }
  link_state = LinkState::kConnecting;
  stopping_ = false;
  attempts_ = 0;
  kicks_ = 0;
  taken_over_ = false;
  other_incarnation_ = 0;
  started_ = now_;
  put(LinkEvent{link_state, {}, 0, {}, Millis{0}, true});
  open_link();
  return {};
}

void Core::open_link() noexcept {
  ++connect_;
  Presence will;
  will.incarnation = incarnation;
  will.connect = connect_;
  will.capabilities = settings.has_door ? kHasDoor : 0;
  put(OpenLink{will});
}

Result Core::on(const LinkConnected& input) noexcept {
  if (link_state == LinkState::kStopped || link_up()) {
    ++counters.dropped_bad_state;
    return {};
  }
  ++counters.connects;
  link_state = LinkState::kConnected;
  mqtt5_ = input.mqtt5;
  caught_up_ = false;
  connected_ = now_;
  arm_in(timers_.agent(AgentTimer::kSettled), taken_over_ ? kTakenOverMemory : kShortLived);
  arm_in(timers_.agent(AgentTimer::kBarrier), kBarrierTime);
  LinkEvent event;
  event.state = link_state;
  event.mqtt5 = mqtt5_;
  put(event);
  send_marker();
  publish_presence();
  repeat_all_now();
  sync_all_now();
  ask_pushes();
  return {};
}

void Core::send_marker() noexcept {
  post(settings.self.user, header_for({}, {}, settings.self.device), Marker{}, kBarrierTime);
  arm_in(timers_.agent(AgentTimer::kMarker), kMarkerRepeat);
}

Result Core::on(const LinkLost& input) noexcept {
  if (link_state == LinkState::kStopped) {
    return {};
  }
  for (const AgentTimer kind : {AgentTimer::kSettled, AgentTimer::kBarrier, AgentTimer::kMarker,
                                AgentTimer::kPresence, AgentTimer::kRefresh}) {
    disarm(timers_.agent(kind));
  }
  caught_up_ = false;
  nonces_.withdraw();  // what was queued meanwhile opens nothing
  if (stopping_) {
    stopped();
    return {};
  }
  // Kicked out right after coming in, or not let in: trying hard would only make it worse.
  const bool by_twin =
      taken_over_ && link_up() && !input.at_once && input.cause == LinkLost::Cause::kNetwork;
  const bool unwelcome = by_twin || input.cause != LinkLost::Cause::kNetwork ||
                         (link_up() && now_ - connected_ < kShortLived);
  const bool eager = !unwelcome && (calls_.count() > 0 || now_ - started_ < kReconnectEagerPeriod);
  const std::int64_t first = unwelcome ? kReconnectEagerMax.count() : kReconnectFirst.count();
  const std::int64_t most = eager ? kReconnectEagerMax.count() : kReconnectIdleMax.count();
  // A network that comes and goes must not make a kick look like one of many.
  std::uint8_t& tries = unwelcome ? kicks_ : attempts_;
  const std::int64_t base = std::min(most, first << std::min<std::uint8_t>(tries, 10));
  tries = static_cast<std::uint8_t>(std::min(tries + 1, 255));
  LinkEvent event;
  event.state = LinkState::kReconnecting;
  event.cause = input.cause;
  event.code = input.code;
  event.text = input.text;
  if (by_twin) {
    // Not every broker says why: Mosquitto 2.0 just hangs up.
    event.cause = LinkLost::Cause::kTakenOver;
    event.text = kTwinText;
  }
  taken_over_ = taken_over_ || input.cause == LinkLost::Cause::kTakenOver;
  link_state = event.state;
  // The network may be back at once. Who is not let in, or kicked by a twin, waits half of it.
  const std::int64_t least = unwelcome ? base / 2 : 0;
  event.retry_in = Millis{
      least + 1 + static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(base - least)))};
  if (input.at_once) {
    event.retry_in = Millis{1};
  }
  arm_in(timers_.agent(AgentTimer::kReconnect), event.retry_in);
  put(event);
  return {};
}

Result Core::on(const Stop& /*command*/) noexcept {
  if (link_state == LinkState::kStopped || stopping_) {
    return {Errc::kNotStarted, {}, {}};
  }
  stopping_ = true;
  drop_door_asks();
  arm_in(timers_.agent(AgentTimer::kStop), kStopTime);
  say_goodbye();
  return {};
}

/// One call a step, so that the outputs of a step stay bounded; presence last.
void Core::say_goodbye() noexcept {
  const Slot slot = calls_.next(0);
  if (slot != kNoSlot) {
    Call& call = calls_[slot];
    switch (call.state) {
      case CallState::kConnected: leave_call(call, Reason::kShuttingDown); break;
      case CallState::kRinging:
      case CallState::kAccepting: decline(call, Reason::kShuttingDown, {}); break;
      case CallState::kCalling:
      case CallState::kIdle:
      case CallState::kEnded: finish(call, Reason::kShuttingDown); break;
    }
    arm(timers_.agent(AgentTimer::kGoodbye), now_);
    return;
  }
  publish_presence();
  stop_if_said();
}

void Core::stop_if_said() noexcept {
  if (stopping_ && calls_.count() == 0 && (outgoing_.count() == 0 || !link_up()) &&
      !armed(timers_.agent(AgentTimer::kGoodbye))) {
    stopped();
  }
}

void Core::stopped() noexcept {
  for (Slot s = calls_.next(0); s != kNoSlot; s = calls_.next(s + 1U)) {
    finish(calls_[s], Reason::kShuttingDown);  // the link was lost before all had been told
  }
  link_state = LinkState::kStopped;
  stopping_ = false;
  caught_up_ = false;
  mode = {};
  nonces_.clear();
  for (std::size_t kind = 0; kind < kAgentTimers; ++kind) {
    disarm(timers_.agent(static_cast<AgentTimer>(kind)));
  }
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    drop_outgoing(s);
  }
  for (Slot s = peers_.next(0); s != kNoSlot; s = peers_.next(s + 1U)) {
    disarm(timers_.peer(s, PeerTimer::kBelief));
    disarm(timers_.peer(s, PeerTimer::kExpiry));
    peers_.give_back(s);
  }
  put(CloseLink{});
  put(LinkEvent{link_state, {}, 0, {}, Millis{0}, true});
  put(Stopped{});
}

}  // namespace doorcall
