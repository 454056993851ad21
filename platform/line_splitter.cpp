#include "platform/line_splitter.hpp"

namespace doorcall::platform {

void LineSplitter::append(std::string_view bytes) {
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  buffer_.append(bytes);
}

LineSplitter::Next LineSplitter::next(std::string& ret_line) {
  while (true) {
    const std::size_t newline = buffer_.find('\n', scanned_);
    const bool complete = newline != std::string::npos;
    const std::size_t end = complete ? newline : buffer_.size();
    const bool too_long = end - start_ > max_;
    if (!skipping_ && complete && !too_long) {
      ret_line.assign(buffer_, start_, end - start_);
      consume(end + 1);
      return Next::kLine;
    }
    if (!skipping_ && !too_long) {
      scanned_ = end;
      return Next::kNone;
    }
    const bool first = !skipping_;
    skipping_ = !complete;
    consume(complete ? end + 1 : end);
    if (first) {
      return Next::kTooLong;
    }
    if (!complete) {
      return Next::kNone;
    }
  }
}

void LineSplitter::consume(std::size_t position) noexcept {
  start_ = position;
  scanned_ = position;
}

}  // namespace doorcall::platform
