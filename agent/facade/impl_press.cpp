// What a press does depends on the calls at that moment; agent/README.md has the table.
#include <utility>

#include "agent/facade/impl.hpp"

namespace doorcall {

void Agent::Impl::bind(std::string name, PressKind kind, BoundAction action) {
  const auto button = buttons_.try_emplace(std::move(name)).first;
  button->second[static_cast<std::size_t>(kind)] = std::move(action);
  if (inputs_ != nullptr) {
    inputs_->rebound(button->first);
  }
}

bool Agent::Impl::unbind(std::string_view name) {
  const auto found = buttons_.find(name);
  if (found == buttons_.end()) {
    return false;
  }
  buttons_.erase(found);
  if (inputs_ != nullptr) {
    inputs_->rebound(name);
  }
  return true;
}

const Agent::Impl::BoundAction* Agent::Impl::bound(std::string_view name, PressKind kind) const {
  const auto found = buttons_.find(name);
  if (found == buttons_.end()) {
    return nullptr;
  }
  const BoundAction& action = found->second[static_cast<std::size_t>(kind)];
  return std::holds_alternative<std::monostate>(action) ? nullptr : &action;
}

Errc Agent::Impl::press(std::string_view name, PressKind kind) {
  const BoundAction* const found = bound(name, kind);
  ButtonUpdate update;
  update.button = name;
  update.kind = kind;
  if (found == nullptr) {
    update.code = Errc::kInvalidArgument;
  } else if (const auto* action = std::get_if<ButtonAction>(found)) {
    update.code = act(*action);
  } else {
    delivery_.push(std::get<std::function<void()>>(*found));
  }
  const Errc code = update.code;
  log_.info("button", name, ' ', to_string(kind),
            code == Errc::kOk ? "" : " refused: ", code == Errc::kOk ? "" : to_string(code));
  tell_button(std::move(update));
  arm();
  return code;
}

Errc Agent::Impl::act(const ButtonAction& action) {
  switch (action.kind) {
    case ButtonAction::Kind::kCall: return press_call(action.user, action.repeat);
    case ButtonAction::Kind::kPlan: return press_plan(action.plan, action.repeat);
    case ButtonAction::Kind::kAnswer:
    case ButtonAction::Kind::kDecline:
    case ButtonAction::Kind::kSilence: return act_ringing(action.kind);
    case ButtonAction::Kind::kHangUp: return press_hang_up();
    case ButtonAction::Kind::kDnd: return set_dnd(!engine_->mode().dnd, std::nullopt);
    case ButtonAction::Kind::kOpen: return open_door({.call = {}, .user = action.user}, {});
    case ButtonAction::Kind::kPull: return pull({}, {}, {}).code;
    case ButtonAction::Kind::kToggle: break;
  }
  if (oldest(CallState::kRinging)) {
    return act_ringing(ButtonAction::Kind::kAnswer);
  }
  const Errc code = press_hang_up();
  const bool idle = code == Errc::kUnknownCall;
  return idle && !action.user.empty() ? press_call(action.user, action.repeat) : code;
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

Errc Agent::Impl::press_again(const CallId& call, RepeatPress repeat) {
  return repeat == RepeatPress::kCancel ? cancel(to_text(call).view(), {}, {}) : Errc::kAlreadySent;
}

Errc Agent::Impl::press_plan(const std::string& name, RepeatPress repeat) {
  const auto last = plan_calls_.find(name);
  const auto info = last == plan_calls_.end() ? std::nullopt : engine_->find_call(last->second);
  if (info && info->state == CallState::kCalling) {
    return press_again(info->call, repeat);
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

Errc Agent::Impl::press_call(const std::string& user, RepeatPress repeat) {
  for (std::size_t i = 0; i < engine_->live_calls(); ++i) {
    const auto info = engine_->call_at(i);
    if (info->outgoing && info->state == CallState::kCalling && info->peer.user.view() == user) {
      return press_again(info->call, repeat);
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
  for (std::size_t i = 0; i < engine_->live_calls(); ++i) {
    const auto info = engine_->call_at(i);
    if (info->state == state && (!found || info->since < found->since)) {
      found = info;
    }
  }
  return found;
}

}  // namespace doorcall
