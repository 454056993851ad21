// How the call of a scene comes to its stage.

#include "tests/fakes/engine_scene.hpp"

#include <optional>

namespace doorcall::fakes {

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::kCalling: return "caller, calling";
    case Stage::kAlerted: return "caller, calling and the callee rings";
    case Stage::kOutConnected: return "caller, connected";
    case Stage::kCancelled: return "caller, ended (cancelled)";
    case Stage::kOutHungUp: return "caller, ended (hung up)";
    case Stage::kUnknown: return "call unknown";
    case Stage::kWaiting: return "callee, idle (waits for the proof that the invite is fresh)";
    case Stage::kRinging: return "callee, ringing";
    case Stage::kAccepting: return "callee, accepting";
    case Stage::kInConnected: return "callee, connected";
    case Stage::kDeclined: return "callee, ended (declined)";
    case Stage::kInHungUp: return "callee, ended (the caller hung up)";
    case Stage::kEarlyCancel: return "callee, ended (the cancel came first)";
  }
  return "?";
}

Scene::Scene(Stage stage, Station::Options options)
    : station(is_caller(stage) ? "door@gate" : "panel@apt1", now, options),
      peer(is_caller(stage) ? "panel@apt1" : "door@gate") {
  station.come_online();
  station.give(PresenceReceived{peer.self, false, 3600, peer.presence(PresenceState::kIdle)});
  if (is_caller(stage)) {
    call_out(stage);
  } else {
    leg = peer.own_leg();
    call_in(stage, options.settings.ring_time);
  }
  (void)station.words();
}

Scene::~Scene() = default;

void Scene::hear(const Message& message) {
  station.hear(peer.self, message, 90);
}

std::string Scene::answer_to(const Message& message) {
  (void)station.words();
  hear(message);
  return station.words();
}

void Scene::run(Millis span) {
  station.run(span);
}

std::string Scene::state() {
  return station.state(call);
}

Reason Scene::reason() {
  return station.reason(call);
}

const Counters& Scene::counters() {
  return station.counters();
}

void Scene::call_out(Stage stage) {
  const Result result = station.give(invite(peer.self.user));
  CHECK_TRUE(result.code == Errc::kOk);
  call = result.call;
  leg = {station.self, 1};
  if (stage == Stage::kCalling) {
    return;
  }
  hear(peer.ringing(call, leg));
  if (stage == Stage::kAlerted) {
    return;
  }
  if (stage == Stage::kCancelled) {
    station.give(cancel(call));
    hear(peer.ack(station.last(MessageKind::kCancel).header()));
    return;
  }
  hear(peer.accept(call, leg));
  hear(peer.ack(station.last(MessageKind::kConfirm).header()));
  if (stage == Stage::kOutHungUp) {
    station.give(hang_up(call));
    hear(peer.ack(station.last(MessageKind::kLeave).header()));
  }
}

void Scene::call_in(Stage stage, Millis ring_time) {
  if (stage == Stage::kUnknown) {
    return;
  }
  if (stage == Stage::kEarlyCancel) {
    hear(peer.cancel(call));
    return;
  }
  std::optional<std::uint32_t> expiry;
  if (stage != Stage::kWaiting) {
    expiry = ceil_seconds(ring_time);
  }
  station.hear(peer.self, peer.invite(call, ring_time), expiry);
  if (stage == Stage::kWaiting || stage == Stage::kRinging) {
    return;
  }
  if (stage == Stage::kDeclined) {
    station.give(reject(call));
    hear(peer.ack(station.last(MessageKind::kReject).header()));
    return;
  }
  station.give(accept(call));
  if (stage == Stage::kAccepting) {
    return;
  }
  hear(peer.confirm(call, "panel"));
  if (stage == Stage::kInHungUp) {
    hear(peer.leave(call, {peer.self, 0}));
  }
}

}  // namespace doorcall::fakes
