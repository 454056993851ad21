// Random edges through the recogniser, each sequence against a model that sees the whole sequence
// at once, and against itself: served at its deadlines, late, or only by the next edge, it must
// tell the same. DOORCALL_PRESS_SEQUENCES sets how many; without it a short form runs.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "platform/press_recogniser.hpp"
#include "tests/fakes/prng.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using fakes::Prng;
using platform::PressEvent;
using platform::PressRecogniser;
using platform::PressTimes;
using Kind = PressEvent::Kind;

namespace {

constexpr Millis kNone{0};

struct Edge {
  Instant at;
  bool active;
};
struct Sequence {
  PressTimes times;
  std::vector<Edge> edges;  ///< ends inactive
};

/// Times drawn so that edges meet, just miss and cross each of the button's times often.
Sequence draw(Prng& prng) {
  Sequence ret;
  PressTimes& times = ret.times;
  times.gap = Millis(prng.between(0, 12));
  times.hold = Millis(prng.between(1, 40));
  times.double_time = prng.chance(5000) ? kNone : Millis(prng.between(1, 300));
  times.long_time = prng.chance(5000) ? kNone : Millis(prng.between(41, 500));
  times.stuck_time = prng.chance(3000) ? kNone : Millis(prng.between(600, 2000));
  const std::int64_t meets[] = {times.gap.count(),         times.hold.count(),
                                times.double_time.count(), times.long_time.count(),
                                times.stuck_time.count(),  1};
  std::int64_t now = prng.between(0, 50);
  const std::int64_t count = 2 * prng.between(1, 12);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t met = meets[prng.below(6)];
    now += std::max<std::int64_t>(
        0, prng.chance(4000) ? met + prng.between(-1, 1) : prng.between(0, 15));
    ret.edges.push_back({Instant(Millis(now)), i % 2 == 0});
    if (prng.chance(1000)) {
      ret.edges.push_back(ret.edges.back());  // told twice
    }
  }
  return ret;
}

// --- the model: bursts, then presses, then what they mean, each from the finished list before

struct Press {
  Instant since;     ///< begin of the burst
  Instant at;        ///< held for long enough
  Instant let_go;    ///< inactive from here on
  Instant released;  ///< for the gap
};

/// Bursts that were active for the hold in all.
std::vector<Press> presses(const Sequence& sequence) {
  std::vector<Press> ret;
  const std::vector<Edge>& all = sequence.edges;
  std::vector<Edge> edges;
  for (const Edge& edge : all) {
    if (edge.active != (!edges.empty() && edges.back().active)) {
      edges.push_back(edge);
    }
  }
  for (std::size_t i = 0; i + 1 < edges.size();) {
    Press press{.since = edges[i].at, .at = kNever, .let_go = {}, .released = {}};
    Millis active{0};
    for (;; i += 2) {
      const Millis span = edges[i + 1].at - edges[i].at;
      if (press.at == kNever && active + span >= sequence.times.hold) {
        press.at = edges[i].at + (sequence.times.hold - active);
      }
      active += span;
      press.let_go = edges[i + 1].at;
      if (i + 2 >= edges.size() || edges[i + 2].at - press.let_go >= sequence.times.gap) {
        break;
      }
    }
    i += 2;
    press.released = press.let_go + sequence.times.gap;
    if (press.at != kNever) {
      ret.push_back(press);
    }
  }
  return ret;
}

/// What each press means, without looking at a clock.
std::vector<PressEvent> model(const Sequence& sequence) {
  const PressTimes& times = sequence.times;
  const std::vector<Press> all = presses(sequence);
  std::vector<PressEvent> ret;
  bool second = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Press& press = all[i];
    ret.push_back({Kind::kPressed, press.at});
    Instant acted = kNever;  // while it is held
    Kind kind = Kind::kSingle;
    if (second) {
      acted = press.at;
      kind = Kind::kDouble;
    } else if (times.long_time > kNone) {
      acted = std::max(press.at, press.since + times.long_time);
      kind = Kind::kLong;
    } else if (times.double_time > kNone) {
      acted = std::max(press.at, press.since + times.double_time);
    } else {
      acted = press.at;
    }
    second = false;
    if (acted <= press.released) {
      ret.push_back({kind, acted});
      const Instant stuck = std::max(acted, press.since + times.stuck_time);
      const bool is_stuck = times.stuck_time > kNone && stuck <= press.released;
      if (is_stuck) {
        ret.push_back({Kind::kStuck, stuck});
        ret.push_back({Kind::kFreed, press.released});
      }
      ret.push_back({Kind::kReleased, press.released});
      continue;
    }
    ret.push_back({Kind::kReleased, press.released});
    const Instant wait_over = std::max(press.released, press.let_go + times.double_time);
    if (times.double_time == kNone) {
      ret.push_back({Kind::kSingle, press.released});
    } else if (i + 1 < all.size() && all[i + 1].at < wait_over) {
      second = true;
    } else {
      ret.push_back({Kind::kSingle, wait_over});
    }
  }
  return ret;
}

/// How the recogniser is served between the edges.
enum class Served { kAtDeadlines, kByEdges, kAtRandom };

std::vector<PressEvent> recognise(const Sequence& sequence, Served served, Prng& prng) {
  std::vector<PressEvent> ret;
  PressRecogniser button(sequence.times, false, Instant{});
  const auto serve = [&](Instant until) {
    if (served == Served::kAtRandom && prng.chance(5000)) {
      const Instant last = ret.empty() ? Instant{} : ret.back().at;
      button.tick(std::min(until, last + Millis(prng.between(0, 500))), ret);
    }
    while (served == Served::kAtDeadlines && button.deadline() <= until) {
      const Instant due = button.deadline();
      button.tick(due - Millis{1}, ret);
      CHECK_TEXT(button.deadline() == due, "a tick before the deadline did something");
      button.tick(due, ret);
    }
  };
  for (const Edge& edge : sequence.edges) {
    serve(edge.at);
    button.edge(edge.active, edge.at, ret);
  }
  serve(Instant(Millis(1'000'000)));
  button.tick(Instant(Millis(1'000'000)), ret);
  CHECK_TEXT(button.deadline() == kNever, "an idle button has a deadline");
  return ret;
}

/// Press before release, one meaning for each press or pair, times that do not go back.
void check_order(const std::vector<PressEvent>& events) {
  bool pressed = false;
  int unspent = 0;
  Instant last{};
  for (const PressEvent& event : events) {
    CHECK_TRUE(event.at >= last);
    last = event.at;
    switch (event.kind) {
      case Kind::kPressed:
        CHECK_FALSE(pressed);
        pressed = true;
        ++unspent;
        break;
      case Kind::kReleased:
        CHECK_TRUE(pressed);
        pressed = false;
        break;
      case Kind::kSingle:
      case Kind::kLong: LONGS_EQUAL(0, --unspent); break;
      case Kind::kDouble: LONGS_EQUAL(0, unspent -= 2); break;
      case Kind::kStuck:
      case Kind::kFreed: CHECK_TRUE(pressed); break;
    }
  }
  CHECK_FALSE(pressed);
  LONGS_EQUAL(0, unspent);
}

std::string text(const Sequence& sequence) {
  std::string ret = "gap " + std::to_string(sequence.times.gap.count()) + " hold " +
                    std::to_string(sequence.times.hold.count()) + " double " +
                    std::to_string(sequence.times.double_time.count()) + " long " +
                    std::to_string(sequence.times.long_time.count()) + " stuck " +
                    std::to_string(sequence.times.stuck_time.count()) + "\n edges:";
  for (const Edge& edge : sequence.edges) {
    ret += (edge.active ? " +" : " -") + std::to_string(edge.at.time_since_epoch().count());
  }
  return ret + "\n";
}

std::string text(const std::vector<PressEvent>& events) {
  static constexpr const char* kWords[] = {"pressed", "released", "single", "double",
                                           "long",    "stuck",    "freed"};
  std::string ret;
  for (const PressEvent& event : events) {
    ret += std::string(" ") + kWords[static_cast<int>(event.kind)] + "@" +
           std::to_string(event.at.time_since_epoch().count());
  }
  return ret + "\n";
}

}  // namespace

TEST_GROUP(PressFuzz){static std::uint64_t sequences(){constexpr std::uint64_t kShort = 20'000;
const char* const given = std::getenv("DOORCALL_PRESS_SEQUENCES");
return given == nullptr ? kShort : std::strtoull(given, nullptr, 10);
}
}
;

TEST(PressFuzz, TheRecogniserAndTheModelAgree) {
  std::uint64_t kinds[7] = {};
  for (std::uint64_t seed = 1; seed <= sequences(); ++seed) {
    Prng prng(seed);
    const Sequence sequence = draw(prng);
    const std::vector<PressEvent> expected = model(sequence);
    const auto served = static_cast<Served>(seed % 3);
    const std::vector<PressEvent> told = recognise(sequence, served, prng);
    if (told != expected) {
      FAIL(("seed " + std::to_string(seed) + ": " + text(sequence) + "model:" + text(expected) +
            "told: " + text(told))
               .c_str());
    }
    check_order(told);
    for (const PressEvent& event : told) {
      ++kinds[static_cast<int>(event.kind)];
    }
  }
  for (const std::uint64_t count : kinds) {
    CHECK_COMPARE(count, >, sequences() / 100);
  }
}

/// Lines that are lost, active at the start, or have other kinds of press bound meanwhile.
TEST(PressFuzz, WhateverHappensPressesAndReleasesAlternateAtBoundedWork) {
  constexpr std::uint64_t kStepsOfACall = 8;
  for (std::uint64_t seed = 1; seed <= sequences() / 4; ++seed) {
    Prng prng(seed);
    const Sequence sequence = draw(prng);
    PressRecogniser button(sequence.times, prng.chance(2000), Instant{});
    std::vector<PressEvent> told;
    Instant now{};
    for (int i = 0; i < 40; ++i) {
      const std::uint64_t before = button.steps();
      now += Millis(prng.between(0, prng.chance(3000) ? 500 : 20));
      switch (prng.below(12)) {
        case 0: button.lost(now, told); break;
        case 1: button.set_kinds(sequence.times.double_time, kNone); break;
        case 2: button.set_kinds(kNone, sequence.times.long_time); break;
        case 3: button.tick(now, told); break;
        case 4: button.missed(); break;
        default: button.edge(prng.chance(5000), now, told); break;
      }
      CHECK_COMPARE(button.steps() - before, <=, kStepsOfACall);
    }
    button.lost(now, told);
    CHECK_TRUE(button.deadline() == kNever);
    int pressed = 0;
    int unspent = 0;
    for (const PressEvent& event : told) {
      pressed += event.kind == Kind::kPressed ? 1 : event.kind == Kind::kReleased ? -1 : 0;
      CHECK_TRUE(pressed == 0 || pressed == 1);
      unspent += event.kind == Kind::kPressed ? 1 : 0;
      unspent -= event.kind == Kind::kDouble                                ? 2
                 : event.kind == Kind::kSingle || event.kind == Kind::kLong ? 1
                                                                            : 0;
      CHECK_TRUE_TEXT(unspent >= 0, ("seed " + std::to_string(seed) + text(told)).c_str());
    }
    LONGS_EQUAL(0, pressed);
  }
}
