#pragma once

#include <cstdint>
#include <string>

#include "platform/hooks/gstreamer/description.hpp"

namespace doorcall::hook {

struct HookOptions;

enum class Direction : std::uint8_t { kSource, kSink };

/// The GStreamer elements that a word of the command line stands for, such as "alsa:hw:1"; "none"
/// stays "none". Errors: empty when it is not one of device_words().
[[nodiscard]] std::string device_text(Medium medium, Direction direction, const std::string& word);

/// The allowed words, for people.
[[nodiscard]] std::string device_words(Medium medium, Direction direction);

/// Whole chains of elements. Sources end with a raw format, sinks begin with any raw one.
[[nodiscard]] std::string source_text(Medium medium, const HookOptions& options);
[[nodiscard]] std::string sink_text(Medium medium, const HookOptions& options);

/// From raw to RTP packets; empty when no encoder is installed.
[[nodiscard]] std::string encoder_text(const StreamDescription::Format& format, std::uint32_t ssrc,
                                       const HookOptions& options);
/// From RTP packets to raw; empty when no decoder is installed.
[[nodiscard]] std::string decoder_text(Codec codec);

[[nodiscard]] bool installed(const char* element);
/// The first of the elements without which there is no such medium; empty: all are installed.
[[nodiscard]] std::string missing_element(Medium medium);
[[nodiscard]] bool can_cancel_echo();
/// Echo should be cancelled with these options, and can't be.
[[nodiscard]] bool lacks_echo_cancelling(const HookOptions& options);

}  // namespace doorcall::hook
