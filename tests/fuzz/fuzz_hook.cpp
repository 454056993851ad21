// A stream of bytes from a media hook, in pieces: lines as a plain split makes them, each read as a
// hook's line; base64 has one text for the same bytes.

#include <string>
#include <vector>

#include "platform/base64.hpp"
#include "platform/hook_line.hpp"
#include "platform/line_splitter.hpp"
#include "tests/fuzz/check.hpp"

using namespace doorcall::platform;
using doorcall::fuzz::require;

namespace {

constexpr std::string_view kTooLong = "\n";  // no line has one

/// What a splitter must say in the end, by hand.
std::vector<std::string> expected(std::string_view bytes, std::size_t most) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    if (line.size() > most) {
      lines.emplace_back(kTooLong);
    } else if (end != std::string_view::npos) {
      lines.emplace_back(line);
    }
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return lines;
}

std::vector<std::string> split(std::string_view bytes, std::size_t most, std::size_t piece) {
  LineSplitter splitter(most);
  std::vector<std::string> lines;
  std::string line;
  while (!bytes.empty()) {
    splitter.append(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (auto next = splitter.next(line); next != LineSplitter::Next::kNone;
         next = splitter.next(line)) {
      lines.push_back(next == LineSplitter::Next::kLine ? line : std::string(kTooLong));
    }
  }
  return lines;
}

void try_base64(std::string_view text) {
  if (const auto bytes = base64_decode(text)) {
    require(base64_encode(*bytes) == text, "base64 has one text for the same bytes");
  }
  require(base64_decode(base64_encode(text)) == text, "bytes come back from base64");
}

void try_line(const std::string& line) {
  const HookLine parsed = parse_hook_line(line);
  require(parsed.text.empty() || (parsed.text.data() >= line.data() && line.ends_with(parsed.text)),
          "what a hook says is the end of its line");
  require((parsed.state != doorcall::MediaState::kNone) == (parsed.kind == HookLine::Kind::kState),
          "a state goes with the word state");
  try_base64(parsed.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::size_t most = data[0] < 128 ? data[0] : 65'536;
  const std::size_t piece = data[1] == 0 ? size : data[1];
  const std::string_view bytes = doorcall::fuzz::text_of(data + 2, size - 2);
  const std::vector<std::string> lines = split(bytes, most, piece);
  require(lines == expected(bytes, most), "a stream is cut into its lines");
  for (const std::string& line : lines) {
    try_line(line);
  }
  return 0;
}
