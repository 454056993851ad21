// Edges are read before a timer is believed: a release that waits in the kernel's queue is older
// than the deadline that woke us. After each read the line's level is asked for, because the queue
// drops what it can't hold; a press does not end because of edges that were lost. A line with more
// edges than any bell has is read ten times a second only, and counts as pressed until it calms
// down.
#include "agent/facade/inputs.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "agent/facade/options.hpp"

namespace doorcall::facade {
namespace {

constexpr Millis kGap{5};     ///< shorter than the pause between the half-waves of mains hum
constexpr Millis kAcGap{40};  ///< longer than a period of 50 Hz
constexpr Millis kWindow{1'000};
constexpr std::size_t kEdgesMax = 500;  ///< in a window
constexpr std::size_t kQueueMax = 16;   ///< the kernel's
constexpr int kFullReadsMax = 3;        ///< in a window
constexpr Millis kPause{100};

Millis gap_of(const ButtonInput& input) {
  return input.debounce.value_or(input.ac ? kAcGap : kGap);
}

/// The inputs of one device each: a line has one, a keyboard those that are its keys.
std::vector<std::vector<ButtonInput>> by_device(const std::vector<ButtonInput>& inputs) {
  std::vector<std::vector<ButtonInput>> ret;
  for (const ButtonInput& input : inputs) {
    const auto same = std::find_if(ret.begin(), ret.end(), [&](const auto& others) {
      const ButtonInput& other = others.front();
      return input.gpio.empty() && other.gpio.empty() && input.device == other.device &&
             (!input.device.empty() || input.key == other.key);
    });
    if (same == ret.end()) {
      ret.push_back({input});
    } else {
      same->push_back(input);
    }
  }
  return ret;
}

std::string source_text(const ButtonInput& input) {
  if (!input.gpio.empty()) {
    return "GPIO line " + input.gpio;
  }
  return input.key + (input.device.empty() ? "" : " of " + input.device);
}

}  // namespace

bool Inputs::Source::serves(const std::vector<ButtonInput>& inputs) const {
  return std::equal(
      buttons.begin(), buttons.end(), inputs.begin(), inputs.end(),
      [](const Button& button, const ButtonInput& input) { return button.input == input; });
}

Instant Inputs::Source::deadline() const {
  Instant due = paused;
  for (const Button& button : buttons) {
    due = std::min(due, button.recogniser.deadline());
  }
  return due;
}

Inputs::Inputs(platform::EventLoop& loop, Owner owner)
    : loop_(loop),
      owner_(std::move(owner)),
      gpio_(platform::make_gpio()),
      evdev_(platform::make_evdev()),
      missing_(
          loop, [this] { owner_.enter([this] { look_again(); }); },
          platform::DeviceWatch::When::kAlways),
      timer_(loop, [this] { owner_.enter([this] { due(); }); }) {}

void Inputs::configure(const std::vector<ButtonInput>& inputs) {
  std::list<Source> before;
  before.swap(sources_);
  for (const std::vector<ButtonInput>& group : by_device(inputs)) {
    const auto same = std::find_if(before.begin(), before.end(),
                                   [&](const Source& source) { return source.serves(group); });
    if (same != before.end()) {
      sources_.splice(sources_.end(), before, same);
      continue;
    }
    Source& source = sources_.emplace_back();
    for (const ButtonInput& input : group) {
      source.buttons.push_back(
          {.input = input, .recogniser = {{}, false, loop_.now()}, .told = {}});
    }
  }
  for (Source& source : before) {
    for (Button& button : source.buttons) {
      button.recogniser.lost(loop_.now(), events_);
      take(source, button);
    }
  }
  before.clear();  // others may want the same lines
  open_missing();
}

void Inputs::rebound(std::string_view button) {
  for (Source& source : sources_) {
    for (Button& each : source.buttons) {
      if (each.input.button == button) {
        const platform::PressTimes times = times_of(source, each.input);
        each.recogniser.set_kinds(times.double_time, times.long_time);
      }
    }
  }
  settle();
}

std::vector<InputView> Inputs::views() const {
  std::vector<InputView> ret;
  for (const Source& source : sources_) {
    for (const Button& button : source.buttons) {
      ret.push_back(view_of(source, button));
    }
  }
  return ret;
}

platform::PressTimes Inputs::times_of(const Source& source, const ButtonInput& input) const {
  const bool by_kernel = source.line != nullptr && source.line->debounced();
  const auto wanted = [&](PressKind kind, Millis time) {
    return owner_.bound(input.button, kind) ? time : Millis{0};
  };
  return {.gap = by_kernel ? Millis{0} : gap_of(input),
          .hold = input.hold,
          .double_time = wanted(PressKind::kDouble, input.double_time),
          .long_time = wanted(PressKind::kLong, input.long_time),
          .stuck_time = input.stuck_time};
}

/// A device has come or gone. Who waits for a line's edges is not told by kernels such as 6.1 that
/// its chip has gone.
void Inputs::look_again() {
  for (Source& source : sources_) {
    if (source.line && !source.line->level()) {
      lost(source);
    }
  }
  open_missing();
}

void Inputs::open_missing() {
  for (Source& source : sources_) {
    if (source.open()) {
      continue;
    }
    if (source.is_line()) {
      open_line(source);
    } else {
      open_keyboard(source);
    }
    if (source.open()) {
      started(source);
    }
    for (Button& button : source.buttons) {
      tell_state(source, button);
    }
  }
  settle();
}

void Inputs::open_line(Source& source) {
  const ButtonInput& input = source.buttons.front().input;
  // The kernel's debouncing would swallow half-waves.
  source.line = gpio_->open_input({input.gpio},
                                  {.active_low = input.active_low,
                                   .bias = to_bias(input.bias),
                                   .debounce = input.ac ? Millis{0} : gap_of(input)},
                                  source.fault);
}

void Inputs::open_keyboard(Source& source) {
  platform::KeyboardOptions options;
  options.device = source.buttons.front().input.device;
  for (const Button& button : source.buttons) {
    options.grab = options.grab || button.input.grab;
    options.codes.push_back(button.code());
  }
  source.keyboard = evdev_->open(options, source.fault);
}

void Inputs::started(Source& source) {
  const int fd = source.line ? source.line->fd() : source.keyboard->fd();
  source.watch = loop_.add(fd, EPOLLIN, [this, &source](std::uint32_t) {
    owner_.enter([this, &source] { serve(source); });
  });
  source.fault = {};
  source.paused = kNever;
  for (Button& button : source.buttons) {
    const bool active =
        source.line ? source.line->level().value_or(false) : source.keyboard->down(button.code());
    button.recogniser = {times_of(source, button.input), active, loop_.now()};
  }
}

void Inputs::lost(Source& source) {
  source.watch.reset();
  source.line.reset();
  source.keyboard.reset();
  source.paused = kNever;
  source.fault = {.missing = true, .text = "it has gone"};
  for (Button& button : source.buttons) {
    button.recogniser.lost(loop_.now(), events_);
    take(source, button);
    tell_state(source, button);
  }
}

void Inputs::serve(Source& source) {
  if (!(source.line ? read_line(source) : read_keyboard(source))) {
    lost(source);
  }
  settle();
}

bool Inputs::read_line(Source& source) {
  Button& button = source.buttons.front();
  line_edges_.clear();
  if (!source.line->read_edges(line_edges_)) {
    return false;
  }
  const Instant now = loop_.now();
  if (chatters(source, line_edges_.size(), now)) {
    button.recogniser.edge(true, now, events_);
    take(source, button);
    return true;
  }
  const bool ran_over = line_edges_.size() >= kQueueMax;  // it keeps the oldest, or the newest
  if (ran_over) {
    button.recogniser.missed();
  }
  for (const platform::GpioEdge& edge : line_edges_) {
    button.recogniser.edge(edge.active, edge.at, events_);
  }
  if (ran_over) {
    button.recogniser.missed();
  }
  const auto level = source.line->level();
  if (level) {
    button.recogniser.edge(*level, now, events_);
  }
  take(source, button);
  return level.has_value();
}

bool Inputs::chatters(Source& source, std::size_t edges, Instant now) {
  const bool did = source.paused != kNever;
  if (!did && now - source.window >= kWindow) {
    source.window = now;
    source.edges = 0;
    source.full_reads = 0;
  }
  source.edges += edges;
  source.full_reads += edges >= kQueueMax ? 1 : 0;
  const bool does =
      did ? edges >= kQueueMax : source.edges > kEdgesMax || source.full_reads > kFullReadsMax;
  if (does != did) {
    source.watch.modify(does ? 0U : std::uint32_t{EPOLLIN});
    source.edges = 0;
    source.full_reads = 0;
  }
  source.paused = does ? now + kPause : kNever;
  return does;
}

bool Inputs::read_keyboard(Source& source) {
  key_edges_.clear();
  const bool there = source.keyboard->read_edges(key_edges_);
  for (Button& button : source.buttons) {
    for (const platform::KeyEdge& edge : key_edges_) {
      if (edge.code == button.code()) {
        button.recogniser.edge(edge.down, edge.at, events_);
      }
    }
    button.recogniser.tick(loop_.now(), events_);
    take(source, button);
  }
  return there;
}

void Inputs::due() {
  due_ = kNever;
  const Instant now = loop_.now();
  for (Source& source : sources_) {
    const bool waits = source.paused != kNever && source.paused > now;
    if (!source.open() || source.deadline() > now) {
      continue;
    }
    if (!waits) {
      serve(source);
      continue;
    }
    for (Button& button : source.buttons) {
      button.recogniser.tick(now, events_);
      take(source, button);
    }
  }
  settle();
}

void Inputs::take(const Source& source, Button& button) {
  using Kind = platform::PressEvent::Kind;
  for (const platform::PressEvent& event : events_) {
    if (event.kind == Kind::kStuck || event.kind == Kind::kFreed) {
      tell_state(source, button);
    } else {
      owner_.on_press(button.input.button, event.kind);
    }
  }
  events_.clear();
}

void Inputs::tell_state(const Source& source, Button& button) {
  InputView view = view_of(source, button);
  if (view.state != button.told.state || view.text != button.told.text) {
    button.told = view;
    owner_.on_state(view);
  }
}

InputView Inputs::view_of(const Source& source, const Button& button) {
  InputView view{.button = button.input.button,
                 .source = source_text(button.input),
                 .state = InputState::kOk,
                 .text = source.fault.text};
  if (!source.open()) {
    view.state = source.fault.missing ? InputState::kMissing : InputState::kError;
  } else if (button.recogniser.stuck()) {
    view.state = InputState::kStuck;
    view.text = "it is held for too long; ignored until it is released";
  }
  return view;
}

void Inputs::settle() {
  Instant due = kNever;
  bool missing = false;
  for (const Source& source : sources_) {
    missing = missing || !source.open();
    due = std::min(due, source.deadline());
  }
  if (due != due_) {
    due_ = due;
    timer_.set(due);
  }
  missing_.missing(missing);
}

}  // namespace doorcall::facade
