// The verbs on calls. Those that begin something answer at once with what was begun; those on a
// call that is there answer when the agent says how it ended, so that "answer" means answered.
#include <utility>

#include "agent/daemon/call_args.hpp"
#include "agent/daemon/verb_answers.hpp"
#include "agent/daemon/verb_args.hpp"
#include "agent/daemon/verbs.hpp"

namespace doorcall::daemon {
namespace {

using platform::Json;
using platform::Responder;

/// "apt1: a user cannot call itself; apt2: …".
std::string refusals(const CallResult& result) {
  std::string text;
  for (const InviteeError& error : result.errors) {
    text += (text.empty() ? "" : "; ") + error.user + ": ";
    text += explain(error.code, "invitee");
  }
  return text;
}

void answer_invitation(Responder& responder, const CallResult& result, const char* verb) {
  if (result.code != Errc::kOk) {
    if (result.errors.size() > 1) {
      responder.fail(to_string(result.code), "nobody is called: " + refusals(result));
    } else {
      fail(responder, result.code, verb);
    }
    return;
  }
  Json errors = Json::array();
  for (const InviteeError& error : result.errors) {
    Json entry = Json::object();
    entry.set("user", error.user)
        .set("code", to_string(error.code))
        .set("message", explain(error.code, "invitee"));
    errors.push(std::move(entry));
  }
  Json answer = call_result(result.call);
  answer.set("ring_time_ms", result.ring_time.count())
      .set("added", result.added)
      .set("errors", std::move(errors));
  responder.ok(std::move(answer));
}

}  // namespace

void Verbs::call(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const CallOrder order = read_order(args, agent_);
  const CallOptions options = read_options(args);
  if (fail(responder, args)) {
    return;
  }
  answer_invitation(responder,
                    order.plan_name.empty() ? agent_.call(order.plan, options)
                                            : agent_.call_plan(order.plan_name, options),
                    "call");
}

void Verbs::add(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::vector<std::string> users = read_users(args);
  const std::string call = args.call(agent_, {CallState::kConnected, CallState::kCalling});
  const CallOptions options = read_options(args);
  if (fail(responder, args)) {
    return;
  }
  answer_invitation(responder, agent_.add(call, users, options), "add");
}

void Verbs::answer(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kRinging});
  AnswerOptions options;
  options.data = args.text("data").value_or("");
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "answer", [&](std::string& ret_call, Completion done) {
    ret_call = call;
    return agent_.answer(call, options, std::move(done));
  });
}

void Verbs::decline(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kRinging});
  DeclineOptions options;
  options.here_only = args.flag("here");
  options.data = args.text("data").value_or("");
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "decline", [&](std::string& ret_call, Completion done) {
    ret_call = call;
    return agent_.decline(call, options, std::move(done));
  });
}

void Verbs::silence(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kRinging});
  if (fail(responder, args)) {
    return;
  }
  const Errc code = agent_.silence(call);
  if (code != Errc::kOk) {
    fail(responder, code, "silence");
    return;
  }
  responder.ok(call_result(call));
}

void Verbs::mute(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kConnected});
  if (fail(responder, args)) {
    return;
  }
  const Errc code = agent_.mute(call, request.verb == "mute");
  if (code != Errc::kOk) {
    fail(responder, code, request.verb);
    return;
  }
  responder.ok(call_result(call));
}

void Verbs::cancel(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const auto users = args.texts("users");
  // With users it may be a call in which others have answered.
  const std::string call =
      args.call(agent_, users ? std::vector{CallState::kCalling, CallState::kConnected}
                              : std::vector{CallState::kCalling});
  const std::string data = args.text("data").value_or("");
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "cancel", [&](std::string& ret_call, Completion done) {
    ret_call = call;
    return users ? agent_.cancel(call, *users, data, std::move(done))
                 : agent_.cancel(call, data, std::move(done));
  });
}

void Verbs::leave(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kConnected, CallState::kAccepting});
  const std::string data = args.text("data").value_or("");
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "leave", [&](std::string& ret_call, Completion done) {
    ret_call = call;
    return agent_.hang_up(call, data, std::move(done));
  });
}

void Verbs::end(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kConnected, CallState::kCalling});
  const std::string data = args.text("data").value_or("");
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "end", [&](std::string& ret_call, Completion done) {
    ret_call = call;
    return agent_.end(call, data, std::move(done));
  });
}

void Verbs::join(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.needed_text("call");
  const std::string via = args.text("via").value_or("");
  JoinOptions options;
  options.data = args.text("data").value_or("");
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "join", [&](std::string& ret_call, Completion done) {
    ret_call = call;
    return agent_.join(call, via, options, std::move(done));
  });
}

void Verbs::pull(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.text("call").value_or("");
  JoinOptions options;
  options.data = args.text("data").value_or("");
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "pull", [&](std::string& ret_call, Completion done) {
    const PullResult result = agent_.pull(call, options, std::move(done));
    ret_call = result.call;
    return result.code;
  });
}

}  // namespace doorcall::daemon
