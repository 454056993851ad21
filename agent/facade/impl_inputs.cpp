// Physical buttons: what an input tells becomes a press, an update and a line in the log.
#include <algorithm>

#include "agent/facade/impl.hpp"

namespace doorcall {

using Kind = platform::PressEvent::Kind;

void Agent::Impl::configure_inputs() {
  if (inputs_ == nullptr && !options_.inputs.empty()) {
    inputs_ = std::make_unique<facade::Inputs>(
        loop_,
        facade::Inputs::Owner{
            .enter = [this](const std::function<void()>& work) { enter(work); },
            .on_press = [this](const std::string& button, Kind kind) { take_press(button, kind); },
            .on_state = [this](const InputView& view) { take_input_state(view); },
            .bound = [this](std::string_view button,
                            PressKind kind) { return bound(button, kind) != nullptr; }});
  }
  if (inputs_ != nullptr) {
    inputs_->configure(options_.inputs);
    arm();
  }
}

std::vector<InputView> Agent::Impl::inputs() const {
  return inputs_ == nullptr ? std::vector<InputView>{} : inputs_->views();
}

void Agent::Impl::take_press(const std::string& button, Kind kind) {
  switch (kind) {
    case Kind::kSingle: (void)press(button, PressKind::kSingle); return;
    case Kind::kDouble: (void)press(button, PressKind::kDouble); return;
    case Kind::kLong: (void)press(button, PressKind::kLong); return;
    case Kind::kPressed:
    case Kind::kReleased: {
      ButtonUpdate update;
      update.change = kind == Kind::kPressed ? ButtonChange::kPressed : ButtonChange::kReleased;
      update.button = button;
      tell_button(std::move(update));
      return;
    }
    case Kind::kStuck:
    case Kind::kFreed: return;  // they come as states
  }
}

bool Agent::Impl::input_fails() const {
  const std::vector<InputView> views = inputs();
  return std::any_of(views.begin(), views.end(),
                     [](const InputView& view) { return view.state != InputState::kOk; });
}

void Agent::Impl::take_input_state(const InputView& view) {
  if (view.state == InputState::kOk) {
    log_.info("button", view.button, ": ", view.source, " is ready");
  } else {
    log_.warning("button", view.button, ": ", view.source, ": ", view.text);
  }
  ButtonUpdate update;
  update.change = ButtonChange::kState;
  update.button = view.button;
  update.state = view.state;
  update.text = view.text;
  tell_button(std::move(update));
}

void Agent::Impl::tell_button(ButtonUpdate update) {
  update.at_ms = clock_ms();
  delivery_.push([this, told = std::move(update)] {
    if (told.change == ButtonChange::kState) {
      outputs_.on_input_state();
    }
    delivery_.tell(&Listener::on_button, told);
  });
}

}  // namespace doorcall
