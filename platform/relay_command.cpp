#include <unistd.h>

#include <array>
#include <string>

#include "platform/relay.hpp"

namespace doorcall::platform {
namespace {

constexpr std::string_view kProgram = "/doorcall-relay";

/// The folder of the program that runs here; empty if the kernel does not say.
std::string own_folder() {
  std::array<char, 4096> path;
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string_view own(path.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  return std::string(own.substr(0, own.rfind('/')));
}

std::string relay_path() {
  const std::string own = own_folder();
  for (const std::string& folder : {own, own + "/" DOORCALL_LIBEXEC_FROM_BIN}) {
    std::string path = folder + std::string(kProgram);
    if (!own.empty() && ::access(path.c_str(), X_OK) == 0) {
      return path;
    }
  }
  return DOORCALL_LIBEXEC + std::string(kProgram);
}

}  // namespace

std::vector<std::string> relay_command(const GpioLine& line, bool active_low, Millis longest) {
  std::vector<std::string> command{relay_path(), "--line", line.text, "--longest",
                                   std::to_string(longest.count())};
  if (active_low) {
    command.emplace_back("--active-low");
  }
  return command;
}

}  // namespace doorcall::platform
