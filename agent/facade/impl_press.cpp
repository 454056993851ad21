// What a press does depends on the calls at that moment; agent/README.md has the table.
#include <utility>

#include "agent/facade/impl.hpp"

namespace doorcall {

void Agent::Impl::bind(std::string name, BoundAction action) {
  buttons_.insert_or_assign(std::move(name), std::move(action));
}

bool Agent::Impl::unbind(std::string_view name) {
  const auto found = buttons_.find(name);
  if (found == buttons_.end()) {
    return false;
  }
  buttons_.erase(found);
  return true;
}

Errc Agent::Impl::press(std::string_view name) {
  const auto found = buttons_.find(name);
  if (found == buttons_.end()) {
    return Errc::kInvalidArgument;
  }
  if (const auto* action = std::get_if<ButtonAction>(&found->second)) {
    return act(*action);
  }
  delivery_.push(std::get<std::function<void()>>(found->second));
  arm();
  return Errc::kOk;
}

Errc Agent::Impl::act(const ButtonAction& action) {
  const auto ringing = oldest(CallState::kRinging);
  const CallIdText text = ringing ? to_text(ringing->call) : CallIdText{};
  const std::string_view call = text.view();
  switch (action.kind) {
    case ButtonAction::Kind::kCall: return press_call(action.user);
    case ButtonAction::Kind::kAnswer: return answer(call, {}, {});
    case ButtonAction::Kind::kDecline: return decline(call, {}, {});
    case ButtonAction::Kind::kHangUp: return press_hang_up();
    case ButtonAction::Kind::kToggle: break;
  }
  if (ringing) {
    return answer(call, {}, {});
  }
  const Errc code = press_hang_up();
  const bool idle = code == Errc::kUnknownCall;
  return idle && !action.user.empty() ? press_call(action.user) : code;
}

Errc Agent::Impl::press_call(const std::string& user) {
  for (std::size_t i = 0; const auto info = engine_->call_at(i); ++i) {
    if (info->outgoing && info->state == CallState::kCalling && info->peer.user.view() == user) {
      return Errc::kAlreadySent;
    }
  }
  return call(user, {}, {}).code;
}

Errc Agent::Impl::press_hang_up() {
  for (const CallState state :
       {CallState::kConnected, CallState::kAccepting, CallState::kCalling}) {
    if (const auto info = oldest(state)) {
      return hang_up(to_text(info->call).view(), {}, {});
    }
  }
  return Errc::kUnknownCall;
}

std::optional<CallInfo> Agent::Impl::oldest(CallState state) const {
  std::optional<CallInfo> found;
  for (std::size_t i = 0; const auto info = engine_->call_at(i); ++i) {
    if (info->state == state && (!found || info->since < found->since)) {
      found = info;
    }
  }
  return found;
}

}  // namespace doorcall
