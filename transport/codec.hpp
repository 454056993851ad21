#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "agent/core/limits.hpp"
#include "agent/core/message.hpp"

// Messages to bytes and back, push requests to text. Both are described in transport/PROTOCOL.md.

namespace doorcall::transport {

/// The most values (keys, scalars, arrays, maps; each is one) that one message may consist of.
inline constexpr std::size_t kMessageValuesMax = 512;

/// Why received bytes were refused.
enum class DecodeError : std::uint8_t {
  kOk = 0,
  kTooLarge,            ///< more than kMessageBytesMax
  kTruncated,           ///< ends within a value; so does an empty message
  kNotMsgpack,          ///< a byte that msgpack does not have
  kTrailingBytes,       ///< something follows the one value
  kTooDeep,             ///< arrays and maps within each other more than kMessageDepthMax
  kTooManyValues,       ///< more than kMessageValuesMax
  kBadKey,              ///< a map key that is not an integer 0–63
  kDuplicateKey,        ///< a key that stands twice in one map
  kMissingField,        ///< a field that the kind must have
  kBadType,             ///< not the type that the field has
  kOutOfRange,          ///< a number outside the field's range
  kTooLong,             ///< text, bytes or an array over the field's limit
  kBadId,               ///< text that is not a user, device or account
  kNotUtf8,             ///< text that is not well-formed UTF-8
  kUnknownKind,         ///< a kind this version does not have
  kUnsupportedVersion,  ///< another major version; the header can be read
  kNoMemory,            ///< the parser's one allocation failed
};

inline constexpr std::uint8_t kDecodeErrorLast = 17;

/// The error's name for logs, for example "duplicate_key". Lifetime: static text.
[[nodiscard]] std::string_view to_string(DecodeError error) noexcept;

/// What decode() says.
struct DecodeResult {
  DecodeError error = DecodeError::kOk;
  std::string_view field;  ///< the field at fault, as PROTOCOL.md names it; may be empty. Static

  [[nodiscard]] constexpr bool ok() const noexcept { return error == DecodeError::kOk; }
};

/// A received message. Only decode() fills one, so whoever holds one holds checked fields.
///
/// 3 KB: make one and decode into it again and again. Lifetime: the message's text and bytes are
/// views of the bytes that were decoded, its leg views of this object.
class Decoded {
 public:
  Decoded() noexcept = default;
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;

  /// True after a decode() that said kOk.
  [[nodiscard]] bool has_message() const noexcept { return has_message_; }

  /// Precondition: has_message().
  [[nodiscard]] const Message& message() const noexcept { return message_; }

  /// The header; also after kUnsupportedVersion and kUnknownKind, where call, leg and `to` may be
  /// empty. Nothing of use after any other error.
  [[nodiscard]] const Header& header() const noexcept { return message_.header; }

  /// The kind's number as received, also one that this version does not have; as header().
  [[nodiscard]] std::uint8_t kind_number() const noexcept { return kind_number_; }

 private:
  friend class MessageReader;

  bool has_message_ = false;
  std::uint8_t kind_number_ = 0;
  Message message_;
  std::array<LegView, kLegViewsMax> legs_;
};

/// A received presence. Only decode() fills one.
/// Lifetime: its text is a view of the bytes that were decoded.
class DecodedPresence {
 public:
  DecodedPresence() noexcept = default;

  /// True after a decode() that said kOk.
  [[nodiscard]] bool has_presence() const noexcept { return has_presence_; }

  /// Precondition: has_presence().
  [[nodiscard]] const Presence& presence() const noexcept { return presence_; }

 private:
  friend DecodeResult decode(std::span<const std::uint8_t> bytes, DecodedPresence& out) noexcept;

  bool has_presence_ = false;
  Presence presence_;
};

/// Writes `message` to `out`.
///
/// Returns the bytes written; 0 if `out` is too small, the whole is over kMessageBytesMax or it has
/// more than kLegViewsMax legs (`out` is then scratch). Precondition: every field is within the
/// bounds stated at its struct. Never allocates. Thread: any.
///
/// Where the data and the offer of an invite leave too little room for its roster, legs are left
/// out of the roster from its end, those that are over first. A sync with an invite carries the
/// legs of `invite->roster`, for which its own `legs` is not looked at.
[[nodiscard]] std::size_t encode(const Message& message, std::span<std::uint8_t> out) noexcept;

/// As above, for a presence; at most kPresenceBytesMax.
[[nodiscard]] std::size_t encode(const Presence& presence, std::span<std::uint8_t> out) noexcept;

/// As above, for a push request, which is JSON text. Where the data leaves too little room it is
/// left out, and `data_left_out` says so.
[[nodiscard]] std::size_t encode(const Push& push, std::span<std::uint8_t> out) noexcept;

/// Reads one message. Any bytes may be given; on an error `out` has no message. The legs of a sync
/// with an invite become `invite->roster`, and its own `legs` is empty.
///
/// Allocates nothing but the parser's one stack of 256 bytes. Thread: any, one per `out`.
[[nodiscard]] DecodeResult decode(std::span<const std::uint8_t> bytes, Decoded& out) noexcept;

/// As above, for a presence. An empty retained payload is no presence but the deletion of one: the
/// caller looks for it first.
[[nodiscard]] DecodeResult decode(std::span<const std::uint8_t> bytes,
                                  DecodedPresence& out) noexcept;

/// No presence is longer: fields at their limits, plus what msgpack adds.
inline constexpr std::size_t kPresenceBytesMax =
    kNameBytesMax + kLineIdBytesMax + kSoftwareBytesMax + 48;

}  // namespace doorcall::transport
