#include "platform/hooks/gstreamer/options.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <vector>

#include "platform/hooks/gstreamer/devices.hpp"

namespace doorcall::hook {
namespace {

const std::map<std::string, Use> kUses{{"auto", Use::kAuto}, {"on", Use::kOn}, {"off", Use::kOff}};

CLI::Validator device_word(Medium medium, Direction direction) {
  const auto check = [medium, direction](const std::string& word) -> std::string {
    return device_text(medium, direction, word).empty()
               ? "'" + word + "' is not one of " + device_words(medium, direction)
               : "";
  };
  return {check, device_words(medium, direction)};
}

std::string parse_ports(const std::string& text, PortRange& ret_range) {
  unsigned first = 0;
  unsigned last = 0;
  char rest = 0;
  const bool good = std::sscanf(text.c_str(), "%5u-%5u%c", &first, &last, &rest) == 2 &&
                    first >= 1 && first + 3 <= last && last <= 65535;
  ret_range = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
  return good ? "" : "--ports: '" + text + "' is not FIRST-LAST, four ports or more of 1 to 65535";
}

std::string parse_size(const std::string& text, HookOptions& ret_options) {
  char rest = 0;
  const bool good =
      std::sscanf(text.c_str(), "%5dx%5d%c", &ret_options.width, &ret_options.height, &rest) == 2 &&
      ret_options.width >= 16 && ret_options.width <= 4096 && ret_options.height >= 16 &&
      ret_options.height <= 4096;
  return good ? "" : "--video-size: '" + text + "' is not WIDTHxHEIGHT, each 16 to 4096";
}

void add_devices(CLI::App& app, HookOptions& ret) {
  app.add_option("--audio-source", ret.audio_source, "where sound comes from")
      ->check(device_word(Medium::kAudio, Direction::kSource))
      ->capture_default_str();
  app.add_option("--audio-sink", ret.audio_sink, "where sound goes")
      ->check(device_word(Medium::kAudio, Direction::kSink))
      ->capture_default_str();
  app.add_option("--video-source", ret.video_source, "where pictures come from")
      ->check(device_word(Medium::kVideo, Direction::kSource))
      ->capture_default_str();
  app.add_option("--video-sink", ret.video_sink, "where pictures go")
      ->check(device_word(Medium::kVideo, Direction::kSink))
      ->capture_default_str();
}

void add_coding(CLI::App& app, HookOptions& ret) {
  app.add_option("--video-codec", ret.video_codec, "what is sent if the other side can take it")
      ->check(CLI::IsMember({"vp8", "h264"}))
      ->capture_default_str();
  app.add_option("--video-rate", ret.frame_rate, "pictures a second")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  app.add_option("--video-bitrate", ret.video_bitrate, "kbit/s")
      ->check(CLI::Range(50, 20000))
      ->capture_default_str();
  app.add_option("--audio-bitrate", ret.audio_bitrate, "kbit/s")
      ->check(CLI::Range(8, 256))
      ->capture_default_str();
  app.add_option("--latency", ret.latency_ms, "jitter buffer, ms")
      ->check(CLI::Range(0, 2000))
      ->capture_default_str();
  app.add_option("--echo-cancel", ret.echo_cancel, "auto: where there is a loudspeaker")
      ->transform(CLI::CheckedTransformer(kUses));
}

void add_network(CLI::App& app, HookOptions& ret) {
  app.add_option("--srtp", ret.srtp, "auto: if both sides can; on: or no media; default auto")
      ->transform(CLI::CheckedTransformer(kUses));
  app.add_option("--address", ret.address, "the own address to offer");
  app.add_option("--toward", ret.toward, "a host that is reached by the address to offer")
      ->envname("DOORCALL_BROKER");
}

}  // namespace

bool parse_options(int argc, char** argv, HookOptions& ret_options, int& ret_exit) {
  CLI::App app{"A media hook of doorcall: Opus and VP8 or H.264 over RTP, by GStreamer.",
               "doorcall-gstreamer"};
  std::string ports;
  std::string size;
  add_devices(app, ret_options);
  add_coding(app, ret_options);
  add_network(app, ret_options);
  app.add_option("--ports", ports, "UDP ports to use, FIRST-LAST; default any");
  app.add_option("--video-size", size, "WIDTHxHEIGHT; default 640x480");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    ret_exit = error.get_exit_code() == 0 ? app.exit(error) : 2;
    if (ret_exit != 0) {
      std::fprintf(stderr, "doorcall-gstreamer: %s\n", error.what());
    }
    return false;
  }
  std::string error = ports.empty() ? "" : parse_ports(ports, ret_options.ports);
  if (error.empty() && !size.empty()) {
    error = parse_size(size, ret_options);
  }
  if (!error.empty()) {
    std::fprintf(stderr, "doorcall-gstreamer: %s\n", error.c_str());
    ret_exit = 2;
  }
  return error.empty();
}

}  // namespace doorcall::hook
