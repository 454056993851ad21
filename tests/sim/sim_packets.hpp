#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/ids.hpp"
#include "agent/core/message.hpp"
#include "agent/core/time.hpp"

namespace doorcall::sim {

using PacketId = std::uint32_t;
using TopicId = std::uint16_t;
inline constexpr PacketId kNoPacket = 0xffffffffU;
inline constexpr std::size_t kNobody = 0xffU;  ///< no device of the world

/// What was published, and the truth about it that no device is told.
struct Packet {
  TopicId topic = 0;
  Bytes bytes;
  Instant published{};
  std::size_t sender = kNobody;  ///< device index; kNobody: an outsider, or made by the world
  MessageKind kind = MessageKind::kMarker;  ///< of signalling sent by a device
  CallId call;
  std::uint32_t number = 0;  ///< counts its sender's packets; set by Packets
};

/// Everything that one world publishes, kept until clear(): packets never move, so that views of
/// them stay good while more are made.
class Packets {
 public:
  PacketId add(const Packet& packet) {
    Packet copy = packet;
    copy.bytes = keep(packet.bytes);
    copy.number = ++numbers_[packet.sender & 0xffU];
    packets_.push_back(copy);
    return static_cast<PacketId>(packets_.size() - 1);
  }

  [[nodiscard]] const Packet& at(PacketId id) const { return packets_[id]; }
  [[nodiscard]] std::size_t size() const { return packets_.size(); }

  void clear() {
    packets_.clear();
    numbers_.fill(0);
    chunk_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t kChunkBytes = 256 * 1024;

  Bytes keep(Bytes bytes) {
    if (bytes.empty()) {
      return {};
    }
    if (chunks_.empty() || used_ + bytes.size() > kChunkBytes) {
      chunk_ = chunks_.empty() ? 0 : chunk_ + 1;
      used_ = 0;
      if (chunk_ == chunks_.size()) {
        chunks_.push_back(std::make_unique<std::uint8_t[]>(kChunkBytes));
      }
    }
    std::uint8_t* place = chunks_[chunk_].get() + used_;
    std::memcpy(place, bytes.data(), bytes.size());
    used_ += bytes.size();
    return {place, bytes.size()};
  }

  std::deque<Packet> packets_;
  std::array<std::uint32_t, 256> numbers_{};
  std::vector<std::unique_ptr<std::uint8_t[]>> chunks_;
  std::size_t chunk_ = 0;
  std::size_t used_ = 0;
};

/// True if the MQTT topic filter (`+` allowed, `#` not used here) takes `topic`.
[[nodiscard]] bool filter_takes(std::string_view filter, std::string_view topic);

/// Topics as small numbers, and which filter takes which, worked out once.
class Topics {
 public:
  TopicId intern(std::string_view text);
  std::size_t intern_filter(std::string_view text);

  [[nodiscard]] const std::string& text(TopicId topic) const { return texts_[topic]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  [[nodiscard]] bool takes(std::size_t filter, TopicId topic) const {
    return takes_[filter][topic] != 0;
  }

 private:
  std::map<std::string, TopicId, std::less<>> ids_;
  std::vector<std::string> texts_;
  std::vector<std::string> filters_;
  std::vector<std::vector<std::uint8_t>> takes_;  ///< [filter][topic]
};

}  // namespace doorcall::sim
