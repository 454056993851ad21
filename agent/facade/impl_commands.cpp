// Commands: the arguments in the engine's form, its answer at once, and the completion kept until
// the event that decides it. The engine checks everything that it can; here stands only what is
// lost on the way to its types.
#include <utility>

#include "agent/facade/impl.hpp"

namespace doorcall {

using Until = facade::Completions::Until;

Errc Agent::Impl::start(Completion done) {
  const Result result = feed(Start{});
  if (result.code == Errc::kOk) {
    start_done_ = std::move(done);
  }
  return result.code;
}

Errc Agent::Impl::stop(Completion done) {
  Completion before = std::exchange(stop_done_, std::move(done));  // Stop may do it at once
  const Errc code = feed(Stop{}).code;
  if (code != Errc::kOk) {
    stop_done_ = std::move(before);
  }
  return code;
}

std::vector<std::string> Agent::Impl::reconfigure(AgentOptions options) {
  facade::CheckedOptions checked = facade::check(options);
  std::vector<std::string> fixed = facade::fixed_differences(options_, options);
  options.user = options_.user;
  options.device = options_.device;
  options.name = options_.name;
  options.kind = options_.kind;
  options.broker = options_.broker;
  checked.settings.self = checked_.settings.self;
  checked_.settings = checked.settings;
  options_ = std::move(options);
  log_.set_level(options_.log_debug ? platform::LogLevel::kDebug : platform::LogLevel::kInfo);
  use_media_command();
  apply_settings();
  return fixed;
}

CallResult Agent::Impl::call(std::string_view user, const CallOptions& options, Completion done) {
  CallResult result;
  const auto invitee = UserId::parse(user);
  InviteUser invite;
  invite.user = invitee.value_or(UserId{});
  invite.ring_time = options.ring_time.value_or(checked_.settings.ring_time);
  invite.media = options.media;
  invite.wait_offline = options.wait_offline.value_or(options_.wait_offline);
  invite.caller_name = options.caller_name.empty() ? options_.name : options.caller_name;
  invite.data = options.data;
  invite.line = options.line;
  invite.offer = options.offer;
  if (invite.ring_time < kRingTimeMin) {
    result.code = Errc::kTimeoutOutOfRange;  // to the engine 0 means "not said"
  } else {
    const Result answer = feed(invite);
    result.code = answer.code;
    if (answer.code == Errc::kOk) {
      result.call = to_text(answer.call).view();
      result.ring_time = invite.ring_time;
      keep_offer(answer.call, options.offer);
      completions_.add(answer.call, Until::kConnected, std::move(done));
      return result;
    }
  }
  if (result.code == Errc::kInvalidUser || result.code == Errc::kSelfCall) {
    result.errors.push_back({.user = std::string(user), .code = result.code});
  }
  return result;
}

Errc Agent::Impl::answer(std::string_view call, const AnswerOptions& options, Completion done) {
  const auto id = CallId::parse(call);
  if (!id) {
    return Errc::kUnknownCall;
  }
  AcceptCall accept{.call = *id, .data = options.data, .answer = options.answer};
  const auto offers = offers_.find(*id);
  if (accept.answer.empty() && offers != offers_.end()) {
    accept.answer = offers->second.local;  // from a media hook that was prepared
  }
  const Errc code = feed(accept).code;
  if (code == Errc::kOk) {
    keep_offer(*id, options.answer);
    completions_.add(*id, Until::kConnected, std::move(done));
  }
  return code;
}

template <typename MakeInput>
Errc Agent::Impl::end_by(std::string_view call, Completion& done, MakeInput make_input) {
  const auto id = CallId::parse(call);
  if (!id) {
    return Errc::kUnknownCall;
  }
  const Errc code = feed(make_input(*id)).code;
  if (code == Errc::kOk) {
    completions_.add(*id, Until::kEnded, std::move(done));
  }
  return code;
}

Errc Agent::Impl::decline(std::string_view call, const DeclineOptions& options, Completion done) {
  const bool here = options.here_only.value_or(options_.decline_here);
  return end_by(call, done, [&](const CallId& id) -> Input {
    return RejectCall{.call = id,
                      .reason = here ? Reason::kDeclined : Reason::kDeclinedEverywhere,
                      .data = options.data};
  });
}

Errc Agent::Impl::cancel(std::string_view call, std::string_view data, Completion done) {
  return end_by(call, done,
                [data](const CallId& id) -> Input { return CancelCall{.call = id, .data = data}; });
}

Errc Agent::Impl::hang_up(std::string_view call, std::string_view data, Completion done) {
  return end_by(call, done,
                [data](const CallId& id) -> Input { return HangUpCall{.call = id, .data = data}; });
}

}  // namespace doorcall
