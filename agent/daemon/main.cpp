#include <getopt.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "agent/daemon/agent_options.hpp"
#include "agent/daemon/daemon.hpp"
#include "agent/facade/options.hpp"
#include "doorcall/version.hpp"
#include "platform/config.hpp"

namespace {

using doorcall::Agent;
using doorcall::daemon::Daemon;
namespace platform = doorcall::platform;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

constexpr const char* kHelp =
    "usage: doorcalld --config FILE [--check]\n"
    "\n"
    "  -c, --config FILE   the settings, TOML\n"
    "      --check         only say whether the settings are right: exit 0 or 1\n"
    "      --settings      list all settings with what they allow\n"
    "      --version       print the version and the MQTT library\n"
    "      --help          print this\n"
    "\n"
    "It stays in the foreground and logs to stderr. SIGHUP reloads the settings without dropping\n"
    "a call, SIGTERM and SIGINT say goodbye and end it.\n";

struct Arguments {
  std::string config;
  bool check = false;
};

int usage(const char* problem) {
  std::fprintf(stderr, "doorcalld: %s\n%s", problem, kHelp);
  return kUsage;
}

/// True when the arguments are complete; else `ret_code` is the exit code.
bool parse(int argc, char** argv, Arguments& ret_arguments, int& ret_code) {
  enum { kCheck = 256, kSettings, kVersionOption, kHelpOption };
  const option options[] = {{"config", required_argument, nullptr, 'c'},
                            {"check", no_argument, nullptr, kCheck},
                            {"settings", no_argument, nullptr, kSettings},
                            {"version", no_argument, nullptr, kVersionOption},
                            {"help", no_argument, nullptr, kHelpOption},
                            {nullptr, 0, nullptr, 0}};
  ret_code = 0;
  for (int key = 0; (key = ::getopt_long(argc, argv, "c:", options, nullptr)) != -1;) {
    switch (key) {
      case 'c': ret_arguments.config = optarg; break;
      case kCheck: ret_arguments.check = true; break;
      case kSettings: std::fputs(platform::describe_settings().c_str(), stdout); return false;
      case kVersionOption:
        std::printf("doorcalld %s (%s)\n", std::string(doorcall::kVersion).c_str(),
                    std::string(Agent::link_library()).c_str());
        return false;
      case kHelpOption: std::fputs(kHelp, stdout); return false;
      default:
        std::fputs(kHelp, stderr);
        ret_code = kUsage;
        return false;
    }
  }
  if (optind != argc || ret_arguments.config.empty()) {
    ret_code = usage(optind != argc ? "it takes options only" : "--config FILE is missing");
    return false;
  }
  return true;
}

int serve(const Arguments& arguments) {
  std::vector<platform::ConfigError> errors;
  platform::Config config = platform::load_config(arguments.config, errors);
  for (const platform::ConfigError& error : errors) {
    std::fprintf(stderr, "%s\n", error.text().c_str());
  }
  if (!errors.empty()) {
    return kFailed;
  }
  (void)doorcall::facade::check(doorcall::daemon::to_options(config));
  if (arguments.check) {
    std::puts("config ok");
    return 0;
  }
  const platform::ServiceEnvironment manager = platform::take_service_environment();
  Daemon::block_signals();
  Daemon daemon(arguments.config, std::move(config), manager);
  return daemon.run();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  int code = 0;
  if (!parse(argc, argv, arguments, code)) {
    return code;
  }
  try {
    return serve(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "doorcalld: %s\n", error.what());
    return kFailed;
  }
}
