#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorcall::hook {

inline constexpr std::size_t kSrtpKeyBytes = 30;  ///< AES_CM_128_HMAC_SHA1_80: key and salt

enum class Medium : std::uint8_t { kAudio, kVideo };
enum class Codec : std::uint8_t { kOpus, kVp8, kH264 };

[[nodiscard]] constexpr bool is_of(Medium medium, Codec codec) noexcept {
  return (codec == Codec::kOpus) == (medium == Medium::kAudio);
}

/// How one side sends and receives one medium.
struct StreamDescription {
  struct Format {
    int payload_type = 0;
    Codec codec = Codec::kOpus;
  };
  std::uint16_t port = 0;  ///< 0: not used
  std::uint16_t rtcp_port = 0;
  std::uint32_t ssrc = 0;
  std::vector<Format> formats;    ///< that it can receive, the best first
  std::vector<std::uint8_t> key;  ///< of what it sends: kSrtpKeyBytes, or empty: no SRTP
  bool sends = false;
  bool receives = false;
};

/// One side's offer: session descriptions (RFC 8866) are its text.
struct Description {
  std::string address;  ///< numeric, IPv4 or IPv6
  StreamDescription audio;
  StreamDescription video;
};

[[nodiscard]] std::string to_text(const Description& description);

/// Errors: empty when it is no session description with a numeric address and at least one stream
/// of known codecs.
[[nodiscard]] std::optional<Description> parse_description(std::string_view text);

}  // namespace doorcall::hook
