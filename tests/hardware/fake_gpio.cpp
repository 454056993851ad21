// Both line interfaces of the kernel's GPIO character device, as far as inputs with edges and
// outputs need them. A request of the first interface is kept in the terms of the second.
#include <linux/gpio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "tests/hardware/fake_state.hpp"

namespace doorcall::fake_kernel {
namespace {

constexpr int kQueueMax = 16;

bool is_active(const FakeLine& line, bool high) {
  return high != ((line.flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW) != 0);
}

int failed(int error) {
  errno = error;
  return -1;
}

template <std::size_t kSize>
void copy_text(char (&to)[kSize], const std::string& from) {
  std::memset(to, 0, kSize);
  std::memcpy(to, from.data(), std::min(kSize - 1, from.size()));
}

FakeLine* line_of(int fd, unsigned& ret_offset) {
  for (auto& [chip, lines] : state().chips) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].our_fd == fd) {
        ret_offset = static_cast<unsigned>(i);
        return &lines[i];
      }
    }
  }
  return nullptr;
}

/// One event more: where 16 wait the first interface loses the new one, the second the oldest.
template <typename Event>
void enqueue(const FakeLine& line, const Event& event) {
  int waiting = 0;
  ::ioctl(line.our_fd, FIONREAD, &waiting);
  if (waiting >= kQueueMax * static_cast<int>(sizeof event)) {
    if (!line.second) {
      return;
    }
    Event oldest;
    (void)!::read(line.our_fd, &oldest, sizeof oldest);
  }
  (void)!::write(line.queue_fd, &event, sizeof event);
}

void tell_edge(FakeLine& line, unsigned offset, bool high, std::int64_t at_ns) {
  line.told_high = high;
  if (line.queue_fd < 0) {
    return;
  }
  const bool active = is_active(line, high);
  if (line.second) {
    gpio_v2_line_event event{};
    event.timestamp_ns = static_cast<std::uint64_t>(at_ns);
    event.id = active ? GPIO_V2_LINE_EVENT_RISING_EDGE : GPIO_V2_LINE_EVENT_FALLING_EDGE;
    event.offset = offset;
    event.seqno = event.line_seqno = ++line.number;
    enqueue(line, event);
  } else {
    gpioevent_data event{};
    event.timestamp = static_cast<std::uint64_t>(at_ns);
    event.id = active ? GPIOEVENT_EVENT_RISING_EDGE : GPIOEVENT_EVENT_FALLING_EDGE;
    enqueue(line, event);
  }
}

/// Gives the line to our program; returns its descriptor, or -1 with errno.
int take(FakeLine& line, const char* consumer, std::uint64_t flags, bool second) {
  if (!line.consumer.empty()) {
    return failed(EBUSY);
  }
  const auto [ours, queue] = make_queue();
  line.consumer = consumer[0] == '\0' ? "?" : consumer;
  line.our_fd = ours;
  line.queue_fd = queue;
  line.flags = flags;
  line.second = second;
  line.output = (flags & GPIO_V2_LINE_FLAG_OUTPUT) != 0;
  line.told_high = line.high;
  line.pending.reset();
  line.debounce_ns = 0;
  return ours;
}

void drive(FakeLine& line, bool active) {
  line.high = is_active(line, active);
}

std::uint64_t from_first(std::uint32_t flags) {
  struct {
    std::uint32_t first;
    std::uint64_t second;
  } constexpr kFlags[] = {
      {GPIOHANDLE_REQUEST_INPUT, GPIO_V2_LINE_FLAG_INPUT},
      {GPIOHANDLE_REQUEST_OUTPUT, GPIO_V2_LINE_FLAG_OUTPUT},
      {GPIOHANDLE_REQUEST_ACTIVE_LOW, GPIO_V2_LINE_FLAG_ACTIVE_LOW},
      {GPIOHANDLE_REQUEST_OPEN_DRAIN, GPIO_V2_LINE_FLAG_OPEN_DRAIN},
      {GPIOHANDLE_REQUEST_BIAS_PULL_UP, GPIO_V2_LINE_FLAG_BIAS_PULL_UP},
      {GPIOHANDLE_REQUEST_BIAS_PULL_DOWN, GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN},
      {GPIOHANDLE_REQUEST_BIAS_DISABLE, GPIO_V2_LINE_FLAG_BIAS_DISABLED},
  };
  std::uint64_t ret = 0;
  for (const auto& flag : kFlags) {
    ret |= (flags & flag.first) != 0 ? flag.second : 0;
  }
  return ret;
}

int first_info(std::vector<FakeLine>& lines, gpioline_info& info) {
  if (info.line_offset >= lines.size()) {
    return failed(EINVAL);
  }
  const FakeLine& line = lines[info.line_offset];
  info.flags =
      (line.consumer.empty() ? 0 : GPIOLINE_FLAG_KERNEL) | (line.output ? GPIOLINE_FLAG_IS_OUT : 0);
  copy_text(info.name, line.name);
  copy_text(info.consumer, line.consumer);
  return 0;
}

int second_info(std::vector<FakeLine>& lines, gpio_v2_line_info& info) {
  if (info.offset >= lines.size()) {
    return failed(EINVAL);
  }
  const FakeLine& line = lines[info.offset];
  info.flags = line.flags | (line.consumer.empty() ? 0 : GPIO_V2_LINE_FLAG_USED);
  info.num_attrs = 0;
  copy_text(info.name, line.name);
  copy_text(info.consumer, line.consumer);
  return 0;
}

int first_event(std::vector<FakeLine>& lines, gpioevent_request& request) {
  if (request.lineoffset >= lines.size()) {
    return failed(EINVAL);
  }
  request.fd = take(lines[request.lineoffset], request.consumer_label,
                    from_first(request.handleflags) | GPIO_V2_LINE_FLAG_INPUT, false);
  return request.fd < 0 ? -1 : 0;
}

int first_handle(std::vector<FakeLine>& lines, gpiohandle_request& request) {
  if (request.lines != 1 || request.lineoffsets[0] >= lines.size()) {
    return failed(EINVAL);
  }
  FakeLine& line = lines[request.lineoffsets[0]];
  request.fd = take(line, request.consumer_label, from_first(request.flags), false);
  if (request.fd < 0) {
    return -1;
  }
  if (line.output) {
    drive(line, request.default_values[0] != 0);
  }
  return 0;
}

int second_request(std::vector<FakeLine>& lines, gpio_v2_line_request& request) {
  if (request.num_lines != 1 || request.offsets[0] >= lines.size()) {
    return failed(EINVAL);
  }
  FakeLine& line = lines[request.offsets[0]];
  request.fd = take(line, request.consumer, request.config.flags, true);
  if (request.fd < 0) {
    return -1;
  }
  bool active = false;
  for (std::uint32_t i = 0; i < request.config.num_attrs; ++i) {
    const gpio_v2_line_attribute& attribute = request.config.attrs[i].attr;
    if (attribute.id == GPIO_V2_LINE_ATTR_ID_FLAGS) {
      line.flags = attribute.flags;
    } else if (attribute.id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE) {
      line.debounce_ns = std::int64_t{attribute.debounce_period_us} * 1000;
    } else if (attribute.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES) {
      active = (attribute.values & 1) != 0;
    }
  }
  line.output = (line.flags & GPIO_V2_LINE_FLAG_OUTPUT) != 0;
  if (line.output) {
    drive(line, active);
  }
  return 0;
}

}  // namespace

std::optional<unsigned> chip_of(const std::string& path) {
  for (const auto& [number, lines] : state().chips) {
    if (path == "/dev/gpiochip" + std::to_string(number)) {
      return number;
    }
  }
  return {};
}

int gpio_ioctl(unsigned chip, unsigned long request, void* argument) {
  const auto found = state().chips.find(chip);
  if (found == state().chips.end()) {
    return failed(ENODEV);
  }
  std::vector<FakeLine>& lines = found->second;
  switch (request) {
    case GPIO_GET_CHIPINFO_IOCTL: {
      auto& info = *static_cast<gpiochip_info*>(argument);
      copy_text(info.name, "gpiochip" + std::to_string(chip));
      copy_text(info.label, "fake");
      info.lines = static_cast<std::uint32_t>(lines.size());
      return 0;
    }
    case GPIO_GET_LINEINFO_IOCTL: return first_info(lines, *static_cast<gpioline_info*>(argument));
    case GPIO_GET_LINEEVENT_IOCTL:
      return first_event(lines, *static_cast<gpioevent_request*>(argument));
    case GPIO_GET_LINEHANDLE_IOCTL:
      return first_handle(lines, *static_cast<gpiohandle_request*>(argument));
    case GPIO_V2_GET_LINEINFO_IOCTL:
      return second_info(lines, *static_cast<gpio_v2_line_info*>(argument));
    case GPIO_V2_GET_LINE_IOCTL:
      return second_request(lines, *static_cast<gpio_v2_line_request*>(argument));
    default: return failed(ENOTTY);
  }
}

std::optional<int> line_ioctl(int fd, unsigned long request, void* argument) {
  unsigned offset = 0;
  FakeLine* const line = line_of(fd, offset);
  if (line == nullptr) {
    return {};
  }
  switch (request) {
    case GPIOHANDLE_GET_LINE_VALUES_IOCTL:
      static_cast<gpiohandle_data*>(argument)->values[0] = is_active(*line, line->high) ? 1 : 0;
      return 0;
    case GPIOHANDLE_SET_LINE_VALUES_IOCTL:
      drive(*line, static_cast<gpiohandle_data*>(argument)->values[0] != 0);
      return 0;
    case GPIO_V2_LINE_GET_VALUES_IOCTL: {
      const bool high = line->debounce_ns > 0 ? line->told_high : line->high;
      static_cast<gpio_v2_line_values*>(argument)->bits = is_active(*line, high) ? 1 : 0;
      return 0;
    }
    case GPIO_V2_LINE_SET_VALUES_IOCTL:
      drive(*line, (static_cast<gpio_v2_line_values*>(argument)->bits & 1) != 0);
      return 0;
    case FIONREAD: return {};
    default: return failed(ENOTTY);
  }
}

void level_changed(FakeLine& line, unsigned offset, bool high, std::int64_t at_ns) {
  tell_pending(line, offset, at_ns);
  if (line.high == high) {
    return;
  }
  line.high = high;
  if (line.debounce_ns > 0) {
    line.pending = Pending{.high = high, .due_ns = at_ns + line.debounce_ns};
  } else {
    tell_edge(line, offset, high, at_ns);
  }
}

void tell_pending(FakeLine& line, unsigned offset, std::int64_t now_ns) {
  if (line.pending && line.pending->due_ns <= now_ns) {
    const Pending pending = *line.pending;
    line.pending.reset();
    if (pending.high != line.told_high) {
      tell_edge(line, offset, pending.high, pending.due_ns);
    }
  }
}

bool release_line(int fd) {
  unsigned offset = 0;
  FakeLine* const line = line_of(fd, offset);
  if (line == nullptr) {
    return false;
  }
  real_close(line->queue_fd);
  line->our_fd = line->queue_fd = -1;
  line->consumer.clear();
  line->output = false;
  line->flags = 0;
  return true;
}

}  // namespace doorcall::fake_kernel
