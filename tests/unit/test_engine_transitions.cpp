// The transition table of the call engine, made by driving the engine itself: each stage of a call,
// in both roles, times each input and each timer. It is compared with engine_transitions.golden,
// which has been checked against the protocol line by line. A change of the table is looked at and
// committed:
//
//     DOORCALL_UPDATE_GOLDEN=1 unit_tests -sg EngineTransitions

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/engine_inputs.hpp"
#include "tests/fakes/source_file.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

namespace {

const std::string kGolden = source_file("tests/unit/engine_transitions.golden");

Station::Options options(Millis ring_time, bool media_hook = true) {
  Station::Options options;
  options.settings.media_hook = media_hook;
  options.settings.ring_time = ring_time;
  options.settings.notice_time = Millis{4'000};
  options.settings.heartbeat_time = Millis{7'000};  // not due together with the others
  return options;
}

std::string state_of(Scene& scene) {
  const Reason reason = scene.reason();
  return word(scene.state(), reason == Reason::kNone ? "" : to_string(reason));
}

/// The cause of the drop that was counted since `before`.
std::string drop_cause(const Counters& before, const Counters& now) {
  const std::pair<const char*, std::uint32_t Counters::*> kCauses[] = {
      {"retained", &Counters::dropped_retained},
      {"not entitled", &Counters::dropped_not_entitled},
      {"not addressed", &Counters::dropped_not_addressed},
      {"own echo", &Counters::dropped_own_echo},
      {"bad state", &Counters::dropped_bad_state},
      {"unknown call", &Counters::dropped_unknown_call},
      {"table full", &Counters::dropped_table_full},
      {"quota", &Counters::dropped_quota},
  };
  for (const auto& [name, member] : kCauses) {
    if (now.*member != before.*member) {
      return name;
    }
  }
  return {};
}

std::string list_of(const std::vector<std::string>& names) {
  if (names.size() == std::size(kMessages)) {
    return "every message";
  }
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

/// One stage's part of the table.
class Page {
 public:
  explicit Page(Stage stage) : stage_(stage) {
    Scene scene(stage, options(Millis{90'000}));
    before_ = state_of(scene);
  }

  void try_input(const NamedInput& input) {
    Scene scene(stage_, options(Millis{90'000}));
    const Counters counters = scene.counters();
    input.act(scene);
    scene.run(Millis{3});  // what it made due at once
    const std::string words = scene.station.words();
    const std::string state = state_of(scene);
    const std::string cause = drop_cause(counters, scene.counters());
    if (state == before_ && words.empty()) {
      const std::string why = !scene.answer.empty() ? "answer " + scene.answer
                              : cause.empty()       ? "silently, not counted"
                                                    : "dropped: " + cause;
      nothing_[why][input.variant].push_back(input.name);
      return;
    }
    add(input, state, words,
        (scene.answer.empty() ? "" : "  answer " + scene.answer) +
            (cause.empty() ? "" : "  dropped: " + cause));
  }

  /// The first of each kind of timer, until the stage is over.
  void try_timers(const Station::Options& with) {
    Scene scene(stage_, with);
    while (state_of(scene) == before_ && scene.station.engine().next_deadline().when < kNever &&
           scene.now < Instant{Millis{4'000'000}}) {
      const Deadline deadline = scene.station.engine().next_deadline();
      scene.run(deadline.when - scene.now);
      const std::string timer = "timer " + std::string(to_string(deadline.why));
      const std::string words = scene.station.words();
      if (timers_.insert(timer).second) {
        add({"", timer, {}}, state_of(scene), words, "");
      }
    }
  }

  [[nodiscard]] std::string text() const {
    std::string all = "\n== " + std::string(to_string(stage_)) + "\n";
    for (const Entry& entry : entries_) {
      all += "  " + entry.name + (entry.variants.empty() ? "" : " [" + entry.variants + "]");
      all += " -> " + entry.outcome + "\n";
    }
    for (const auto& [why, variants] : nothing_) {
      all += "  nothing, " + why + "\n";
      for (const auto& [variant, names] : variants) {
        all += "    " + variant + ": " + list_of(names) + "\n";
      }
    }
    return all;
  }

 private:
  /// Variants of one message with the same outcome share a line.
  void add(const NamedInput& input, const std::string& state, const std::string& words,
           const std::string& more) {
    const std::string outcome =
        (state == before_ ? "same" : state) + (words.empty() ? "" : ": " + words) + more;
    for (Entry& entry : entries_) {
      if (entry.name == input.name && entry.outcome == outcome) {
        entry.variants += ", " + input.variant;
        return;
      }
    }
    entries_.push_back({input.name, input.variant, outcome});
  }

  struct Entry {
    std::string name;
    std::string variants;
    std::string outcome;
  };

  Stage stage_;
  std::string before_;
  std::vector<Entry> entries_;
  std::map<std::string, std::map<std::string, std::vector<std::string>>> nothing_;
  std::set<std::string> timers_;
};

std::string make_table() {
  std::string table;
  for (const Stage stage : kStages) {
    Page page(stage);
    for (const NamedInput& input : all_inputs()) {
      page.try_input(input);
    }
    page.try_timers(options(Millis{90'000}));
    page.try_timers(options(Millis{20'000}, false));  // other timers come first
    table += page.text();
  }
  return table;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// "-" what is missing and "+" what is new, each under its stage.
std::string difference(const std::string& old_text, const std::string& new_text) {
  const auto keyed = [](const std::string& text) {
    std::multiset<std::string> all;
    std::string stage;
    std::string group;
    for (const std::string& line : lines_of(text)) {
      stage = line.starts_with("==") ? line : stage;
      group = line.starts_with("    ") ? group : line;
      all.insert(stage + "\n" + (line == group ? line : group + ":" + line));
    }
    return all;
  };
  const auto before = keyed(old_text);
  const auto after = keyed(new_text);
  std::string out;
  for (const std::string& line : before) {
    out += after.count(line) == 0 ? "- " + line + "\n" : "";
  }
  for (const std::string& line : after) {
    out += before.count(line) == 0 ? "+ " + line + "\n" : "";
  }
  return out.empty() ? "only the order of the lines\n" : out;
}

}  // namespace

TEST_GROUP(EngineTransitions){};

TEST(EngineTransitions, AreThoseOfTheCheckedTable) {
  const std::string table = make_table();
  if (std::getenv("DOORCALL_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kGolden) << table;
    return;
  }
  std::ifstream file(kGolden);
  std::stringstream golden;
  golden << file.rdbuf();
  if (golden.str() != table) {
    const std::string text =
        "The transitions differ from " + kGolden + ":\n" + difference(golden.str(), table) +
        "Check each line against the protocol, then run with DOORCALL_UPDATE_GOLDEN=1.";
    FAIL(text.c_str());
  }
}

TEST(EngineTransitions, AreTheSameEachTimeTheyAreMade) {
  STRCMP_EQUAL(make_table().c_str(), make_table().c_str());
}
