// Invitations of one or many users, and the ways into a running call. The engine decides who can be
// called and into which call; here its answer becomes one for each user, and completions wait for
// what was asked: a new call for its first answer, an addition for the first of those added.
#include <utility>

#include "agent/facade/impl.hpp"
#include "agent/facade/ring_order.hpp"

namespace doorcall {

using Until = facade::Completions::Until;

namespace {

struct PushTexts {
  std::string title;
  std::string content;
};

PushTexts push_texts(const AgentOptions& agent, const CallOptions& call, const std::string& name) {
  const facade::PushWords words{name.empty() ? agent.user : name, agent.user, call.line};
  return {
      .title = call.push_title.value_or(facade::fill_in(agent.push_title, words, kNameBytesMax)),
      .content = call.push_content.value_or(
          facade::fill_in(agent.push_content, words, kPushContentBytesMax))};
}

CallResult refused(Errc code) {
  CallResult result;
  result.code = code;
  return result;
}

/// Who is called; the others go to `ret_errors`.
std::vector<std::string> sort_out(const facade::RingOrder& order, const Result& answer,
                                  std::vector<InviteeError>& ret_errors) {
  std::vector<std::string> called;
  for (std::size_t i = 0; i < order.users.size(); ++i) {
    const Errc code = answer.invitees[i];
    if (code == Errc::kOk) {
      called.push_back(order.users[i]);
    } else {
      ret_errors.push_back({.user = order.users[i], .code = code});
    }
  }
  return called;
}

}  // namespace

CallResult Agent::Impl::call(const CallPlan& plan, const CallOptions& options, Completion done) {
  return invite({}, plan, options, std::move(done));
}

CallResult Agent::Impl::call_plan(std::string_view name, const CallOptions& options,
                                  Completion done) {
  const auto plan = options_.plans.find(name);
  if (plan == options_.plans.end()) {
    return refused(Errc::kInvalidArgument);
  }
  return invite({}, plan->second, options, std::move(done));
}

CallResult Agent::Impl::add(std::string_view call, const std::vector<std::string>& users,
                            const CallOptions& options, Completion done) {
  const auto id = CallId::parse(call);
  if (!id) {
    return refused(Errc::kUnknownCall);
  }
  return invite(*id, CallPlan::parallel(users), options, std::move(done));
}

CallResult Agent::Impl::invite(const CallId& into, const CallPlan& plan, const CallOptions& options,
                               Completion done) {
  const facade::RingOrder order = facade::to_order(plan);
  const std::string& name = options.caller_name.empty() ? options_.name : options.caller_name;
  const PushTexts push = push_texts(options_, options, name);
  InviteUsers invite;
  invite.call = into;
  invite.invitees = order.invitees;
  invite.plan = order.plan;
  invite.ring_time = options.ring_time.value_or(plan.ring_time.value_or(options_.timers.ring));
  invite.media = options.media;
  invite.wait_offline = options.wait_offline.value_or(options_.wait_offline);
  invite.caller_name = name;
  invite.data = options.data;
  invite.line = options.line;
  invite.offer = options.offer;
  invite.push_title = push.title;
  invite.push_content = push.content;
  const bool too_short = invite.ring_time < kRingTimeMin;  // to the engine 0 means "not said"
  if (order.code != Errc::kOk || too_short) {
    return refused(order.code != Errc::kOk ? order.code : Errc::kTimeoutOutOfRange);
  }
  const Result answer = feed(invite);
  CallResult result = refused(answer.code);
  std::vector<std::string> called = sort_out(order, answer, result.errors);
  if (answer.code != Errc::kOk) {
    return result;
  }
  const auto info = engine_->find_call(answer.call);
  result.call = to_text(answer.call).view();
  result.ring_time = invite.ring_time;
  result.added = !into.empty() || (info && info->state == CallState::kConnected);
  if (result.added) {
    completions_.add(answer.call, Until::kConnected, std::move(called), std::move(done));
  } else {
    keep_offer(answer.call, options.offer);
    completions_.add(answer.call, Until::kConnected, std::move(done));
  }
  return result;
}

Errc Agent::Impl::join(std::string_view call, std::string_view via, const JoinOptions& options,
                       Completion done) {
  const auto id = CallId::parse(call);
  const auto user = UserId::parse(via);
  if (!id) {
    return Errc::kUnknownCall;
  }
  if (!user && !via.empty()) {
    return Errc::kInvalidUser;
  }
  const JoinCall order{.call = *id,
                       .via = user.value_or(UserId{}),
                       .move = false,
                       .data = options.data,
                       .answer = options.answer};
  return join(order, options, std::move(done)).code;
}

PullResult Agent::Impl::pull(std::string_view call, const JoinOptions& options, Completion done) {
  const auto id = CallId::parse(call);
  if (!id && !call.empty()) {
    return {.code = Errc::kUnknownCall, .call = {}};
  }
  const JoinCall order{.call = id.value_or(CallId{}),
                       .via = {},
                       .move = true,
                       .data = options.data,
                       .answer = options.answer};
  const Result result = join(order, options, std::move(done));
  if (result.code != Errc::kOk) {
    return {.code = result.code, .call = {}};
  }
  return {.code = Errc::kOk, .call = std::string(to_text(result.call).view())};
}

Result Agent::Impl::join(const JoinCall& order, const JoinOptions& options, Completion done) {
  const auto only = engine_->pullable_at(0);
  Result result = feed(order);
  if (result.code == Errc::kOk) {
    if (result.call.empty()) {
      result.call = order.call.empty() && only ? *only : order.call;
    }
    keep_offer(result.call, options.answer);
    completions_.add(result.call, Until::kConnected, std::move(done));
  }
  return result;
}

}  // namespace doorcall
