#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "agent/core/message.hpp"
#include "platform/json.hpp"

// What a message means, as transport/vectors/README.md has it: fields by name in the order of their
// keys, what is 0, empty or as its default left out.

namespace doorcall::samples {

using platform::Json;

inline std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

inline std::string account_text(const Account& account) {
  return std::string(to_text(account).view());
}

inline Json key_json(const LegKey& key) {
  Json json = Json::array();
  json.push(account_text(key.owner)).push(key.number);
  return json;
}

inline Json legs_json(std::span<const LegView> legs) {
  Json array = Json::array();
  for (const LegView& leg : legs) {
    Json one = key_json(leg.key);
    one.push(leg.user.view()).push(leg.device.view());
    one.push(static_cast<int>(leg.state)).push(static_cast<int>(leg.reason));
    one.push(leg.join_number).push(leg.ring_left.count());
    array.push(std::move(one));
  }
  return array;
}

/// The body of a message or a presence: each field is left out if it is 0 or empty.
class BodyJson {
 public:
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void put(const char* name, T value) {
    if (static_cast<std::uint64_t>(value) != 0) {
      must(name, value);
    }
  }
  void put(const char* name, std::string_view text) {
    if (!text.empty()) {
      json_.set(name, text);
    }
  }
  void put(const char* name, Bytes bytes) { put(name, std::string_view(hex(bytes))); }
  void put(const char* name, std::span<const LegView> legs) {
    if (!legs.empty()) {
      json_.set(name, legs_json(legs));
    }
  }
  /// What is there whatever it is.
  template <typename T>
  void must(const char* name, T value) {
    json_.set(name, static_cast<std::int64_t>(value));
  }
  void must(const char* name, std::span<const LegView> legs) { json_.set(name, legs_json(legs)); }
  void must(const char* name, const LegKey& key) { json_.set(name, key_json(key)); }
  void put(const char* name, Json value) { json_.set(name, std::move(value)); }
  void put_long(const char* name, std::uint64_t value) {
    if (value != 0) {
      json_.set(name, std::to_string(value));
    }
  }
  [[nodiscard]] Json take() { return std::move(json_); }
  [[nodiscard]] bool empty() const { return json_.view().size() == 0; }

 private:
  Json json_ = Json::object();
};

inline void invite_json(const Invite& invite, const Account& owner, bool in_sync, BodyJson& out) {
  if (!(invite.caller == owner)) {
    out.put("caller", std::string_view(account_text(invite.caller)));
  }
  out.put("caller_name", invite.caller_name);
  out.put("media", invite.media);
  out.must("ring_left", invite.ring_left.count());
  out.put("offer", invite.offer);
  out.put("data", invite.data);
  out.put("line", invite.line);
  if (!in_sync) {
    out.put("roster", invite.roster);
  }
  if (invite.replaces.number != 0) {
    out.must("replaces", invite.replaces);
  }
}

inline void info_json(const Info& info, BodyJson& out) {
  out.must("about", info.kind);
  out.put("media", info.media);
  out.put("bytes", info.bytes);
  out.put("text", info.text);
  out.must("member", info.member);
}

inline void door_json(const Door& door, BodyJson& out) {
  out.must("about", 6);
  out.put("step", door.step);
  out.put_long("nonce", door.nonce);
  out.put("result", door.result);
  out.put("asked", door.asked);
}

/// The legs beside an invite are that invite's roster.
inline void sync_json(const Sync& sync, const Account& owner, BodyJson& out) {
  out.put("legs", sync.invite ? sync.invite->roster : sync.legs);
  if (sync.invite) {
    BodyJson invite;
    invite_json(*sync.invite, owner, true, invite);
    out.put("invite", invite.take());
  }
  out.put_long("nonce", sync.nonce);
}

inline Json body_json(const Message& message) {
  BodyJson out;
  const Account& owner = message.header.leg.owner;
  std::visit(
      [&](const auto& body) {
        using T = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<T, Invite>) {
          invite_json(body, owner, false, out);
        } else if constexpr (std::is_same_v<T, Ringing>) {
          out.put("alert", body.alert);
          out.put_long("nonce", body.nonce);
        } else if constexpr (std::is_same_v<T, Accept>) {
          out.put("answer", body.answer);
          out.put("data", body.data);
        } else if constexpr (std::is_same_v<T, Confirm>) {
          out.put("winner", body.winner.view());
          out.put("join_number", body.join_number);
          out.put("legs", body.legs);
        } else if constexpr (std::is_same_v<T, Roster>) {
          out.must("legs", body.legs);
        } else if constexpr (std::is_same_v<T, Join>) {
          out.put("move", static_cast<int>(body.move));
          out.put("answer", body.answer);
          out.put("data", body.data);
        } else if constexpr (std::is_same_v<T, Info>) {
          info_json(body, out);
        } else if constexpr (std::is_same_v<T, Door>) {
          door_json(body, out);
        } else if constexpr (std::is_same_v<T, Sync>) {
          sync_json(body, owner, out);
        } else if constexpr (std::is_same_v<T, Ack>) {
          out.must("acked_sequence", body.sequence);
        } else if constexpr (!std::is_same_v<T, Marker>) {
          out.must("reason", body.reason);
          out.put("data", body.data);
          if constexpr (std::is_same_v<T, Leave>) {
            out.put("legs", body.legs);
          }
        }
      },
      message.body);
  return out.take();
}

inline Json head_json(std::string_view kind, std::uint64_t incarnation, std::uint32_t connect) {
  Json json = Json::object();
  json.set("version", 1).set("kind", kind);
  json.set("incarnation", std::to_string(incarnation)).set("connect", connect);
  return json;
}

inline Json meaning_json(const Message& message) {
  const Header& header = message.header;
  const MessageKind kind = kind_of(message.body);
  Json json = head_json(to_string(kind), header.incarnation, header.connect);
  if (kind != MessageKind::kMarker) {
    json.set("call", std::string(to_text(header.call).view())).set("leg", key_json(header.leg));
  }
  json.set("sequence", header.sequence);
  if (!header.to.empty()) {
    json.set("to", header.to.view());
  }
  Json body = body_json(message);
  if (body.view().size() != 0) {
    json.set("body", std::move(body));
  }
  return json;
}

inline Json meaning_json(const Presence& presence) {
  Json json = head_json("presence", presence.incarnation, presence.connect);
  BodyJson body;
  body.must("state", presence.state);
  body.put("name", presence.name);
  body.put("device_kind", presence.device_kind);
  body.put("capabilities", presence.capabilities);
  body.put("software", presence.software);
  body.put("settled", static_cast<int>(presence.settled));
  json.set("body", body.take());
  return json;
}

}  // namespace doorcall::samples
