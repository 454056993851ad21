// Doors: orders of the engine to the handler, what the handler reports, and what others' doors say.
#include <utility>

#include "agent/facade/events.hpp"
#include "agent/facade/impl.hpp"

namespace doorcall {

void Agent::Impl::set_door_handler(DoorHandler handler) {
  door_handler_ = std::move(handler);
  apply_settings();
}

Errc Agent::Impl::open_door(const DoorTarget& target, DoorCompletion done) {
  OpenDoor order;
  if (!target.user.empty()) {
    const auto user = UserId::parse(target.user);
    if (!user) {
      return Errc::kInvalidUser;
    }
    order.user = *user;
  }
  if (target.call.empty()) {
    order.call = target.user.empty() ? call_with_door() : call_with(order.user);
  } else if (const auto call = CallId::parse(target.call)) {
    order.call = *call;
  } else {
    return Errc::kUnknownCall;
  }
  const Result result = feed(order);
  if (result.code == Errc::kOk && done) {
    door_asks_.insert_or_assign(result.call, std::move(done));
  }
  return result.code;
}

/// The connected call that `user` is in; empty: none, so it is asked without a call.
CallId Agent::Impl::call_with(const UserId& user) const {
  for (std::size_t i = 0; const auto info = engine_->call_at(i); ++i) {
    for (std::size_t j = 0; const auto leg = engine_->member_at(info->call, j); ++j) {
      if (info->state == CallState::kConnected && leg->state == LegState::kConnected &&
          leg->user == user && user != engine_->settings().self.user) {
        return info->call;
      }
    }
  }
  return {};
}

/// Nobody is named: the door of the connected call, else of who rings; but this device's own where
/// it has one and nobody of the call shows one.
CallId Agent::Impl::call_with_door() const {
  for (const CallState state : {CallState::kConnected, CallState::kRinging}) {
    if (const auto info = oldest(state); info && (!has_door() || shows_door(info->call))) {
      return info->call;
    }
  }
  return {};
}

bool Agent::Impl::shows_door(const CallId& call) const {
  const UserId& self = engine_->settings().self.user;
  for (std::size_t i = 0; const auto peer = engine_->peer_at(i); ++i) {
    for (std::size_t j = 0; const auto leg = engine_->member_at(call, j); ++j) {
      if (peer->door && leg->user != self && peer->account == Account{leg->device, leg->user}) {
        return true;
      }
    }
  }
  return false;
}

bool Agent::Impl::has_door() const {
  return door_handler_ != nullptr || outputs_.has_relay();
}

void Agent::Impl::door_contact(bool open) {
  if (!abandoned_) {
    feed(DoorContact{open});
  }
}

/// An exception of the handler is a lock that can't be driven.
void Agent::Impl::take_pulse(const PulseDoor& order) {
  const bool in_call = engine_->find_call(order.id).has_value();
  DoorRequest request{.user = std::string(order.who.user.view()),
                      .device = std::string(order.who.device.view()),
                      .call = in_call ? std::string(to_text(order.id).view()) : std::string()};
  delivery_.push([this, request = std::move(request), number = order.number] {
    const DoorReporter reporter([weak = weak_from_this(), number](bool ok) {
      if (const auto self = weak.lock(); self != nullptr && !self->abandoned_) {
        self->feed(DoorPulsed{number, ok});
      }
    });
    if (door_handler_ == nullptr) {
      outputs_.pulse([this, reporter](bool ok, std::string_view why) {
        if (!ok) {
          log_.error("door", "not opened: ", why);
        }
        reporter.report(ok);
      });
      return;
    }
    const DoorHandler handler = door_handler_;
    try {
      handler(request, reporter);
    } catch (...) {
      reporter.report(false);
      throw;
    }
  });
}

void Agent::Impl::take_door(const DoorEvent& event) {
  const bool over = event.change == DoorChange::kOpened || event.change == DoorChange::kRefused;
  const bool own = event.who == engine_->settings().self;
  if (over && (own || !event.here)) {
    if (auto done = door_asks_.extract(event.id)) {
      delivery_.push([done = std::move(done.mapped()), result = event.result] { done(result); });
    }
  }
  delivery_.push([this, update = facade::to_update(event, at_ms_)] {
    delivery_.tell(&Listener::on_door, update);
  });
}

void Agent::Impl::finish_door_asks() {
  for (auto& [id, done] : std::exchange(door_asks_, {})) {
    delivery_.push([done = std::move(done)] { done(DoorResult::kNoResponse); });
  }
}

}  // namespace doorcall
