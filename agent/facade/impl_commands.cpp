// Commands: the arguments in the engine's form, its answer at once, and the completion kept until
// the event that decides it. The engine checks everything that it can; here stands only what is
// lost on the way to its types.
#include <algorithm>
#include <utility>

#include "agent/facade/impl.hpp"
#include "transport/tls_files.hpp"

namespace doorcall {

using Until = facade::Completions::Until;

Errc Agent::Impl::start(Completion done) {
  const Result result = feed(Start{});
  if (result.code == Errc::kOk) {
    start_done_ = std::move(done);
    if (inputs_ == nullptr) {
      configure_inputs();
    }
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
  facade::CheckedOptions checked = facade::check(options, gpio_ != nullptr);
  std::vector<std::string> fixed = facade::fixed_differences(options_, options);
  options.user = options_.user;
  options.device = options_.device;
  options.name = options_.name;
  options.kind = options_.kind;
  const bool same_kind = options.broker.tls.enabled == options_.broker.tls.enabled;
  BrokerOptions broker = options_.broker;
  if (same_kind && renew_credentials(checked.link)) {
    broker.username = options.broker.username;
    broker.password = options.broker.password;
    broker.tls = options.broker.tls;
  }
  options.broker = std::move(broker);
  checked.settings.self = checked_.settings.self;
  checked_.settings = checked.settings;
  options_ = std::move(options);
  log_.set_level(options_.log_debug ? platform::LogLevel::kDebug : platform::LogLevel::kInfo);
  use_media_command();
  outputs_.configure(options_.outputs);
  apply_settings();
  if (engine_->link_state() != LinkState::kStopped || inputs_ != nullptr) {
    configure_inputs();
  }
  return fixed;
}

/// True if the link uses these now. A connection with ones that are no good would be none at all,
/// so the old ones are kept then.
bool Agent::Impl::renew_credentials(const transport::LinkOptions& link) {
  facade::CredentialsSeen seen(link);
  if (seen == credentials_) {
    return true;
  }
  const std::string problem = link.tls.enabled ? transport::check_tls_files(link.tls) : "";
  if (!problem.empty()) {
    log_.error("link", "the new credentials are not used: ", problem);
    return false;
  }
  credentials_ = seen;
  checked_.link.username = link.username;
  checked_.link.password = link.password;
  checked_.link.tls = link.tls;
  log_.info("link", "new credentials; connecting anew");
  link_->renew({link.username, link.password, link.tls});
  if (engine_->link_state() == LinkState::kReconnecting && !link_open_) {
    LinkLost now;  // no need to wait any longer
    now.at_once = true;
    now.text = "new credentials";
    feed(now);
  }
  return true;
}

Errc Agent::Impl::answer(std::string_view call, const AnswerOptions& options, Completion done) {
  const auto id = CallId::parse(call);
  if (!id) {
    return Errc::kUnknownCall;
  }
  AcceptCall accept{.call = *id, .data = options.data, .answer = options.answer};
  const auto notes = notes_.find(*id);
  if (accept.answer.empty() && notes != notes_.end()) {
    accept.answer = notes->second.local_offer;  // from a media hook that was prepared
  }
  const Errc code = feed(accept).code;
  if (code == Errc::kOk) {
    keep_offer(*id, options.answer);
    if (!accept.answer.empty()) {
      notes_[*id].told = true;
    }
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
  const auto id = CallId::parse(call);
  return id ? cancel(*id, {}, data, std::move(done)) : Errc::kUnknownCall;
}

Errc Agent::Impl::cancel(std::string_view call, const std::vector<std::string>& users,
                         std::string_view data, Completion done) {
  const auto id = CallId::parse(call);
  if (!id) {
    return Errc::kUnknownCall;
  }
  if (users.empty() || users.size() > kInviteesMax) {
    return Errc::kInvalidArgument;
  }
  std::vector<UserId> ids;
  for (const std::string& user : users) {
    const auto parsed = UserId::parse(user);
    if (!parsed) {
      return Errc::kInvalidUser;
    }
    ids.push_back(*parsed);
  }
  return cancel(*id, ids, data, std::move(done));
}

/// `users` empty: all. With others in the call that goes on, so the end of the users decides.
Errc Agent::Impl::cancel(const CallId& call, const std::vector<UserId>& users,
                         std::string_view data, Completion done) {
  const auto info = engine_->find_call(call);
  const bool whole = users.empty() && info && info->state == CallState::kCalling;
  std::vector<std::string> pending;
  for (std::size_t i = 0; const auto leg = engine_->member_at(call, i); ++i) {
    const bool meant =
        users.empty() || std::find(users.begin(), users.end(), leg->user) != users.end();
    if (meant && leg->state < LegState::kConnected) {
      pending.emplace_back(leg->user.view());
    }
  }
  const Errc code = feed(CancelCall{.call = call, .users = users, .data = data}).code;
  if (code == Errc::kOk && whole) {
    completions_.add(call, Until::kEnded, std::move(done));
  } else if (code == Errc::kOk) {
    completions_.add(call, Until::kEnded, std::move(pending), std::move(done));
  }
  return code;
}

Errc Agent::Impl::hang_up(std::string_view call, std::string_view data, Completion done) {
  return end_by(call, done,
                [data](const CallId& id) -> Input { return HangUpCall{.call = id, .data = data}; });
}

Errc Agent::Impl::end(std::string_view call, std::string_view data, Completion done) {
  return end_by(call, done,
                [data](const CallId& id) -> Input { return EndCall{.call = id, .data = data}; });
}

Errc Agent::Impl::silence(std::string_view call) {
  const auto id = CallId::parse(call);
  return id ? feed(SilenceCall{.call = *id}).code : Errc::kUnknownCall;
}

Errc Agent::Impl::set_dnd(bool on, std::optional<Millis> duration) {
  const Millis time = duration.value_or(Millis{0});
  if (duration && (!on || time < Millis{1} || time > kModeTimeMax)) {
    return Errc::kTimeoutOutOfRange;  // to the engine 0 means "not said"
  }
  return feed(SetDnd{.on = on, .duration = time}).code;
}

Errc Agent::Impl::ring_to_open(Millis duration) {
  if (duration < Millis{0} || duration > options_.ring_to_open_max) {
    return Errc::kTimeoutOutOfRange;
  }
  if (duration > Millis{0} && options_.doors.empty()) {
    return Errc::kNotAllowed;
  }
  return feed(SetRingToOpen{.duration = duration}).code;
}

}  // namespace doorcall
