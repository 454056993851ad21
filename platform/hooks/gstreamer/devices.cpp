// Every GStreamer element that the hook uses but those of RTP itself, as pieces of text in the
// notation of gst-launch-1.0, so that a piece can be tried by hand.
#include "platform/hooks/gstreamer/devices.hpp"

#include <unistd.h>
#include <array>
#include <initializer_list>
#include <string_view>

#include "platform/hooks/gstreamer/gst_handles.hpp"
#include "platform/hooks/gstreamer/options.hpp"

namespace doorcall::hook {
namespace {

constexpr const char* kRawAudio = "audio/x-raw,format=S16LE,rate=48000,channels=1";
constexpr const char* kProbe = "doorcall_echo_probe";

struct Device {
  Medium medium;
  Direction direction;
  std::string_view word;      ///< before a colon
  std::string_view elements;  ///< the text after the colon is put behind them
  std::string_view without;   ///< elements where there is no colon; empty: it is needed
  std::string_view help;
};

constexpr auto kAudio = Medium::kAudio;
constexpr auto kVideo = Medium::kVideo;
constexpr auto kSource = Direction::kSource;
constexpr auto kSink = Direction::kSink;
constexpr std::array kDevices{
    Device{kAudio, kSource, "auto", "", "autoaudiosrc", "auto"},
    Device{kAudio, kSource, "alsa", "alsasrc device=", "alsasrc", "alsa[:DEVICE]"},
    Device{kAudio, kSource, "pulse", "pulsesrc device=", "pulsesrc", "pulse[:DEVICE]"},
    Device{kAudio, kSource, "test", "audiotestsrc is-live=true volume=0.25 freq=",
           "audiotestsrc is-live=true volume=0.25", "test[:HZ]"},
    Device{kAudio, kSource, "none", "", "audiotestsrc is-live=true wave=silence", "none"},
    Device{kAudio, kSink, "auto", "", "autoaudiosink", "auto"},
    Device{kAudio, kSink, "alsa", "alsasink device=", "alsasink", "alsa[:DEVICE]"},
    Device{kAudio, kSink, "pulse", "pulsesink device=", "pulsesink", "pulse[:DEVICE]"},
    Device{kAudio, kSink, "file", "filesink buffer-mode=unbuffered sync=true location=", "",
           "file:PATH (raw S16LE, mono, 48 kHz)"},
    Device{kAudio, kSink, "level", "", "level interval=500000000 ! fakesink sync=true", "level"},
    Device{kAudio, kSink, "none", "", "fakesink sync=true", "none"},
    Device{kVideo, kSource, "auto", "", "autovideosrc", "auto"},
    Device{kVideo, kSource, "v4l2", "v4l2src device=", "v4l2src", "v4l2[:/dev/videoN]"},
    Device{kVideo, kSource, "test", "", "videotestsrc is-live=true", "test"},
    Device{kVideo, kSource, "none", "", "none", "none"},
    Device{kVideo, kSink, "auto", "", "autovideosink", "auto"},
    Device{kVideo, kSink, "kms", "", "kmssink", "kms"},
    Device{kVideo, kSink, "count", "", "fakesink sync=true", "count"},
    Device{kVideo, kSink, "none", "", "none", "none"},
};

bool is_loudspeaker(const std::string& word) {
  return word == "auto" || word.rfind("alsa", 0) == 0 || word.rfind("pulse", 0) == 0;
}

bool wants_no_echo(const HookOptions& options) {
  return options.echo_cancel == Use::kOn ||
         (options.echo_cancel == Use::kAuto && is_loudspeaker(options.audio_source) &&
          is_loudspeaker(options.audio_sink));
}

bool cancels_echo(const HookOptions& options) {
  return wants_no_echo(options) && can_cancel_echo();
}

std::string first_installed(std::initializer_list<std::string> choices) {
  for (const std::string& each : choices) {
    if (installed(each.substr(0, each.find(' ')).c_str())) {
      return each;
    }
  }
  return {};
}

std::string h264_encoder(const HookOptions& options) {
  const std::string kbits = std::to_string(options.video_bitrate);
  return first_installed(
      {"x264enc tune=zerolatency speed-preset=ultrafast key-int-max=60 bitrate=" + kbits,
       "v4l2h264enc", "openh264enc gop-size=60 bitrate=" + kbits + "000"});
}

}  // namespace

bool installed(const char* element) {
  GstElementFactory* factory = gst_element_factory_find(element);
  if (factory == nullptr) {
    return false;
  }
  gst_object_unref(factory);
  return true;
}

bool can_cancel_echo() {
  return installed("webrtcdsp") && installed("webrtcechoprobe");
}

std::string missing_element(Medium medium) {
  const std::initializer_list<const char*> sound = {"rtpbin",       "udpsrc",       "multiudpsink",
                                                    "opusenc",      "opusdec",      "rtpopuspay",
                                                    "rtpopusdepay", "audioconvert", "volume"};
  const std::initializer_list<const char*> pictures = {"videoconvert", "videoscale", "videorate"};
  for (const char* each : medium == Medium::kAudio ? sound : pictures) {
    if (!installed(each)) {
      return each;
    }
  }
  return {};
}

bool lacks_echo_cancelling(const HookOptions& options) {
  return wants_no_echo(options) && !can_cancel_echo();
}

std::string device_text(Medium medium, Direction direction, const std::string& word) {
  const std::size_t colon = word.find(':');
  const std::string name = word.substr(0, colon);
  std::string rest = colon == std::string::npos ? "" : word.substr(colon + 1);
  if (name == "gst") {
    return rest;
  }
  for (const Device& each : kDevices) {
    if (each.medium == medium && each.direction == direction && each.word == name) {
      if (colon == std::string::npos) {
        return std::string(each.without);
      }
      const bool plain = rest.find_first_of("\"\\") == std::string::npos;
      const bool good = !each.elements.empty() && !rest.empty() && plain;
      return good ? std::string(each.elements) + '"' + rest + '"' : "";
    }
  }
  return {};
}

std::string device_words(Medium medium, Direction direction) {
  std::string words;
  for (const Device& each : kDevices) {
    if (each.medium == medium && each.direction == direction) {
      words.append(each.help).append(", ");
    }
  }
  return words + "gst:ELEMENTS";
}

std::string source_text(Medium medium, const HookOptions& options) {
  if (medium == Medium::kVideo) {
    const std::string size = "width=" + std::to_string(options.width) +
                             ",height=" + std::to_string(options.height) +
                             ",framerate=" + std::to_string(options.frame_rate) + "/1";
    return device_text(medium, Direction::kSource, options.video_source) +
           " ! queue leaky=downstream max-size-buffers=2 ! videorate drop-only=false ! videoscale"
           " ! videoconvert ! capsfilter caps=video/x-raw,format=I420," +
           size;
  }
  std::string text = device_text(medium, Direction::kSource, options.audio_source) +
                     " ! audioconvert ! audioresample ! " + kRawAudio;
  if (cancels_echo(options)) {
    text += std::string(" ! webrtcdsp probe=") + kProbe + " delay-agnostic=true";
  }
  return text + " ! volume name=mute";
}

std::string sink_text(Medium medium, const HookOptions& options) {
  if (medium == Medium::kVideo) {
    return "queue ! videoconvert ! videoscale ! identity name=counted silent=true ! " +
           device_text(medium, Direction::kSink, options.video_sink);
  }
  std::string text = std::string("audioconvert ! audioresample ! ") + kRawAudio;
  if (cancels_echo(options)) {
    text += std::string(" ! webrtcechoprobe name=") + kProbe;
  }
  return text + " ! " + device_text(medium, Direction::kSink, options.audio_sink);
}

std::string encoder_text(const StreamDescription::Format& format, std::uint32_t ssrc,
                         const HookOptions& options) {
  const std::string ends =
      " pt=" + std::to_string(format.payload_type) + " ssrc=" + std::to_string(ssrc);
  switch (format.codec) {
    case Codec::kOpus:
      return "opusenc audio-type=voice frame-size=20 inband-fec=true packet-loss-percentage=10"
             " bitrate=" +
             std::to_string(options.audio_bitrate) + "000 ! rtpopuspay" + ends;
    case Codec::kVp8:
      return !installed("vp8enc")
                 ? ""
                 : "vp8enc deadline=1 cpu-used=8 threads=2 end-usage=cbr keyframe-max-dist=60"
                   " error-resilient=default lag-in-frames=0 target-bitrate=" +
                       std::to_string(options.video_bitrate) +
                       "000 ! rtpvp8pay picture-id-mode=15-bit" + ends;
    case Codec::kH264: break;
  }
  const std::string encoder = h264_encoder(options);
  return encoder.empty() ? ""
                         : encoder +
                               " ! h264parse ! rtph264pay config-interval=-1"
                               " aggregate-mode=zero-latency" +
                               ends;
}

std::string decoder_text(Codec codec) {
  switch (codec) {
    case Codec::kOpus: return "rtpopusdepay ! opusdec plc=true use-inband-fec=true";
    case Codec::kVp8:
      return !installed("vp8dec")
                 ? ""
                 : "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec";
    case Codec::kH264: break;
  }
  const std::string decoder = first_installed({"v4l2h264dec", "avdec_h264", "openh264dec"});
  return decoder.empty() ? ""
                         : "rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse"
                           " ! " +
                               decoder;
}

}  // namespace doorcall::hook
