// RTP and SRTP of a stream. Packets with another SSRC than that of the other side's offer are
// dropped before anything looks at them: one that nobody plays would stop the whole pipeline.
#include "platform/hooks/gstreamer/stream.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "platform/hooks/gstreamer/devices.hpp"

namespace doorcall::hook {
namespace {

const char* encoding_name(Codec codec) {
  switch (codec) {
    case Codec::kOpus: return "OPUS";
    case Codec::kVp8: return "VP8";
    case Codec::kH264: return "H264";
  }
  return "";
}

GstBuffer* to_buffer(const std::vector<std::uint8_t>& bytes) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, bytes.size(), nullptr);
  gst_buffer_fill(buffer, 0, bytes.data(), bytes.size());
  return buffer;
}

}  // namespace

void Stream::add_ports(GstElement* rtp) {
  const auto on_map = [](GstElement*, guint, guint type, void* self) {
    return static_cast<Stream*>(self)->payload_caps(static_cast<int>(type));
  };
  const auto on_pad = [](GstElement*, GstPad* pad, void* self) {
    static_cast<Stream*>(self)->add_decoder(pad);
  };
  g_signal_connect(rtp, "request-pt-map", G_CALLBACK(+on_map), this);
  g_signal_connect(rtp, "pad-added", G_CALLBACK(+on_pad), this);
  if (secure_) {
    add_srtp(rtp);
  }
  constexpr std::size_t kRtpSsrcOffset = 8;
  constexpr std::size_t kRtcpSsrcOffset = 4;
  rtp_out_ = make_sender(rtp_port_.socket.get());
  rtcp_out_ = make_sender(rtcp_port_.socket.get());
  GstElement* rtp_in = make_receiver(
      rtp_port_.socket.get(), secure_ ? "application/x-srtp" : "application/x-rtp", kRtpSsrcOffset);
  GstElement* rtcp_in =
      make_receiver(rtcp_port_.socket.get(), secure_ ? "application/x-srtcp" : "application/x-rtcp",
                    kRtcpSsrcOffset);
  gst_element_link_pads(rtp_in, "src", rtp, "recv_rtp_sink_0");
  gst_element_link_pads(rtcp_in, "src", rtp, "recv_rtcp_sink_0");
  GObject* session = nullptr;  // else it may draw an SSRC of its own and make the payloader take it
  g_signal_emit_by_name(rtp, "get-internal-session", 0U, &session);
  g_object_set(session, "internal-ssrc", own_.ssrc, nullptr);
  g_object_unref(session);
  gst_element_link_pads(rtp, "send_rtcp_src_0", rtcp_out_, "sink");
}

bool Stream::add_encoder(const StreamDescription& remote) {
  for (const StreamDescription::Format& format : remote.formats) {
    const std::string text =
        is_of(medium_, format.codec) ? encoder_text(format, own_.ssrc, options_) : "";
    if (text.empty()) {
      continue;
    }
    GstElement* encoder = gst_parse_bin_from_description(text.c_str(), TRUE, nullptr);
    if (encoder == nullptr) {
      continue;
    }
    gst_bin_add(GST_BIN(pipeline_.get()), encoder);
    sent_ = format;
    const bool linked = gst_element_link(source_, encoder) != FALSE &&
                        gst_element_link_pads(encoder, "src", rtp_, "send_rtp_sink_0") != FALSE &&
                        gst_element_link_pads(rtp_, "send_rtp_src_0", rtp_out_, "sink") != FALSE;
    gst_element_set_locked_state(source_, FALSE);
    return linked && gst_element_sync_state_with_parent(encoder) != FALSE &&
           gst_element_sync_state_with_parent(source_) != FALSE;
  }
  return false;
}

GstElement* Stream::add(const char* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  if (element == nullptr) {
    g_error("GStreamer has no %s", factory);  // missing_element() has seen it
  }
  gst_bin_add(GST_BIN(pipeline_.get()), element);
  return element;
}

GstElement* Stream::make_sender(GSocket* socket) {
  GstElement* sender = add("multiudpsink");
  g_object_set(sender, "socket", socket, "close-socket", FALSE, "sync", FALSE, "async", FALSE,
               nullptr);
  return sender;
}

GstElement* Stream::make_receiver(GSocket* socket, const char* type, std::size_t ssrc_offset) {
  struct Filter {
    const std::atomic<std::uint32_t>& ssrc;
    std::size_t offset;
  };
  const auto on_packet = [](GstPad*, GstPadProbeInfo* info, void* data) {
    const auto* filter = static_cast<const Filter*>(data);
    std::array<std::uint8_t, 4> bytes{};
    gst_buffer_extract(gst_pad_probe_info_get_buffer(info), filter->offset, bytes.data(), 4);
    const std::uint32_t ssrc = GST_READ_UINT32_BE(bytes.data());
    return ssrc != 0 && ssrc == filter->ssrc ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  };
  const auto forget = [](void* data) { delete static_cast<Filter*>(data); };
  GstElement* receiver = add("udpsrc");
  const CapsHandle caps(gst_caps_new_empty_simple(type));
  g_object_set(receiver, "socket", socket, "close-socket", FALSE, "caps", caps.get(), nullptr);
  const PadHandle pad(gst_element_get_static_pad(receiver, "src"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, on_packet,
                    new Filter{remote_ssrc_, ssrc_offset}, forget);
  return receiver;
}

GstCaps* Stream::payload_caps(int payload_type) const {
  for (const StreamDescription::Format& each : own_.formats) {
    if (each.payload_type == payload_type) {
      const bool audio = medium_ == Medium::kAudio;
      return gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING,
                                 audio ? "audio" : "video", "clock-rate", G_TYPE_INT,
                                 audio ? 48000 : 90000, "encoding-name", G_TYPE_STRING,
                                 encoding_name(each.codec), "payload", G_TYPE_INT, payload_type,
                                 "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE, nullptr);
    }
  }
  return nullptr;
}

/// The pads are named recv_rtp_src_SESSION_SSRC_TYPE. Thread: the pipeline's.
void Stream::add_decoder(GstPad* pad) {
  const TextHandle name(gst_pad_get_name(pad));
  int type = 0;
  if (std::sscanf(name.get(), "recv_rtp_src_%*u_%*u_%d", &type) != 1) {
    return;
  }
  const auto format = std::find_if(own_.formats.begin(), own_.formats.end(),
                                   [&](const auto& each) { return each.payload_type == type; });
  const bool known = format != own_.formats.end() && sink_ != nullptr;
  const std::string text = known ? decoder_text(format->codec) : "fakesink sync=false";
  if (decoder_ != nullptr && known) {  // the other side has changed its format or its SSRC
    gst_element_set_state(decoder_, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(pipeline_.get()), decoder_);
    decoder_ = nullptr;
  }
  GstElement* decoder = gst_parse_bin_from_description(text.c_str(), TRUE, nullptr);
  gst_bin_add(GST_BIN(pipeline_.get()), decoder);
  if (known) {
    decoder_ = decoder;
    count_at(pad, packets_);
    gst_element_link(decoder, sink_);
  }
  gst_element_sync_state_with_parent(decoder);
  const PadHandle sink(gst_element_get_static_pad(decoder, "sink"));
  gst_pad_link(pad, sink.get());
}

// --- SRTP (RFC 3711), keys as in RFC 4568

GstCaps* Stream::key_caps(std::uint32_t ssrc) {
  const std::lock_guard lock(key_mutex_);
  if (ssrc != remote_ssrc_ || remote_key_.empty()) {
    return nullptr;
  }
  GstBuffer* key = to_buffer(remote_key_);
  GstCaps* caps = gst_caps_new_simple(
      "application/x-srtp", "srtp-key", GST_TYPE_BUFFER, key, "srtp-cipher", G_TYPE_STRING,
      "aes-128-icm", "srtp-auth", G_TYPE_STRING, "hmac-sha1-80", "srtcp-cipher", G_TYPE_STRING,
      "aes-128-icm", "srtcp-auth", G_TYPE_STRING, "hmac-sha1-80", nullptr);
  gst_buffer_unref(key);
  return caps;
}

void Stream::add_srtp(GstElement* rtp) {
  GstElement* encoder = gst_element_factory_make("srtpenc", nullptr);
  GstElement* decoder = gst_element_factory_make("srtpdec", nullptr);
  GstBuffer* key = to_buffer(own_.key);
  g_object_set(encoder, "key", key, nullptr);
  gst_buffer_unref(key);
  for (const char* name : {"rtp-cipher", "rtcp-cipher"}) {
    gst_util_set_object_arg(G_OBJECT(encoder), name, "aes-128-icm");
  }
  for (const char* name : {"rtp-auth", "rtcp-auth"}) {
    gst_util_set_object_arg(G_OBJECT(encoder), name, "hmac-sha1-80");
  }
  for (const char* name : {"rtp_sink_0", "rtcp_sink_0"}) {  // rtpbin only looks for them
    gst_object_unref(gst_element_request_pad_simple(encoder, name));
  }
  const auto on_key = [](GstElement*, guint ssrc, void* self) {
    return static_cast<Stream*>(self)->key_caps(ssrc);
  };
  g_signal_connect(decoder, "request-key", G_CALLBACK(+on_key), this);
  const auto give = [](GstElement*, guint, void* element) {
    return GST_ELEMENT(gst_object_ref(element));
  };
  for (const char* name : {"request-rtp-encoder", "request-rtcp-encoder"}) {
    g_signal_connect_object(rtp, name, G_CALLBACK(+give), encoder, GConnectFlags{});
  }
  for (const char* name : {"request-rtp-decoder", "request-rtcp-decoder"}) {
    g_signal_connect_object(rtp, name, G_CALLBACK(+give), decoder, GConnectFlags{});
  }
}

}  // namespace doorcall::hook
