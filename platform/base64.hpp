#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace doorcall::platform {

/// RFC 4648 with padding, on one line.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// Errors: empty when the text is anything but canonical RFC 4648 with padding.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace doorcall::platform
