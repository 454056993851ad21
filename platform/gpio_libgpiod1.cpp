// GPIO by libgpiod 1, which speaks the kernel's first line interface: no debouncing, both edges
// told by the level that the line has when the interrupt is served, so that an edge may repeat the
// one before. Its own search by name gives up when any chip can't be opened; ours does not.
#include <fcntl.h>
#include <gpiod.h>

#include <array>
#include <cerrno>
#include <memory>

#include "platform/gpio.hpp"
#include "platform/gpio_line.hpp"
#include "platform/kernel_time.hpp"

namespace doorcall::platform {
namespace {

constexpr const char* kConsumer = "doorcall";
constexpr std::size_t kKernelQueue = 16;

struct CloseChip {
  void operator()(gpiod_chip* chip) const noexcept { ::gpiod_chip_close(chip); }
};
/// Closing it releases the lines that were requested through it.
using Chip = std::unique_ptr<gpiod_chip, CloseChip>;

GpioLookup look_up(const std::string& path, const std::string& name) {
  const Chip chip(::gpiod_chip_open(path.c_str()));
  if (!chip) {
    return {.error = errno, .offset = {}};
  }
  gpiod_line* const line = ::gpiod_chip_find_line(chip.get(), name.c_str());
  return {.error = 0,
          .offset = line == nullptr ? std::nullopt : std::optional(::gpiod_line_offset(line))};
}

int bias_flags(GpioBias bias) noexcept {
  switch (bias) {
    case GpioBias::kPullUp: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case GpioBias::kPullDown: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    case GpioBias::kDisabled: return GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    case GpioBias::kAsIs: break;
  }
  return 0;
}

int polarity_flags(bool active_low) noexcept {
  return active_low ? int{GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW} : 0;
}

/// A line of a chip, held open together.
struct Line {
  Chip chip;
  gpiod_line* line = nullptr;
};

/// The line, requested as `config` says.
std::optional<Line> request(const GpioLine& name, int type, int flags, bool on,
                            DeviceFault& ret_fault) {
  const auto place = find_gpio_line(name, look_up, ret_fault);
  if (!place) {
    return {};
  }
  Line ret{.chip = Chip(::gpiod_chip_open(place->chip.c_str()))};
  if (!ret.chip) {
    ret_fault = device_fault(place->chip, errno);
    return {};
  }
  ret.line = ::gpiod_chip_get_line(ret.chip.get(), place->offset);
  if (ret.line == nullptr) {
    ret_fault = gpio_offset_fault(name, ::gpiod_chip_num_lines(ret.chip.get()));
    return {};
  }
  const gpiod_line_request_config config = {
      .consumer = kConsumer, .request_type = type, .flags = flags};
  if (::gpiod_line_request(ret.line, &config, on ? 1 : 0) != 0) {
    const int error = errno;
    ret_fault = gpio_request_fault(name, error, ::gpiod_line_consumer(ret.line));
    return {};
  }
  return ret;
}

class Input final : public GpioInput {
 public:
  explicit Input(Line line) : line_(std::move(line)), fd_(::gpiod_line_event_get_fd(line_.line)) {
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  }

  [[nodiscard]] int fd() const override { return fd_; }

  [[nodiscard]] bool read_edges(std::vector<GpioEdge>& ret_edges) override {
    std::array<gpiod_line_event, kKernelQueue> events;
    const int count = ::gpiod_line_event_read_fd_multiple(fd_, events.data(), events.size());
    if (count < 0) {
      return errno == EAGAIN || errno == EINTR;
    }
    const KernelClocks now = read_kernel_clocks();
    for (int i = 0; i < count; ++i) {
      const gpiod_line_event& event = events[static_cast<std::size_t>(i)];
      const std::int64_t stamp = std::int64_t{event.ts.tv_sec} * 1'000'000'000 + event.ts.tv_nsec;
      ret_edges.push_back({.at = loop_time(stamp, now),
                           .active = event.event_type == GPIOD_LINE_EVENT_RISING_EDGE});
    }
    return true;
  }

  [[nodiscard]] std::optional<bool> level() override {
    const int value = ::gpiod_line_get_value(line_.line);
    return value < 0 ? std::nullopt : std::optional(value != 0);
  }

  [[nodiscard]] bool debounced() const override { return false; }

 private:
  Line line_;
  int fd_;
};

class Output final : public GpioOutput {
 public:
  explicit Output(Line line) : line_(std::move(line)) {}

  [[nodiscard]] bool set(bool on) override {
    return ::gpiod_line_set_value(line_.line, on ? 1 : 0) == 0;
  }

 private:
  Line line_;
};

class Libgpiod1 final : public Gpio {
 public:
  [[nodiscard]] std::unique_ptr<GpioInput> open_input(const GpioLine& line,
                                                      const GpioInputOptions& options,
                                                      DeviceFault& ret_fault) override {
    auto ours =
        request(line, GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
                polarity_flags(options.active_low) | bias_flags(options.bias), false, ret_fault);
    return ours ? std::make_unique<Input>(std::move(*ours)) : nullptr;
  }

  [[nodiscard]] std::unique_ptr<GpioOutput> open_output(const GpioLine& line,
                                                        const GpioOutputOptions& options, bool on,
                                                        DeviceFault& ret_fault) override {
    const int drain = options.open_drain ? int{GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN} : 0;
    auto ours = request(line, GPIOD_LINE_REQUEST_DIRECTION_OUTPUT,
                        polarity_flags(options.active_low) | drain, on, ret_fault);
    return ours ? std::make_unique<Output>(std::move(*ours)) : nullptr;
  }
};

}  // namespace

std::unique_ptr<Gpio> make_gpio() {
  return std::make_unique<Libgpiod1>();
}
std::string_view gpio_library() {
  return "libgpiod 1";
}

}  // namespace doorcall::platform
