#include "platform/press_recogniser.hpp"

#include <algorithm>

namespace doorcall::platform {

using Kind = PressEvent::Kind;

PressRecogniser::PressRecogniser(const PressTimes& times, bool active, Instant now) noexcept
    : times_(times),
      filter_(times.gap, times.hold),
      state_(active ? State::kHeld : State::kIdle),
      now_(now),
      since_(now) {
  filter_.reset(active, now);
}

void PressRecogniser::edge(bool active, Instant at, std::vector<PressEvent>& ret_events) {
  advance(at, ret_events);
  filter_.edge(active, now_);
  ++steps_;
}

void PressRecogniser::tick(Instant now, std::vector<PressEvent>& ret_events) {
  advance(now, ret_events);
}

void PressRecogniser::lost(Instant now, std::vector<PressEvent>& ret_events) {
  advance(now, ret_events);
  if (state_ == State::kBetween) {
    ret_events.push_back({Kind::kSingle, now_});
  } else {
    state_ = state_ == State::kDown ? State::kDone : state_;
    released(now_, ret_events);
  }
  state_ = State::kIdle;
  filter_.reset(false, now_);
}

Instant PressRecogniser::deadline() const noexcept {
  return std::min(filter_.deadline(), own_deadline());
}

void PressRecogniser::advance(Instant now, std::vector<PressEvent>& ret_events) {
  for (Instant due = deadline(); due <= now && due < kNever; due = deadline()) {
    ++steps_;
    now_ = std::max(now_, due);
    if (own_deadline() <= filter_.deadline()) {
      own_due(now_, ret_events);
      continue;
    }
    switch (filter_.due()) {
      case HoldFilter::Change::kNone: break;
      case HoldFilter::Change::kPressed: pressed(now_, ret_events); break;
      case HoldFilter::Change::kReleased: released(now_, ret_events); break;
    }
  }
  now_ = std::max(now_, now);
}

Instant PressRecogniser::own_deadline() const noexcept {
  switch (state_) {
    case State::kIdle: break;
    case State::kBetween: return since_ + times_.double_time;
    case State::kDown:
      return since_ + (times_.long_time > Millis{0} ? times_.long_time : times_.double_time);
    case State::kDone:
    case State::kHeld:
      return stuck_ || times_.stuck_time == Millis{0} ? kNever : since_ + times_.stuck_time;
  }
  return kNever;
}

void PressRecogniser::own_due(Instant at, std::vector<PressEvent>& ret_events) {
  switch (state_) {
    case State::kBetween:
      ret_events.push_back({Kind::kSingle, at});
      state_ = State::kIdle;
      return;
    case State::kDown:
      ret_events.push_back({times_.long_time > Millis{0} ? Kind::kLong : Kind::kSingle, at});
      state_ = State::kDone;
      return;
    case State::kDone:
    case State::kHeld:
      stuck_ = true;
      ret_events.push_back({Kind::kStuck, at});
      return;
    case State::kIdle: return;
  }
}

void PressRecogniser::pressed(Instant at, std::vector<PressEvent>& ret_events) {
  ret_events.push_back({Kind::kPressed, at});
  if (state_ == State::kBetween) {
    ret_events.push_back({Kind::kDouble, at});
    state_ = State::kDone;
  } else if (times_.double_time == Millis{0} && times_.long_time == Millis{0}) {
    ret_events.push_back({Kind::kSingle, at});
    state_ = State::kDone;
  } else {
    state_ = State::kDown;
  }
  since_ = filter_.since();
}

void PressRecogniser::released(Instant at, std::vector<PressEvent>& ret_events) {
  if (stuck_) {
    stuck_ = false;
    ret_events.push_back({Kind::kFreed, at});
  }
  if (state_ == State::kDown || state_ == State::kDone) {
    ret_events.push_back({Kind::kReleased, at});
  }
  if (state_ == State::kDown && times_.double_time > Millis{0}) {
    state_ = State::kBetween;
    since_ = filter_.changed();
    return;
  }
  if (state_ == State::kDown) {
    ret_events.push_back({Kind::kSingle, at});
  }
  state_ = State::kIdle;
}

}  // namespace doorcall::platform
