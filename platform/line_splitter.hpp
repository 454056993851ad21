#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace doorcall::platform {

/// Cuts a byte stream into lines, holding at most `line_bytes_max` bytes of an unfinished one and
/// what the last append() brought.
class LineSplitter {
 public:
  enum class Next {
    kNone,     ///< no complete line yet
    kLine,     ///< a line, without its newline
    kTooLong,  ///< a line over the limit, reported once; the rest of it is skipped
  };

  explicit LineSplitter(std::size_t line_bytes_max) noexcept : max_(line_bytes_max) {}

  void append(std::string_view bytes);
  /// The next line, into `ret_line` (unchanged unless kLine).
  [[nodiscard]] Next next(std::string& ret_line);

 private:
  void consume(std::size_t position) noexcept;

  std::size_t max_;
  std::string buffer_;
  std::size_t start_ = 0;    ///< of the line in progress
  std::size_t scanned_ = 0;  ///< no newline in [start_, scanned_)
  bool skipping_ = false;
};

}  // namespace doorcall::platform
