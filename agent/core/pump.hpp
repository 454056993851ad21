#pragma once

#include "agent/core/engine.hpp"

namespace doorcall {

/// Hands every waiting output to `sink(const Output&)`. The sink must not call the engine.
template <typename Sink>
void drain(Engine& engine, Sink&& sink) {
  Output output;
  while (engine.next_output(output)) {
    sink(output);
  }
}

/// Handles what is due at `now`.
template <typename Sink>
void pump_time(Engine& engine, Instant now, Sink&& sink) {
  while (engine.next_deadline().when <= now) {
    engine.handle(TimePassed{}, now);
    drain(engine, sink);
  }
}

/// One turn of the engine's contract: what is due at `now` first, then `input`, then its outputs.
template <typename Sink>
Result pump(Engine& engine, const Input& input, Instant now, Sink&& sink) {
  pump_time(engine, now, sink);
  const Result result = engine.handle(input, now);
  drain(engine, sink);
  return result;
}

}  // namespace doorcall
