#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "agent/core/time.hpp"

namespace doorcall::platform {

/// Severity with syslog's numbers, which journald reads from the "<N>" prefix.
enum class LogLevel : std::uint8_t { kError = 3, kWarning = 4, kInfo = 6, kDebug = 7 };

/// One log line of bounded length. Text from outside cannot forge lines or move a terminal's
/// cursor: control characters become '?'. What does not fit is cut and marked with "...".
class LogLine {
 public:
  static constexpr std::size_t kBytesMax = 1024;

  void append(std::string_view text) noexcept;
  void append(char c) noexcept { append(std::string_view(&c, 1)); }
  template <std::same_as<bool> T>  // a template, or pointers would convert to it
  void append(T value) noexcept {
    append(std::string_view(value ? "true" : "false"));
  }
  template <std::integral T>
  requires(!std::same_as<T, bool>) void append(T value) noexcept {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    append(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }
  template <typename Rep, typename Period>
  void append(std::chrono::duration<Rep, Period> value) noexcept {
    append(std::chrono::duration_cast<Millis>(value).count());
    append(std::string_view("ms"));
  }

  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, kBytesMax> bytes_;
  std::size_t size_ = 0;
};

/// Where log lines go and what time it is; both replaceable for tests.
struct LogOptions {
  LogLevel level = LogLevel::kInfo;  ///< the least severe level that is written
  bool journald = false;             ///< prefix "<N>" instead of the time of day
  /// Takes one complete line with its newline; must not block. False: it was lost.
  std::function<bool(std::string_view line)> write;
  std::function<Instant()> now;                           ///< for the rate limit
  std::function<std::chrono::milliseconds()> wall_clock;  ///< since 1970, for the time of day
};

/// Options for a program: to stderr without ever blocking, the prefix chosen by JOURNAL_STREAM.
[[nodiscard]] LogOptions stderr_log_options(LogLevel level);

/// The log. A message is its area, a constant first text that names it, and further pieces of text,
/// numbers and durations:
///   log.info("link", "connected to ", host, ':', port);
/// Each message (area and first text) may be written kBurst times in kWindow; the rest is counted,
/// and the next one written says how many. Types that hold secrets have no append(), so a
/// secret in a log line does not compile. Never allocates. Thread: loop.
class Log {
 public:
  static constexpr std::uint32_t kBurst = 10;
  static constexpr Millis kWindow{5'000};

  explicit Log(LogOptions options) : options_(std::move(options)) {}

  template <typename... Args>
  void error(std::string_view area, std::string_view first, const Args&... rest) {
    message(LogLevel::kError, area, first, rest...);
  }
  template <typename... Args>
  void warning(std::string_view area, std::string_view first, const Args&... rest) {
    message(LogLevel::kWarning, area, first, rest...);
  }
  template <typename... Args>
  void info(std::string_view area, std::string_view first, const Args&... rest) {
    message(LogLevel::kInfo, area, first, rest...);
  }
  template <typename... Args>
  void debug(std::string_view area, std::string_view first, const Args&... rest) {
    message(LogLevel::kDebug, area, first, rest...);
  }

  void set_level(LogLevel level) noexcept { options_.level = level; }
  [[nodiscard]] bool enabled(LogLevel level) const noexcept { return level <= options_.level; }

  /// Lines that the sink could not take since start.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  static constexpr std::size_t kKeysMax = 64;  ///< more messages at a time: the oldest is forgotten

  struct Rate {
    std::uint32_t key = 0;
    std::uint32_t written = 0;
    std::uint32_t suppressed = 0;
    Instant since = Instant::min();
  };

  template <typename... Args>
  void message(LogLevel level, std::string_view area, std::string_view first, const Args&... rest) {
    std::uint32_t suppressed = 0;
    if (!enabled(level) || !admit(area, first, suppressed)) {
      return;
    }
    LogLine line;
    begin(line, level, area);
    line.append(first);
    (line.append(rest), ...);
    finish(line, suppressed);
  }

  bool admit(std::string_view area, std::string_view first, std::uint32_t& ret_suppressed);
  Rate& rate_of(std::uint32_t key);
  void begin(LogLine& line, LogLevel level, std::string_view area) const;
  void finish(LogLine& line, std::uint32_t suppressed);

  LogOptions options_;
  std::array<Rate, kKeysMax> rates_{};
  std::uint64_t lost_ = 0;
};

}  // namespace doorcall::platform
