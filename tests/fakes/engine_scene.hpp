#pragma once

// One engine in the middle of a call with one other device that the test plays by hand: the engine
// is "door@gate" where it has called "panel@apt1", and the panel where it was called.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/fakes/engine_letters.hpp"
#include "tests/fakes/engine_station.hpp"

namespace doorcall::fakes {

/// How far the call is on the engine's side. The first half: the engine is the caller.
enum class Stage : std::uint8_t {
  kCalling,  ///< nobody has answered the invite yet
  kAlerted,  ///< the other device rings
  kOutConnected,
  kCancelled,  ///< ended before an answer
  kOutHungUp,  ///< ended after an answer, by the engine
  kUnknown,    ///< from here on the engine is the callee
  kWaiting,    ///< the invite is not proven fresh
  kRinging,
  kAccepting,
  kInConnected,
  kDeclined,
  kInHungUp,     ///< ended by the other side
  kEarlyCancel,  ///< only the cancel came
};

inline constexpr std::array kStages{Stage::kCalling,     Stage::kAlerted,   Stage::kOutConnected,
                                    Stage::kCancelled,   Stage::kOutHungUp, Stage::kUnknown,
                                    Stage::kWaiting,     Stage::kRinging,   Stage::kAccepting,
                                    Stage::kInConnected, Stage::kDeclined,  Stage::kInHungUp,
                                    Stage::kEarlyCancel};

[[nodiscard]] inline std::string_view to_string(Stage stage) {
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

[[nodiscard]] constexpr bool is_caller(Stage stage) {
  return stage <= Stage::kOutHungUp;
}

struct Scene {
  explicit Scene(Stage stage, Station::Options options = {})
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

  /// The other device says something; fresh, as a live MQTT 5 connection shows it.
  void hear(const Message& message) { station.hear(peer.self, message, 90); }

  /// As hear(), and what the engine puts out at once in words.
  [[nodiscard]] std::string answer_to(const Message& message) {
    (void)station.words();
    hear(message);
    return station.words();
  }

  void run(Millis span) { station.run(span); }
  [[nodiscard]] std::string state() { return station.state(call); }
  [[nodiscard]] Reason reason() { return station.reason(call); }
  [[nodiscard]] const Counters& counters() { return station.counters(); }

  Instant now{Millis{1'000'000}};
  Station station;
  Actor peer;
  CallId call = call_id(0x77);
  LegKey leg;
  std::string answer;  ///< what the last command was answered, for those who write it down

 private:
  void call_out(Stage stage) {
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

  void call_in(Stage stage, Millis ring_time) {
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
};

}  // namespace doorcall::fakes
