#pragma once

#include <string>
#include <vector>

#include "doorcall/agent.hpp"
#include "platform/json.hpp"

// The control socket's objects. Their keys are documented in agent/README.md and stay.

namespace doorcall::daemon {

[[nodiscard]] platform::Json to_json(const CallView& call);
[[nodiscard]] platform::Json to_json(const MemberView& member);
[[nodiscard]] platform::Json to_json(const DevicePresence& device);
[[nodiscard]] platform::Json to_json(const InputView& input);
[[nodiscard]] platform::Json live_calls(const Agent& agent);

[[nodiscard]] platform::Json to_json(const std::vector<OutputView>& outputs);

/// A list of texts.
[[nodiscard]] platform::Json to_list(const std::vector<std::string>& texts);

/// Events, with `wall_ms`: the time of day, ms since 1970.
[[nodiscard]] platform::Json to_event(const CallUpdate& update, double wall_ms);
[[nodiscard]] platform::Json to_event(const InfoUpdate& update, double wall_ms);
[[nodiscard]] platform::Json to_event(const DoorUpdate& update, double wall_ms);
[[nodiscard]] platform::Json to_event(const DevicePresence& device, double wall_ms);
[[nodiscard]] platform::Json to_event(const LinkUpdate& update, double wall_ms);
[[nodiscard]] platform::Json to_event(const ButtonUpdate& update, double wall_ms);
/// `mode`: as DndDriver::mode().
[[nodiscard]] platform::Json to_event(const DeviceMode& update, platform::Json mode,
                                      double wall_ms);

}  // namespace doorcall::daemon
