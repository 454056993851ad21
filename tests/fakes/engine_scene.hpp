#pragma once

// One engine in the middle of a call with one other device that the test plays by hand: the engine
// is "door@gate" where it has called "panel@apt1", and the panel where it was called.

#include <array>
#include <cstdint>
#include <string>
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

[[nodiscard]] std::string_view to_string(Stage stage);

[[nodiscard]] constexpr bool is_caller(Stage stage) {
  return stage <= Stage::kOutHungUp;
}

struct Scene {
  explicit Scene(Stage stage, Station::Options options = {});
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  ~Scene();

  /// The other device says something; fresh, as a live MQTT 5 connection shows it.
  void hear(const Message& message);

  /// As hear(), and what the engine puts out at once in words.
  [[nodiscard]] std::string answer_to(const Message& message);

  void run(Millis span);
  [[nodiscard]] std::string state();
  [[nodiscard]] Reason reason();
  [[nodiscard]] const Counters& counters();

  Instant now{Millis{1'000'000}};
  Station station;
  Actor peer;
  CallId call = call_id(0x77);
  LegKey leg;
  std::string answer;  ///< what the last command was answered, for those who write it down

 private:
  void call_out(Stage stage);
  void call_in(Stage stage, Millis ring_time);
};

}  // namespace doorcall::fakes
