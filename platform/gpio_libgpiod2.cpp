// GPIO by libgpiod 2, which speaks the kernel's second line interface (Linux 5.10): the kernel
// debounces. All objects of the library are freed by name, hence the deleters.
#include <fcntl.h>
#include <gpiod.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "platform/gpio.hpp"
#include "platform/gpio_line.hpp"
#include "platform/kernel_time.hpp"

namespace doorcall::platform {
namespace {

constexpr const char* kConsumer = "doorcall";
constexpr std::size_t kKernelQueue = 16;

template <auto Destroy>
struct Free {
  template <typename T>
  void operator()(T* object) const noexcept {
    Destroy(object);
  }
};
using Chip = std::unique_ptr<gpiod_chip, Free<::gpiod_chip_close>>;
using ChipInfo = std::unique_ptr<gpiod_chip_info, Free<::gpiod_chip_info_free>>;
using LineInfo = std::unique_ptr<gpiod_line_info, Free<::gpiod_line_info_free>>;
using LineConfig = std::unique_ptr<gpiod_line_config, Free<::gpiod_line_config_free>>;
using RequestConfig = std::unique_ptr<gpiod_request_config, Free<::gpiod_request_config_free>>;
using Settings = std::unique_ptr<gpiod_line_settings, Free<::gpiod_line_settings_free>>;
using Events = std::unique_ptr<gpiod_edge_event_buffer, Free<::gpiod_edge_event_buffer_free>>;
/// Releases the line; needs no open chip.
using Request = std::unique_ptr<gpiod_line_request, Free<::gpiod_line_request_release>>;

/// A line that is ours.
struct Line {
  Request request;
  unsigned offset = 0;
};

GpioLookup look_up(const std::string& path, const std::string& name) {
  const Chip chip(::gpiod_chip_open(path.c_str()));
  if (!chip) {
    return {.error = errno, .offset = {}};
  }
  const int offset = ::gpiod_chip_get_line_offset_from_name(chip.get(), name.c_str());
  return {.error = 0,
          .offset = offset < 0 ? std::nullopt : std::optional(static_cast<unsigned>(offset))};
}

gpiod_line_bias to_bias(GpioBias bias) noexcept {
  switch (bias) {
    case GpioBias::kPullUp: return GPIOD_LINE_BIAS_PULL_UP;
    case GpioBias::kPullDown: return GPIOD_LINE_BIAS_PULL_DOWN;
    case GpioBias::kDisabled: return GPIOD_LINE_BIAS_DISABLED;
    case GpioBias::kAsIs: break;
  }
  return GPIOD_LINE_BIAS_AS_IS;
}

template <typename T>
T* checked(T* object) {
  if (object == nullptr) {
    throw std::bad_alloc();
  }
  return object;
}

DeviceFault request_fault(const GpioLine& name, gpiod_chip& chip, unsigned offset, int error) {
  const ChipInfo chip_info(::gpiod_chip_get_info(&chip));
  const std::size_t lines = chip_info ? ::gpiod_chip_info_get_num_lines(chip_info.get()) : 0;
  if (chip_info && offset >= lines) {
    return gpio_offset_fault(name, lines);
  }
  const LineInfo info(::gpiod_chip_get_line_info(&chip, offset));
  return gpio_request_fault(name, error,
                            info ? ::gpiod_line_info_get_consumer(info.get()) : nullptr);
}

/// The line, requested with these settings.
std::optional<Line> request(const GpioLine& name, gpiod_line_settings& settings,
                            DeviceFault& ret_fault) {
  const auto place = find_gpio_line(name, look_up, ret_fault);
  if (!place) {
    return {};
  }
  const Chip chip(::gpiod_chip_open(place->chip.c_str()));
  if (!chip) {
    ret_fault = device_fault(place->chip, errno);
    return {};
  }
  const LineConfig lines(checked(::gpiod_line_config_new()));
  const RequestConfig config(checked(::gpiod_request_config_new()));
  ::gpiod_request_config_set_consumer(config.get(), kConsumer);
  if (::gpiod_line_config_add_line_settings(lines.get(), &place->offset, 1, &settings) != 0) {
    throw std::bad_alloc();
  }
  Request request(::gpiod_chip_request_lines(chip.get(), config.get(), lines.get()));
  if (!request) {
    ret_fault = request_fault(name, *chip, place->offset, errno);
    return {};
  }
  return Line{.request = std::move(request), .offset = place->offset};
}

class Input final : public GpioInput {
 public:
  Input(Line line, bool debounced)
      : line_(std::move(line)),
        events_(checked(::gpiod_edge_event_buffer_new(kKernelQueue))),
        fd_(::gpiod_line_request_get_fd(line_.request.get())),
        debounced_(debounced) {
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  }

  [[nodiscard]] int fd() const override { return fd_; }

  [[nodiscard]] bool read_edges(std::vector<GpioEdge>& ret_edges) override {
    const int count =
        ::gpiod_line_request_read_edge_events(line_.request.get(), events_.get(), kKernelQueue);
    if (count < 0) {
      return errno == EAGAIN || errno == EINTR;
    }
    const KernelClocks now = read_kernel_clocks();
    for (unsigned long i = 0; i < static_cast<unsigned long>(count); ++i) {
      gpiod_edge_event* const event = ::gpiod_edge_event_buffer_get_event(events_.get(), i);
      const auto stamp = static_cast<std::int64_t>(::gpiod_edge_event_get_timestamp_ns(event));
      ret_edges.push_back(
          {.at = loop_time(stamp, now),
           .active = ::gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE});
    }
    return true;
  }

  [[nodiscard]] std::optional<bool> level() override {
    const gpiod_line_value value =
        ::gpiod_line_request_get_value(line_.request.get(), line_.offset);
    return value == GPIOD_LINE_VALUE_ERROR ? std::nullopt
                                           : std::optional(value == GPIOD_LINE_VALUE_ACTIVE);
  }

  [[nodiscard]] bool debounced() const override { return debounced_; }

 private:
  Line line_;
  Events events_;
  int fd_;
  bool debounced_;
};

class Output final : public GpioOutput {
 public:
  explicit Output(Line line) : line_(std::move(line)) {}

  [[nodiscard]] bool set(bool on) override {
    return ::gpiod_line_request_set_value(
               line_.request.get(), line_.offset,
               on ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE) == 0;
  }

 private:
  Line line_;
};

class Libgpiod2 final : public Gpio {
 public:
  [[nodiscard]] std::unique_ptr<GpioInput> open_input(const GpioLine& line,
                                                      const GpioInputOptions& options,
                                                      DeviceFault& ret_fault) override {
    const Settings settings(checked(::gpiod_line_settings_new()));
    const bool debounced = options.debounce > Millis{0};
    (void)::gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_INPUT);
    (void)::gpiod_line_settings_set_edge_detection(settings.get(), GPIOD_LINE_EDGE_BOTH);
    (void)::gpiod_line_settings_set_bias(settings.get(), to_bias(options.bias));
    ::gpiod_line_settings_set_active_low(settings.get(), options.active_low);
    if (debounced) {
      ::gpiod_line_settings_set_debounce_period_us(
          settings.get(), static_cast<unsigned long>(options.debounce.count()) * 1000);
    }
    auto ours = request(line, *settings, ret_fault);
    return ours ? std::make_unique<Input>(std::move(*ours), debounced) : nullptr;
  }

  [[nodiscard]] std::unique_ptr<GpioOutput> open_output(const GpioLine& line,
                                                        const GpioOutputOptions& options, bool on,
                                                        DeviceFault& ret_fault) override {
    const Settings settings(checked(::gpiod_line_settings_new()));
    (void)::gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_OUTPUT);
    (void)::gpiod_line_settings_set_drive(settings.get(), options.open_drain
                                                              ? GPIOD_LINE_DRIVE_OPEN_DRAIN
                                                              : GPIOD_LINE_DRIVE_PUSH_PULL);
    ::gpiod_line_settings_set_active_low(settings.get(), options.active_low);
    (void)::gpiod_line_settings_set_output_value(
        settings.get(), on ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
    auto ours = request(line, *settings, ret_fault);
    return ours ? std::make_unique<Output>(std::move(*ours)) : nullptr;
  }
};

}  // namespace

std::unique_ptr<Gpio> make_gpio() {
  return std::make_unique<Libgpiod2>();
}
std::string_view gpio_library() {
  return "libgpiod 2";
}

}  // namespace doorcall::platform
