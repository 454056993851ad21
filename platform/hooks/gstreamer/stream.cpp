// A pipeline in two steps. open() makes the ends, source and sink, and lets them open their
// devices: that is what takes time, and may be done while it rings. wire() puts RTP between them
// (stream_rtp.cpp) as soon as one other side is known; security and codec are settled then and
// stay. Later only addresses, SSRC and key of the other side change, which the pipeline's threads
// look up for each packet.
#include "platform/hooks/gstreamer/stream.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "platform/hooks/gstreamer/devices.hpp"
#include "platform/hooks/gstreamer/orders.hpp"

namespace doorcall::hook {
namespace {

constexpr std::array kPreferred{StreamDescription::Format{96, Codec::kOpus},
                                StreamDescription::Format{97, Codec::kVp8},
                                StreamDescription::Format{98, Codec::kH264}};

std::vector<StreamDescription::Format> receivable(Medium medium, const HookOptions& options) {
  std::vector<StreamDescription::Format> formats;
  for (const StreamDescription::Format& each : kPreferred) {
    if (is_of(medium, each.codec) && !decoder_text(each.codec).empty()) {
      formats.push_back(each);
    }
  }
  if (options.video_codec == "h264") {
    std::reverse(formats.begin(), formats.end());
  }
  return formats;
}

std::uint32_t random_ssrc() {
  return std::max(g_random_int(), 1U);
}

/// 30 bytes of the kernel's.
std::vector<std::uint8_t> random_key() {
  std::vector<std::uint8_t> key(kSrtpKeyBytes);
  std::FILE* file = std::fopen("/dev/urandom", "rb");
  const bool good = file != nullptr && std::fread(key.data(), 1, key.size(), file) == key.size();
  if (file != nullptr) {
    std::fclose(file);
  }
  return good ? key : std::vector<std::uint8_t>{};
}

/// Sinks must not wait for a first buffer: what they belong to is live. Bins such as autoaudiosink
/// have theirs from the ready state on.
void make_live(GstElement* bin) {
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(bin));
  const auto each = [](const GValue* value, void*) {
    GObject* element = G_OBJECT(g_value_get_object(value));
    const bool is_sink = GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK);
    if (is_sink && g_object_class_find_property(G_OBJECT_GET_CLASS(element), "async") != nullptr) {
      g_object_set(element, "async", FALSE, nullptr);
    }
  };
  gst_iterator_foreach(elements, each, nullptr);
  gst_iterator_free(elements);
}

}  // namespace

Stream::Stream(Medium medium, const HookOptions& options,
               std::function<void(const std::string& why)> on_failed)
    : medium_(medium),
      options_(options),
      on_failed_(std::move(on_failed)),
      pipeline_(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr)))) {
  const auto on_message = [](GstBus*, GstMessage* message, void* self) -> gboolean {
    static_cast<Stream*>(self)->take_message(message);
    return G_SOURCE_CONTINUE;
  };
  const BusHandle bus(gst_element_get_bus(pipeline_.get()));
  bus_watch_ = gst_bus_add_watch(bus.get(), on_message, this);
}

Stream::~Stream() {
  g_source_remove(bus_watch_);
  for (GstElement* end : {source_, sink_}) {
    if (end != nullptr) {
      gst_element_set_locked_state(end, FALSE);
    }
  }
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

/// Counts what passes.
void Stream::count_at(GstPad* pad, std::atomic<std::uint64_t>& counter) {
  const auto on_buffer = [](GstPad*, GstPadProbeInfo*, void* count) {
    ++*static_cast<std::atomic<std::uint64_t>*>(count);
    return GST_PAD_PROBE_OK;
  };
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, &counter, nullptr);
}

// --- the ends

bool Stream::open(const std::string& address, std::string& ret_error) {
  const bool audio = medium_ == Medium::kAudio;
  if (const std::string missing = missing_element(medium_); !missing.empty()) {
    ret_error = "GStreamer has no " + missing + ": install its base and good plugins";
    return false;
  }
  own_.ssrc = random_ssrc();
  own_.sends = audio || options_.video_source != "none";
  own_.receives = audio || options_.video_sink != "none";
  own_.formats = receivable(medium_, options_);
  if (options_.srtp != Use::kOff && installed("srtpenc") && installed("srtpdec")) {
    own_.key = random_key();
  }
  if (options_.srtp == Use::kOn && own_.key.empty()) {
    ret_error = "--srtp on: GStreamer's SRTP elements are not installed";
    return false;
  }
  if ((own_.sends && !add_bin(source_text(medium_, options_), source_, ret_error)) ||
      (own_.receives && !add_bin(sink_text(medium_, options_), sink_, ret_error))) {
    return false;
  }
  rtp_port_ = open_udp(address, options_.ports, ret_error);
  rtcp_port_ = open_udp(address, options_.ports, ret_error);
  if (!rtp_port_.socket || !rtcp_port_.socket) {
    return false;
  }
  own_.port = rtp_port_.number;
  own_.rtcp_port = rtcp_port_.number;
  return true;
}

/// A device is opened when its element becomes ready; the bin stays locked until it is wired.
bool Stream::add_bin(const std::string& text, GstElement*& ret_bin, std::string& ret_error) {
  GError* problem = nullptr;
  GstElement* bin = gst_parse_bin_from_description_full(text.c_str(), TRUE, nullptr,
                                                        GST_PARSE_FLAG_FATAL_ERRORS, &problem);
  if (bin == nullptr) {
    const ErrorHandle error(problem);
    ret_error = error ? error->message : "the elements can't be made";
    return false;
  }
  gst_bin_add(GST_BIN(pipeline_.get()), bin);
  gst_element_set_locked_state(bin, TRUE);
  if (gst_element_set_state(bin, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
    ret_error = "the device can't be opened: " + text.substr(0, text.find(" !"));
    gst_element_set_state(bin, GST_STATE_NULL);
    return false;
  }
  make_live(bin);
  if (const ElementHandle counted(gst_bin_get_by_name(GST_BIN(bin), "counted")); counted) {
    const PadHandle pad(gst_element_get_static_pad(counted.get(), "src"));
    count_at(pad.get(), pictures_);
  }
  ret_bin = bin;
  return true;
}

void Stream::mute(bool on) {
  if (source_ == nullptr) {
    return;
  }
  if (const ElementHandle volume(gst_bin_get_by_name(GST_BIN(source_), "mute")); volume) {
    g_object_set(volume.get(), "mute", on ? TRUE : FALSE, nullptr);
  }
}

// --- the other side

bool Stream::send_to(const std::string& address, const StreamDescription& remote) {
  if (!remote.receives || !own_.sends || !wire(remote, true)) {
    return false;
  }
  add_receiver(address, remote);
  return true;
}

bool Stream::connect(const std::string& address, const StreamDescription& remote, bool send) {
  {
    const std::lock_guard lock(key_mutex_);
    remote_key_ = remote.key;
  }
  remote_ssrc_ = remote.ssrc;
  if (!wire(remote, send && own_.sends && remote.receives)) {
    return false;
  }
  g_signal_emit_by_name(rtp_out_, "clear");
  g_signal_emit_by_name(rtcp_out_, "clear");
  add_receiver(address, remote);
  return true;
}

void Stream::add_receiver(const std::string& address, const StreamDescription& remote) {
  const bool send = sent_.has_value();
  if (send) {
    g_signal_emit_by_name(rtp_out_, "add", address.c_str(), int{remote.port}, nullptr);
  }
  g_signal_emit_by_name(rtcp_out_, "add", address.c_str(), int{remote.rtcp_port}, nullptr);
}

bool Stream::wire(const StreamDescription& remote, bool send) {
  const bool secure = !own_.key.empty() && !remote.key.empty();
  if (!secure && options_.srtp == Use::kOn) {
    return false;
  }
  if (rtp_ != nullptr) {
    const auto takes = [this](const StreamDescription::Format& each) {
      return each.payload_type == sent_->payload_type && each.codec == sent_->codec;
    };
    const bool fits = !sent_ || std::any_of(remote.formats.begin(), remote.formats.end(), takes);
    return fits && secure == secure_ && (!send || sent_ || add_encoder(remote));
  }
  secure_ = secure;
  rtp_ = add("rtpbin");
  g_object_set(rtp_, "latency", static_cast<guint>(options_.latency_ms), "do-lost", TRUE, nullptr);
  gst_util_set_object_arg(G_OBJECT(rtp_), "rtp-profile", secure ? "savpf" : "avpf");
  add_ports(rtp_);
  if (send && !add_encoder(remote)) {
    return false;
  }
  if (sink_ != nullptr) {
    gst_element_set_locked_state(sink_, FALSE);
  }
  return gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

// --- what the pipeline says

void Stream::take_message(GstMessage* message) {
  const auto type = GST_MESSAGE_TYPE(message);
  if (type == GST_MESSAGE_LATENCY) {
    gst_bin_recalculate_latency(GST_BIN(pipeline_.get()));
  } else if (type == GST_MESSAGE_ERROR || type == GST_MESSAGE_WARNING) {
    GError* problem = nullptr;
    type == GST_MESSAGE_ERROR ? gst_message_parse_error(message, &problem, nullptr)
                              : gst_message_parse_warning(message, &problem, nullptr);
    const ErrorHandle error(problem);
    const TextHandle place(gst_object_get_name(GST_MESSAGE_SRC(message)));
    const std::string text = std::string(place.get()) + ": " + error->message;
    if (type == GST_MESSAGE_ERROR) {
      on_failed_(text);
    } else {
      say_log(text);
    }
  } else if (const GstStructure* level = gst_message_get_structure(message);
             type == GST_MESSAGE_ELEMENT && gst_structure_has_name(level, "level")) {
    const auto* decibels = g_value_get_boxed(gst_structure_get_value(level, "rms"));
    const GValue* first = static_cast<const GValueArray*>(decibels)->values;
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "hears %.1f dBFS", g_value_get_double(first));
    say_log(text.data());
  }
}

}  // namespace doorcall::hook
