// Everything here follows from what is the case: refresh() looks at the calls, the link, the mode
// and the devices, and makes lamps and sounds agree. A device whose fault changes in the middle of
// that has it run once more.
#include "agent/facade/outputs.hpp"

#include <algorithm>
#include <utility>

namespace doorcall::facade {

Outputs::Outputs(platform::EventLoop& loop, platform::Log& log, platform::Gpio* gpio, Owner owner)
    : loop_(loop), log_(log), gpio_(gpio), owner_(std::move(owner)) {}

void Outputs::on_call(const CallUpdate& update) {
  if (update.change == CallChange::kRefusedBusy || update.change == CallChange::kRefusedDnd) {
    return;
  }
  if (update.state == CallState::kEnded) {
    calls_.erase(update.call);
  } else {
    ShownCall& call = calls_[update.call];
    call.state = update.state;
    call.silenced = call.silenced || update.change == CallChange::kSilenced;
    call.rings_there = call.rings_there || update.change == CallChange::kRemoteRinging;
  }
  refresh();
}

void Outputs::on_link(LinkState state) {
  link_ = state;
  refresh();
}

void Outputs::on_mode(const DeviceMode& mode) {
  dnd_ = mode.dnd;
  refresh();
}

void Outputs::pulse(platform::Relay::Done done) {
  if (relay_ == nullptr) {
    done(false, "this device has no door relay");
  } else {
    relay_->pulse(std::move(done));
  }
}

// --- what is the case

bool Outputs::any_call(CallState state) const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [&](const auto& call) { return call.second.state == state; });
}

bool Outputs::is(LampState state) const {
  switch (state) {
    case LampState::kDoor: return relay_ != nullptr && relay_->on();
    case LampState::kRinging: return any_call(CallState::kRinging);
    case LampState::kCalling: return any_call(CallState::kCalling);
    case LampState::kInCall:
      return any_call(CallState::kConnected) || any_call(CallState::kAccepting);
    case LampState::kError: return faulty() || owner_.input_fails();
    case LampState::kOffline: return link_ != LinkState::kConnected;
    case LampState::kDnd: return dnd_;
    case LampState::kIdle: return true;
  }
  return false;
}

bool Outputs::line_missing() const {
  return (contact_ != nullptr && !contact_->fault().empty()) ||
         std::any_of(lamps_.begin(), lamps_.end(),
                     [](const ShownLamp& each) { return !each.lamp->fault().empty(); });
}

bool Outputs::faulty() const {
  const auto fails = [](const auto& device) {
    return device != nullptr && !device->fault().empty();
  };
  return line_missing() || fails(relay_) || fails(chime_) || fails(ring_back_);
}

// --- making it so

void Outputs::refresh() {
  if (std::exchange(refreshing_, true)) {
    again_ = true;
    return;
  }
  do {
    again_ = false;
    refresh_sounds();
    refresh_lamps();
  } while (again_);
  if (devices_ != nullptr) {
    devices_->missing(line_missing());
  }
  refreshing_ = false;
}

void Outputs::refresh_lamps() {
  for (ShownLamp& each : lamps_) {
    each.shown.reset();
    for (const auto& [state, code] : each.options.codes) {
      if (is(state)) {
        each.shown = state;
        break;
      }
    }
    const std::string code = each.shown ? each.options.codes.at(*each.shown) : "off";
    each.lamp->show(platform::BlinkCode::parse(code).value_or(platform::BlinkCode{}));
  }
}

void Outputs::refresh_sounds() {
  const auto follow = [](bool wanted, bool& ret_was, const auto& sound) {
    if (wanted == std::exchange(ret_was, wanted) || sound == nullptr) {
      return;
    }
    if (wanted) {
      sound->start();
    } else {
      sound->stop();
    }
  };
  const auto any = [this](auto&& condition) {
    return std::any_of(calls_.begin(), calls_.end(),
                       [&](const auto& call) { return condition(call.second); });
  };
  follow(any([](const ShownCall& call) {
           return call.state == CallState::kRinging && !call.silenced;
         }),
         chimes_, chime_);
  follow(any([](const ShownCall& call) {
           return call.state == CallState::kCalling && call.rings_there;
         }),
         rings_there_, ring_back_);
}

void Outputs::check() {
  for (const ShownLamp& each : lamps_) {
    each.lamp->check();
  }
  if (contact_ != nullptr) {
    contact_->check();
  }
  if (relay_ != nullptr) {
    relay_->check();
  }
  refresh();
}

void Outputs::note_fault(std::string_view area, const std::string& name, const std::string& fault) {
  if (fault.empty()) {
    log_.info(area, name, " works again");
  } else {
    log_.error(area, name, ": ", fault, "; it is tried again");
  }
}

}  // namespace doorcall::facade
