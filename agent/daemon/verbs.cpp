// Each verb reads its arguments, calls one method of the agent and answers with its code. Verbs on
// a call answer when the agent says how it ended, so that "answer" means answered.
#include "agent/daemon/verbs.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "agent/daemon/to_json.hpp"
#include "agent/daemon/verb_args.hpp"
#include "doorcall/version.hpp"

namespace doorcall::daemon {
namespace {

using platform::Json;
using platform::Responder;

void fail(Responder& responder, Errc code) {
  responder.fail(to_string(code), explain(code));
}

Json call_result(const std::string& call) {
  Json result = Json::object();
  result.set("call", call);
  return result;
}

/// Answers when `begin` completes, or at once with the code that it refuses with.
template <typename Begin>
void answer_when_done(Responder& responder, const std::string& call, Begin begin) {
  const auto later = std::make_shared<Responder>(std::move(responder));
  const Errc code = begin([later, call](const Outcome& outcome) {
    if (outcome.code == Errc::kOk) {
      Json result = call_result(call);
      result.set("reason", to_string(outcome.reason));
      later->ok(std::move(result));
      return;
    }
    later->fail(to_string(outcome.code),
                std::string(explain(outcome.code)) + ": " + std::string(to_string(outcome.reason)));
  });
  if (code != Errc::kOk) {
    fail(*later, code);
  }
}

}  // namespace

void Verbs::serve_on(platform::ControlSocket& socket) {
  const auto serve = [&](const char* verb, auto method) {
    socket.on(verb, [this, method](const Request& request, Responder responder) {
      (this->*method)(request, responder);
    });
  };
  serve("status", &Verbs::status);
  serve("calls", &Verbs::calls);
  serve("presence", &Verbs::presence);
  serve("call", &Verbs::call);
  serve("answer", &Verbs::answer);
  serve("decline", &Verbs::decline);
  serve("cancel", &Verbs::cancel);
  serve("hangup", &Verbs::hang_up);
  serve("press", &Verbs::press);
}

void Verbs::status(const Request& request, Responder& responder) const {
  VerbArgs args(request.args);
  const bool with_devices = args.flag("devices").value_or(false);
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
    return;
  }
  const AgentOptions& options = agent_.options();
  Json link = Json::object();
  link.set("state", to_string(agent_.link_state()))
      .set("broker", options.broker.host + ':' + std::to_string(options.broker.port))
      .set("protocol", agent_.mqtt5() ? "5" : "3.1.1")
      .set("library", agent_.link_library());
  Json buttons = Json::array();
  for (const std::string& name : agent_.buttons()) {
    buttons.push(name);
  }
  Json counters = Json::object();
  for (const auto& [name, value] : agent_.counters()) {
    counters.set(name.c_str(), value);
  }
  Json result = Json::object();
  result.set("user", options.user)
      .set("device", options.device)
      .set("name", options.name)
      .set("kind", options.kind)
      .set("version", kVersion)
      .set("state", to_string(agent_.own_state()))
      .set("link", std::move(link))
      .set("calls", live_calls(agent_))
      .set("buttons", std::move(buttons))
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
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
    return;
  }
  Json result = Json::object();
  result.set("devices", devices(user));
  responder.ok(std::move(result));
}

void Verbs::call(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string user = args.needed_text("user");
  CallOptions options;
  options.ring_time = args.milliseconds("ring_time_ms");
  options.media = args.media("media").value_or(MediaKind::kAudio);
  options.wait_offline = args.flag("wait_offline");
  options.caller_name = args.text("name").value_or("");
  options.data = args.text("data").value_or("");
  options.line = args.text("line").value_or("");
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
    return;
  }
  const CallResult result = agent_.call(user, options);
  if (result.code != Errc::kOk) {
    fail(responder, result.code);
    return;
  }
  Json answer = call_result(result.call);
  answer.set("ring_time_ms", result.ring_time.count());
  responder.ok(std::move(answer));
}

void Verbs::answer(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kRinging});
  AnswerOptions options;
  options.data = args.text("data").value_or("");
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
    return;
  }
  answer_when_done(responder, call,
                   [&](Completion done) { return agent_.answer(call, options, std::move(done)); });
}

void Verbs::decline(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kRinging});
  DeclineOptions options;
  options.here_only = args.flag("here");
  options.data = args.text("data").value_or("");
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
    return;
  }
  answer_when_done(responder, call,
                   [&](Completion done) { return agent_.decline(call, options, std::move(done)); });
}

void Verbs::cancel(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kCalling});
  const std::string data = args.text("data").value_or("");
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
    return;
  }
  answer_when_done(responder, call,
                   [&](Completion done) { return agent_.cancel(call, data, std::move(done)); });
}

void Verbs::hang_up(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kConnected, CallState::kAccepting});
  const std::string data = args.text("data").value_or("");
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
    return;
  }
  answer_when_done(responder, call,
                   [&](Completion done) { return agent_.hang_up(call, data, std::move(done)); });
}

void Verbs::press(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string name = args.needed_text("name");
  if (!args.ok()) {
    responder.fail(args.code(), args.error());
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
  const Errc code = agent_.press(name);
  if (code != Errc::kOk) {
    fail(responder, code);
    return;
  }
  responder.ok();
}

}  // namespace doorcall::daemon
