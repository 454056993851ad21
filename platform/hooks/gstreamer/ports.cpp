#include "platform/hooks/gstreamer/ports.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace doorcall::hook {
namespace {

constexpr const char* kAnyPort = "9";  // connecting a UDP socket sends nothing

using AddressHandle = std::unique_ptr<GSocketAddress, FreeBy<g_object_unref>>;

std::string numeric_own_address(int socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  std::array<char, NI_MAXHOST> text{};
  auto* address = reinterpret_cast<sockaddr*>(&own);
  if (::getsockname(socket, address, &size) != 0 ||
      ::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return {};
  }
  return text.data();
}

SocketHandle bind_udp(const std::string& address, std::uint16_t port, std::string& ret_error) {
  const AddressHandle own(g_inet_socket_address_new_from_string(address.c_str(), port));
  GError* problem = nullptr;
  if (!own) {
    ret_error = address + " is not an address";
    return nullptr;
  }
  SocketHandle socket(g_socket_new(g_socket_address_get_family(own.get()), G_SOCKET_TYPE_DATAGRAM,
                                   G_SOCKET_PROTOCOL_UDP, &problem));
  if (socket && g_socket_bind(socket.get(), own.get(), FALSE, &problem)) {
    return socket;
  }
  ret_error = "no UDP port at " + address + ": " + problem->message;
  g_error_free(problem);
  return nullptr;
}

std::uint16_t number_of(GSocket* socket) {
  const AddressHandle own(g_socket_get_local_address(socket, nullptr));
  return own ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(own.get())) : std::uint16_t{0};
}

}  // namespace

UdpPort open_udp(const std::string& address, PortRange range, std::string& ret_error) {
  for (unsigned port = range.first; port <= range.last; ++port) {
    SocketHandle socket = bind_udp(address, static_cast<std::uint16_t>(port), ret_error);
    if (socket) {
      const std::uint16_t number = number_of(socket.get());
      return {std::move(socket), number};
    }
  }
  return {};
}

std::string address_toward(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (host.empty() || ::getaddrinfo(host.c_str(), kAnyPort, &hints, &found) != 0) {
    return {};
  }
  const std::unique_ptr<addrinfo, FreeBy<freeaddrinfo>> list(found);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    const int socket = ::socket(each->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
      continue;
    }
    const bool reached = ::connect(socket, each->ai_addr, each->ai_addrlen) == 0;
    std::string own = reached ? numeric_own_address(socket) : "";
    ::close(socket);
    if (!own.empty()) {
      return own;
    }
  }
  return {};
}

}  // namespace doorcall::hook
