#pragma once

#include <string>

#include "platform/json.hpp"

namespace doorcall::cli {

/// Exit codes, documented in agent/README.md.
enum Exit : int { kOk = 0, kFailed = 1, kUsage = 2, kNotReachable = 3 };

/// What the command line asks for.
struct Command {
  std::string socket = "/run/doorcall/control.sock";
  bool json = false;
  std::string verb;
  platform::Json args = platform::Json::object();
  bool follow = false;  ///< call: print what happens until the call is over
};

/// Reads the command line. False when there is nothing more to do: `ret_exit` says how it ended.
[[nodiscard]] bool parse(int argc, char** argv, Command& ret_command, int& ret_exit);

/// Does it: asks the daemon and prints. Returns the exit code.
[[nodiscard]] int run(Command command);

}  // namespace doorcall::cli
