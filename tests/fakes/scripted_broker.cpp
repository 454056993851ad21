// MQTT packets are read here by position, as little as the tests need; whatever else a client sends
// is ignored. Clients under test are our own links, so nothing is validated.

#include "tests/fakes/scripted_broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace doorcall::fakes {

namespace {

constexpr int kTick_ms = 5;
constexpr std::uint8_t kConnect = 1;
constexpr std::uint8_t kPublish = 3;
constexpr std::uint8_t kSubscribe = 8;
constexpr std::uint8_t kPing = 12;
constexpr std::uint8_t kDisconnect = 14;

std::uint8_t byte(const std::string& text, std::size_t at) {
  return static_cast<std::uint8_t>(text.at(at));
}

std::uint32_t number(const std::string& text, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value = value << 8 | byte(text, at + i);
  }
  return value;
}

/// A four-byte property in the list that starts at `at`, 0 if there is none. Knows the properties
/// that CONNECT and wills of our links have.
std::uint32_t property(const std::string& text, std::size_t at, std::uint8_t id) {
  const std::size_t end = at + 1 + byte(text, at);
  for (std::size_t i = at + 1; i < end;) {
    constexpr std::uint8_t kReceiveMaximum = 0x21;  // two bytes; the others have four
    if (byte(text, i) == id) {
      return number(text, i + 1, 4);
    }
    i += byte(text, i) == kReceiveMaximum ? std::size_t{3} : std::size_t{5};
  }
  return 0;
}

std::string packet(int first, const std::string& body) {
  return std::string{static_cast<char>(first), static_cast<char>(body.size())} + body;
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) {
    text.push_back(static_cast<char>(value));
  }
  return text;
}

}  // namespace

ScriptedBroker::ScriptedBroker(const Script& script)
    : script_(script), answer_(script.answer_publish) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::listen(listener_, 16) != 0) {
    throw std::runtime_error("the scripted broker cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

ScriptedBroker::~ScriptedBroker() {
  stop_ = true;
  thread_.join();
  for (const auto& [fd, client] : clients_) {
    ::close(fd);
  }
  ::close(listener_);
}

std::vector<ScriptedBroker::Connect> ScriptedBroker::connects() const {
  const std::lock_guard lock(mutex_);
  return connects_;
}

std::vector<std::uint8_t> ScriptedBroker::subscribed_qos() const {
  const std::lock_guard lock(mutex_);
  return subscribed_qos_;
}

std::vector<std::uint8_t> ScriptedBroker::retain_handling() const {
  const std::lock_guard lock(mutex_);
  return retain_handling_;
}

void ScriptedBroker::send(int fd, const std::string& text) {
  if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) {
    // The client has gone; its end is read next.
  }
}

void ScriptedBroker::run() {
  while (!stop_) {
    std::vector<pollfd> fds{{listener_, POLLIN, 0}};
    for (const auto& [fd, client] : clients_) {
      fds.push_back({fd, POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), kTick_ms);
    for (const pollfd& ready : fds) {
      if (ready.fd != listener_ && ready.revents != 0 && !serve(ready.fd, clients_[ready.fd])) {
        ::close(ready.fd);
        clients_.erase(ready.fd);
      }
    }
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
      clients_[fd] = {};
    }
    for (auto& [client_fd, client] : clients_) {
      acknowledge(client_fd, client);
    }
    open_ = static_cast<int>(clients_.size());
  }
}

bool ScriptedBroker::serve(int fd, Client& client) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN)) {
    return false;
  }
  client.in.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  for (;;) {
    std::size_t length = 0;
    std::size_t at = 1;
    for (int shift = 0; at < client.in.size(); shift += 7) {
      const std::uint8_t part = byte(client.in, at++);
      length |= static_cast<std::size_t>(part & 0x7F) << shift;
      if ((part & 0x80) == 0) {
        break;
      }
    }
    if (client.in.size() < 2 || client.in.size() < at + length) {
      return true;
    }
    const auto type = static_cast<std::uint8_t>(byte(client.in, 0) >> 4);
    const std::string body = client.in.substr(at, length);
    client.in.erase(0, at + length);
    if (!handle(fd, client, type, body)) {
      return false;
    }
  }
}

bool ScriptedBroker::handle(int fd, Client& client, std::uint8_t type, const std::string& body) {
  switch (type) {
    case kConnect: return handle_connect(fd, client, body);
    case kSubscribe: handle_subscribe(fd, client, body); return true;
    case kPublish: handle_publish(fd, client, body); return true;
    case kPing: send(fd, packet(0xD0, "")); return true;
    case kDisconnect: ++disconnects_; return false;
  }
  return true;
}

bool ScriptedBroker::handle_connect(int fd, Client& client, const std::string& body) {
  // "MQTT" with its length, level, flags, keep-alive, properties, client id, will.
  Connect seen;
  seen.level = byte(body, 6);
  const std::uint8_t flags = byte(body, 7);
  seen.clean_start = (flags & 0x02) != 0;
  seen.will = (flags & 0x04) != 0;
  seen.will_qos = (flags >> 3) & 3;
  seen.will_retain = (flags & 0x20) != 0;
  client.level = seen.level;
  if (seen.level == 5) {
    seen.session_expiry = property(body, 10, 0x11);
    const std::size_t id = 11 + byte(body, 10);
    seen.will_delay = seen.will ? property(body, id + 2 + number(body, id, 2), 0x18) : 0;
  }
  {
    const std::lock_guard lock(mutex_);
    connects_.push_back(seen);
  }
  if (seen.level == 5 && script_.refuse_v5) {
    send(fd, packet(0x20, bytes({0, 1})));
    return false;
  }
  if (seen.level == 5 && script_.refuse_v5_in_v5) {
    send(fd, packet(0x20, bytes({0, 0x84, 0})));
    return false;
  }
  std::string answer = bytes({0, script_.connack_code});
  if (seen.level == 5 && script_.receive_maximum != 0) {
    answer += bytes({3, 0x21, script_.receive_maximum >> 8, script_.receive_maximum & 0xFF});
  } else if (seen.level == 5) {
    answer += bytes({0});
  }
  send(fd, packet(0x20, answer));
  return script_.connack_code == 0;
}

void ScriptedBroker::handle_subscribe(int fd, Client& client, const std::string& body) {
  {
    const std::lock_guard lock(mutex_);
    retain_handling_.push_back(byte(body, body.size() - 1) >> 4 & 3);
    subscribed_qos_.push_back(byte(body, body.size() - 1) & 3);
  }
  std::string answer = body.substr(0, 2);
  answer += client.level == 5 ? bytes({0}) : "";
  answer += bytes({script_.suback_code});
  send(fd, packet(0x90, answer));
  if (++client.subscriptions == 1 && client.level == 5 && script_.disconnect_code != 0) {
    send(fd, packet(0xE0, bytes({script_.disconnect_code, 0})));
  }
  if (!script_.publish_after_suback.empty()) {
    const std::string properties = client.level == 5 ? bytes({0}) : "";
    send(fd, packet(0x32, bytes({0, 1, 't', 0, 7}) + properties + script_.publish_after_suback));
  }
}

void ScriptedBroker::handle_publish(int fd, Client& client, const std::string& body) {
  ++publishes_;
  const std::size_t topic = number(body, 0, 2);
  client.unacked.push_back(static_cast<std::uint16_t>(number(body, 2 + topic, 2)));
  most_unacked_ = std::max(most_unacked_.load(), static_cast<int>(client.unacked.size()));
  acknowledge(fd, client);
}

void ScriptedBroker::acknowledge(int fd, Client& client) {
  if (!answer_) {
    return;
  }
  for (const std::uint16_t id : client.unacked) {
    std::string answer = bytes({id >> 8, id & 0xFF});
    if (client.level == 5 && script_.puback_code != 0) {
      answer += bytes({script_.puback_code});
    }
    send(fd, packet(0x40, answer));
  }
  client.unacked.clear();
}

}  // namespace doorcall::fakes
