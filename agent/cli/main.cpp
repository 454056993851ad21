#include <cstdio>
#include <exception>
#include <utility>

#include "agent/cli/command.hpp"

int main(int argc, char** argv) {
  using namespace doorcall::cli;
  try {
    Command command;
    int code = kOk;
    return parse(argc, argv, command, code) ? run(std::move(command)) : code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "doorcall: %s\n", error.what());
    return kFailed;
  }
}
