#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace doorcall::platform {

/// Bound of settings and certificates: a bundle of all the world's authorities has some 200 kB.
inline constexpr std::size_t kSmallFileBytesMax = std::size_t{1024} * 1024;

/// Reads a regular file of up to `bytes_max`. False with a sentence in `ret_problem`. `ret_mode`
/// may be null. Never blocks on a FIFO or device.
[[nodiscard]] bool read_small_file(const std::string& path, std::size_t bytes_max,
                                   std::string& ret_text, std::string& ret_problem,
                                   mode_t* ret_mode = nullptr);

}  // namespace doorcall::platform
