// The event device of the kernel's input layer: what libevdev asks of a keyboard.
#include <linux/input.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "tests/hardware/fake_state.hpp"

namespace doorcall::fake_kernel {
namespace {

struct Found {
  FakeKeyboard* keyboard = nullptr;
  FakeKeyboard::Client* client = nullptr;
};

Found client_of(int fd) {
  for (auto& [number, keyboard] : state().keyboards) {
    for (FakeKeyboard::Client& client : keyboard.clients) {
      if (client.our_fd == fd) {
        return {&keyboard, &client};
      }
    }
  }
  return {};
}

/// Sets the bits in a kernel bit field of `size` bytes.
int put_bits(void* to, std::size_t size, const std::set<unsigned>& bits) {
  std::memset(to, 0, size);
  auto* const bytes = static_cast<std::uint8_t*>(to);
  for (const unsigned bit : bits) {
    if (bit / 8 < size) {
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | (1U << (bit % 8)));
    }
  }
  return static_cast<int>(size);
}

int grab(const FakeKeyboard& keyboard, FakeKeyboard::Client& client, bool on) {
  const bool taken =
      keyboard.grabbed_by_other || std::any_of(keyboard.clients.begin(), keyboard.clients.end(),
                                               [&](const FakeKeyboard::Client& each) {
                                                 return each.grabs && each.our_fd != client.our_fd;
                                               });
  if (on && taken) {
    errno = EBUSY;
    return -1;
  }
  client.grabs = on;
  return 0;
}

}  // namespace

std::optional<unsigned> keyboard_of(const std::string& path) {
  for (const auto& [number, keyboard] : state().keyboards) {
    if (path == "/dev/input/event" + std::to_string(number)) {
      return number;
    }
  }
  return {};
}

int open_keyboard(FakeKeyboard& keyboard) {
  const auto [ours, queue] = make_queue();
  keyboard.clients.push_back(
      {.our_fd = ours, .queue_fd = queue, .clock = CLOCK_REALTIME, .grabs = false});
  return ours;
}

std::optional<int> keyboard_ioctl(int fd, unsigned long request, void* argument) {
  const auto [keyboard, client] = client_of(fd);
  if (keyboard == nullptr || _IOC_TYPE(request) != 'E') {
    return {};
  }
  const unsigned number = _IOC_NR(request);
  const std::size_t size = _IOC_SIZE(request);
  if (request == EVIOCGVERSION) {
    *static_cast<int*>(argument) = EV_VERSION;
    return 0;
  }
  if (request == EVIOCGRAB) {
    return grab(*keyboard, *client, argument != nullptr);
  }
  if (request == EVIOCSCLOCKID) {
    client->clock = *static_cast<int*>(argument);
    return 0;
  }
  if (number == _IOC_NR(EVIOCGNAME(0))) {
    const std::size_t bytes = std::min(size, keyboard->name.size() + 1);
    std::memcpy(argument, keyboard->name.c_str(), bytes);
    return static_cast<int>(bytes);
  }
  if (number == _IOC_NR(EVIOCGPHYS(0)) || number == _IOC_NR(EVIOCGUNIQ(0))) {
    errno = ENOENT;
    return -1;
  }
  if (number == _IOC_NR(EVIOCGBIT(0, 0))) {
    return put_bits(argument, size, {EV_SYN, EV_KEY});
  }
  if (number == _IOC_NR(EVIOCGBIT(EV_KEY, 0))) {
    return put_bits(argument, size, keyboard->keys);
  }
  if (number == _IOC_NR(EVIOCGKEY(0))) {
    return put_bits(argument, size, keyboard->pressed);
  }
  return put_bits(argument, size, {});  // nothing else is there
}

void send_key(FakeKeyboard& keyboard, unsigned type, unsigned code, int value,
              std::int64_t age_ns) {
  const bool any_grabs = std::any_of(keyboard.clients.begin(), keyboard.clients.end(),
                                     [](const FakeKeyboard::Client& each) { return each.grabs; });
  for (const FakeKeyboard::Client& client : keyboard.clients) {
    if (keyboard.grabbed_by_other || (any_grabs && !client.grabs)) {
      continue;
    }
    const std::int64_t now = clock_ns(client.clock) - age_ns;
    input_event event{};
    event.input_event_sec = static_cast<decltype(event.input_event_sec)>(now / 1'000'000'000);
    event.input_event_usec = static_cast<decltype(event.input_event_usec)>(now / 1000 % 1'000'000);
    event.type = static_cast<std::uint16_t>(type);
    event.code = static_cast<std::uint16_t>(code);
    event.value = value;
    (void)!::write(client.queue_fd, &event, sizeof event);
    event.type = EV_SYN;
    event.code = SYN_REPORT;
    event.value = 0;
    (void)!::write(client.queue_fd, &event, sizeof event);
  }
}

bool release_keyboard(int fd) {
  const auto [keyboard, client] = client_of(fd);
  if (keyboard == nullptr) {
    return false;
  }
  real_close(client->queue_fd);
  std::erase_if(keyboard->clients,
                [fd](const FakeKeyboard::Client& each) { return each.our_fd == fd; });
  return true;
}

}  // namespace doorcall::fake_kernel
