// Session descriptions as text. Both sides send one of their own and none answers the other's, so
// what is used follows from the two alone: SRTP if both have a key, the first format of the
// receiver that the sender can make.
#include "platform/hooks/gstreamer/description.hpp"

#include <arpa/inet.h>
#include <gst/sdp/gstsdpmessage.h>

#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include "platform/base64.hpp"
#include "platform/hooks/gstreamer/gst_handles.hpp"

namespace doorcall::hook {
namespace {

using MessageHandle = std::unique_ptr<GstSDPMessage, FreeBy<gst_sdp_message_free>>;

constexpr std::string_view kCrypto = "1 AES_CM_128_HMAC_SHA1_80 inline:";
struct CodecName {
  Codec codec;
  std::string_view name;
};
constexpr std::array kCodecs{CodecName{Codec::kOpus, "opus/48000/2"},
                             CodecName{Codec::kVp8, "VP8/90000"},
                             CodecName{Codec::kH264, "H264/90000"}};

MessageHandle make_message() {
  GstSDPMessage* message = nullptr;
  gst_sdp_message_new(&message);
  return MessageHandle(message);
}

const char* family(const std::string& address) {
  return address.find(':') == std::string::npos ? "IP4" : "IP6";
}

const char* direction(const StreamDescription& stream) {
  if (stream.sends) {
    return stream.receives ? "sendrecv" : "sendonly";
  }
  return stream.receives ? "recvonly" : "inactive";
}

void add(GstSDPMedia* media, const char* name, const std::string& value) {
  gst_sdp_media_add_attribute(media, name, value.c_str());
}

void add_formats(GstSDPMedia* media, const StreamDescription& stream) {
  for (const auto& [type, codec] : stream.formats) {
    const std::string number = std::to_string(type);
    gst_sdp_media_add_format(media, number.c_str());
    for (const auto& [known, name] : kCodecs) {
      if (known == codec) {
        add(media, "rtpmap", number + ' ' + std::string(name));
      }
    }
    if (codec == Codec::kOpus) {
      add(media, "fmtp", number + " useinbandfec=1");
    } else {
      add(media, "rtcp-fb", number + " nack pli");
    }
  }
}

void add_stream(GstSDPMessage* message, const char* name, const StreamDescription& stream) {
  if (stream.port == 0) {
    return;
  }
  GstSDPMedia* media = nullptr;
  gst_sdp_media_new(&media);
  gst_sdp_media_set_media(media, name);
  gst_sdp_media_set_port_info(media, stream.port, 1);
  gst_sdp_media_set_proto(media, "RTP/AVPF");
  add_formats(media, stream);
  add(media, "rtcp", std::to_string(stream.rtcp_port));
  add(media, "ssrc", std::to_string(stream.ssrc) + " cname:doorcall");
  if (!stream.key.empty()) {
    const auto* key = reinterpret_cast<const char*>(stream.key.data());
    add(media, "crypto", std::string(kCrypto) + platform::base64_encode({key, stream.key.size()}));
  }
  add(media, direction(stream), "");
  gst_sdp_message_add_media(message, media);
  gst_sdp_media_free(media);
}

template <typename Number>
bool take_number(std::string_view& ret_text, Number& ret_number) {
  const auto [end, code] =
      std::from_chars(ret_text.data(), ret_text.data() + ret_text.size(), ret_number);
  ret_text.remove_prefix(static_cast<std::size_t>(end - ret_text.data()));
  return code == std::errc{};
}

std::string_view value_of(const GstSDPMedia* media, const char* name, guint nth = 0) {
  const char* value = gst_sdp_media_get_attribute_val_n(media, name, nth);
  return value == nullptr ? std::string_view{} : value;
}

bool has(const GstSDPMedia* media, const char* name) {
  return gst_sdp_media_get_attribute_val(media, name) != nullptr;
}

void read_formats(const GstSDPMedia* media, StreamDescription& ret_stream) {
  for (guint i = 0;; ++i) {
    std::string_view text = value_of(media, "rtpmap", i);
    int type = 0;
    if (text.empty()) {
      return;
    }
    if (!take_number(text, type) || type < 0 || type > 127 || text.empty()) {
      continue;
    }
    for (const auto& [codec, name] : kCodecs) {
      if (text.substr(1) == name) {
        ret_stream.formats.push_back({type, codec});
      }
    }
  }
}

bool read_stream(const GstSDPMedia* media, StreamDescription& ret_stream) {
  StreamDescription stream;
  read_formats(media, stream);
  std::string_view rtcp = value_of(media, "rtcp");
  std::string_view ssrc = value_of(media, "ssrc");
  const guint port = gst_sdp_media_get_port(media);
  if (stream.formats.empty() || port == 0 || port > 65535 || !take_number(rtcp, stream.rtcp_port) ||
      !take_number(ssrc, stream.ssrc)) {
    return false;
  }
  stream.port = static_cast<std::uint16_t>(port);
  stream.sends = !has(media, "recvonly") && !has(media, "inactive");
  stream.receives = !has(media, "sendonly") && !has(media, "inactive");
  if (const std::string_view crypto = value_of(media, "crypto"); crypto.rfind(kCrypto, 0) == 0) {
    const auto key = platform::base64_decode(crypto.substr(kCrypto.size()));
    if (key && key->size() == kSrtpKeyBytes) {
      stream.key.assign(key->begin(), key->end());
    }
  }
  ret_stream = std::move(stream);
  return true;
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

}  // namespace

std::string to_text(const Description& description) {
  const MessageHandle message = make_message();
  const char* kind = family(description.address);
  const char* address = description.address.c_str();
  gst_sdp_message_set_version(message.get(), "0");
  gst_sdp_message_set_origin(message.get(), "-", "1", "1", "IN", kind, address);
  gst_sdp_message_set_session_name(message.get(), "doorcall");
  gst_sdp_message_set_connection(message.get(), "IN", kind, address, 0, 0);
  gst_sdp_message_add_time(message.get(), "0", "0", nullptr);
  add_stream(message.get(), "audio", description.audio);
  add_stream(message.get(), "video", description.video);
  const TextHandle text(gst_sdp_message_as_text(message.get()));
  return text.get();
}

std::optional<Description> parse_description(std::string_view text) {
  const MessageHandle message = make_message();
  const auto* bytes = reinterpret_cast<const guint8*>(text.data());
  if (gst_sdp_message_parse_buffer(bytes, static_cast<guint>(text.size()), message.get()) !=
      GST_SDP_OK) {
    return std::nullopt;
  }
  Description ret;
  const GstSDPConnection* connection = gst_sdp_message_get_connection(message.get());
  ret.address = connection->address == nullptr ? "" : connection->address;
  bool any = false;
  for (guint i = 0; i < gst_sdp_message_medias_len(message.get()); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(message.get(), i);
    const std::string_view name = gst_sdp_media_get_media(media);
    if (name == "audio" || name == "video") {
      any = read_stream(media, name == "audio" ? ret.audio : ret.video) || any;
    }
  }
  return any && is_address(ret.address) ? std::optional(ret) : std::nullopt;
}

}  // namespace doorcall::hook
