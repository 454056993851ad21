// The command line, one function a group of verbs. Names and ranges are checked here, where the
// message can say what is allowed; everything else is the daemon's answer.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "agent/cli/command.hpp"
#include "doorcall/version.hpp"

namespace doorcall::cli {
namespace {

/// What the options of any verb may fill in.
struct Given {
  std::string user;
  std::string call;
  std::string button;
  double ring_time = 0;
  std::string data;
  std::string data_file;
  std::string media;
  std::string line;
  bool wait_offline = false;
  bool here = false;
};

void add_data(CLI::App& verb, Given& given) {
  CLI::Option* text = verb.add_option("--data", given.data, "text for the other side, up to 8 KiB")
                          ->type_name("TEXT");
  verb.add_option("--data-file", given.data_file, "the same from a file")
      ->type_name("FILE")
      ->check(CLI::ExistingFile)
      ->excludes(text);
}

void add_call_id(CLI::App& verb, Given& given) {
  verb.add_option("call", given.call, "the call's id; not needed where only one call fits")
      ->type_name("CALL");
}

void add_call_verb(CLI::App& app, Given& given, Command& command) {
  CLI::App* verb = app.add_subcommand("call", "call a user");
  verb->add_option("user", given.user, "whom to call")->type_name("USER")->required();
  verb->add_option("--ring-time", given.ring_time, "how long to ring, in seconds")
      ->type_name("S")
      ->check(CLI::Range(1.0, 600.0));
  verb->add_option("--media", given.media, "what the call carries: audio, video or other")
      ->check(CLI::IsMember({"audio", "video", "other"}));
  verb->add_option("--line", given.line, "the button or line that calls")->type_name("NAME");
  verb->add_flag("--wait-offline", given.wait_offline, "ring on while the user is offline");
  verb->add_flag("--follow", command.follow, "print what happens until the call is over");
  add_data(*verb, given);
}

void add_verbs(CLI::App& app, Given& given, Command& command) {
  app.add_subcommand("status", "how the daemon is, its calls and counters");
  add_call_verb(app, given, command);
  CLI::App* answer = app.add_subcommand("answer", "answer a ringing call");
  CLI::App* decline = app.add_subcommand("decline", "decline a ringing call");
  CLI::App* cancel = app.add_subcommand("cancel", "give up an own call that is not answered");
  CLI::App* hangup = app.add_subcommand("hangup", "end a connected call");
  for (CLI::App* verb : {answer, decline, cancel, hangup}) {
    add_call_id(*verb, given);
    add_data(*verb, given);
  }
  decline->add_flag("--here", given.here, "on this device only, not for all of the user");
  CLI::App* presence = app.add_subcommand("presence", "the known devices and what they do");
  presence->add_option("user", given.user, "only this user's")->type_name("USER");
  app.add_subcommand("watch", "print what is, then each event as it happens");
  CLI::App* press = app.add_subcommand("press", "press a button of the config");
  press->add_option("name", given.button, "the button")->type_name("NAME")->required();
  app.add_subcommand("calls", "all calls, ended ones included");
}

void set_text(platform::Json& args, const char* key, const std::string& value) {
  if (!value.empty()) {
    args.set(key, value);
  }
}

void set_flag(platform::Json& args, const char* key, bool value) {
  if (value) {
    args.set(key, true);
  }
}

bool read_data(Given& given) {
  if (given.data_file.empty()) {
    return true;
  }
  std::ifstream file(given.data_file, std::ios::binary);
  given.data.assign(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    std::fprintf(stderr, "doorcall: --data-file: %s can't be read\n", given.data_file.c_str());
    return false;
  }
  return true;
}

void fill(const Given& given, Command& command) {
  platform::Json& args = command.args;
  set_text(args, "user", given.user);
  set_text(args, "call", given.call);
  set_text(args, "name", given.button);
  set_text(args, "data", given.data);
  set_text(args, "media", given.media);
  set_text(args, "line", given.line);
  set_flag(args, "wait_offline", given.wait_offline);
  set_flag(args, "here", given.here);
  if (given.ring_time > 0) {
    args.set("ring_time_ms", std::llround(given.ring_time * 1000));
  }
}

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
  if (!read_data(given)) {
    return false;
  }
  fill(given, ret_command);
  return true;
}

}  // namespace doorcall::cli
