// Packs values in the longest form that msgpack has for them, where the codec takes the shortest.

#include "tests/unit/codec_by_hand.hpp"

#include <utility>

namespace doorcall::samples {

void put_number(Packet& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i > 0; --i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
  }
}

Packet raw(std::uint8_t type, std::uint64_t value, unsigned bytes) {
  Packet out{type};
  put_number(out, value, bytes);
  return out;
}

Packet number(std::uint64_t value) {
  return value < 128 ? Packet{static_cast<std::uint8_t>(value)} : raw(0xCF, value, 8);
}

Packet with_body(Packet head, std::string_view body) {
  head.insert(head.end(), body.begin(), body.end());
  return head;
}

Packet text(std::string_view body) {
  return with_body(raw(0xDA, body.size(), 2), body);
}

Packet bin(std::string_view body) {
  return with_body(raw(0xC5, body.size(), 2), body);
}

Packet array(const std::vector<Packet>& elements) {
  Packet out = raw(0xDC, elements.size(), 2);
  for (const Packet& each : elements) {
    out.insert(out.end(), each.begin(), each.end());
  }
  return out;
}

Map& Map::set(std::uint64_t key, Packet value) {
  for (auto& [known, old] : pairs) {
    if (known == key) {
      old = std::move(value);
      return *this;
    }
  }
  pairs.emplace_back(key, std::move(value));
  return *this;
}

Map& Map::drop(std::uint64_t key) {
  std::erase_if(pairs, [key](const auto& pair) { return pair.first == key; });
  return *this;
}

Packet Map::pack() const {
  Packet out = raw(0xDE, pairs.size(), 2);
  for (const auto& [key, value] : pairs) {
    const Packet packed = number(key);
    out.insert(out.end(), packed.begin(), packed.end());
    out.insert(out.end(), value.begin(), value.end());
  }
  return out;
}

Packet leg_array(std::uint64_t leg_number) {
  return array({text("gate@front-door"), number(leg_number)});
}

Packet leg_view(std::uint64_t state, std::uint64_t reason, const std::vector<Packet>& more) {
  std::vector<Packet> elements{text("gate@front-door"), number(1),     text("flat-12"),
                               text("kitchen"),         number(state), number(reason)};
  elements.insert(elements.end(), more.begin(), more.end());
  return array(elements);
}

Packet leg_views(std::size_t count) {
  return array(std::vector<Packet>(count, leg_view(2, 0, {number(3), number(600'000)})));
}

Map message(std::uint64_t kind, const Map& body) {
  Map map;
  map.set(0, number(1)).set(1, number(kind));
  map.set(2, bin("0123456789abcdef")).set(3, leg_array());
  map.set(4, number(77)).set(5, number(1)).set(6, number(9));
  map.set(8, body.pack());
  return map;
}

transport::DecodeResult decode(const Packet& packet) {
  transport::Decoded out;
  return transport::decode(packet, out);
}

Packet nil() {
  return {0xC0};
}

Map invite_body() {
  Map body;
  body.set(0, text("gate@front-door")).set(1, text("Front door")).set(2, number(1));
  body.set(3, number(90'000)).set(4, bin("offer")).set(5, text("data")).set(6, text("bell-1"));
  body.set(7, leg_views(3)).set(8, leg_array(7));
  return body;
}

Map sync_body() {
  Map body;
  body.set(0, leg_views(2)).set(1, invite_body().drop(7).pack()).set(2, number(5));
  return body;
}

Map body_of(std::uint64_t kind) {
  Map body;
  switch (kind) {
    case kInvite: return invite_body();
    case kRinging: return body.set(0, number(2)).set(1, number(9));
    case kAccept: return body.set(0, bin("answer")).set(1, text("data"));
    case kConfirm: return body.set(0, text("kitchen")).set(1, number(1)).set(2, leg_views(2));
    case kReject:
    case kCancel:
    case kEnd: return body.set(0, number(1)).set(1, text("data"));
    case kLeave: return body.set(0, number(1)).set(1, text("data")).set(2, leg_views(2));
    case kRoster: return body.set(0, leg_views(2));
    case kJoin: return body.set(0, number(1)).set(1, bin("answer")).set(2, text("data"));
    case kInfo:
      return body.set(0, number(0))
          .set(1, number(1))
          .set(2, bin("v=0"))
          .set(3, text("text"))
          .set(8, array({text("gate@front-door"), number(0)}));
    case kSync: return sync_body();
    case kAck: return body.set(0, number(3));
    default: return body;
  }
}

Map valid(std::uint64_t kind) {
  return message(kind, body_of(kind));
}

transport::DecodeResult with_field(std::uint64_t kind, std::uint64_t key, const Packet& value) {
  return decode(message(kind, body_of(kind).set(key, value)).pack());
}

transport::DecodeResult without_field(std::uint64_t kind, std::uint64_t key) {
  return decode(message(kind, body_of(kind).drop(key)).pack());
}

transport::DecodeResult with_header(std::uint64_t key, const Packet& value) {
  return decode(valid(kAccept).set(key, value).pack());
}

void check(transport::DecodeError error, std::string_view field,
           const transport::DecodeResult& result) {
  STRCMP_EQUAL(std::string(to_string(error)).c_str(), std::string(to_string(result.error)).c_str());
  STRCMP_EQUAL(std::string(field).c_str(), std::string(result.field).c_str());
}

}  // namespace doorcall::samples
