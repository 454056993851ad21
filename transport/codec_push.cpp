// Push requests as JSON: gateways are small scripts that have no msgpack at hand. Only written, so
// this is all the JSON that the wire needs.

#include <charconv>
#include <cstddef>
#include <string_view>

#include "transport/codec.hpp"
#include "transport/codec_writer.hpp"

namespace doorcall::transport {

namespace {

/// Writes the members of one object, in the order of the calls.
class JsonWriter {
 public:
  explicit JsonWriter(FixedBuffer& buffer) noexcept : buffer_(buffer) {}

  void text(std::string_view name, std::string_view value) noexcept {
    begin(name);
    string(value);
  }
  /// Left out if empty.
  void text_if_any(std::string_view name, std::string_view value) noexcept {
    if (!value.empty()) {
      text(name, value);
    }
  }
  void number(std::string_view name, std::uint64_t value) noexcept {
    begin(name);
    digits(value);
  }
  void flag(std::string_view name) noexcept {
    begin(name);
    raw("true");
  }
  void leg(std::string_view name, const LegKey& key) noexcept {
    begin(name);
    raw("[");
    string(to_text(key.owner).view());
    raw(",");
    digits(key.number);
    raw("]");
  }
  /// Behind at least one field.
  void end() noexcept { raw("}"); }

 private:
  void raw(std::string_view text) noexcept { buffer_.write(text.data(), text.size()); }

  void begin(std::string_view name) noexcept {
    raw(open_ ? "," : "{");
    open_ = true;
    string(name);
    raw(":");
  }

  void digits(std::uint64_t value) noexcept {
    std::array<char, 20> room{};
    const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
    raw({room.data(), static_cast<std::size_t>(end - room.data())});
  }

  void string(std::string_view text) noexcept {
    raw("\"");
    for (const char c : text) {
      escaped(c);
    }
    raw("\"");
  }

  void escaped(char c) noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      raw("\\");
      raw({&c, 1});
    } else if (c == '\n') {
      raw("\\n");
    } else if (byte >= 0x20) {
      raw({&c, 1});
    } else {
      raw("\\u00");
      raw(kDigits.substr(byte >> 4, 1));
      raw(kDigits.substr(byte & 15U, 1));
    }
  }

  FixedBuffer& buffer_;
  bool open_ = false;
};

void write_push(FixedBuffer& buffer, const Push& push, bool with_data) noexcept {
  JsonWriter json(buffer);
  json.number("version", kProtocolVersion);
  json.text("type", push.cancel ? "cancel" : "ring");
  json.text("call", to_text(push.call).view());
  json.leg("leg", push.leg);
  if (push.cancel) {
    json.text("reason", push.reason == Reason::kNone ? "answered" : to_string(push.reason));
  } else {
    json.number("ring_left_ms", static_cast<std::uint64_t>(push.ring_left.count()));
  }
  json.text("caller", to_text(push.caller).view());
  json.text_if_any("caller_name", push.caller_name);
  json.text("media", to_string(push.media));
  json.text_if_any("title", push.title);
  json.text_if_any("content", push.content);
  if (with_data) {
    json.text_if_any("data", push.data);
  } else {
    json.flag("data_left_out");
  }
  json.end();
}

}  // namespace

std::size_t encode(const Push& push, std::span<std::uint8_t> out) noexcept {
  FixedBuffer buffer(out);
  write_push(buffer, push, true);
  if (buffer.size() > kMessageBytesMax) {
    buffer.rewind(0);
    write_push(buffer, push, false);
  }
  return buffer.result();
}

}  // namespace doorcall::transport
