#pragma once

#include <string>

#include "platform/hooks/gstreamer/ports.hpp"

namespace doorcall::hook {

enum class Use { kAuto, kOn, kOff };

/// The command line. Bit rates are in kbit/s, times in milliseconds.
struct HookOptions {
  std::string audio_source = "auto";
  std::string audio_sink = "auto";
  std::string video_source = "none";
  std::string video_sink = "none";
  std::string video_codec = "vp8";
  int width = 640;
  int height = 480;
  int frame_rate = 15;
  int video_bitrate = 800;
  int audio_bitrate = 32;
  int latency_ms = 80;
  Use echo_cancel = Use::kAuto;
  Use srtp = Use::kAuto;
  std::string address;  ///< empty: found by `toward`
  std::string toward;   ///< a host in the direction of the peers; empty: the broker
  PortRange ports;
};

/// False when the program is to end with `ret_exit`: bad arguments, or help was asked for.
[[nodiscard]] bool parse_options(int argc, char** argv, HookOptions& ret_options, int& ret_exit);

}  // namespace doorcall::hook
