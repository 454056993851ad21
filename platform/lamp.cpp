#include "platform/lamp.hpp"

#include <utility>

namespace doorcall::platform {

Lamp::Lamp(EventLoop& loop, Gpio& gpio, GpioLine line, GpioOutputOptions options,
           std::function<void()> on_change)
    : loop_(loop),
      gpio_(gpio),
      where_(std::move(line)),
      options_(options),
      began_(loop.now()),
      next_(loop, [this] { update(); }) {
  update();
  on_change_ = std::move(on_change);
}

Lamp::~Lamp() {
  if (line_ != nullptr) {
    [[maybe_unused]] const bool there = line_->set(false);
  }
}

void Lamp::show(const BlinkCode& code) {
  if (code != code_) {
    code_ = code;
    began_ = loop_.now();
    if (line_ != nullptr) {
      update();
    }
  }
}

void Lamp::check() {
  update();
}

/// Brings the line to what the code says for now, opening it where it is not ours.
void Lamp::update() {
  const BlinkCode::Phase phase = code_.at(began_, loop_.now());
  DeviceFault fault;
  if (line_ == nullptr) {
    line_ = gpio_.open_output(where_, options_, phase.on, fault);
  } else if (!line_->set(phase.on)) {
    line_.reset();
    fault.text = "GPIO line \"" + where_.text + "\" is gone";
  }
  const bool works = line_ != nullptr;
  lit_ = works && phase.on;
  next_.set(works ? phase.until : kNever);
  set_fault(std::move(fault.text));
}

void Lamp::set_fault(std::string fault) {
  if (fault != fault_) {
    fault_ = std::move(fault);
    if (on_change_) {
      on_change_();
    }
  }
}

}  // namespace doorcall::platform
