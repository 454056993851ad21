// The wheel against a sorted list: random operations from a seed, both must agree after each. Times
// are drawn so that slots, levels and the horizon are crossed, met and just missed often.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "agent/core/timer_wheel.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Tick;
using doorcall::TimerId;
using doorcall::TimerNode;
using doorcall::TimerWheel;

namespace {

constexpr Tick kNever = TimerWheel::kNever;
constexpr TimerId kNone = TimerWheel::kNone;

Tick add(Tick a, Tick b) {
  return b > kNever - a ? kNever : a + b;
}

/// What TimerWheel promises, in the plainest form.
class Model {
 public:
  explicit Model(Tick now) : now_(now) {}

  void arm(TimerId id, Tick due) {
    cancel(id);
    const Tick at = std::max(due, now_ + 1);
    const auto place = std::find_if(list_.begin(), list_.end(),
                                    [at](const Timer& timer) { return timer.due > at; });
    list_.insert(place, {at, id});
  }

  void cancel(TimerId id) {
    const auto place = find(id);
    if (place != list_.end()) {
      list_.erase(place);
    }
  }

  Tick due(TimerId id) {
    const auto place = find(id);
    return place == list_.end() ? 0 : place->due;
  }

  TimerId pop_due(Tick now) {
    now_ = std::max(now_, std::min(now, kNever - 1));
    if (next_due() > now_) {
      return kNone;
    }
    const TimerId id = list_.front().id;
    list_.erase(list_.begin());
    return id;
  }

  Tick next_due() const { return list_.empty() ? kNever : list_.front().due; }
  Tick now() const { return now_; }
  std::size_t armed_count() const { return list_.size(); }
  TimerId any(std::uint64_t random) const {
    return list_.empty() ? 0 : list_[static_cast<std::size_t>(random % list_.size())].id;
  }

 private:
  struct Timer {
    Tick due;
    TimerId id;
  };
  std::vector<Timer>::iterator find(TimerId id) {
    return std::find_if(list_.begin(), list_.end(),
                        [id](const Timer& timer) { return timer.id == id; });
  }

  Tick now_;
  std::vector<Timer> list_;
};

/// Does the same to a wheel and a model until they differ.
class Run {
 public:
  explicit Run(std::uint64_t seed)
      : random_(seed),
        nodes_(static_cast<std::size_t>(1 + below(below(4) == 0 ? 200 : 12))),
        model_(origin()),
        wheel_(nodes_, model_.now()) {}

  /// "" or what differed.
  std::string operator()(int operations) {
    for (int i = 0; i < operations; ++i) {
      const char* difference = step();
      if (*difference != '\0') {
        return std::string{difference} + " after operation " + std::to_string(i);
      }
    }
    return {};
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  Tick origin() {
    const Tick boundary = Tick{1} << below(64);
    switch (below(16)) {
      case 0: return below(3);
      case 1: return kNever - 1 - below(Tick{1} << below(40));
      case 2:
      case 3:
      case 4: return boundary - 1 - below(std::min<Tick>(boundary, 100));
      default: return random_() >> below(64);
    }
  }

  /// A span near a slot's, a level's or the horizon's edge, or of any size.
  Tick span() {
    switch (below(5)) {
      case 0: return below(4);
      case 1: return (below(64) << 6 * below(6)) + below(3) - 1;
      case 2: return random_() >> below(64);
      default: return below(100000);
    }
  }

  /// A tick to arm for: often one that another timer has, or at a round number.
  Tick due() {
    const Tick now = model_.now();
    switch (below(6)) {
      case 0: return model_.due(model_.any(random_()));
      case 1: return (add(now, span()) >> 6 * below(6)) << 6 * below(6);
      case 2: return now - std::min(now, span());
      default: return add(now, span());
    }
  }

  /// How far one advance may go: mostly little, or the time would soon be at its end.
  Tick reach() {
    switch (below(8)) {
      case 0: return below(1U << 20);
      case 1: return below(500) == 0 ? random_() >> below(64) : below(50) << 24;
      default: return below(5000);
    }
  }

  Tick later() {
    const Tick now = model_.now();
    const Tick next = std::min(model_.next_due(), add(now, reach()));
    switch (below(4)) {
      case 0: return next;
      case 1: return next - 1;
      case 2: return add(next, below(100));
      default: return now + below(66) - 1;
    }
  }

  void arm() {
    const auto id = static_cast<TimerId>(below(nodes_.size()));
    const Tick at = due();
    wheel_.arm(id, at);
    model_.arm(id, at);
  }

  void cancel() {
    const auto id =
        below(2) == 0 ? static_cast<TimerId>(below(nodes_.size())) : model_.any(random_());
    wheel_.cancel(id);
    model_.cancel(id);
  }

  /// Drains, now and then not to the end, and with other operations in between.
  bool advance() {
    const Tick now = later();
    while (below(20) != 0) {
      const TimerId expected = model_.pop_due(now);
      if (wheel_.pop_due(now) != expected) {
        return false;
      }
      if (expected == kNone) {
        return true;
      }
      if (below(3) == 0) {
        arm();
      }
      if (below(3) == 0) {
        cancel();
      }
    }
    return true;
  }

  bool next_agrees() {
    const Tick next = model_.next_due();
    return wheel_.next_due() == next &&
           (next == kNever ? wheel_.first() == kNone : model_.due(wheel_.first()) == next);
  }

  const char* step() {
    const auto choice = below(10);
    if (choice < 4) {
      arm();
    } else if (choice < 6) {
      cancel();
    } else if (!advance()) {
      return "pop_due() differs";
    }
    if (below(2) == 0 && !next_agrees()) {
      return "next_due() or first() differs";
    }
    const auto id = static_cast<TimerId>(below(nodes_.size()));
    const Tick due = model_.due(id);
    if (wheel_.armed(id) != (due != 0) || (due != 0 && wheel_.due(id) != due)) {
      return "armed() or due() differs";
    }
    if (below(64) == 0 && (!wheel_.consistent() || wheel_.armed_count() != model_.armed_count())) {
      return "the wheel is not consistent";
    }
    return "";
  }

  std::mt19937_64 random_;
  std::vector<TimerNode> nodes_;
  Model model_;
  TimerWheel wheel_;
};

void check(std::uint64_t seed, int operations) {
  const std::string difference = Run{seed}(operations);
  const std::string text = difference + "; replay: DOORCALL_WHEEL_SEED=" + std::to_string(seed) +
                           " unit_tests -g TimerWheelModel";
  CHECK_TEXT(difference.empty(), text.c_str());
}

}  // namespace

TEST_GROUP(TimerWheelModel){};

TEST(TimerWheelModel, WheelDoesWhatASortedListDoes) {
  constexpr int kOperations = 4000;
  if (const char* seed = std::getenv("DOORCALL_WHEEL_SEED")) {
    check(std::strtoull(seed, nullptr, 10), kOperations);
    return;
  }
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    check(seed, kOperations);
  }
}
