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
  switch (action.kind) {
    case ButtonAction::Kind::kCall: return press_call(action.user);
    case ButtonAction::Kind::kPlan: return press_plan(action.plan);
    case ButtonAction::Kind::kAnswer:
    case ButtonAction::Kind::kDecline:
    case ButtonAction::Kind::kSilence: return act_ringing(action.kind);
    case ButtonAction::Kind::kHangUp: return press_hang_up();
    case ButtonAction::Kind::kDnd: return set_dnd(!engine_->mode().dnd, std::nullopt);
    case ButtonAction::Kind::kPull: return pull({}, {}, {}).code;
    case ButtonAction::Kind::kToggle: break;
  }
  if (oldest(CallState::kRinging)) {
    return act_ringing(ButtonAction::Kind::kAnswer);
  }
  const Errc code = press_hang_up();
  const bool idle = code == Errc::kUnknownCall;
  return idle && !action.user.empty() ? press_call(action.user) : code;
}

Errc Agent::Impl::act_ringing(ButtonAction::Kind kind) {
  const auto ringing = oldest(CallState::kRinging);
  const CallIdText text = ringing ? to_text(ringing->call) : CallIdText{};
  if (kind == ButtonAction::Kind::kSilence) {
    return silence(text.view());
  }
  return kind == ButtonAction::Kind::kAnswer ? answer(text.view(), {}, {})
                                             : decline(text.view(), {}, {});
}

bool Agent::Impl::would_add() const {
  return options_.lines == 1 && oldest(CallState::kConnected).has_value();
}

Errc Agent::Impl::press_plan(const std::string& name) {
  const auto last = plan_calls_.find(name);
  const auto info = last == plan_calls_.end() ? std::nullopt : engine_->find_call(last->second);
  if (info && info->state == CallState::kCalling) {
    return Errc::kAlreadySent;
  }
  if (would_add()) {
    return Errc::kBusy;
  }
  const CallResult result = call_plan(name, {}, {});
  if (result.code == Errc::kOk) {
    plan_calls_.insert_or_assign(name, CallId::parse(result.call).value_or(CallId{}));
  }
  return result.code;
}

Errc Agent::Impl::press_call(const std::string& user) {
  for (std::size_t i = 0; const auto info = engine_->call_at(i); ++i) {
    if (info->outgoing && info->state == CallState::kCalling && info->peer.user.view() == user) {
      return Errc::kAlreadySent;
    }
  }
  return would_add() ? Errc::kBusy : call(CallPlan::parallel({user}), {}, {}).code;
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
