#include "platform/child_program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace doorcall::platform {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

bool is_program(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return name;
  }
  const char* const variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? kDefaultPath : std::string_view(variable);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    std::string candidate = std::string(path.substr(0, end)).append("/").append(name);
    if (end != 0 && is_program(candidate)) {
      return candidate;
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return {};
}

std::vector<std::string> merged_environment(const std::vector<std::string>& added) {
  std::vector<std::string> merged = added;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view own(*variable);
    const std::string_view name = own.substr(0, own.find('=') + 1);
    bool replaced = name.empty();
    for (const std::string& text : added) {
      replaced = replaced || text.compare(0, name.size(), name) == 0;
    }
    if (!replaced) {
      merged.emplace_back(own);
    }
  }
  return merged;
}

}  // namespace doorcall::platform
