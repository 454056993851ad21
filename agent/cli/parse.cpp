// The command line as a whole: its own options, and what is said when it can't be understood.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

#include "agent/cli/command.hpp"
#include "agent/cli/given.hpp"
#include "doorcall/version.hpp"

namespace doorcall::cli {
namespace {

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const auto unknown = app.remaining();
  if (chosen.empty() && !unknown.empty()) {
    std::fprintf(stderr, "doorcall: there is no verb '%s'\n", unknown.front().c_str());
  } else {
    std::fprintf(stderr, "doorcall: %s\n", error.what());
  }
  if (chosen.empty()) {
    std::string verbs;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
      verbs += ' ' + verb->get_name();
    }
    std::fprintf(stderr, "verbs:%s; see doorcall --help\n", verbs.c_str());
  } else {
    std::fprintf(stderr, "see doorcall %s --help\n", chosen.front()->get_name().c_str());
  }
  return kUsage;
}

}  // namespace

bool parse(int argc, char** argv, Command& ret_command, int& ret_exit) {
  Given given;
  CLI::App app{"Calls, answers and watches through the doorcall daemon of this device.",
               "doorcall"};
  app.set_version_flag("--version", "doorcall " + std::string(kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--socket", ret_command.socket, "the daemon's control socket")
      ->type_name("PATH")
      ->envname("DOORCALL_SOCKET")
      ->capture_default_str();
  app.add_flag("--json", ret_command.json, "one JSON object a line instead of text");
  app.footer("Exit: 0 done, 1 the daemon says no, 2 wrong arguments, 3 no daemon answers.");
  add_verbs(app, given, ret_command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = error.get_exit_code() == 0;
    ret_exit = asked_for_help ? app.exit(error) : usage_error(app, error);
    return false;
  }
  ret_command.verb = app.get_subcommands().front()->get_name();
  ret_exit = kUsage;
  return fill(given, ret_command);
}

}  // namespace doorcall::cli
