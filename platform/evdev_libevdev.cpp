// Keys by libevdev, which knows what is pressed and, when the kernel has dropped events, finds the
// edges that lead there. The kernel is asked to stamp with the loop's own clock.
#include <dirent.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>

#include "platform/evdev.hpp"
#include "platform/event_loop.hpp"
#include "platform/fd.hpp"
#include "platform/kernel_time.hpp"

namespace doorcall::platform {
namespace {

constexpr std::string_view kEventFile = "event";

struct FreeDevice {
  void operator()(libevdev* device) const noexcept { ::libevdev_free(device); }
};
using Device = std::unique_ptr<libevdev, FreeDevice>;

std::int64_t stamp_ns(const input_event& event) noexcept {
  return std::int64_t{event.input_event_sec} * 1'000'000'000 +
         std::int64_t{event.input_event_usec} * 1000;
}

class EvdevKeyboard final : public Keyboard {
 public:
  EvdevKeyboard(Fd fd, Device device)
      : fd_(std::move(fd)),
        device_(std::move(device)),
        loop_stamps_(::libevdev_set_clock_id(device_.get(), loop_clock_id()) == 0) {
    if (!loop_stamps_) {
      (void)::libevdev_set_clock_id(device_.get(), CLOCK_MONOTONIC);
    }
  }

  [[nodiscard]] int fd() const override { return fd_.get(); }

  [[nodiscard]] bool read_edges(std::vector<KeyEdge>& ret_edges) override {
    unsigned mode = LIBEVDEV_READ_FLAG_NORMAL;
    input_event event{};
    for (;;) {
      const int status = ::libevdev_next_event(device_.get(), mode, &event);
      if (status == -EAGAIN && mode == LIBEVDEV_READ_FLAG_SYNC) {
        mode = LIBEVDEV_READ_FLAG_NORMAL;
        continue;
      }
      if (status < 0) {
        return status == -EAGAIN || status == -EINTR;
      }
      mode =
          status == LIBEVDEV_READ_STATUS_SYNC ? LIBEVDEV_READ_FLAG_SYNC : LIBEVDEV_READ_FLAG_NORMAL;
      constexpr int kRepeat = 2;
      if (event.type == EV_KEY && event.value != kRepeat) {
        ret_edges.push_back({.at = time_of(event), .code = event.code, .down = event.value != 0});
      }
    }
  }

  [[nodiscard]] bool down(unsigned code) const override {
    return ::libevdev_get_event_value(device_.get(), EV_KEY, code) != 0;
  }

 private:
  [[nodiscard]] Instant time_of(const input_event& event) const {
    const KernelClocks now = read_kernel_clocks();
    const std::int64_t stamp = stamp_ns(event);
    return loop_stamps_ ? Instant(Millis(std::min(stamp, now.loop) / 1'000'000))
                        : loop_time(stamp, now);
  }

  Fd fd_;
  Device device_;
  bool loop_stamps_;
};

/// The numbers of the event devices that there are.
std::vector<std::string> event_files() {
  std::vector<unsigned> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/dev/input"), ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    const std::string_view name(entry->d_name);
    unsigned number = 0;
    if (name.starts_with(kEventFile) &&
        std::from_chars(name.data() + kEventFile.size(), name.data() + name.size(), number).ec ==
            std::errc{}) {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<std::string> ret;
  ret.reserve(numbers.size());
  for (const unsigned number : numbers) {
    ret.push_back("/dev/input/event" + std::to_string(number));
  }
  return ret;
}

struct Opened {
  Fd fd;
  Device device;
  int error = 0;
};

Opened open_file(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) {
    return {.fd = {}, .device = {}, .error = errno};
  }
  libevdev* raw = nullptr;
  const int status = ::libevdev_new_from_fd(fd.get(), &raw);
  return {.fd = std::move(fd), .device = Device(raw), .error = -status};
}

/// The first of the keys that it does not have.
std::optional<unsigned> lacks_key(const Opened& opened, const std::vector<unsigned>& codes) {
  for (const unsigned code : codes) {
    if (::libevdev_has_event_code(opened.device.get(), EV_KEY, code) == 0) {
      return code;
    }
  }
  return {};
}

std::string key_names(const std::vector<unsigned>& codes) {
  std::string ret;
  for (const unsigned code : codes) {
    const char* const name = ::libevdev_event_code_get_name(EV_KEY, code);
    ret.append(ret.empty() ? "" : " and ").append(name == nullptr ? std::to_string(code) : name);
  }
  return ret;
}

/// The device of this name, or with this key. One without access does not hide another.
std::optional<std::pair<std::string, Opened>> search(const KeyboardOptions& options,
                                                     DeviceFault& ret_fault) {
  const std::string what = options.device.empty()
                               ? "no input device has the key " + key_names(options.codes)
                               : "no input device has the name \"" + options.device + "\"";
  ret_fault = {.missing = true, .text = what + "; evtest lists those that there are"};
  for (const std::string& path : event_files()) {
    Opened opened = open_file(path);
    if (opened.error != 0) {
      if (ret_fault.missing && opened.error != ENODEV && opened.error != ENOENT) {
        ret_fault = device_fault(path, opened.error);
        ret_fault.text = what + " that this user can see; " + ret_fault.text;
      }
      continue;
    }
    const char* const name = ::libevdev_get_name(opened.device.get());
    if (options.device.empty() ? !lacks_key(opened, options.codes)
                               : name != nullptr && options.device == name) {
      return std::pair(path, std::move(opened));
    }
  }
  return {};
}

class Libevdev final : public Evdev {
 public:
  Libevdev() {
    // What it would print is in its return values.
    ::libevdev_set_log_function(
        [](libevdev_log_priority, void*, const char*, int, const char*, const char*, va_list) {},
        nullptr);
  }

  [[nodiscard]] std::unique_ptr<Keyboard> open(const KeyboardOptions& options,
                                               DeviceFault& ret_fault) override {
    std::string path = options.device;
    Opened opened;
    if (path.starts_with('/')) {
      opened = open_file(path);
    } else if (auto found = search(options, ret_fault)) {
      path = std::move(found->first);
      opened = std::move(found->second);
    } else {
      return nullptr;
    }
    if (opened.error != 0) {
      ret_fault = device_fault(path, opened.error);
      return nullptr;
    }
    if (const auto lacking = lacks_key(opened, options.codes)) {
      ret_fault = {.missing = false, .text = path + " has no key " + key_names({*lacking})};
      return nullptr;
    }
    if (options.grab && ::libevdev_grab(opened.device.get(), LIBEVDEV_GRAB) != 0) {
      ret_fault = {.missing = false, .text = path + " is grabbed by another program"};
      return nullptr;
    }
    return std::make_unique<EvdevKeyboard>(std::move(opened.fd), std::move(opened.device));
  }
};

}  // namespace

std::unique_ptr<Evdev> make_evdev() {
  return std::make_unique<Libevdev>();
}

std::string_view evdev_library() {
  return "libevdev";
}

std::optional<unsigned> key_code(std::string_view name) {
  const int code = ::libevdev_event_code_from_name(EV_KEY, std::string(name).c_str());
  return code < 0 ? std::nullopt : std::optional(static_cast<unsigned>(code));
}

}  // namespace doorcall::platform
