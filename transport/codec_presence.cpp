#include "transport/codec.hpp"
#include "transport/codec_reader.hpp"
#include "transport/codec_writer.hpp"

namespace doorcall::transport {

namespace {

Presence read_presence(const MapReader& top) noexcept {
  Presence presence;
  presence.incarnation = top[header::kIncarnation].number();
  presence.connect = top[header::kConnect].as<ConnectNumber>();
  const MapReader body = top[header::kBody].map();
  presence.state = body[presence::kState].as<PresenceState>();
  presence.name = body[presence::kName].text();
  presence.device_kind = body[presence::kDeviceKind].text();
  presence.capabilities = body[presence::kCapabilities].as<std::uint32_t>();
  presence.software = body[presence::kSoftware].text();
  presence.settled = body[presence::kSettled].number() != 0;
  return presence;
}

constexpr Field kWhole{0, "presence", Need::kRequired};

}  // namespace

std::size_t encode(const Presence& presence, std::span<std::uint8_t> out) noexcept {
  FixedBuffer buffer(out);
  MapWriter top(buffer);
  top.number(header::kVersion, kProtocolVersion);
  top.number(header::kKind, kPresenceKindNumber);
  top.number(header::kIncarnation, presence.incarnation);
  top.number(header::kConnect, presence.connect);
  top.map(header::kBody, [&](MapWriter& body) {
    body.enumerator(presence::kState, presence.state);
    body.text(presence::kName, presence.name);
    body.text(presence::kDeviceKind, presence.device_kind);
    body.number(presence::kCapabilities, presence.capabilities);
    body.text(presence::kSoftware, presence.software);
    body.number(presence::kSettled, presence.settled ? 1U : 0U);
  });
  return buffer.result();
}

DecodeResult decode(std::span<const std::uint8_t> bytes, DecodedPresence& out) noexcept {
  out.has_presence_ = false;
  out.presence_ = Presence{};
  DecodeState state;
  state.result.error = state.values.parse(bytes);
  if (!state.result.ok()) {
    return state.result;
  }
  const MapReader top = FieldReader(state, kWhole, &state.values[0]).map();
  const std::uint64_t version = top[header::kVersion].number();
  const std::uint64_t kind = top[header::kKind].number();
  if (state.result.ok() && version != kProtocolVersion) {
    state.fail(DecodeError::kUnsupportedVersion, header::kVersion);
  }
  if (state.result.ok() && kind != kPresenceKindNumber) {
    state.fail(DecodeError::kUnknownKind, header::kKind);
  }
  const Presence presence = read_presence(top);
  if (state.result.ok()) {
    out.presence_ = presence;
    out.has_presence_ = true;
  }
  return state.result;
}

}  // namespace doorcall::transport
