#pragma once

#include <string>
#include <string_view>

namespace doorcall::fakes {

/// Where a file of the source tree is, by its name from the top, such as "transport/PROTOCOL.md".
[[nodiscard]] std::string source_file(std::string_view name);

}  // namespace doorcall::fakes
