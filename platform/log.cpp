// A line is put together in a fixed buffer and written in one piece. A message that repeats is
// recognised by the hash of its area and first text in a small table of the latest ones, so that a
// peer that causes the same warning a thousand times fills neither the disk nor the memory.
#include "platform/log.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <string>

#include "platform/event_loop.hpp"

namespace doorcall::platform {
namespace {

constexpr std::string_view kCut = "...";

bool is_control(unsigned char byte) noexcept {
  return byte < 0x20 || byte == 0x7f;
}

/// The two bytes are one of the C1 controls in UTF-8; some terminals obey them.
bool is_control_pair(char first, unsigned char second) noexcept {
  return first == '\xc2' && second >= 0x80 && second < 0xa0;
}

std::uint32_t hash(std::uint32_t seed, std::string_view text) noexcept {
  for (const char c : text) {
    seed = (seed ^ static_cast<unsigned char>(c)) * 16'777'619U;
  }
  return seed;
}

std::string_view name(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::kError: return "error";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kInfo: return "info";
    case LogLevel::kDebug: return "debug";
  }
  return "unknown";
}

/// Writes to stderr, or loses the line when the reader is too slow: the log must not stop a call.
bool write_stderr(std::string_view line) noexcept {
  const ssize_t sent = ::send(STDERR_FILENO, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0 || errno != ENOTSOCK) {
    return sent == static_cast<ssize_t>(line.size());
  }
  pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0 &&
         ::write(STDERR_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

/// True if stderr is the journal itself: JOURNAL_STREAM names its device and inode. A redirected
/// stderr inherits the variable but not the inode.
bool stderr_is_journal() noexcept {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) {
    return false;
  }
  LogLine own;
  own.append(status.st_dev);
  own.append(':');
  own.append(status.st_ino);
  return own.text() == stream;
}

}  // namespace

void LogLine::append(std::string_view text) noexcept {
  for (const char c : text) {
    if (size_ == bytes_.size()) {
      std::copy(kCut.begin(), kCut.end(), bytes_.end() - kCut.size());
      return;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (size_ > 0 && is_control_pair(bytes_[size_ - 1], byte)) {
      bytes_[size_ - 1] = '?';
    } else {
      bytes_[size_++] = is_control(byte) ? '?' : c;
    }
  }
}

LogOptions stderr_log_options(LogLevel level) {
  return {.level = level,
          .journald = stderr_is_journal(),
          .write = write_stderr,
          .now = read_clock,
          .wall_clock = [] {
            return std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::system_clock::now().time_since_epoch());
          }};
}

bool Log::admit(std::string_view area, std::string_view first, std::uint32_t& ret_suppressed) {
  Rate& rate = rate_of(hash(hash(2'166'136'261U, area), first));
  const Instant now = options_.now();
  if (rate.since == Instant::min() || now - rate.since >= kWindow) {
    rate.since = now;
    rate.written = 0;
  }
  if (rate.written == kBurst) {
    ++rate.suppressed;
    return false;
  }
  ++rate.written;
  ret_suppressed = std::exchange(rate.suppressed, 0U);
  return true;
}

Log::Rate& Log::rate_of(std::uint32_t key) {
  Rate* oldest = rates_.data();
  for (Rate& rate : rates_) {
    if (rate.key == key && rate.since != Instant::min()) {
      return rate;
    }
    if (rate.since < oldest->since) {
      oldest = &rate;
    }
  }
  *oldest = Rate{};
  oldest->key = key;
  return *oldest;
}

void Log::begin(LogLine& line, LogLevel level, std::string_view area) const {
  if (options_.journald) {
    line.append('<');
    line.append(static_cast<unsigned>(level));
    line.append('>');
  } else {
    const std::chrono::milliseconds wall = options_.wall_clock();
    const auto seconds = static_cast<time_t>(wall.count() / 1000);
    tm local{};
    ::localtime_r(&seconds, &local);
    std::array<char, 32> text;
    line.append(std::string_view(
        text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S.", &local)));
    const auto thousandths = std::to_string(1000 + wall.count() % 1000);
    line.append(std::string_view(thousandths).substr(1));
    line.append(' ');
    line.append(name(level));
    line.append(' ');
  }
  line.append(area);
  line.append(std::string_view(": "));
}

void Log::finish(LogLine& line, std::uint32_t suppressed) {
  if (suppressed != 0) {
    line.append(std::string_view(" ("));
    line.append(suppressed);
    line.append(std::string_view(" like this were left out)"));
  }
  std::array<char, LogLine::kBytesMax + 1> out;
  const std::string_view text = line.text();
  std::copy(text.begin(), text.end(), out.begin());
  out[text.size()] = '\n';
  if (!options_.write(std::string_view(out.data(), text.size() + 1))) {
    ++lost_;
  }
}

}  // namespace doorcall::platform
