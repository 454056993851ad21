// The agent's views and updates as the JSON of the control socket; agent/README.md lists the keys.
#include "agent/daemon/to_json.hpp"

#include "platform/base64.hpp"

namespace doorcall::daemon {
namespace {

using platform::Json;

Json event(const char* type, double at_ms, double wall_ms) {
  Json object = Json::object();
  object.set("type", type).set("at_ms", at_ms).set("wall_ms", wall_ms);
  return object;
}

const char* direction(bool outgoing) {
  return outgoing ? "outgoing" : "incoming";
}

void add_device(Json& object, const DevicePresence& device) {
  object.set("user", device.user)
      .set("device", device.device)
      .set("state", to_string(device.state))
      .set("name", device.name)
      .set("kind", device.kind)
      .set("software", device.software)
      .set("door", device.door);
}

Json members_json(const std::vector<MemberView>& members) {
  Json list = Json::array();
  for (const MemberView& member : members) {
    list.push(to_json(member));
  }
  return list;
}

}  // namespace

Json to_list(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) {
    list.push(text);
  }
  return list;
}

Json to_json(const std::vector<OutputView>& outputs) {
  Json list = Json::array();
  for (const OutputView& output : outputs) {
    Json object = Json::object();
    object.set("kind", output.kind)
        .set("name", output.name)
        .set("state", output.state)
        .set("fault", output.fault);
    list.push(std::move(object));
  }
  return list;
}

Json to_json(const MemberView& member) {
  Json object = Json::object();
  object.set("user", member.user)
      .set("device", member.device)
      .set("state", to_string(member.state))
      .set("reason", to_string(member.reason))
      .set("inviter_user", member.inviter_user)
      .set("inviter_device", member.inviter_device)
      .set("join_number", member.join_number)
      .set("ring_left_ms", member.ring_left.count());
  return object;
}

Json to_json(const CallView& call) {
  Json object = Json::object();
  object.set("call", call.call)
      .set("state", to_string(call.state))
      .set("direction", direction(call.outgoing))
      .set("peer_user", call.peer_user)
      .set("peer_device", call.peer_device)
      .set("caller_user", call.caller_user)
      .set("caller_device", call.caller_device)
      .set("leg", to_string(call.leg))
      .set("media", to_string(call.media))
      .set("media_state", to_string(call.media_state))
      .set("reason", to_string(call.reason))
      .set("age_ms", call.age.count())
      .set("members", members_json(call.members));
  return object;
}

Json to_json(const DevicePresence& device) {
  Json object = Json::object();
  add_device(object, device);
  return object;
}

Json to_json(const InputView& input) {
  Json object = Json::object();
  object.set("button", input.button)
      .set("source", input.source)
      .set("state", to_string(input.state))
      .set("text", input.text);
  return object;
}

Json live_calls(const Agent& agent) {
  Json calls = Json::array();
  for (const CallView& call : agent.calls()) {
    if (call.state != CallState::kEnded) {
      calls.push(to_json(call));
    }
  }
  return calls;
}

Json to_event(const CallUpdate& update, double wall_ms) {
  Json object = event("call", update.at_ms, wall_ms);
  object.set("change", to_string(update.change))
      .set("call", update.call)
      .set("state", to_string(update.state))
      .set("direction", direction(update.outgoing))
      .set("peer_user", update.peer_user)
      .set("peer_device", update.peer_device)
      .set("leg", to_string(update.leg))
      .set("join_number", update.join_number)
      .set("waiting", update.waiting)
      .set("missed", missed(update))
      .set("caller_user", update.caller_user)
      .set("caller_device", update.caller_device)
      .set("caller_name", update.caller_name)
      .set("media", to_string(update.media))
      .set("media_state", to_string(update.media_state))
      .set("reason", to_string(update.reason))
      .set("ring_left_ms", update.ring_left.count())
      .set("data", update.data)
      .set("line", update.line)
      .set("members", members_json(update.members));
  return object;
}

Json to_event(const InfoUpdate& update, double wall_ms) {
  Json object = event("info", update.at_ms, wall_ms);
  object.set("call", update.call)
      .set("user", update.user)
      .set("device", update.device)
      .set("kind", to_string(update.kind))
      .set("media", to_string(update.media))
      .set("text", update.text)
      .set("bytes", platform::base64_encode(
                        {reinterpret_cast<const char*>(update.bytes.data()), update.bytes.size()}));
  return object;
}

Json to_event(const DoorUpdate& update, double wall_ms) {
  Json object = event("door", update.at_ms, wall_ms);
  object.set("change", to_string(update.change))
      .set("here", update.here)
      .set("user", update.user)
      .set("device", update.device)
      .set("call", update.call)
      .set("result", to_string(update.result));
  return object;
}

Json to_event(const DevicePresence& device, double wall_ms) {
  Json object = event("presence", device.at_ms, wall_ms);
  add_device(object, device);
  object.set("known", device.known);
  return object;
}

Json to_event(const LinkUpdate& update, double wall_ms) {
  Json object = event("link", update.at_ms, wall_ms);
  object.set("state", to_string(update.state))
      .set("trouble", to_string(update.trouble))
      .set("code", update.code)
      .set("text", update.text)
      .set("retry_in_ms", update.retry_in.count())
      .set("mqtt5", update.mqtt5);
  return object;
}

Json to_event(const ButtonUpdate& update, double wall_ms) {
  Json object = event("button", update.at_ms, wall_ms);
  object.set("change", to_string(update.change)).set("button", update.button);
  if (update.change == ButtonChange::kAction) {
    object.set("kind", to_string(update.kind)).set("code", to_string(update.code));
  } else if (update.change == ButtonChange::kState) {
    object.set("state", to_string(update.state)).set("text", update.text);
  }
  return object;
}

Json to_event(const DeviceMode& update, Json mode, double wall_ms) {
  mode.set("type", "mode").set("at_ms", update.at_ms).set("wall_ms", wall_ms);
  return mode;
}

}  // namespace doorcall::daemon
