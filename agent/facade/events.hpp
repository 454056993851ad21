#pragma once

#include "agent/core/engine.hpp"
#include "agent/core/output.hpp"
#include "doorcall/call.hpp"
#include "doorcall/media.hpp"
#include "doorcall/update.hpp"

// The engine's outputs, which are views, as the public API's copies.

namespace doorcall::facade {

[[nodiscard]] CallUpdate to_update(const CallEvent& event, double at_ms);
[[nodiscard]] InfoUpdate to_update(const InfoEvent& event, double at_ms);
[[nodiscard]] DoorUpdate to_update(const DoorEvent& event, double at_ms);
[[nodiscard]] LinkUpdate to_update(const LinkEvent& event, double at_ms);
[[nodiscard]] DevicePresence to_update(const PresenceEvent& event, double at_ms);
[[nodiscard]] DeviceMode to_update(const Mode& mode, Instant now, double at_ms);
/// Without the offers, which neither has.
[[nodiscard]] MediaRequest to_request(const StartMedia& order);
[[nodiscard]] MediaRequest to_request(const CallUpdate& update);
[[nodiscard]] CallView to_view(const Engine& engine, const CallInfo& info, Instant now);
/// Of a live call; empty for any other.
[[nodiscard]] std::vector<MemberView> to_members(const Engine& engine, const CallId& call);

}  // namespace doorcall::facade
