#pragma once

#include <string>
#include <vector>

namespace doorcall::platform {

/// The path of a program: a name with a slash is one; any other is looked for in PATH. Empty if it
/// is not there.
[[nodiscard]] std::string find_program(const std::string& name);

/// This process's environment with `added` ("NAME=value") in place of variables of the same names.
[[nodiscard]] std::vector<std::string> merged_environment(const std::vector<std::string>& added);

}  // namespace doorcall::platform
