#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "tests/unit/codec_samples.hpp"

#include <CppUTest/TestHarness.h>

// msgpack made by hand, so that tests can make what the codec itself never writes.

namespace doorcall::samples {

inline constexpr std::uint64_t kInvite = 1;
inline constexpr std::uint64_t kRinging = 2;
inline constexpr std::uint64_t kAccept = 3;
inline constexpr std::uint64_t kConfirm = 4;
inline constexpr std::uint64_t kReject = 5;
inline constexpr std::uint64_t kCancel = 6;
inline constexpr std::uint64_t kEnd = 7;
inline constexpr std::uint64_t kLeave = 8;
inline constexpr std::uint64_t kRoster = 9;
inline constexpr std::uint64_t kJoin = 10;
inline constexpr std::uint64_t kInfo = 11;
inline constexpr std::uint64_t kSync = 12;
inline constexpr std::uint64_t kAck = 13;
inline constexpr std::uint64_t kMarker = 14;

/// Appends a big-endian number of `bytes` bytes.
void put_number(Packet& out, std::uint64_t value, unsigned bytes);
Packet raw(std::uint8_t type, std::uint64_t value, unsigned bytes);
Packet number(std::uint64_t value);
Packet with_body(Packet head, std::string_view body);
Packet text(std::string_view body);
Packet bin(std::string_view body);
Packet array(const std::vector<Packet>& elements);

/// A map that tests change before it is packed: keys in any order, twice, or not at all.
struct Map {
  std::vector<std::pair<std::uint64_t, Packet>> pairs;

  Map& set(std::uint64_t key, Packet value);
  Map& drop(std::uint64_t key);
  [[nodiscard]] Packet pack() const;
};

Packet leg_array(std::uint64_t leg_number = 1);
/// A leg's elements as the first version had them, and behind them `more`.
Packet leg_view(std::uint64_t state = 4, std::uint64_t reason = 0,
                const std::vector<Packet>& more = {});
Packet leg_views(std::size_t count);
/// A whole valid message of `kind`, if `body` is one.
Map message(std::uint64_t kind, const Map& body);
/// Decodes into an object of its own.
transport::DecodeResult decode(const Packet& packet);
Packet nil();
Map invite_body();
Map sync_body();
Map body_of(std::uint64_t kind);
Map valid(std::uint64_t kind);
/// The result when one field of the kind's body is something else.
transport::DecodeResult with_field(std::uint64_t kind, std::uint64_t key, const Packet& value);
transport::DecodeResult without_field(std::uint64_t kind, std::uint64_t key);
transport::DecodeResult with_header(std::uint64_t key, const Packet& value);

inline constexpr std::array<std::uint64_t, 14> kAllKinds{
    kInvite, kRinging, kAccept, kConfirm, kReject, kCancel, kEnd,
    kLeave,  kRoster,  kJoin,   kInfo,    kSync,   kAck,    kMarker};

/// The kinds that have legs, with the key of the field.
inline constexpr std::array<std::pair<std::uint64_t, std::uint64_t>, 5> kLegsFields{
    {{kInvite, 7}, {kConfirm, 2}, {kLeave, 2}, {kRoster, 0}, {kSync, 0}}};

/// The result must be this error, at this field.
void check(transport::DecodeError error, std::string_view field,
           const transport::DecodeResult& result);

}  // namespace doorcall::samples
