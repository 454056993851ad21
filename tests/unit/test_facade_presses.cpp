// What a press does in each state of the device: the table in agent/README.md, cell by cell.
#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/source_file.hpp"
#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;

namespace {

/// The columns, in this order.
enum class Situation { kIdle, kCalling, kRinging, kAnswered, kInCall };
constexpr std::array kSituations{Situation::kIdle, Situation::kCalling, Situation::kRinging,
                                 Situation::kAnswered, Situation::kInCall};

/// A row: the action, and the code of a press in each situation. It acts where that is kOk.
struct Row {
  const char* action;
  std::array<Errc, 5> codes;
};

constexpr Errc kOk = Errc::kOk;
constexpr Errc kNone = Errc::kUnknownCall;
constexpr Errc kBusy = Errc::kBusy;

constexpr Row kRows[] = {
    {"plan:NAME", {kOk, Errc::kAlreadySent, kBusy, kBusy, kBusy}},
    {"call:USER", {kOk, Errc::kAlreadySent, kBusy, kBusy, kBusy}},
    {"answer", {kNone, kNone, kOk, kNone, kNone}},
    {"decline", {kNone, kNone, kOk, kNone, kNone}},
    {"hang_up", {kNone, kOk, kNone, kOk, kOk}},
    {"toggle", {kNone, kOk, kOk, kOk, kOk}},
    {"toggle:USER", {kOk, kOk, kOk, kOk, kOk}},
    {"silence", {kNone, kNone, kOk, kNone, kNone}},
    {"pull", {kOk, kBusy, kBusy, kBusy, kBusy}},
    {"dnd", {kOk, kOk, kOk, kOk, kOk}},
};

/// The row's cells in the README, in brackets where nothing is done.
std::vector<std::string> cells_of(const std::string& action) {
  std::ifstream readme(fakes::source_file("agent/README.md"));
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("| `" + action + "` |", 0) != 0) {
      continue;
    }
    std::vector<std::string> cells;
    std::istringstream parts(line.substr(1));
    for (std::string cell; std::getline(parts, cell, '|');) {
      cells.push_back(cell.substr(1, cell.size() - 2));
    }
    return cells;
  }
  return {};
}

}  // namespace

TEST_GROUP_BASE(FacadePresses, doorcall::test::FacadeParty) {
  Agent* panel = nullptr;
  Agent* door = nullptr;

  /// Another device of the panel's user is in a call, which can be pulled.
  void occupy_other_panel() {
    Agent& other = add("panel", "two");
    Agent& desk = add("desk", "one");
    const CallResult call = desk.call("panel");
    settle();
    LONGS_EQUAL(Errc::kOk, other.answer(call.call));
    settle();
    LONGS_EQUAL(1, panel->pullable().size());
  }
  /// A panel with all buttons, in this situation with the door.
  void enter(Situation situation, bool to_pull = false) {
    agents.clear();
    hub = test::FacadeHub();
    AgentOptions options;
    options.user = "panel";
    options.device = "one";
    options.plans["NAME"] = CallPlan::parallel({"door"});
    panel = &add(options);
    door = &add("door", "one");
    for (const Row& row : kRows) {
      std::string action = row.action;
      if (const auto user = action.find("USER"); user != std::string::npos) {
        action.replace(user, 4, "door");
      }
      panel->bind_button(row.action, *ButtonAction::parse(action));
    }
    if (to_pull) {
      occupy_other_panel();
    }
    if (situation == Situation::kCalling) {
      return;  // by the button that is tried, or else by call:USER
    }
    if (situation != Situation::kIdle) {
      door->call("panel");
      settle();
      LONGS_EQUAL(CallState::kRinging, state(*panel));
    }
    if (situation == Situation::kAnswered || situation == Situation::kInCall) {
      LONGS_EQUAL(Errc::kOk, panel->press("answer"));
      LONGS_EQUAL(CallState::kAccepting, state(*panel));
    }
    if (situation == Situation::kInCall) {
      settle();
      LONGS_EQUAL(CallState::kConnected, state(*panel));
    }
  }
  void call_out(const Row& row) {
    const bool calls = row.codes[1] == Errc::kAlreadySent;
    LONGS_EQUAL(Errc::kOk, panel->press(calls ? row.action : "call:USER"));
    settle();
    LONGS_EQUAL(CallState::kCalling, state(*panel));
  }
};

TEST(FacadePresses, EachCellOfTheTableIsSo) {
  for (const Row& row : kRows) {
    for (std::size_t i = 0; i < kSituations.size(); ++i) {
      enter(kSituations.at(i), row.action == std::string("pull"));
      if (kSituations.at(i) == Situation::kCalling) {
        call_out(row);
      }
      const std::string where = std::string(row.action) + " in column " + std::to_string(i + 1);
      const std::string expected = test::text(row.codes.at(i));
      CHECK_EQUAL_TEXT(expected, test::text(panel->press(row.action)), where.c_str());
    }
  }
}

TEST(FacadePresses, TheReadmeSaysTheSame) {
  for (const Row& row : kRows) {
    const std::vector<std::string> cells = cells_of(row.action);
    CHECK_TRUE_TEXT(cells.size() >= 2, row.action);
    for (std::size_t i = 0; i < row.codes.size(); ++i) {
      const std::string cell = i + 1 < cells.size() && row.action != std::string("dnd")
                                   ? cells.at(i + 1)
                                   : cells.at(1);  // one cell for all
      const std::string code = test::text(row.codes.at(i));
      const std::string where = std::string(row.action) + ": " + cell;
      if (row.codes.at(i) == Errc::kOk) {
        CHECK_FALSE_TEXT(cell.empty() || cell.front() == '(', where.c_str());
      } else {
        CHECK_TRUE_TEXT(cell.find("(`" + code + "`") != std::string::npos, where.c_str());
      }
    }
  }
}

TEST(FacadePresses, EachPressIsToldWithWhatCameOfIt) {
  enter(Situation::kIdle);
  std::string told;
  Listener listener;
  listener.on_button = [&](const ButtonUpdate& update) {
    told += update.button + ' ' + std::string(to_string(update.kind)) + ' ' +
            test::text(update.code) + '\n';
  };
  panel->add_listener(listener);
  panel->bind_button("dnd", PressKind::kLong, *ButtonAction::parse("answer"));
  (void)panel->press("call:USER");
  (void)panel->press("call:USER");
  (void)panel->press("dnd", PressKind::kLong);
  (void)panel->press("dnd", PressKind::kDouble);
  (void)panel->press("gong");
  settle();
  STRCMP_EQUAL(
      "call:USER single ok\ncall:USER single already_sent\ndnd long unknown_call\n"
      "dnd double invalid_argument\ngong single invalid_argument\n",
      told.c_str());
}

TEST(FacadePresses, ARepeatedPressCancelsIfItShould) {
  enter(Situation::kIdle);
  for (const char* const text : {"call:door", "plan:NAME"}) {
    ButtonAction action = *ButtonAction::parse(text);
    action.repeat = RepeatPress::kCancel;
    panel->bind_button("bell", action);
    LONGS_EQUAL(Errc::kOk, panel->press("bell"));
    settle();
    LONGS_EQUAL(CallState::kRinging, state(*door));
    LONGS_EQUAL(Errc::kOk, panel->press("bell"));
    settle();
    LONGS_EQUAL(CallState::kEnded, state(*door));
    LONGS_EQUAL(Reason::kCancelled, door->calls().front().reason);
  }
}
