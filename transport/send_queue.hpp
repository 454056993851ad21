#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/limits.hpp"
#include "transport/link.hpp"

namespace doorcall::transport {

/// A publication of our own until its PUBACK.
struct Outgoing {
  std::uint32_t id = 0;
  std::string topic;
  std::vector<std::uint8_t> payload;
  bool retain = false;
  std::optional<std::uint32_t> expiry_s;
  bool acked = false;
};

/// Publications in their order: first those in flight, then those that wait for the window. The
/// slots are reused, so their memory stops growing. Thread: loop.
class SendQueue {
 public:
  static constexpr std::size_t kSize = 128;
  /// Below Mosquitto's Receive Maximum of 20, so that no library holds a publication back by
  /// itself: Paho would look again only after a second.
  static constexpr std::size_t kWindowMax = 16;

  /// For a broker that takes fewer at a time; 0: not told.
  void set_window(std::uint32_t receive_maximum) noexcept {
    window_ = receive_maximum == 0 || receive_maximum > kWindowMax ? kWindowMax : receive_maximum;
  }

  /// Copies; nullptr when full.
  Outgoing* push(const Publication& publication) {
    if (tail_ - head_ == kSize) {
      return nullptr;
    }
    Outgoing& slot = slots_[tail_ % kSize];
    slot.id = tail_++;
    slot.topic.assign(publication.topic);
    slot.payload.assign(publication.payload.begin(), publication.payload.end());
    slot.retain = publication.retain;
    slot.expiry_s = publication.expiry_s;
    slot.acked = false;
    return &slot;
  }

  /// The next to be sent, counted as in flight from now on; nullptr if the window is full.
  Outgoing* next() noexcept {
    if (sent_ == tail_ || window_full()) {
      return nullptr;
    }
    ++in_flight_;
    return &slots_[sent_++ % kSize];
  }

  /// The one that was acknowledged, valid until the next push; nullptr if it is not in flight.
  const Outgoing* ack(std::uint32_t id) noexcept {
    // Differences, because the ids wrap around.
    if (id - head_ >= sent_ - head_ || slots_[id % kSize].acked) {
      return nullptr;
    }
    slots_[id % kSize].acked = true;
    --in_flight_;
    while (head_ != sent_ && slots_[head_ % kSize].acked) {
      ++head_;
    }
    return &slots_[id % kSize];
  }

  void clear() noexcept {
    head_ = sent_ = tail_;
    in_flight_ = 0;
  }

  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  [[nodiscard]] bool window_full() const noexcept { return in_flight_ >= window_; }

 private:
  std::array<Outgoing, kSize> slots_;
  std::uint32_t head_ = 0;  ///< the oldest that is not acknowledged
  std::uint32_t sent_ = 0;  ///< the first that waits
  std::uint32_t tail_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t window_ = kWindowMax;
};

}  // namespace doorcall::transport
