#pragma once

#include <cstdint>
#include <string>

#include "platform/hooks/gstreamer/gst_handles.hpp"

namespace doorcall::hook {

/// Where the ports of a call may lie; 0, 0: wherever the kernel has free ones.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// A bound UDP socket.
struct UdpPort {
  SocketHandle socket;
  std::uint16_t number = 0;
};

/// Errors: an empty socket and a sentence in `ret_error` when no port can be had.
[[nodiscard]] UdpPort open_udp(const std::string& address, PortRange range, std::string& ret_error);

/// The own address from which `host` is reached; empty when there is no way to it.
[[nodiscard]] std::string address_toward(const std::string& host);

}  // namespace doorcall::hook
