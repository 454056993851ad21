#include <array>
#include <string_view>

#include "transport/link_base.hpp"

namespace doorcall::transport {

namespace {

struct Word {
  std::uint8_t code;
  std::string_view text;
};

// MQTT 3.1.1 §3.2.2.3 and MQTT 5 §2.4; below 0x80 only the former has failures.
constexpr std::array kWords{
    Word{0x01, "unacceptable protocol version"},
    Word{0x02, "client id refused"},
    Word{0x03, "server unavailable"},
    Word{0x04, "bad user name or password"},
    Word{0x05, "not authorised; check the user name and password"},
    Word{0x80, "unspecified error"},
    Word{0x81, "malformed packet"},
    Word{0x82, "protocol error"},
    Word{0x84, "unsupported protocol version"},
    Word{0x85, "client id refused"},
    Word{0x86, "bad user name or password"},
    Word{0x87, "not authorised; check the user name, the password and the broker's ACL"},
    Word{0x88, "server unavailable"},
    Word{0x89, "server busy"},
    Word{0x8A, "banned"},
    Word{0x8B, "server shutting down"},
    Word{0x8D, "keep-alive timeout"},
    Word{0x8E, "session taken over by another client with the same id"},
    Word{0x8F, "topic filter invalid"},
    Word{0x90, "topic name invalid"},
    Word{0x93, "receive maximum exceeded"},
    Word{0x95, "packet too large"},
    Word{0x96, "message rate too high"},
    Word{0x97, "quota exceeded"},
    Word{0x98, "administrative action"},
    Word{0x99, "payload format invalid"},
    Word{0x9C, "use another server"},
    Word{0x9D, "server moved"},
    Word{0x9F, "connection rate exceeded"},
};

}  // namespace

std::string reason_text(std::uint8_t code) {
  for (const Word& word : kWords) {
    if (word.code == code) {
      return std::string(word.text) + " (code " + std::to_string(code) + ")";
    }
  }
  return "code " + std::to_string(code);
}

}  // namespace doorcall::transport
