#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/setup_pair.hpp"

namespace doorcall::bench {

/// What one side of a bare pair does: at the press, or when it has heard all that the other side
/// said in doorcall's call up to then, it says what doorcall said next. No logic, no timers.
class Replay {
 public:
  struct Line {
    std::string topic;
    const Recorded* message = nullptr;
  };

  explicit Replay(const Role& role) : role_(role) {
    const Script& script = role.shared->script;
    int heard = 0;
    for (std::size_t i = 0; i < script.count; ++i) {
      const Recorded& message = script.messages[i];
      if (message.from != role.side) {
        ++heard;
        continue;
      }
      if (blocks_.empty() || blocks_.back().after != heard) {
        blocks_.push_back({heard, {}});
      }
      blocks_.back().lines.push_back(
          {role.root() + std::string(message.topic.data(), message.topic_size), &message});
    }
    all_ = heard;
  }

  /// `send(const Line&)` publishes one message.
  template <typename Send>
  void press(Send&& send) {
    stamps().press = now_ns();
    speak(send);
  }

  template <typename Send>
  void arrived(Send&& send) {
    ++heard_;
    if (next_ < blocks_.size() && blocks_[next_].after == heard_) {
      speak(send);
    }
    if (heard_ == all_) {
      heard_ = 0;
      next_ = 0;
      if (role_.side == Side::kCaller) {
        notify(role_.done);
      }
    }
  }

 private:
  struct Block {
    int after = 0;  ///< messages heard
    std::vector<Line> lines;
  };

  [[nodiscard]] Stamps& stamps() const { return role_.shared->stamps; }

  template <typename Send>
  void speak(Send& send) {
    const std::size_t block = next_++;
    bool first = true;
    for (const Line& line : blocks_[block].lines) {
      send(line);
      if (std::exchange(first, false) && role_.side == Side::kCallee && block == 0) {
        stamps().ring = now_ns();  // as doorcall: "ringing" is out
      }
    }
    if (block == 1) {
      (role_.side == Side::kCaller ? stamps().caller_media : stamps().callee_media) = now_ns();
      stamps().accept = role_.side == Side::kCaller ? stamps().caller_media : stamps().accept;
    }
  }

  const Role& role_;
  std::vector<Block> blocks_;
  std::size_t next_ = 0;
  int heard_ = 0;
  int all_ = 0;
};

}  // namespace doorcall::bench
