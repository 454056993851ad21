// Any bytes as a message, and as a presence. What is one says the same when it is written and read
// again, and then the same bytes.

#include <array>

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/same_message.hpp"
#include "transport/codec.hpp"

using namespace doorcall;
using fuzz::require;
using fuzz::same;
using transport::DecodeError;
using transport::DecodeResult;

namespace {

using Buffer = std::array<std::uint8_t, kMessageBytesMax>;

void check_result(const DecodeResult& result) {
  require(static_cast<std::uint8_t>(result.error) <= transport::kDecodeErrorLast,
          "a decode has a known error");
  require(result.error != DecodeError::kNoMemory, "256 bytes are there");
  require(!result.ok() || result.field.empty(), "a right message has no field at fault");
}

void try_message(std::span<const std::uint8_t> bytes) {
  static transport::Decoded first;  // used again and again, as the gateway does
  static transport::Decoded second;
  static Buffer buffer;
  static Buffer again;
  const DecodeResult result = decode(bytes, first);
  check_result(result);
  require(first.has_message() == result.ok(), "there is a message unless there is an error");
  if (!result.ok()) {
    return;
  }
  const std::size_t size = transport::encode(first.message(), buffer);
  require(size != 0, "what could be read can be written");
  require(decode(std::span(buffer).first(size), second).ok(), "what was written can be read");
  require(same(first.message(), second.message()), "a message says the same again");
  require(transport::encode(second.message(), again) == size, "and has the same length again");
  require(
      std::equal(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size), again.begin()),
      "and the same bytes");
}

void try_presence(std::span<const std::uint8_t> bytes) {
  transport::DecodedPresence first;
  const DecodeResult result = decode(bytes, first);
  check_result(result);
  require(first.has_presence() == result.ok(), "there is a presence unless there is an error");
  if (!result.ok()) {
    return;
  }
  std::array<std::uint8_t, transport::kPresenceBytesMax> buffer{};
  const std::size_t size = transport::encode(first.presence(), buffer);
  require(size != 0, "a presence that could be read can be written");
  transport::DecodedPresence second;
  require(decode(std::span(buffer).first(size), second).ok(), "a written presence can be read");
  require(same(first.presence(), second.presence()), "a presence says the same again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_message({data, size});
  try_presence({data, size});
  return 0;
}
