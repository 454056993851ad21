// The devices themselves: made from options, and views of them. On a change of options all that
// goes is released before anything new is made, so that a line may move from one to another.
#include <utility>

#include "agent/facade/options.hpp"
#include "agent/facade/outputs.hpp"

namespace doorcall::facade {
namespace {

platform::RelayOptions to_platform(const RelayOptions& options) {
  return {
      .command = options.command.empty()
                     ? platform::relay_command({options.gpio}, options.active_low, options.longest)
                     : options.command,
      .pulse = options.pulse};
}

}  // namespace

void Outputs::configure(const OutputOptions& options) {
  const OutputOptions before = std::exchange(options_, options);
  release(before);
  make_missing();
  const bool lines = !lamps_.empty() || contact_ != nullptr || relay_ != nullptr;
  if (!lines) {
    devices_.reset();
  } else if (devices_ == nullptr) {
    devices_ = std::make_unique<platform::DeviceWatch>(
        loop_, [this] { check(); }, platform::DeviceWatch::When::kAlways);
  }
  refresh();
}

void Outputs::release(const OutputOptions& before) {
  if (options_.lamps != before.lamps) {
    lamps_.clear();
  }
  if (options_.contact != before.contact) {
    contact_.reset();
  }
  if (options_.chime != before.chime) {
    chime_.reset();
    chimes_ = false;
  }
  if (options_.ring_back != before.ring_back) {
    ring_back_.reset();
    rings_there_ = false;
  }
  if (relay_ != nullptr) {
    release_relay(*before.relay);
  }
}

void Outputs::release_relay(const RelayOptions& before) {
  RelayOptions same_pulse = before;
  if (options_.relay) {
    same_pulse.pulse = options_.relay->pulse;
    relay_->set_pulse(same_pulse.pulse);
  }
  if (options_.relay != same_pulse) {
    relay_->refuse_waiting("the settings have changed");
    relay_.reset();
  }
}

void Outputs::make_missing() {
  if (lamps_.empty()) {
    make_lamps();
  }
  if (relay_ == nullptr && options_.relay) {
    make_relay();
  }
  if (contact_ == nullptr && options_.contact) {
    make_contact();
  }
  if (chime_ == nullptr) {
    chime_ = make_sound("chime", options_.chime);
  }
  if (ring_back_ == nullptr) {
    ring_back_ = make_sound("ring_back", options_.ring_back);
  }
}

void Outputs::make_lamps() {
  lamps_.reserve(options_.lamps.size());
  for (const LampOptions& options : options_.lamps) {
    const std::size_t index = lamps_.size();
    auto lamp = std::make_unique<platform::Lamp>(
        loop_, *gpio_, platform::GpioLine{options.gpio},
        platform::GpioOutputOptions{.active_low = options.active_low}, [this, index] {
          note_fault("lamp", lamps_[index].options.name, lamps_[index].lamp->fault());
          refresh();
        });
    if (!lamp->fault().empty()) {
      note_fault("lamp", options.name, lamp->fault());
    }
    lamps_.push_back({.options = options, .lamp = std::move(lamp), .shown = {}});
  }
}

void Outputs::make_relay() {
  relay_ = std::make_unique<platform::Relay>(loop_, log_, to_platform(*options_.relay),
                                             [this] { refresh(); });
  relay_->start();
}

void Outputs::make_contact() {
  const platform::GpioInputOptions input{.active_low = options_.contact->active_low,
                                         .bias = to_bias(options_.contact->bias)};
  contact_ = std::make_unique<platform::Contact>(
      loop_, *gpio_, platform::GpioLine{options_.contact->gpio}, input,
      platform::Contact::Events{.on_level = [this](bool active) { owner_.on_contact(active); },
                                .on_fault =
                                    [this] {
                                      note_fault("contact", "the door contact", contact_->fault());
                                      refresh();
                                    }});
  contact_->check();
}

std::unique_ptr<platform::Chime> Outputs::make_sound(std::string_view area,
                                                     const std::optional<SoundOptions>& options) {
  if (!options) {
    return nullptr;
  }
  return std::make_unique<platform::Chime>(loop_, log_, area,
                                           platform::ChimeOptions{.command = options->command,
                                                                  .file = options->file,
                                                                  .times = options->times,
                                                                  .gap = options->gap},
                                           [this] { refresh(); });
}

std::vector<OutputView> Outputs::views() const {
  std::vector<OutputView> views;
  for (const ShownLamp& each : lamps_) {
    views.push_back({.kind = "lamp",
                     .name = each.options.name,
                     .state = each.shown ? std::string(to_string(*each.shown)) : "none",
                     .fault = each.lamp->fault()});
  }
  if (relay_ != nullptr) {
    views.push_back({.kind = "relay",
                     .name = {},
                     .state = relay_->on() ? "on" : "off",
                     .fault = relay_->fault()});
  }
  if (contact_ != nullptr) {
    const std::optional<bool> open = contact_->active();
    views.push_back({.kind = "contact",
                     .name = {},
                     .state = !open   ? "unknown"
                              : *open ? "open"
                                      : "closed",
                     .fault = contact_->fault()});
  }
  const auto add_sound = [&](const char* kind, const auto& sound) {
    if (sound != nullptr) {
      views.push_back({.kind = kind,
                       .name = {},
                       .state = sound->sounding() ? "on" : "off",
                       .fault = sound->fault()});
    }
  };
  add_sound("chime", chime_);
  add_sound("ring_back", ring_back_);
  return views;
}

}  // namespace doorcall::facade
