#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/message.hpp"
#include "transport/codec.hpp"

// What the codec's tests share: the published examples, and what every decoded message satisfies.

namespace doorcall::samples {

using Packet = std::vector<std::uint8_t>;

/// One hex block of PROTOCOL.md: "```hex <name>", bytes in hexadecimal, comments behind '#'.
struct Example {
  std::string name;
  Packet bytes;

  [[nodiscard]] bool is_presence() const { return name.starts_with("presence"); }
};

std::vector<Example> read_examples();
Packet example(std::string_view name);

template <typename Any>
Packet encoded(const Any& any) {
  Packet packet(kMessageBytesMax);
  packet.resize(transport::encode(any, packet));
  return packet;
}

/// What every accepted message satisfies.
bool within(const Message& message);
bool within(const Presence& presence);

}  // namespace doorcall::samples
