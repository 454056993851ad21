#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace doorcall::transport {

/// One thing that an MQTT library told us. Text and payload are views.
struct InboxRecord {
  enum class Kind : std::uint8_t {
    kResolved,       ///< text: numeric addresses, one a line
    kResolveFailed,  ///< text: why
    kConnected,      ///< flag: session present; id: the broker's Receive Maximum, 0: not told
    kConnectFailed,  ///< code: CONNACK code, 0 if there was none; text: why
    kSubscribed,     ///< code: of the SUBACK
    kAcked,          ///< id: of the publication; code: of the PUBACK
    kLost,           ///< code: of the broker's DISCONNECT, 0 if there was none; text: why
    kDisconnected,   ///< our own DISCONNECT is out
    kArrived,        ///< text: topic; payload; flag: retained; expiry_left
  };
  Kind kind = Kind::kLost;
  bool flag = false;
  std::uint8_t code = 0;
  std::uint32_t attempt = 0;  ///< of the link; records of an earlier attempt are ignored
  std::uint32_t id = 0;
  std::optional<std::uint32_t> expiry_left;
  std::string_view text;
  std::span<const std::uint8_t> payload;
};

/// Records one behind the other in one block, which grows to what was needed and is then reused.
class RecordBuffer {
 public:
  /// Copies the record.
  void append(const InboxRecord& record);
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  void clear() noexcept { bytes_.clear(); }
  void swap(RecordBuffer& other) noexcept { bytes_.swap(other.bytes_); }

  /// Reads the record at `offset` and moves `offset` behind it; false at the end. The views are
  /// valid until the buffer is changed.
  bool read(std::size_t& offset, InboxRecord& record) const noexcept;

  /// What a record takes.
  [[nodiscard]] static std::size_t size_of(const InboxRecord& record) noexcept;

 private:
  std::vector<std::uint8_t> bytes_;
};

/// The one door between a library's threads and the loop: a bounded double buffer and an eventfd.
///
/// Full means: arrived messages are dropped and counted, all other records still fit, because a
/// link has a bounded number of them under way. The connection is kept: the libraries have
/// acknowledged a message before they show it, so breaking off would bring nothing back; the
/// end-to-end repetition of the protocol does.
class Inbox {
 public:
  static constexpr std::size_t kArrivalBytesMax = 256 * 1024;
  static constexpr std::size_t kReserveBytes = 64 * 1024;  ///< for all other records

  /// Errors: throws std::system_error when the process is out of descriptors.
  Inbox();
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// Stores a copy and wakes the loop; a `quiet` record waits for the next wake-up unless quiet
  /// records were asked to wake, too. False if there was no room or no memory. Thread: any.
  bool push(const InboxRecord& record, bool quiet = false) noexcept;

  /// Whether quiet records wake the loop, those that wait already included. Thread: loop.
  void wake_for_quiet(bool on) noexcept;

  /// Calls `take(const InboxRecord&)` for each record stored so far, in order. `take` may push, but
  /// not drain. Thread: loop.
  template <typename Take>
  void drain(Take&& take) {
    collect();
    std::size_t offset = 0;
    InboxRecord record;
    while (draining_.read(offset, record)) {
      take(record);
    }
    draining_.clear();
  }

  /// Readable when drain() has something new. Thread: any.
  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// Arrived messages dropped because the inbox was full. Thread: any.
  [[nodiscard]] std::uint32_t dropped() const noexcept;

 private:
  bool store(const InboxRecord& record) noexcept;
  void collect() noexcept;
  void notify() noexcept;

  int fd_;
  mutable std::mutex mutex_;
  RecordBuffer filling_;
  bool wake_for_quiet_ = false;
  bool notified_ = false;  ///< fd_ is readable, or about to be
  std::uint32_t dropped_ = 0;
  RecordBuffer draining_;  ///< the loop's
};

}  // namespace doorcall::transport
