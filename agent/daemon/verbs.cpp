// Each verb reads its arguments, calls one method of the agent and answers with its code. Here
// stand the list of the verbs and those that only look, and press.
#include "agent/daemon/verbs.hpp"

#include <algorithm>
#include <utility>

#include "agent/daemon/to_json.hpp"
#include "agent/daemon/verb_args.hpp"
#include "doorcall/version.hpp"

namespace doorcall::daemon {
using platform::Json;
using platform::Responder;

void fail(Responder& responder, Errc code, std::string_view verb) {
  responder.fail(to_string(code), explain(code, verb));
}

bool fail(Responder& responder, const VerbArgs& args) {
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
  }
  return !args.ok();
}

void Verbs::serve_on(platform::ControlSocket& socket) {
  using platform::ControlRight;
  socket_ = &socket;
  const auto serve = [&](ControlRight right, const char* verb, auto method) {
    socket.on(
        verb,
        [this, method](const Request& request, Responder responder) {
          (this->*method)(request, responder);
        },
        right);
  };
  serve(ControlRight::kWatch, "status", &Verbs::status);
  serve(ControlRight::kWatch, "calls", &Verbs::calls);
  serve(ControlRight::kWatch, "presence", &Verbs::presence);
  serve(ControlRight::kCall, "call", &Verbs::call);
  serve(ControlRight::kCall, "add", &Verbs::add);
  serve(ControlRight::kCall, "answer", &Verbs::answer);
  serve(ControlRight::kCall, "decline", &Verbs::decline);
  serve(ControlRight::kCall, "silence", &Verbs::silence);
  serve(ControlRight::kCall, "mute", &Verbs::mute);
  serve(ControlRight::kCall, "unmute", &Verbs::mute);
  serve(ControlRight::kCall, "cancel", &Verbs::cancel);
  serve(ControlRight::kCall, "hangup", &Verbs::leave);
  serve(ControlRight::kCall, "leave", &Verbs::leave);
  serve(ControlRight::kCall, "end", &Verbs::end);
  serve(ControlRight::kCall, "join", &Verbs::join);
  serve(ControlRight::kCall, "pull", &Verbs::pull);
  serve(ControlRight::kCall, "send", &Verbs::send);
  serve(ControlRight::kCall, "dnd", &Verbs::dnd);
  serve(ControlRight::kCall, "press", &Verbs::press);
  serve(ControlRight::kOpen, "door", &Verbs::door);
  serve(ControlRight::kOpen, "ring_to_open", &Verbs::ring_to_open);
}

platform::Json Verbs::link() const {
  const BrokerOptions& broker = agent_.options().broker;
  Json lacks = Json::array();
  if (!agent_.mqtt5()) {
    lacks.push("message_expiry").push("will_delay").push("session_expiry");
  }
  if (broker.delivery_qos == 0) {
    lacks.push("queue");
  }
  Json link = Json::object();
  link.set("state", to_string(agent_.link_state()))
      .set("broker", agent_.broker_host() + ':' + std::to_string(broker.port))
      .set("protocol", agent_.mqtt5() ? "5" : "3.1.1")
      .set("lacks", std::move(lacks))
      .set("library", agent_.link_library());
  return link;
}

platform::Json Verbs::limits() const {
  const AgentOptions& options = agent_.options();
  Json limits = Json::object();
  limits.set("lines", options.lines)
      .set("parties", options.parties)
      .set("call_waiting", options.call_waiting)
      .set("chime_only", options.chime_only)
      .set("ring_time_ms", options.timers.ring.count())
      .set("longest_call_ms", options.timers.longest_call.count())
      .set("alone_time_ms", options.timers.alone.count())
      .set("ring_to_open_ms", options.ring_to_open_max.count());
  return limits;
}

platform::Json Verbs::memory() const {
  const EngineMemory taken = agent_.memory();
  Json memory = Json::object();
  memory.set("tables_bytes", taken.tables).set("messages_bytes", taken.messages);
  return memory;
}

void Verbs::status(const Request& request, Responder& responder) const {
  VerbArgs args(request.args);
  const bool with_devices = args.flag("devices").value_or(false);
  if (fail(responder, args)) {
    return;
  }
  const AgentOptions& options = agent_.options();
  Json counters = Json::object();
  for (const auto& [name, value] : agent_.counters()) {
    counters.set(name.c_str(), value);
  }
  const platform::ControlCounters& control = socket_->counters();
  counters.set("control_bad_requests", control.bad_requests)
      .set("control_dropped_slow", control.dropped_slow)
      .set("control_not_allowed", control.not_allowed)
      .set("control_refused_full", control.refused_full);
  Json plans = Json::array();
  for (const auto& [name, plan] : options.plans) {
    plans.push(name);
  }
  Json inputs = Json::array();
  for (const InputView& input : agent_.inputs()) {
    inputs.push(to_json(input));
  }
  Json result = Json::object();
  result.set("user", options.user)
      .set("device", options.device)
      .set("name", options.name)
      .set("kind", options.kind)
      .set("version", kVersion)
      .set("state", to_string(agent_.own_state()))
      .set("mode", dnd_.mode())
      .set("link", link())
      .set("calls", live_calls(agent_))
      .set("pullable", to_list(agent_.pullable()))
      .set("buttons", to_list(agent_.buttons()))
      .set("inputs", std::move(inputs))
      .set("outputs", to_json(agent_.outputs()))
      .set("plans", std::move(plans))
      .set("limits", limits())
      .set("memory", memory())
      .set("counters", std::move(counters))
      .set("at_ms", Agent::clock_ms());
  if (with_devices) {
    result.set("devices", devices(std::nullopt));
  }
  responder.ok(std::move(result));
}

void Verbs::calls(const Request& /*request*/, Responder& responder) const {
  Json list = Json::array();
  for (const CallView& call : agent_.calls()) {
    list.push(to_json(call));
  }
  Json result = Json::object();
  result.set("calls", std::move(list));
  responder.ok(std::move(result));
}

platform::Json Verbs::devices(const std::optional<std::string>& user) const {
  Json list = Json::array();
  for (const DevicePresence& device : agent_.presence()) {
    if (!user || *user == device.user) {
      list.push(to_json(device));
    }
  }
  return list;
}

void Verbs::presence(const Request& request, Responder& responder) const {
  VerbArgs args(request.args);
  const auto user = args.text("user");
  if (fail(responder, args)) {
    return;
  }
  Json result = Json::object();
  result.set("devices", devices(user));
  responder.ok(std::move(result));
}

void Verbs::press(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string name = args.needed_text("name");
  const PressKind kind = args.press_kind("kind").value_or(PressKind::kSingle);
  if (fail(responder, args)) {
    return;
  }
  const std::vector<std::string> buttons = agent_.buttons();
  if (std::find(buttons.begin(), buttons.end(), name) == buttons.end()) {
    std::string known;
    for (const std::string& button : buttons) {
      known += (known.empty() ? ": " : ", ") + button;
    }
    responder.fail(to_string(Errc::kInvalidArgument),
                   "there is no button '" + name + "'; the config has " +
                       (known.empty() ? "none" : "these" + known));
    return;
  }
  if (!agent_.button_bound(name, kind)) {
    responder.fail(
        to_string(Errc::kInvalidArgument),
        "the config has no " + std::string(to_string(kind)) + " press for button '" + name + "'");
    return;
  }
  const auto action = agent_.button_action(name, kind);
  if (action && action->kind == ButtonAction::Kind::kOpen && !request.may_open) {
    responder.fail(to_string(Errc::kNotAllowed),
                   "your user may not press this button, which opens a door ([control] openers)");
    return;
  }
  const Errc code = agent_.press(name, kind);
  if (code != Errc::kOk) {
    fail(responder, code, "press");
    return;
  }
  responder.ok();
}

}  // namespace doorcall::daemon
