// The one thread crossing: library threads copy what they have into a bounded ring and wake the
// loop, which takes it out in order. Nothing else is shared.
#include "transport/inbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

namespace doorcall::transport {

namespace {

struct Head {
  InboxRecord::Kind kind;
  bool flag;
  bool has_expiry;
  std::uint8_t code;
  std::uint32_t attempt;
  std::uint32_t id;
  std::uint32_t expiry_left;
  std::uint32_t text_bytes;
  std::uint32_t payload_bytes;
};

}  // namespace

std::size_t RecordBuffer::size_of(const InboxRecord& record) noexcept {
  return sizeof(Head) + record.text.size() + record.payload.size();
}

void RecordBuffer::append(const InboxRecord& record) {
  const Head head{record.kind,
                  record.flag,
                  record.expiry_left.has_value(),
                  record.code,
                  record.attempt,
                  record.id,
                  record.expiry_left.value_or(0),
                  static_cast<std::uint32_t>(record.text.size()),
                  static_cast<std::uint32_t>(record.payload.size())};
  const std::size_t start = bytes_.size();
  bytes_.resize(start + size_of(record));
  std::uint8_t* out = bytes_.data() + start;
  std::memcpy(out, &head, sizeof head);
  out += sizeof head;
  if (!record.text.empty()) {
    std::memcpy(out, record.text.data(), record.text.size());
    out += record.text.size();
  }
  if (!record.payload.empty()) {
    std::memcpy(out, record.payload.data(), record.payload.size());
  }
}

bool RecordBuffer::read(std::size_t& offset, InboxRecord& record) const noexcept {
  if (offset >= bytes_.size()) {
    return false;
  }
  Head head;
  std::memcpy(&head, bytes_.data() + offset, sizeof head);
  const std::uint8_t* text = bytes_.data() + offset + sizeof head;
  record.kind = head.kind;
  record.flag = head.flag;
  record.code = head.code;
  record.attempt = head.attempt;
  record.id = head.id;
  record.expiry_left.reset();
  if (head.has_expiry) {
    record.expiry_left = head.expiry_left;
  }
  record.text = {reinterpret_cast<const char*>(text), head.text_bytes};
  record.payload = {text + head.text_bytes, head.payload_bytes};
  offset += size_of(record);
  return true;
}

Inbox::Inbox() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) {
    throw std::system_error(errno, std::generic_category(), "eventfd of the MQTT inbox");
  }
}

Inbox::~Inbox() {
  ::close(fd_);
}

bool Inbox::push(const InboxRecord& record, bool quiet) noexcept {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (!store(record)) {
      return false;
    }
    wake = (!quiet || wake_for_quiet_) && !std::exchange(notified_, true);
  }
  if (wake) {
    notify();
  }
  return true;
}

bool Inbox::store(const InboxRecord& record) noexcept {
  const bool arrived = record.kind == InboxRecord::Kind::kArrived;
  const std::size_t limit = kArrivalBytesMax + (arrived ? 0 : kReserveBytes);
  if (filling_.bytes() + RecordBuffer::size_of(record) > limit) {
    dropped_ += arrived ? 1U : 0U;
    return false;
  }
  try {
    filling_.append(record);
  } catch (const std::exception&) {  // out of memory: as if full
    dropped_ += arrived ? 1U : 0U;
    return false;
  }
  return true;
}

void Inbox::wake_for_quiet(bool on) noexcept {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const bool waiting = on && !wake_for_quiet_ && !filling_.empty();
    wake_for_quiet_ = on;
    wake = waiting && !std::exchange(notified_, true);
  }
  if (wake) {
    notify();
  }
}

std::uint32_t Inbox::dropped() const noexcept {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Inbox::collect() noexcept {
  const std::lock_guard lock(mutex_);
  std::uint64_t count = 0;
  if (notified_ && ::read(fd_, &count, sizeof count) == sizeof count) {
    notified_ = false;
  }
  draining_.clear();
  draining_.swap(filling_);
}

/// Without the mutex: the loop may run at once, and would only wait for it.
void Inbox::notify() noexcept {
  const std::uint64_t one = 1;
  // It can fail only with the counter full, and then the loop is woken anyway.
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
}

}  // namespace doorcall::transport
