#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "agent/cli/command.hpp"

namespace doorcall::cli {

/// What the options of any verb may fill in.
struct Given {
  std::vector<std::string> users;
  std::string user;
  std::string call;
  std::string button;
  bool double_press = false;
  bool long_press = false;
  std::string plan;
  double ring_time = 0;
  double step_time = 0;
  int cycles = 0;
  bool no_keep = false;
  std::string data;
  std::string data_file;
  std::string media;
  std::string line;
  std::string push_title;
  std::string push_content;
  std::string via;
  bool wait_offline = false;
  bool here = false;
  std::string word;      ///< of dnd and ring-to-open
  std::string duration;  ///< as typed
  std::string until;
  std::string text;  ///< of send, key and switch
};

/// The verbs with their options, which fill in `given` and `command`.
void add_verbs(CLI::App& app, Given& given, Command& command);

/// What the daemon is asked. False when what was given makes no sense: it has been said why.
[[nodiscard]] bool fill(Given& given, Command& command);

}  // namespace doorcall::cli
