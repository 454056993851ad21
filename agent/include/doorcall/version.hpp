#pragma once

#include <string_view>

namespace doorcall {

/// The release, as major.minor.patch.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace doorcall
