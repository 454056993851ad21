#include "tests/sim/sim_coverage.hpp"

#include <cinttypes>
#include <cstdio>

namespace doorcall::sim {
namespace {

constexpr std::array<std::string_view, kFeats> kFeatNames = {"three in a call",
                                                             "household rings",
                                                             "heir goes on",
                                                             "two owners",
                                                             "joined",
                                                             "moved",
                                                             "first wins",
                                                             "hunt",
                                                             "escalation",
                                                             "cycles",
                                                             "added",
                                                             "push asked",
                                                             "push taken back",
                                                             "call waiting",
                                                             "chime",
                                                             "asked for proof",
                                                             "told in a call",
                                                             "media offer while it rings",
                                                             "door pulsed",
                                                             "door result again",
                                                             "door, told there",
                                                             "door answered",
                                                             "door not allowed",
                                                             "door stale",
                                                             "door unanswered",
                                                             "door contact",
                                                             "not entitled",
                                                             "table full"};

template <std::size_t N>
void add_up(std::array<std::uint64_t, N>& to, const std::array<std::uint64_t, N>& from) {
  for (std::size_t i = 0; i < N; ++i) {
    to[i] += from[i];
  }
}

bool is_kind(std::size_t i) {
  return to_string(static_cast<MessageKind>(i)) != "unknown";
}

/// No world has a peer of another version that says so, or an engine with a bug.
bool is_expected(Reason reason) {
  return reason != Reason::kNone && reason != Reason::kUnsupportedVersion &&
         reason != Reason::kInternalError;
}

void print_line(std::string_view group, std::string_view name, std::uint64_t count) {
  std::printf("  %-8s %-20s %14" PRIu64 "\n", std::string(group).c_str(), std::string(name).c_str(),
              count);
}

/// Calls `see(group, name, count, expected)` for each number.
template <typename See>
void for_each(const Coverage& coverage, See&& see) {
  for (std::size_t i = 0; i < kFeats; ++i) {
    see("", kFeatNames[i], coverage.feats[i], true);
  }
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (is_kind(i)) {
      see("message", to_string(static_cast<MessageKind>(i)), coverage.sent[i], true);
    }
  }
  for (std::size_t i = 0; i < kChanges; ++i) {
    see("event", to_string(static_cast<CallChange>(i)), coverage.events[i], true);
  }
  for (std::size_t i = 0; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    see("ended", to_string(reason), coverage.endings[i], is_expected(reason));
  }
}

}  // namespace

std::string_view to_string(Feat feat) {
  return kFeatNames[static_cast<std::size_t>(feat)];
}

void Coverage::add(const Coverage& other) {
  add_up(feats, other.feats);
  add_up(sent, other.sent);
  add_up(events, other.events);
  add_up(endings, other.endings);
}

std::string Coverage::missing() const {
  std::string names;
  for_each(*this, [&names](std::string_view group, std::string_view name, std::uint64_t count,
                           bool expected) {
    if (expected && count == 0) {
      names += (names.empty() ? "" : ", ") + std::string(group) + " " + std::string(name);
    }
  });
  return names;
}

void Coverage::print() const {
  for_each(*this, [](std::string_view group, std::string_view name, std::uint64_t count, bool) {
    if (count != 0) {
      print_line(group, name, count);
    }
  });
}

}  // namespace doorcall::sim
