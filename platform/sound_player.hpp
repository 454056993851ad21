#pragma once

#include <string>
#include <vector>

namespace doorcall::platform {

/// The command that plays a sound file: the first program in PATH that can, of aplay (.wav),
/// pw-play
/// (.wav, .flac, .ogg) and gst-play-1.0 (any that GStreamer knows). Empty with a sentence in
/// `ret_error`: there is no such file, or no such program.
[[nodiscard]] std::vector<std::string> player_command(const std::string& file,
                                                      std::string& ret_error);

}  // namespace doorcall::platform
